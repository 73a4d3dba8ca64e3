// Writes the text format of Prometheus, version 0.0.4, such as
//
//     # HELP clientid_auth_attempts_total AUTHs that have ended.
//     # TYPE clientid_auth_attempts_total counter
//     clientid_auth_attempts_total{outcome="failed"} 7
//
// Names, help and values of labels are words of this program, and need no escapes. Nothing that a client or an account
// is called belongs here: each would be a series that never ends.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "shim/ops/counter.hpp"

namespace clientid {

class Exposition {
 public:
  using Label = std::pair<std::string_view, std::string_view>;
  using Labels = std::initializer_list<Label>;

  // Begins a metric; its samples follow.
  Exposition& counter(std::string_view name, std::string_view help) { return begin(name, help, "counter"); }
  Exposition& gauge(std::string_view name, std::string_view help) { return begin(name, help, "gauge"); }

  Exposition& sample(Labels labels, std::uint64_t value) { return sample("", labels, std::to_string(value)); }
  Exposition& sample(std::uint64_t value) { return sample({}, value); }

  void histogram(std::string_view name, std::string_view help, const Histogram& histogram);

  const std::string& text() const { return text_; }

 private:
  Exposition& begin(std::string_view name, std::string_view help, std::string_view type);
  Exposition& sample(std::string_view suffix, Labels labels, std::string_view value);

  std::string name_;  // of the metric that was begun last
  std::string text_;
};

}  // namespace clientid

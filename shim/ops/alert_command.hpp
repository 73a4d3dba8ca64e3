// Runs the program that is to learn of alerts: with the alert on its standard input, next to nothing in its
// environment, and no descriptor of ours. It does not outlive its time, nor does what it has started in its process
// group.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace clientid {

class AlertCommand {
 public:
  static constexpr auto default_patience = std::chrono::seconds(30);

  // The program and its arguments.
  explicit AlertCommand(std::vector<std::string> words, std::chrono::milliseconds patience = default_patience)
      : words_(std::move(words)), patience_(patience) {}

  // Empty where it ended with status 0, read the input or not; else what went wrong. A stop kills it.
  std::string run(std::string_view input, const std::stop_token& stop) const;

  // Throws ConfigError where it is no file that we may run.
  void require_runnable() const;

 private:
  std::vector<std::string> words_;
  std::chrono::milliseconds patience_;
};

}  // namespace clientid

#include "shim/ops/exposition.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace clientid {
namespace {

// The shortest form that means the same number, in whatever locale.
std::string text_of(double number) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  return {text.data(), end};
}

}  // namespace

void Exposition::histogram(std::string_view name, std::string_view help, const Histogram& histogram) {
  begin(name, help, "histogram");
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < Histogram::bounds.size(); ++i) {
    count += histogram.in_bucket(i);
    sample("_bucket", {{"le", text_of(Histogram::bounds[i])}}, std::to_string(count));
  }
  count += histogram.in_bucket(Histogram::bounds.size());
  sample("_bucket", {{"le", "+Inf"}}, std::to_string(count));
  sample("_sum", {}, text_of(histogram.sum()));
  sample("_count", {}, std::to_string(count));
}

Exposition& Exposition::begin(std::string_view name, std::string_view help, std::string_view type) {
  name_ = name;
  text_.append("# HELP ").append(name).append(" ").append(help);
  text_.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
  return *this;
}

Exposition& Exposition::sample(std::string_view suffix, Labels labels, std::string_view value) {
  text_.append(name_).append(suffix);
  char before = '{';
  for (const auto& [name, word] : labels) {
    text_.append(1, std::exchange(before, ',')).append(name).append("=\"").append(word).append("\"");
  }
  text_.append(labels.size() == 0 ? " " : "} ").append(value).append("\n");
  return *this;
}

}  // namespace clientid

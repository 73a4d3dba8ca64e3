#include "plugin/policy/rate.hpp"

#include <charconv>

#include "plugin/policy/time.hpp"

namespace clientid {

std::optional<Rate> parse_rate(std::string_view text) {
  using namespace std::chrono_literals;
  constexpr unsigned highest = 1'000'000;
  if (text == "none") return Rate{};
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  unsigned most = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + slash, most);
  if (error != std::errc{} || end != text.data() + slash || most == 0 || most > highest) return std::nullopt;
  const auto window = parse_duration(text.substr(slash + 1));
  if (!window || *window < 1min || *window > 24h) return std::nullopt;
  return Rate{most, *window};
}

std::string to_string(const Rate& rate) {
  return rate.limits() ? std::to_string(rate.most) + "/" + format_duration(rate.window) : "none";
}

}  // namespace clientid

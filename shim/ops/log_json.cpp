#include "shim/ops/log_json.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "plugin/policy/time.hpp"

namespace clientid::log {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 4> levels{"error", "warning", "info", "debug"};

std::string time_text(std::chrono::system_clock::time_point at) {
  const auto second = std::chrono::floor<std::chrono::seconds>(at);
  const auto fraction = std::chrono::floor<std::chrono::milliseconds>(at - second).count();
  const auto digits = std::to_string(1000 + fraction);
  auto text = format_time(second);
  text.replace(text.size() - 1, 1, "." + digits.substr(1) + "Z");
  return text;
}

}  // namespace

std::string json_line(Level level, std::string_view event, Fields fields, std::chrono::system_clock::time_point at) {
  Json object;
  object["time"] = time_text(at);
  object["level"] = levels[static_cast<std::size_t>(level)];
  object["event"] = event;
  for (const auto& [key, value] : fields) object[std::string(key)] = value.substr(0, max_value);
  return object.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace clientid::log

#include "plugin/config/finding.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "plugin/config/json_text.hpp"

namespace clientid {
namespace {

constexpr std::array results{Found::ok, Found::note, Found::wrong};

}  // namespace

std::string_view name(Found found) {
  switch (found) {
    case Found::ok: return "ok";
    case Found::note: return "note";
    case Found::wrong: break;
  }
  return "wrong";
}

Finding fault(std::string name, std::string_view error) {
  constexpr std::string_view between = "; ";
  const auto end = error.find(between);
  const auto mend = end == std::string_view::npos ? std::string_view{} : error.substr(end + between.size());
  return {std::move(name), Found::wrong, std::string(error.substr(0, end)), std::string(mend)};
}

nlohmann::ordered_json to_json(const Finding& finding) {
  return {{"name", finding.name},
          {"result", name(finding.result)},
          {"detail", text_or_null(finding.detail)},
          {"mend", text_or_null(finding.mend)}};
}

std::optional<Finding> finding_of(const nlohmann::ordered_json& object) {
  if (!object.is_object()) return std::nullopt;
  const auto result = text_of(object, "result");
  for (const auto each : results) {
    if (name(each) == result) {
      return Finding{text_of(object, "name"), each, text_of(object, "detail"), text_of(object, "mend")};
    }
  }
  return std::nullopt;
}

}  // namespace clientid

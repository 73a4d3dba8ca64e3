#include "shim/ops/alert_json.hpp"

#include "plugin/config/json_text.hpp"

namespace clientid {

std::string alert_json(const MergedAlert& alert, const std::string& host) {
  using Json = nlohmann::ordered_json;
  const auto& [last, first_at, last_at, count] = alert;
  Json object;
  object["kind"] = std::string(name(last.kind));
  object["account"] = text_or_null(last.account);
  object["type"] = text_or_null(last.type);
  object["fingerprint"] = text_or_null(last.fingerprint);
  object["peer"] = text_or_null(last.peer);
  object["reason"] = text_or_null(last.reason);
  object["detail"] = text_or_null(last.detail);
  object["first"] = format_time(first_at);
  object["last"] = format_time(last_at);
  object["count"] = count;
  object["host"] = text_or_null(host);
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace clientid

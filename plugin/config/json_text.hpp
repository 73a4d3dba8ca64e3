// Text in JSON for people's programs: what is empty is null.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace clientid {

inline nlohmann::ordered_json text_or_null(const std::string& text) {
  return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(text);
}

// Of a member of an object; empty also where it is missing, or no text.
inline std::string text_of(const nlohmann::ordered_json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace clientid

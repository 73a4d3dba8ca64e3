// In JSON for people's programs, what is empty is null.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace clientid {

inline nlohmann::ordered_json text_or_null(const std::string& text) {
  return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(text);
}

}  // namespace clientid

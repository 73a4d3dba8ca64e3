// What a look at an installation found: a line of `clientidctl doctor`, and of `clientid-shim --check`, which that one
// reads as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace clientid {

enum class Found : unsigned char {
  ok,
  note,   // works, but may not be what is wanted; or could not be looked at
  wrong,  // does not work
};

std::string_view name(Found found);

// That bindings stand under hash keys which are there: who tells of it, tells it once.
inline constexpr std::string_view keys_of_bindings = "keys of bindings";

struct Finding {
  std::string name;  // of what was looked at: "certificate /etc/ssl/mail.pem"
  Found result = Found::ok;
  std::string detail;
  std::string mend;  // a command, or the line to write; empty where none is known
};

// Of an error: what is wrong, and behind the first semicolon how to mend it.
Finding fault(std::string name, std::string_view error);

// An object of `name`, `result`, `detail` and `mend`; what is empty is null.
nlohmann::ordered_json to_json(const Finding& finding);
// Nothing where it is no such object.
std::optional<Finding> finding_of(const nlohmann::ordered_json& object);

}  // namespace clientid

// The fields of a JSON object, each asked for by name and form. What is not asked for is unknown.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "plugin/ctl/output.hpp"
#include "plugin/policy/time.hpp"

namespace clientid::ctl {

// Everything here throws LineError, which names the field and the form it should have.
class RecordFields {
 public:
  // `json` is to be an object, and to outlive this.
  explicit RecordFields(const Json& json) : json_(json) {}

  std::string text(const char* name);           // any octets
  std::string text_or_empty(const char* name);  // null: empty
  std::int64_t number(const char* name);
  bool truth(const char* name);
  Time time(const char* name);
  std::optional<Time> time_or_none(const char* name);
  const Json& any(const char* name);

  // Throws if there is one that was not asked for.
  void end() const;

 private:
  Time parsed_time(const char* name, const Json& value) const;
  std::string parsed_text(const char* name, const Json& value) const;

  const Json& json_;
  std::set<std::string, std::less<>> asked_;
};

[[noreturn]] void bad_field(std::string_view name, const std::string& form);

}  // namespace clientid::ctl

// A line of an export: what is taken means the same when it is written again. The input is the line.
#include "plugin/ctl/record.hpp"

#include <type_traits>

#include "plugin/ctl/input_file.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clientid {
namespace {

// Empty for what is passed over.
std::string written(const ctl::Record& record) {
  return std::visit(
      [](const auto& each) -> std::string {
        if constexpr (std::is_same_v<std::decay_t<decltype(each)>, ctl::Momentary>) {
          return {};
        } else {
          return ctl::to_record(each).dump();
        }
      },
      record);
}

// Text may be written in two ways, and what is empty in three; the program is the one that writes.
bool same(const std::string& name, const ctl::Json& given, const ctl::Json& kept) {
  return given == kept || given.is_object() || name == "keys" || name == "program" || (given == "" && kept.is_null());
}

void check_fields(std::string_view input, const std::string& line) {
  const auto given = ctl::Json::parse(input);
  const auto kept = ctl::Json::parse(line);
  for (const auto& [name, value] : kept.items()) {
    require(same(name, given.at(name), value), "a field is kept as it was given");
  }
}

}  // namespace

void fuzz(std::string_view input) {
  const AccountRules rules{.default_realm = "example.com", .fold_case = true};
  std::string line;
  try {
    line = written(ctl::parse_record(input, rules));
  } catch (const ctl::LineError& error) {
    return require(*error.what() != '\0', "a fault is told of");
  }
  if (line.empty()) return;
  require(line.find('\n') == std::string::npos, "a record is one line");
  check_fields(input, line);
  require(written(ctl::parse_record(line, rules)) == line, "a record is read as it was written");
}

}  // namespace clientid

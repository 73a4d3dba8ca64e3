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
  require(written(ctl::parse_record(line, rules)) == line, "a record is read as it was written");
}

}  // namespace clientid

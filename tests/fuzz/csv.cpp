// Rows of a spreadsheet: what is taken means the same when all of it is quoted, and any fields can be written so.
#include <signal.h>

#include <string>
#include <vector>

#include "plugin/ctl/csv_reader.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/text_file.hpp"

namespace clientid {
namespace {

using Rows = std::vector<std::vector<std::string>>;

// It keeps signals back, which are to end this program.
const ctl::Interruption& interruption() {
  static const ctl::Interruption one;
  sigset_t all;
  sigfillset(&all);
  ::sigprocmask(SIG_UNBLOCK, &all, nullptr);
  return one;
}

Rows read(const TextFile& file) {
  ctl::InputFile input(file.path(), interruption());
  ctl::CsvReader reader(input);
  Rows rows;
  std::size_t line = 0;
  while (reader.next()) {
    require(reader.line() > line, "a row begins behind the one before it");
    line = reader.line();
    auto& row = rows.emplace_back();
    for (const auto& field : reader.fields()) row.emplace_back(field.view());
    require(!row.empty() && row.size() <= ctl::CsvReader::max_fields, "a row has some fields");
  }
  return rows;
}

std::string quoted(const Rows& rows) {
  std::string text;
  for (const auto& row : rows) {
    for (const auto& field : row) {
      require(field.size() <= ctl::CsvReader::max_field, "a field is within its limit");
      text += &field == &row.front() ? "\"" : ",\"";
      for (const char c : field) text += c == '"' ? "\"\"" : std::string(1, c);
      text += '"';
    }
    text += "\r\n";
  }
  return text;
}

// The input as fields, between octets 1e.
void check_any(const TextFile& file, std::string_view input) {
  Rows rows(1);
  while (!input.empty() && rows.front().size() < ctl::CsvReader::max_fields) {
    rows.front().emplace_back(take_until(input, '\x1e').substr(0, ctl::CsvReader::max_field));
  }
  if (rows.front().empty() || quoted(rows).find('\0') != std::string::npos) return;
  file.write(quoted(rows));
  require(read(file) == rows, "any fields come back as they were");
}

}  // namespace

void fuzz(std::string_view input) {
  static const TextFile file;
  check_any(file, input);
  file.write(input);
  Rows rows;
  try {
    rows = read(file);
  } catch (const ctl::LineError& error) {
    return require(std::string_view(error.what()).find('\n') == std::string_view::npos, "a fault is one line");
  }
  file.write(quoted(rows));
  require(read(file) == rows, "rows are read as they were written");
}

}  // namespace clientid

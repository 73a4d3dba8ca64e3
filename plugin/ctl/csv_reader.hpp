// Rows of a CSV file as RFC 4180 has them: fields are separated by commas; one in double quotes may hold commas, ends
// of lines, and double quotes, which are doubled. Lines may end in CRLF or LF, a byte order mark of UTF-8 is passed
// over, and so are empty lines. The fields are in wiped buffers, since some of them are tokens.
#pragma once

#include <cstddef>
#include <vector>

#include "plugin/ctl/input_file.hpp"
#include "plugin/identity/secret.hpp"

namespace clientid::ctl {

class CsvReader {
 public:
  explicit CsvReader(InputFile& input) : input_(input) {}

  // Takes the next row; false at the end. Throws LineError; the line that it is about is line(), and what comes behind
  // it cannot be told apart any more.
  bool next();

  const std::vector<Secret>& fields() const { return fields_; }
  std::size_t line() const { return line_; }  // on which the row begins

  static constexpr std::size_t max_field = 1024;  // octets
  static constexpr std::size_t max_fields = 64;

 private:
  enum class End : unsigned char { field, row };

  int take();
  void put(int octet);
  End take_field(int first);
  End take_quoted();
  End ended_by(int octet);

  InputFile& input_;
  std::vector<Secret> fields_;
  std::size_t line_ = 1;
  bool begun_ = false;
};

}  // namespace clientid::ctl

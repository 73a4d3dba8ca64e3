#include "plugin/ctl/csv_reader.hpp"

#include <string>

namespace clientid::ctl {
namespace {

constexpr int end_of_file = -1;

std::string column(std::size_t number) {
  return "column " + std::to_string(number) + ": ";
}

}  // namespace

// CRLF becomes LF; a CR alone ends no line.
int CsvReader::take() {
  const int octet = input_.take();
  if (octet != '\r') return octet;
  const int next = input_.take();
  if (next == '\n' || next == end_of_file) return next;
  throw LineError(
      "a carriage return that no line feed follows; save the file as CSV with lines that end in LF or CRLF");
}

void CsvReader::put(int octet) {
  auto& field = fields_.back();
  if (octet == 0) throw LineError(column(fields_.size()) + "it holds NUL; save the file as CSV in UTF-8");
  if (field.size() == max_field) throw LineError(column(fields_.size()) + "it is longer than 1024 octets");
  field.append(static_cast<char>(octet));
}

CsvReader::End CsvReader::ended_by(int octet) {
  if (octet == ',') return End::field;
  if (octet == '\n' || octet == end_of_file) return End::row;
  throw LineError(column(fields_.size()) +
                  "something stands behind the closing quote; a quote within a field is doubled, and the field quoted");
}

CsvReader::End CsvReader::take_quoted() {
  while (true) {
    int octet = input_.take();
    if (octet == end_of_file) throw LineError(column(fields_.size()) + "its closing quote is missing");
    if (octet == '"') {
      octet = take();
      if (octet != '"') return ended_by(octet);
    }
    put(octet);
  }
}

CsvReader::End CsvReader::take_field(int first) {
  if (fields_.size() == max_fields) throw LineError("it has more than 64 columns");
  fields_.emplace_back();
  if (first == '"') return take_quoted();
  for (int octet = first;; octet = take()) {
    if (octet == ',' || octet == '\n' || octet == end_of_file) return ended_by(octet);
    if (octet == '"') {
      throw LineError(column(fields_.size()) + "a quote in a field that is not quoted; quote it, and double this one");
    }
    put(octet);
  }
}

bool CsvReader::next() {
  fields_.clear();
  line_ = input_.line();
  int first = take();
  if (!begun_ && first == 0xef) {
    if (input_.take() != 0xbb || input_.take() != 0xbf) throw LineError("it is no text in UTF-8");
    first = take();
  }
  if (!begun_ && (first == 0xff || first == 0xfe)) throw LineError("it is in UTF-16; save it as CSV in UTF-8");
  begun_ = true;
  while (first == '\n') {
    line_ = input_.line();
    first = take();
  }
  if (first == end_of_file) return false;
  while (take_field(first) == End::field) first = take();
  return true;
}

}  // namespace clientid::ctl

// The content of a message in the stream of a client: behind DATA it goes up to CRLF "." CRLF, behind BDAT it is so
// many octets, whatever they are (RFC 3030).
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "shim/smtp/dot_scanner.hpp"

namespace clientid {

class Content {
 public:
  static Content dotted() { return Content(DotScanner()); }
  static Content counted(std::uint64_t octets) { return Content(octets); }

  // As DotScanner::scan(): what of the block belongs to the content and may pass on.
  DotScanner::Result scan(std::string_view block);

  bool is_dotted() const { return std::holds_alternative<DotScanner>(end_); }

 private:
  explicit Content(std::variant<DotScanner, std::uint64_t> end) : end_(end) {}

  std::variant<DotScanner, std::uint64_t> end_;  // a scanner, or the octets still to come
};

}  // namespace clientid

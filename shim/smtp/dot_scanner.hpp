// Finds the end of a message in the octets behind DATA. Only CRLF "." CRLF ends it, and a bare CR or LF is a fault:
// whoever takes one for a line end would see another message than we do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace clientid {

class DotScanner {
 public:
  enum class Status : std::uint8_t { more, end, bare_cr_or_lf };
  struct Result {
    Status status = Status::more;
    std::size_t length = 0;  // octets at the front of the block that may pass on, the end mark included
    std::size_t dots = 0;    // of them, at the front of a line: no part of the message (RFC 5321 section 4.5.2)
  };

  // Blocks may be cut anywhere, but each begins where the last one's `length` ended: a CR whose LF has not come yet is
  // left for the next block, so that no bare CR passes.
  Result scan(std::string_view block);

 private:
  enum class Line : std::uint8_t { empty, dot, other };  // the line begun, up to here
  Line line_ = Line::empty;
};

}  // namespace clientid

// What commands say about the message that follows: the SIZE of MAIL, and the count of BDAT.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace clientid {

// "FROM:<alice@example.com> SIZE=1000": RFC 1870. Nothing where it says nothing that is a number,
// the most there is where it is more.
std::optional<std::uint64_t> declared_size(std::string_view mail_parameters);

struct Chunk {
  std::uint64_t octets = 0;
  bool last = false;
};

// "1000" or "1000 LAST": RFC 3030 section 2. Nothing above 2^31 - 1, which no client sends, but see the source.
std::optional<Chunk> parse_chunk(std::string_view bdat_parameters);

// The last word is LAST, whatever its case.
bool ends_in_last(std::string_view parameters);

}  // namespace clientid

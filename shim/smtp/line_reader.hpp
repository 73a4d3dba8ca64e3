// Takes octets from a connection and gives them back as lines, or raw while a message passes. Only CRLF ends a line;
// a bare CR or LF, or a NUL, is a fault of the sender that is never passed on (smuggling: CVE-2023-51764 and kin).
// The buffer is wiped: passwords and tokens go through it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "plugin/identity/secret.hpp"

namespace clientid {

inline constexpr std::size_t max_command_line = 2048;  // octets with CRLF
inline constexpr std::size_t max_auth_line = 12288;    // RFC 4954 section 4.3

// Room to read into: for commands, and for messages.
inline constexpr std::size_t command_room = std::size_t{4} * 1024;
inline constexpr std::size_t message_room = std::size_t{64} * 1024;

enum class LineStatus : std::uint8_t { complete, incomplete, too_long, bad_octet };

class LineReader {
 public:
  // Room for the next read, for so many octets at least. Views given out before are void.
  std::span<char> prepare(std::size_t room = command_room);
  void commit(std::size_t read) { filled_ += read; }

  // The next line without its CRLF; `line` is valid until the next prepare().
  LineStatus next(std::string_view& line, std::size_t limit);

  // What has come and was not taken yet.
  std::string_view pending() const { return {buffer_.data() + taken_, filled_ - taken_}; }
  void take(std::size_t count) { taken_ += count; }

  // An idle connection holds no buffer.
  void release_if_empty();

 private:
  std::vector<char, WipingAllocator<char>> buffer_;
  std::size_t taken_ = 0;
  std::size_t filled_ = 0;
};

}  // namespace clientid

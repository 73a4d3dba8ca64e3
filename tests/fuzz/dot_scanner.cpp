// The message behind DATA: cut anywhere, the same octets are the same message, and what passes on is made of whole
// lines or the beginning of one. The first octet sets where it is cut, and how long a chunk is.
#include "shim/smtp/dot_scanner.hpp"

#include <string>

#include "shim/smtp/content.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clientid {
namespace {

using Status = DotScanner::Status;

struct Scanned {
  std::string passed;
  std::size_t dots = 0;
  Status status = Status::more;
  friend bool operator==(const Scanned&, const Scanned&) = default;
};

Scanned scan(std::string_view octets, Cuts cuts, Content content) {
  Scanned all;
  std::string waiting;
  do {
    waiting += cuts.take(octets);
    const auto [status, length, dots] = content.scan(waiting);
    all.passed += waiting.substr(0, length);
    all.dots += dots;
    all.status = status;
    waiting.erase(0, length);
  } while (all.status == Status::more && !octets.empty());
  return all;
}

void check_message(const Scanned& message) {
  const auto& passed = message.passed;
  for (std::size_t i = 0; i < passed.size(); ++i) {
    const bool cr = i > 0 && passed[i - 1] == '\r';
    require((passed[i] == '\n') == cr, "no bare CR or LF passes");
  }
  require(!passed.ends_with('\r'), "no CR passes without its LF");
  // So that the first line is as good as any other.
  const auto lines = "\r\n" + passed;
  const auto end = lines.find("\r\n.\r\n");
  require((end != std::string::npos) == (message.status == Status::end), "CRLF . CRLF is the end");
  require(end == std::string::npos || end + 5 == lines.size(), "nothing passes behind the end");
  std::size_t dots = 0;
  for (auto at = lines.find("\r\n."); at != std::string::npos; at = lines.find("\r\n.", at + 1)) ++dots;
  require(message.dots == dots, "the dots at the front of lines are counted");
}

}  // namespace

void fuzz(std::string_view input) {
  const auto seed = take_octet(input);
  const auto whole = scan(input, Cuts(seed, 0), Content::dotted());
  require(input.starts_with(whole.passed), "what passes on is what came");
  check_message(whole);
  require(scan(input, Cuts(seed, 1), Content::dotted()) == whole, "octets one by one are the same message");
  require(scan(input, Cuts(seed, 5), Content::dotted()) == whole, "octets in pieces are the same message");

  const auto chunk = scan(input, Cuts(seed, 5), Content::counted(seed));
  require(chunk.passed == input.substr(0, seed), "a chunk is so many octets");
  require((chunk.status == Status::end) == (input.size() >= seed), "it ends with the last of them");
}

}  // namespace clientid

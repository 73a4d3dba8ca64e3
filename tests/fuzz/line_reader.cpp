// The lines of a client: cut anywhere, the same octets are the same lines, and no line holds what could end another.
// The first octet sets the limit, the second where it is cut.
#include "shim/smtp/line_reader.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz.hpp"

namespace clientid {
namespace {

struct Read {
  std::vector<std::string> lines;
  LineStatus status = LineStatus::incomplete;  // behind them
  std::string rest;
  friend bool operator==(const Read&, const Read&) = default;
};

Read read(std::string_view octets, std::size_t limit, Cuts cuts) {
  Read all;
  LineReader reader;
  while (true) {
    std::string_view line;
    all.status = reader.next(line, limit);
    if (all.status == LineStatus::complete) {
      all.lines.emplace_back(line);
    } else if (all.status != LineStatus::incomplete || octets.empty()) {
      all.rest = std::string(reader.pending()) + std::string(octets);
      return all;
    } else {
      const auto piece = cuts.take(octets);
      reader.release_if_empty();
      std::copy(piece.begin(), piece.end(), reader.prepare(piece.size()).begin());
      reader.commit(piece.size());
    }
  }
}

}  // namespace

void fuzz(std::string_view input) {
  const std::size_t limit = 2 + take_octet(input);
  const auto seed = take_octet(input);
  const auto whole = read(input, limit, Cuts(seed, 0));
  std::string again;
  for (const auto& line : whole.lines) {
    require(line.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos, "a line holds no end of one");
    require(line.size() + 2 <= limit, "a line is within its limit");
    again += line + "\r\n";
  }
  require(again + whole.rest == input, "nothing is lost or added");
  require(whole.status != LineStatus::incomplete || whole.rest.size() < limit, "what is too long is seen to be");
  require(read(input, limit, Cuts(seed, 1)) == whole, "octets one by one are the same lines");
  require(read(input, limit, Cuts(seed, 7)) == whole, "octets in pieces are the same lines");
}

}  // namespace clientid

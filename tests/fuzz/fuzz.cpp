#include "tests/fuzz/fuzz.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

// libFuzzer's name for it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  clientid::fuzz({reinterpret_cast<const char*>(data), size});
  return 0;
}

namespace clientid {

void require(bool holds, const char* claim) {
  if (holds) return;
  std::fprintf(stderr, "it does not hold that %s\n", claim);
  std::abort();
}

unsigned take_octet(std::string_view& input) {
  if (input.empty()) return 0;
  const auto octet = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  return octet;
}

std::string_view take_until(std::string_view& input, char separator) {
  const auto end = std::min(input.find(separator), input.size());
  const auto piece = input.substr(0, end);
  input.remove_prefix(std::min(end + 1, input.size()));
  return piece;
}

std::string_view Cuts::take(std::string_view& left) {
  state_ = state_ * 1103515245U + 12345U;
  const auto length = longest_ == 0 ? left.size() : std::min<std::size_t>(1 + (state_ >> 16U) % longest_, left.size());
  const auto piece = left.substr(0, length);
  left.remove_prefix(length);
  return piece;
}

}  // namespace clientid

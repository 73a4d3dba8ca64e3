// Which prefixes of MAC addresses the IEEE has given to a vendor (D7.4), from the lists that Debian's package ieee-data
// installs. They are read when the first address is looked up, once, and kept as integers.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace clientid {

class MacVendors {
 public:
  enum class Answer : unsigned char { registered, not_registered, no_lists };

  // The first of these directories that has all the lists counts.
  explicit MacVendors(std::vector<std::string> directories) : directories_(std::move(directories)) {}

  // The lists of this machine.
  static const MacVendors& of_this_machine();

  // The 48 bits of the address, its first octet the highest. Any thread.
  Answer look_up(std::uint64_t address) const;

 private:
  using Prefixes = std::vector<std::uint64_t>;  // sorted

  void read_lists() const;

  std::vector<std::string> directories_;
  mutable std::once_flag read_once_;
  mutable std::array<Prefixes, 4> lists_;  // all empty without lists
};

}  // namespace clientid

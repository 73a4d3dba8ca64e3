// What the targets share. A target is one program, and one function: it takes any octets, and requires of what comes of
// them more than that nothing breaks.
#pragma once

#include <cstddef>
#include <string_view>

namespace clientid {

// The target's own: called once for each input.
void fuzz(std::string_view input);

// Ends the program, which libFuzzer takes for a finding, unless it holds that... `claim`.
void require(bool holds, const char* claim);

// The first octet, taken off the front; 0 where there is none.
unsigned take_octet(std::string_view& input);

// What stands before the next `separator`, which is taken away as well.
std::string_view take_until(std::string_view& input, char separator);

// Where a stream is cut: lengths of pieces from 1 to `longest`, the same for the same seed.
class Cuts {
 public:
  Cuts(unsigned seed, std::size_t longest) : state_(seed), longest_(longest) {}
  // Taken off the front of what is left; all of it where `longest` is 0.
  std::string_view take(std::string_view& left);

 private:
  unsigned state_;
  std::size_t longest_;
};

}  // namespace clientid

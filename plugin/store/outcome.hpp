// What became of an attempt to log in, as the history keeps it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace clientid {

enum class Outcome : std::uint8_t {
  authenticated,  // verdict and password were good
  enrolled,       // the same, and the device was bound by it
  quarantined,    // the password was right, the device waits for approval
  refused,        // the verdict was no
  failed,         // the password was wrong, or the account unknown
  unavailable,    // could not be decided, 454
  changed,        // by an operator or detection; `verdict` and `reason` are empty, `detail` says what
};

std::string_view name(Outcome outcome);
std::optional<Outcome> parse_outcome(std::string_view text);

}  // namespace clientid

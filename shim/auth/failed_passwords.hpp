// Remembers passwords that were wrong, so that the same one again and again, from a phone that knows no better, counts
// once. What is kept is a short hash under a key of this process alone, which nobody can try guesses against later.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "plugin/identity/secret.hpp"
#include "plugin/policy/time.hpp"

namespace clientid {

using PasswordMark = std::uint64_t;

// Any thread.
class FailedPasswords {
 public:
  FailedPasswords();

  // Of a password on an account, as the client wrote the two.
  PasswordMark mark(std::string_view user, std::string_view password) const;

  // Was this one wrong within `window` before now? From now on it was.
  bool again(PasswordMark mark, Time now, std::chrono::seconds window);

  // Beyond it the old ones are forgotten, and then all.
  static constexpr std::size_t max_marks = 100'000;

 private:
  Secret key_;
  std::mutex mutex_;
  std::unordered_map<PasswordMark, Time> last_;
};

}  // namespace clientid

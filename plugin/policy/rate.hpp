// So many within a time, as limits and detection count: "20/10m".
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace clientid {

struct Rate {
  unsigned most = 0;              // 0: no limit
  std::chrono::seconds window{};  // 1 minute to 24 hours
  bool limits() const { return most > 0; }

  friend bool operator==(const Rate&, const Rate&) = default;
};

// "20/10m", or "none". Nothing for what is neither.
std::optional<Rate> parse_rate(std::string_view text);

std::string to_string(const Rate& rate);

}  // namespace clientid

// Numbers with what they are of.
#pragma once

#include <concepts>
#include <string>

namespace clientid::ctl {

// "1 event", "2 events"
std::string counted(std::integral auto count, const std::string& one) {
  return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

}  // namespace clientid::ctl

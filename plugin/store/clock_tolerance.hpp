// By so much clocks may differ by which one store is written. What is from later than that was written before a clock
// was put back: it says nothing about now, and must not hold until that time has come.
#pragma once

#include <chrono>

namespace clientid {

inline constexpr std::chrono::seconds clock_tolerance{60};

}  // namespace clientid

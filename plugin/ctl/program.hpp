// Runs another program to its end, for a time: what it says, and how it ended.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace clientid::ctl {

struct Ended {
  bool in_time = false;  // else it was killed, and the output is what came until then
  int status = -1;       // of its exit; -1: a signal ended it
  std::string output;
  std::string errors;
};

// `words` are its path and its arguments. Its input is empty. Nothing where it cannot be run.
std::optional<Ended> run_program(const std::vector<std::string>& words, std::chrono::seconds patience);

// As a shell finds it, or else in one of these directories. Empty where there is none.
std::string find_program(const std::string& name, const std::vector<std::string>& directories);

}  // namespace clientid::ctl

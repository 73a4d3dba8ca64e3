// The signals that end the program, SIGINT and SIGTERM, kept back until they are looked for: what is under way is
// brought to a good end.
#pragma once

#include <chrono>

#include "plugin/config/file_descriptor.hpp"
#include "plugin/ctl/failure.hpp"

namespace clientid::ctl {

class Interruption {
 public:
  // From here to the end of the process they are kept back.
  Interruption();

  // Did one come, or does one within this time?
  bool came() const { return came_within(std::chrono::milliseconds(0)); }
  bool came_within(std::chrono::milliseconds wait) const;

  // Waits for octets to read, or the end of the file. False if a signal came before.
  bool readable(int file) const;

 private:
  FileDescriptor signals_;
};

// What a command throws that was interrupted and has cleaned up.
class Interrupted : public Failure {
 public:
  explicit Interrupted(const std::string& text) : Failure(Status::interrupted, text) {}
};

}  // namespace clientid::ctl

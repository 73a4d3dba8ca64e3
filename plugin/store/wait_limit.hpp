// Ends a wait for a server that does not come to an end by itself. The libraries of databases wait for an answer as
// long as the connection stands, and a server that is stopped, or whose disk hangs, keeps it.
#pragma once

#include <chrono>

namespace clientid {

class WaitLimit {
 public:
  // When this much time is over, the socket is shut down, so that whoever waits for it gets an error. Not a positive
  // one: never.
  WaitLimit(int socket, std::chrono::milliseconds limit);
  WaitLimit(const WaitLimit&) = delete;
  WaitLimit& operator=(const WaitLimit&) = delete;
  ~WaitLimit();

  // The wait was ended.
  bool reached() const;

 private:
  friend class WaitWatch;

  int socket_;
  std::chrono::steady_clock::time_point end_;
  bool reached_ = false;
};

}  // namespace clientid

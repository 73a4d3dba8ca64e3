// The table of open sessions by device (U6.2.3), of all hosts that share the store. Each row is held by a process, and
// counts until its lease ends: what a host that died has left behind goes away by itself.
#pragma once

#include <string>
#include <vector>

#include "plugin/policy/time.hpp"
#include "plugin/store/connection.hpp"

namespace clientid {

struct OpenSession {
  std::string holder;    // of a process: made up at its start
  long long number = 0;  // within it
  std::string type;
  std::string fingerprint;  // 64 hexadecimal digits
  std::string account;
  std::string peer;
  std::string network;  // that counts for the peer
  Time opened;
};

class Sessions {
 public:
  explicit Sessions(Connection& connection) : connection_(connection) {}

  void open(const std::vector<OpenSession>& sessions, Time lease);
  void close(const std::string& holder, const std::vector<long long>& numbers);

  // All that the process holds.
  void extend(const std::string& holder, Time lease);
  void close_all(const std::string& holder);

  // Forgets those whose lease has ended.
  long long purge(Time now);

 private:
  Connection& connection_;
};

}  // namespace clientid

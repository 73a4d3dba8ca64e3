// The table of open sessions by device (U6.2.3), of all hosts that share the store. Each row is held by a process, and
// counts until its lease ends: what a host that died has left behind goes away by itself.
#pragma once

#include <string>
#include <vector>

#include "plugin/policy/network.hpp"
#include "plugin/store/statement.hpp"

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

struct SessionCounts {
  unsigned all = 0;
  unsigned on_account = 0;  // on the account asked about
  unsigned elsewhere = 0;   // from other networks than the one asked about
};

class Sessions {
 public:
  explicit Sessions(Connection& connection) : connection_(connection) {}

  void open(const OpenSession& session, Time lease);
  void close(const std::string& holder, long long number);

  // All that the process holds.
  void extend(const std::string& holder, Time lease);
  void close_all(const std::string& holder);

  // Those whose lease has not ended, oldest first.
  std::vector<OpenSession> list(Time now);

  // Forgets those whose lease has ended.
  void purge(Time now);

 private:
  Connection& connection_;
};

class SessionCounter {
 public:
  explicit SessionCounter(Connection& connection);

  SessionCounts count(const std::string& fingerprint, const std::string& account, const std::string& network, Time at);

 private:
  std::string fingerprint_;
  std::string account_;
  std::string network_;
  long long at_ = 0;
  long long all_ = 0;
  long long on_account_ = 0;
  long long elsewhere_ = 0;
  Statement statement_;
};

}  // namespace clientid

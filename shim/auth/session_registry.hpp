// Which device stands behind a connection of ours to the back end: there the module knows no more than the two
// endpoints of the connection, and asks by them.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "plugin/policy/decide.hpp"
#include "shim/auth/pending_verdict.hpp"

namespace clientid {

struct RegisteredSession {
  std::optional<Device> device;
  std::optional<Address> peer;  // the client, not us
  // Where the client's own AUTH is done over this connection. What follows from the verdict is ours to do then.
  std::shared_ptr<PendingVerdict> pending;
  bool refuse_late = false;  // with `pending`: a refused device is let through, to be refused behind the password
};

// "127.0.0.1;10587" and the like, as libsasl writes endpoints.
struct Endpoints {
  std::string local;
  std::string remote;
};

// A connection to the back end as the back end sees it, and the client's as XCLIENT or PROXY may make it see: libsasl
// is given either end of either.
struct SeenEndpoints {
  Endpoints ours;
  Endpoints clients;
};

class SessionRegistry {
 public:
  // Known until it is destroyed.
  class Entry {
   public:
    Entry(SessionRegistry& registry, std::vector<std::string> keys, std::uint64_t number)
        : registry_(&registry), keys_(std::move(keys)), number_(number) {}
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry();

   private:
    SessionRegistry* registry_;
    std::vector<std::string> keys_;
    std::uint64_t number_;
  };

  // Null where our own endpoints are empty: it could not be told from others.
  std::unique_ptr<Entry> add(const SeenEndpoints& seen, const RegisteredSession& session);
  std::optional<RegisteredSession> find(const Endpoints& endpoints) const;

 private:
  static std::string key(const std::string& local, const std::string& remote) { return local + " " + remote; }

  mutable std::mutex mutex_;
  // The number tells a session from a later one at the same endpoints.
  std::unordered_map<std::string, std::pair<std::uint64_t, RegisteredSession>> sessions_;
  std::uint64_t last_number_ = 0;
};

}  // namespace clientid

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

#include "plugin/policy/decide.hpp"

namespace clientid {

struct RegisteredSession {
  std::optional<Device> device;
  std::optional<Address> peer;  // the client, not us
};

// "127.0.0.1;10587" and the like, as libsasl writes endpoints; the back end's view.
struct Endpoints {
  std::string local;
  std::string remote;
};

class SessionRegistry {
 public:
  // Known until it is destroyed.
  class Entry {
   public:
    Entry(SessionRegistry& registry, std::string key, std::uint64_t number)
        : registry_(&registry), key_(std::move(key)), number_(number) {}
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry();

   private:
    SessionRegistry* registry_;
    std::string key_;
    std::uint64_t number_;
  };

  // Null where an endpoint is empty: nobody could ask for it.
  std::unique_ptr<Entry> add(const Endpoints& endpoints, RegisteredSession session);
  std::optional<RegisteredSession> find(const Endpoints& endpoints) const;

 private:
  static std::string key(const Endpoints& endpoints) { return endpoints.local + " " + endpoints.remote; }

  mutable std::mutex mutex_;
  // The number tells a session from a later one at the same endpoints.
  std::unordered_map<std::string, std::pair<std::uint64_t, RegisteredSession>> sessions_;
  std::uint64_t last_number_ = 0;
};

}  // namespace clientid

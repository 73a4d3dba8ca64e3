// What clients have in common: the rules of shim.conf, and the parts that serve them. A new configuration makes a new
// service; each client keeps the one it came to, and so do the threads that work for it.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "shim/auth/authenticator.hpp"
#include "shim/auth/worker_pool.hpp"
#include "shim/net/keyed_count.hpp"
#include "shim/net/relay.hpp"
#include "shim/net/shared_offer.hpp"
#include "shim/net/tls_context.hpp"
#include "shim/smtp/session.hpp"

namespace clientid {

// Who does AUTH: libsasl here; the back end, its password alone; or the back end with the module in it.
enum class LoginWay : std::uint8_t { sasl, backend_password, backend };

struct Timeouts {
  Clock::duration greeting;  // handshakes, and the first command
  Clock::duration command;
  Clock::duration data;  // between two pieces of a message, and for a reply to be taken
  Clock::duration auth;  // for libsasl and the store, at each step
  Clock::duration session;
};

// These are there once in the process, and outlive every service.
struct ServiceParts {
  Recorder& recorder;
  FailedPasswords& passwords;
  WorkerPool& pool;
  SessionRegistry& registry;
  KeyedCount& devices;  // sessions of each device on each account that have authenticated
  std::shared_ptr<TicketKeys> ticket_keys;
  std::shared_ptr<CurrentKeys> hash_keys;
  std::shared_ptr<LastOnStoreFailure> on_store_failure;
};

struct Service {
  SessionRules session;
  AuthRules auth;
  LoginWay login = LoginWay::sasl;
  RelayRules relay;
  Timeouts timeouts;
  Clock::duration failure_delay;  // a failed AUTH takes at least this, and up to a quarter more
  unsigned max_per_device;        // sessions at a time on an account
  std::vector<Network> trusted_proxies;
  std::shared_ptr<const TlsContext> tls;
  std::shared_ptr<Judge> judge;
  std::shared_ptr<SharedOffer> offer;
  ServiceParts parts;
};

// The service for clients that come now. Any thread may ask.
class CurrentService {
 public:
  explicit CurrentService(std::shared_ptr<const Service> service) : service_(std::move(service)) {}

  std::shared_ptr<const Service> get() const {
    const std::lock_guard lock(mutex_);
    return service_;
  }
  void set(std::shared_ptr<const Service> service) {
    const std::lock_guard lock(mutex_);
    service_.swap(service);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Service> service_;
};

}  // namespace clientid

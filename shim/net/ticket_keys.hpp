// The keys that encrypt TLS session tickets: in memory only, a new one every period, and the two before it still
// decrypt. So a ticket is of use for at least two periods, and whoever reads this memory cannot look further back than
// three. One object serves all threads, and outlives the certificates: a ticket stays good when they are read anew.
//
// What OpenSSL makes of them is in session_tickets.hpp.
#pragma once

#include <array>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>

#include "plugin/identity/secret.hpp"

namespace clientid {

struct TicketKey {
  static constexpr std::size_t name_size = 16;
  using Name = std::array<unsigned char, name_size>;

  Name name;  // stands in the ticket, in the clear
  Secret cipher;
  Secret mac;
};

class TicketKeys {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::hours period{4};
  static constexpr unsigned kept = 3;

  explicit TicketKeys(std::function<Clock::time_point()> now = Clock::now) : now_(std::move(now)) {}

  // For a new ticket. Throws where there is no randomness to be had.
  std::shared_ptr<const TicketKey> current();

  struct Found {
    std::shared_ptr<const TicketKey> key;
    bool current;  // if not, the client should get a new ticket
  };
  // For a ticket that a client shows. No key where it is not one of ours, or too old.
  Found find(std::span<const unsigned char, TicketKey::name_size> name);

 private:
  struct Held {
    std::shared_ptr<const TicketKey> key;
    Clock::time_point made;
  };
  void rotate();

  std::function<Clock::time_point()> now_;
  std::mutex mutex_;
  std::deque<Held> held_;  // the newest first
};

}  // namespace clientid

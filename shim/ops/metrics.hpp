// What this process has done since it began. As there is one log, there is one of these, which whoever does something
// adds to; the listener of `metrics` shows it (monitor.hpp), with what is now. Labels are closed enumerations.
#pragma once

#include <array>
#include <cstdint>

#include "plugin/policy/verdict.hpp"
#include "plugin/store/history.hpp"
#include "shim/ops/counter.hpp"

namespace clientid {

class Exposition;

enum class ConnectionLimit : std::uint8_t { all, address, device };  // max-connections, ...-per-address, ...-per-device
enum class Handshake : std::uint8_t { full, resumed, failed };
enum class BackendResult : std::uint8_t { answered, failed };

struct Metrics {
  Counter connections;
  CounterSet<ConnectionLimit::device> refused;
  CounterSet<Handshake::failed> handshakes;

  CounterSet<Outcome::changed> outcomes;
  std::array<CounterSet<Decision::quarantine>, static_cast<std::size_t>(Reason::unbound) + 1> verdicts;  // by reason
  CounterSet<Decision::quarantine> questions;  // through verdict-socket
  Histogram auth_duration;                     // what the client and failure-delay take is not in it
  Counter auth_queue_full;
  Counter auth_too_slow;

  CounterSet<BackendResult::failed> backend_connections;
  Counter backend_refusals;
  Counter backend_lost;

  Histogram ledger_write;
  Counter ledger_failures;
  Counter ledger_lost;
  Counter store_failures;

  void count(const Verdict& verdict) { verdicts[static_cast<std::size_t>(verdict.reason)][verdict.decision].add(); }
};

extern constinit Metrics metrics;

void expose(const Metrics& metrics, Exposition& text);

}  // namespace clientid

// What attempts leave behind in the store: the history, the use of a binding, its move to the current key, the
// counters, open sessions, and what detection makes of them. Written for many at once, in one transaction, outside of
// AUTH.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plugin/policy/alert.hpp"
#include "plugin/policy/facts.hpp"
#include "plugin/store/connection.hpp"
#include "plugin/store/counters.hpp"
#include "plugin/store/detection.hpp"
#include "plugin/store/history.hpp"
#include "plugin/store/moved_devices.hpp"
#include "plugin/store/session_lease.hpp"
#include "plugin/store/sessions.hpp"

namespace clientid {

// An attempt that has ended.
struct Entry {
  Event event;
  std::optional<std::int64_t> used_binding;  // a success counts as its use
  CountedNames counted;
  bool failure = false;                         // counts as one, for limits
  bool suspicious = false;                      // for detection
  bool used_by_many = false;                    // the device, which is not to be blocked for what one of its users does
  std::string key_id;                           // under which the fingerprint of the event was made
  std::vector<std::string> other_fingerprints;  // of the device, under other keys
  std::optional<DeviceMove> move;               // the store knows the device under an older key
};

struct Batch {
  std::vector<Entry> entries;
  std::vector<OpenSession> opened;
  std::vector<long long> closed;  // numbers of sessions of this holder
};

class Ledger {
 public:
  // `holder` names this process among those that have sessions open.
  Ledger(Connection& connection, std::string holder);

  // Throws StoreError, and has written nothing then, or all of it, where the answer to the commit was lost. To write it
  // again opens no session twice. Gives what detection has found.
  std::vector<Alert> write(const Batch& batch, Time now);

  // Throws StoreError where nothing can be written now, whatever it is.
  void require_writable(Time now);

  // To be called every so often, at least once in half of `lease`: keeps the sessions of this process, and forgets
  // what is over.
  void tend(Time now);

  // The process ends: none of its sessions is open any more.
  void close_all();

  static constexpr auto lease = session_lease;
  // Behind their lease, sessions do not count any more, and are kept for so long: their process may only have been cut
  // off from the store, and then extends them.
  static constexpr std::chrono::hours kept_after_lease{1};

 private:
  void write_entries(const std::vector<Entry>& entries);

  Connection& connection_;
  std::string holder_;
  Sessions sessions_;
  Detection detection_;
};

}  // namespace clientid

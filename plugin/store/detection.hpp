// UC7: finds attacks in the history, and acts against them for a time. What it does spares devices on their own
// accounts (X2), is in the history, and can be lifted.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "plugin/policy/alert.hpp"
#include "plugin/policy/settings.hpp"
#include "plugin/store/connection.hpp"

namespace clientid {

struct SuspectDevice {
  std::string key_id;               // under which its fingerprint was made
  std::vector<std::string> others;  // its fingerprints under other keys: what it did under them is held against it, too
};

// Who had to do with failures just now. A failure of an own device is none of these.
struct Suspects {
  std::set<std::string> accounts;
  std::map<std::string, SuspectDevice> devices;  // by fingerprint, 64 hexadecimal digits
  std::set<std::string> networks;
  bool any = false;
};

class Detection {
 public:
  explicit Detection(Connection& connection);
  Detection(const Detection&) = delete;
  Detection& operator=(const Detection&) = delete;
  ~Detection();

  // The failures are in the history already. Gives an alert for each attack that was not known yet. At most
  // `max_restrictions` of its making are in force at a time.
  std::vector<Alert> look(const Suspects& suspects, Time now);

  static constexpr long long max_restrictions = 10'000;

 private:
  struct Statements;
  std::unique_ptr<Statements> statements_;
};

}  // namespace clientid

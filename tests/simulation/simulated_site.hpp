// A site as the shim has it, without sockets and with a clock that is given in: the real store, judge, conclusion and
// ledger.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "shim/auth/attempt_record.hpp"
#include "shim/auth/judge.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace clientid {

// Somebody tries to log in.
struct Try {
  Time at;
  std::string account;
  std::optional<Fingerprint> device;
  Address peer;
  std::string password;
  bool right = false;  // the password
};

struct Result {
  Outcome outcome = Outcome::unavailable;
  bool password_was_asked = false;  // the verdict left it to the password
};

class SimulatedSite {
 public:
  // `policy` is as `clientidctl policy set` takes it: "mode=enforce".
  explicit SimulatedSite(const std::vector<std::string>& policy);

  void bind(const std::string& account, const Fingerprint& device);

  Result attempt(const Try& one);

  // What detection has found since it was last asked. Attempts of one second become one batch.
  std::vector<Alert> take_detections();

 private:
  void write();

  TemporaryDirectory directory_;
  std::string url_;
  Connection connection_;
  Ledger ledger_;
  Judge judge_;
  JudgeStore store_;
  FailedPasswords passwords_;
  Batch batch_;
  Time batch_time_;
  std::vector<Alert> detections_;
};

}  // namespace clientid

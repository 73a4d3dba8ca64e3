// What stays of an AUTH that has ended: an entry in the ledger, alerts, and a line in the log.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shim/auth/conclusion.hpp"
#include "shim/auth/failed_passwords.hpp"
#include "shim/auth/recorder.hpp"
#include "shim/smtp/session.hpp"

namespace clientid {

struct AttemptContext {
  std::string service;
  std::string peer;  // address, or empty
  std::string mechanism;
  std::optional<PasswordMark> password;  // where it was seen
};

// Once in the process; any thread.
struct AttemptBooks {
  Recorder& recorder;
  FailedPasswords& passwords;
};

// `judgement` is nothing where nobody asked for one.
void record_attempt(const AttemptBooks& books, const AttemptContext& context, Outcome outcome,
                    const std::optional<Judgement>& judgement);

// The parts of it that need no process around them. `repeated`: the same wrong password was seen a moment ago.
Entry entry_of(const AttemptContext& context, Outcome outcome, const std::optional<Judgement>& judgement, bool repeated,
               Time now);
std::vector<Alert> alerts_of(const Entry& entry, const std::optional<Judgement>& judgement);

// What the client is told of it.
AuthStatus status_of(Outcome outcome);

// The session that follows from an AUTH that succeeded, if the device counts.
std::optional<OpenSession> session_of(const Judgement& judgement);

// The device as far as the log may name it (D7.3).
const Device* logged_device(const Judgement& judgement);

}  // namespace clientid

// What stays of an AUTH that has ended: an event in the history, the use of a binding, and a line in the log.
#pragma once

#include <optional>
#include <string>

#include "shim/auth/conclusion.hpp"
#include "shim/auth/recorder.hpp"
#include "shim/smtp/session.hpp"

namespace clientid {

struct AttemptContext {
  std::string service;
  std::string peer;  // address, or empty
  std::string mechanism;
};

// `judgement` is nothing where nobody asked for one.
void record_attempt(Recorder& recorder, const AttemptContext& context, Outcome outcome,
                    const std::optional<Judgement>& judgement);

// What the client is told of it.
AuthStatus status_of(Outcome outcome);

}  // namespace clientid

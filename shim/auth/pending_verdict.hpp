// What the judge said about an AUTH that is under way in the back end: the module there asks from another process and
// another thread, and whoever passed the AUTH on wants to know whether it did (X1).
#pragma once

#include <mutex>
#include <optional>
#include <utility>

#include "shim/auth/conclusion.hpp"

namespace clientid {

class PendingVerdict {
 public:
  // The first one counts: it is on the authentication identity.
  void put(Judgement judgement) {
    const std::lock_guard lock(mutex_);
    if (!judgement_) judgement_ = std::move(judgement);
  }
  std::optional<Judgement> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(judgement_, std::nullopt);
  }

 private:
  std::mutex mutex_;
  std::optional<Judgement> judgement_;
};

}  // namespace clientid

// What clients are offered, by what the back end announced last. They are told before any connection of theirs reaches
// it (X9), so that the sessions of all threads share what one of them has learnt.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "shim/smtp/backend_offer.hpp"

namespace clientid {

class SharedOffer {
 public:
  // `announced`: what it is taken to announce until it is asked.
  explicit SharedOffer(OfferRules rules, const Keywords& announced = {}) : rules_(std::move(rules)) {
    learn(announced);
  }

  std::shared_ptr<const BackendOffer> get() const {
    const std::lock_guard lock(mutex_);
    return offer_;
  }
  void learn(const Keywords& backend) {
    auto fresh = std::make_shared<const BackendOffer>(offer_of(backend, rules_));
    const std::lock_guard lock(mutex_);
    announced_ = backend;
    offer_ = std::move(fresh);
  }
  // What was learnt last.
  Keywords announced() const {
    const std::lock_guard lock(mutex_);
    return announced_;
  }

 private:
  OfferRules rules_;
  mutable std::mutex mutex_;
  Keywords announced_;
  std::shared_ptr<const BackendOffer> offer_;
};

}  // namespace clientid

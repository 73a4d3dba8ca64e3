// What an AUTH with the right password needs besides the verdict before it counts: a client that still waits for it,
// and a place among the sessions of its device (U6.2.3). It has it before anything is bound or written down, so that
// the history never says more than the client was told.
#pragma once

#include <memory>
#include <string>

#include "shim/auth/conclusion.hpp"
#include "shim/net/service.hpp"

namespace clientid {

class Admission {
 public:
  // `peer`: the client's address.
  Admission(std::shared_ptr<const Service> service, std::string peer)
      : service_(std::move(service)), peer_(std::move(peer)) {}

  // On a thread of the pool, as Admit. Holds the caller, and takes the place where the verdict lets the device in.
  bool admit(Caller& caller, const Judgement& judgement);

  // For the session that follows. Null where the device is not counted.
  std::unique_ptr<KeyedCount::Place> take_place() { return std::move(place_); }

 private:
  std::shared_ptr<const Service> service_;
  std::string peer_;
  std::unique_ptr<KeyedCount::Place> place_;
};

}  // namespace clientid

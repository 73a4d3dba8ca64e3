// How the program ends, and the one exception that says so. Besides it there are ConfigError (status usage) and
// StoreError (status store); main() catches all of them.
#pragma once

#include <stdexcept>
#include <string>

namespace clientid::ctl {

enum class Status : int {
  done = 0,
  refused = 1,  // `check`: would be refused
  usage = 2,    // wrong usage or configuration
  absent = 3,   // no such thing
  store = 4,    // the store, or the system, does not do what was asked
  rule = 5,     // would break a rule
  interrupted = 130,
};

class Failure : public std::runtime_error {
 public:
  Failure(Status status, const std::string& text) : std::runtime_error(text), status_(status) {}
  Status status() const { return status_; }

 private:
  Status status_;
};

}  // namespace clientid::ctl

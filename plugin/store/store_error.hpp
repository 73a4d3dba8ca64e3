// The store does not do what was asked: not reachable, locked too long, full, damaged, or of a version this program
// does not know. The text names the store and the cause and holds no stored value.
#pragma once

#include <stdexcept>

namespace clientid {

class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace clientid

// Something an operator wrote cannot be used. The text is one line: what, where, how to mend it. main() prints it
// and exits with status 2.
#pragma once

#include <stdexcept>

namespace clientid {

class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace clientid

// How many sessions a device has open, on all hosts that share the store (U6.2.3).
#pragma once

#include <string>
#include <vector>

#include "plugin/policy/time.hpp"
#include "plugin/store/any_of.hpp"
#include "plugin/store/statement.hpp"

namespace clientid {

struct SessionCounts {
  unsigned all = 0;
  unsigned on_account = 0;  // on the account asked about
  unsigned elsewhere = 0;   // from other networks than the one asked about
};

class SessionCounter {
 public:
  // `keys`: how many fingerprints the device has.
  explicit SessionCounter(Connection& connection, std::size_t keys = 1);

  SessionCounts count(const std::vector<std::string>& fingerprints, const std::string& account,
                      const std::string& network, Time at);

 private:
  AnyOf fingerprints_;
  std::string account_;
  std::string network_;
  long long at_ = 0;
  long long latest_ = 0;
  long long all_ = 0;
  long long on_account_ = 0;
  long long elsewhere_ = 0;
  Statement statement_;
};

}  // namespace clientid

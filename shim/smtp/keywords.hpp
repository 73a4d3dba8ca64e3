// EHLO keywords: what a back end announces, and what of it we announce ourselves. A keyword passes only if the relay
// handles it; everything else stays unsaid, for a client would use it (keyword leakage).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "shim/smtp/backend_reply.hpp"

namespace clientid {

class Keywords {
 public:
  Keywords() = default;
  explicit Keywords(const BackendReply& ehlo);

  bool has(std::string_view keyword) const { return parameters_.contains(std::string(keyword)); }
  // Empty if there are none, or no such keyword.
  std::string_view parameters(std::string_view keyword) const;

  // "SIZE 10240000", "8BITMIME", ...: those that pass.
  std::vector<std::string> relayed() const;

 private:
  std::map<std::string, std::string> parameters_;  // by keyword in upper case
};

}  // namespace clientid

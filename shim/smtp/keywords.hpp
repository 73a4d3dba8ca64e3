// EHLO keywords: what a back end announces. What of it clients hear of, is in backend_offer.hpp.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "shim/smtp/backend_reply.hpp"

namespace clientid {

class Keywords {
 public:
  Keywords() = default;
  explicit Keywords(const BackendReply& ehlo);

  bool has(std::string_view keyword) const { return parameters_.contains(std::string(keyword)); }
  // Empty if there are none, or no such keyword.
  std::string_view parameters(std::string_view keyword) const;

 private:
  std::map<std::string, std::string> parameters_;  // by keyword in upper case
};

}  // namespace clientid

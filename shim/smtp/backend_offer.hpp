// What we offer clients on behalf of the back end. A keyword passes only if the relay handles it; everything else stays
// unsaid, for a client would use it (keyword leakage).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shim/smtp/keywords.hpp"

namespace clientid {

struct BackendOffer {
  std::vector<std::string> keywords;    // lines of an EHLO reply: "SIZE 10240000", "8BITMIME", ...
  std::vector<std::string> mechanisms;  // of AUTH, upper case

  // Is it among `keywords`? In upper case.
  bool has(std::string_view keyword) const;
};

struct OfferRules {
  std::vector<std::string> mechanisms;  // `mechanisms`
  bool auth_by_backend = false;         // only those that the back end has too
  std::uint64_t max_message_size = 0;   // octets; 0: what the back end takes
  bool burl = false;                    // RFC 4468
  bool etrn = false;                    // RFC 1985
};

BackendOffer offer_of(const Keywords& backend, const OfferRules& rules);

}  // namespace clientid

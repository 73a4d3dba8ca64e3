// The mail that tells somebody of an alert, in plain words: what happened, and what can be done.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shim/ops/merged_alert.hpp"

namespace clientid {

// The holder of the account is told what to do about a password, the postmaster which commands there are.
enum class AlertReader : std::uint8_t { holder, postmaster };

struct AlertHeading {
  std::string from;
  std::vector<std::string> to;
  std::string host;  // ours
  std::string id;    // of this mail alone; letters, digits and dots
  Time date;
};

// As it goes behind DATA: with CRLF, dots doubled, and the dot that ends it (RFC 5321 section 4.5.2). Nothing in the
// alert can begin another line.
std::string alert_message(const MergedAlert& alert, AlertReader reader, const AlertHeading& heading);

// One that can stand in MAIL, RCPT and a header as it is: no quotes, no address in brackets.
bool is_mail_address(std::string_view text);

}  // namespace clientid

// An alert as programs read it: one JSON object in one line.
#pragma once

#include <string>

#include "shim/ops/merged_alert.hpp"

namespace clientid {

// {"kind":"device-bound","account":"alice@example.com",...}; what is empty is null, times are RFC 3339 in UTC, and it
// is valid JSON whatever octets it is made of. `host` is our own name.
std::string alert_json(const MergedAlert& alert, const std::string& host);

}  // namespace clientid

// A time as scripts see it: in RFC 3339, or null where there is none.
#pragma once

#include <optional>

#include "plugin/ctl/output.hpp"
#include "plugin/policy/time.hpp"

namespace clientid::ctl {

Json to_json(const std::optional<Time>& time);

}  // namespace clientid::ctl

// Looks at the address of `metrics` from outside: can it be listened on, or who does?
#pragma once

#include "plugin/config/finding.hpp"
#include "shim/net/monitor_address.hpp"

namespace clientid {

// Good where nobody listens there and somebody could, or where a service says that it is ready.
Finding look_at_monitor(const MonitorAddress& address);

}  // namespace clientid

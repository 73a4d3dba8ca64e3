// The journal of systemd, in its own protocol: a line with its fields beside it, for `journalctl CLIENTID_EVENT=auth`.
#pragma once

#include <string>
#include <string_view>

#include "shim/ops/log.hpp"

namespace clientid::log {

// False where the program was built without libsystemd.
bool has_journal();

// `line` becomes MESSAGE. The event becomes CLIENTID_EVENT, and each field CLIENTID_ and its key in upper case, so that
// none can be taken for a field of the journal's own; their values are the octets as they are, up to `max_value`.
void write_journal(int priority, const std::string& line, std::string_view event, Fields fields);

}  // namespace clientid::log

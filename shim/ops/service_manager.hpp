// What systemd is told of the state of the service (sd_notify(3), Type=notify), and what it gives us. Nothing
// where it did not start us, or where the program was built without it.
#pragma once

#include <vector>

namespace clientid {

void notify_ready();
void notify_reloading();
void notify_stopping();

// Sockets of a socket unit (sd_listen_fds(3)). Nobody after us gets to see them.
std::vector<int> passed_descriptors();

}  // namespace clientid

// What systemd is told of the state of the service (sd_notify(3), Type=notify-reload). Nothing where it did not start
// us, or where the program was built without it.
#pragma once

namespace clientid {

void notify_ready();
void notify_reloading();
void notify_stopping();

}  // namespace clientid

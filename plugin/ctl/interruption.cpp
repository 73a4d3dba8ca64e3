#include "plugin/ctl/interruption.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace clientid::ctl {
namespace {

int hold_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  return ::signalfd(-1, &signals, SFD_CLOEXEC);
}

}  // namespace

Interruption::Interruption() : signals_(hold_signals()) {
  if (!signals_) throw std::runtime_error("the system does not let signals be waited for");
}

bool Interruption::came_within(std::chrono::milliseconds wait) const {
  pollfd signals{signals_.get(), POLLIN, 0};
  return ::poll(&signals, 1, static_cast<int>(wait.count())) > 0;
}

bool Interruption::readable(int file) const {
  std::array<pollfd, 2> files{pollfd{signals_.get(), POLLIN, 0}, pollfd{file, POLLIN, 0}};
  while (::poll(files.data(), files.size(), -1) < 0 && errno == EINTR) continue;
  return files[0].revents == 0;
}

}  // namespace clientid::ctl

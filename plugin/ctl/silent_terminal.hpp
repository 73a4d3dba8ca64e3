// Switches off the echo of the terminal on standard input while a secret is typed.
#pragma once

#include <signal.h>
#include <termios.h>

#include <array>

namespace clientid::ctl {

// A signal that would end the program makes read() fail with EINTR instead, and is delivered once the echo is back.
class SilentTerminal {
 public:
  explicit SilentTerminal(const char* prompt);  // on standard error
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  ~SilentTerminal();

 private:
  static constexpr std::array signals{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

  termios before_{};
  std::array<struct sigaction, signals.size()> handlers_{};
};

}  // namespace clientid::ctl

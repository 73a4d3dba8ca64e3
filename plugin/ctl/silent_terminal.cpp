#include "plugin/ctl/silent_terminal.hpp"

#include <unistd.h>

#include <cstring>

namespace clientid::ctl {
namespace {

volatile sig_atomic_t caught = 0;

void catch_signal(int number) {
  caught = number;
}

void print(const char* text) {
  // Nothing to be done where even standard error fails.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text, std::strlen(text));
}

}  // namespace

SilentTerminal::SilentTerminal(const char* prompt) {
  caught = 0;
  struct sigaction action {};
  action.sa_handler = catch_signal;  // without SA_RESTART
  for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals[i], &action, &handlers_[i]);

  ::tcgetattr(STDIN_FILENO, &before_);
  termios silent = before_;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  print(prompt);
}

SilentTerminal::~SilentTerminal() {
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals[i], &handlers_[i], nullptr);
  print("\n");
  if (caught != 0) ::raise(caught);
}

}  // namespace clientid::ctl

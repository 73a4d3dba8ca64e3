#include "plugin/ctl/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace clientid::ctl {
namespace {

// SGR of ECMA-48.
constexpr std::string_view green = "\x1b[32m";
constexpr std::string_view yellow = "\x1b[33m";
constexpr std::string_view red = "\x1b[31m";
constexpr std::string_view plain = "\x1b[0m";

struct Colour {
  std::string_view state;
  std::string_view sequence;
};

constexpr std::array colours{
    Colour{"active", green},
    Colour{"pending", yellow},
    Colour{"suspended", yellow},
    Colour{"revoked", red},
    Colour{"authenticated", green},
    Colour{"enrolled", green},
    Colour{"quarantined", yellow},
    Colour{"unavailable", yellow},
    Colour{"refused", red},
    Colour{"failed", red},
    Colour{"ok", green},
    Colour{"note", yellow},
    Colour{"wrong", red},
};

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

std::string_view sequence_of(std::string_view state) {
  if (state.ends_with("(expired)")) return red;
  for (const auto& colour : colours) {
    if (colour.state == state) return colour.sequence;
  }
  return {};
}

}  // namespace

Terminal Terminal::of_output() {
  if (::isatty(STDOUT_FILENO) == 0) return {};
  Terminal terminal;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) terminal.width = size.ws_col;
  const auto kind = environment("TERM");
  // https://no-color.org: set to anything but nothing.
  terminal.colours = environment("NO_COLOR").empty() && !kind.empty() && kind != "dumb";
  return terminal;
}

std::string coloured(std::string cell, std::string_view state) {
  const auto sequence = sequence_of(state);
  if (sequence.empty()) return cell;
  return std::string(sequence) + cell + std::string(plain);
}

}  // namespace clientid::ctl

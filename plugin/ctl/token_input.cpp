#include "plugin/ctl/token_input.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "plugin/config/config_error.hpp"
#include "plugin/ctl/silent_terminal.hpp"

namespace clientid::ctl {
namespace {

constexpr std::size_t max_line = 1024;

// Octet by octet: what follows the line is somebody else's, and no buffer but ours holds the token.
Secret read_line() {
  Secret line;
  for (;;) {
    char octet = 0;
    const auto got = ::read(STDIN_FILENO, &octet, 1);
    if (got < 0) throw ConfigError(std::string("standard input: cannot read the token: ") + std::strerror(errno));
    if (got == 0 || octet == '\n') break;
    line.append(octet);
    if (line.size() > max_line) throw ConfigError("standard input: its first line is too long for a token");
  }
  if (!line.empty() && line.view().back() == '\r') line.truncate(line.size() - 1);
  return line;
}

Secret read_token() {
  if (::isatty(STDIN_FILENO) == 0) return read_line();
  const SilentTerminal terminal("Token: ");
  return read_line();
}

}  // namespace

void check_token(std::string_view token) {
  if (valid_token(token)) return;
  throw ConfigError("that cannot be a token: it takes 1 to 128 printable ASCII characters without a space");
}

std::string read_type(std::string_view type) {
  if (valid_type(type)) return lower_case(type);
  throw ConfigError("that cannot be a type: it takes 1 to 16 letters, digits and dashes, such as UUID");
}

Identity read_identity(std::string_view type, const Secret& token) {
  Identity identity{read_type(type), token.view() == "-" ? read_token() : token.clone()};
  if (identity.token.empty()) throw ConfigError("standard input: its first line is empty, and should be a token");
  check_token(identity.token.view());
  return identity;
}

}  // namespace clientid::ctl

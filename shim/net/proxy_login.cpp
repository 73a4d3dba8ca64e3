#include "shim/net/proxy_login.hpp"

#include "plugin/config/config_error.hpp"
#include "plugin/identity/secret_file.hpp"
#include "shim/smtp/plain_message.hpp"

namespace clientid {

ProxyLogin ProxyLogin::read(const std::string& user, const std::string& password_file) {
  const auto text = read_secret_file(password_file, "password file");
  const auto line = text.view().substr(0, text.view().find('\n'));
  if (line.empty()) throw ConfigError(password_file + ": the password file has no password in its first line");
  if (line.find('\0') != std::string_view::npos) {
    throw ConfigError(password_file + ": the password file has a NUL in its first line, which no password can hold");
  }
  return {user, Secret(line)};
}

Secret ProxyLogin::message_for(const std::string& client) const {
  return plain_message({client, user, password.view()});
}

}  // namespace clientid

#include "shim/smtp/auth_exchange.hpp"

#include <algorithm>

#include "shim/smtp/base64.hpp"
#include "shim/smtp/command.hpp"
#include "shim/smtp/plain_message.hpp"
#include "shim/smtp/replies.hpp"

namespace clientid {
namespace {

using Step = AuthExchange::Step;

Step reply(std::string_view text) {
  return {Step::Kind::reply, text, {}};
}
Step error(std::string_view text) {
  return {Step::Kind::error, text, {}};
}
Step input(std::string mechanism, std::optional<Secret> response) {
  return {Step::Kind::input, {}, {std::move(mechanism), std::move(response)}};
}

}  // namespace

Step AuthExchange::begin(std::string_view parameters, const std::vector<std::string>& mechanisms) {
  const auto [mechanism, rest] = parse_command(parameters);
  if (mechanism.empty() || (rest.empty() && parameters.size() != mechanism.size())) {
    return error(replies::bad_parameters);
  }
  if (std::find(mechanisms.begin(), mechanisms.end(), mechanism) == mechanisms.end()) {
    return error(replies::unknown_mechanism);
  }
  std::optional<Secret> initial;
  if (!rest.empty()) {
    initial = rest == "=" ? Secret() : decode_base64(rest);
    if (!initial) return error(replies::bad_base64);
  }
  if (mechanism == "LOGIN") return login(initial ? std::optional(initial->view()) : std::nullopt);
  return input(mechanism, std::move(initial));
}

Step AuthExchange::on_line(std::string_view line) {
  if (line == "*") return error(replies::cancelled);
  auto response = decode_base64(line);
  if (!response) return error(replies::bad_base64);
  switch (expects_) {
    case Expects::response: return input({}, std::move(response));
    case Expects::login_user: return login(response->view());
    case Expects::login_password: break;
  }
  // A NUL would move the borders of the PLAIN message.
  if (response->view().find('\0') != std::string_view::npos) return error(replies::bad_base64);
  return input("PLAIN", plain_message({{}, user_.view(), response->view()}));
}

Step AuthExchange::login(std::optional<std::string_view> initial) {
  if (!initial) {
    expects_ = Expects::login_user;
    return reply(replies::login_user);
  }
  // D8.1: what holds two NULs is a PLAIN message; the draft's first transcript sends one behind LOGIN.
  const auto nuls = std::count(initial->begin(), initial->end(), '\0');
  if (nuls == 2 && expects_ == Expects::response) return input("PLAIN", Secret(*initial));
  if (nuls != 0) return error(replies::bad_base64);
  user_ = Secret(*initial);
  expects_ = Expects::login_password;
  return reply(replies::login_password);
}

}  // namespace clientid

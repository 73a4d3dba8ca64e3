#include "shim/net/backend_auth.hpp"

#include <sstream>

#include "shim/smtp/base64.hpp"
#include "shim/smtp/plain_message.hpp"

namespace clientid {
namespace {

// Only what speaks of these credentials is a refusal; that AUTH is not possible at all, is none.
BackendAuthReply reply_of(const std::optional<BackendReply>& reply) {
  constexpr int succeeded = 235;
  constexpr int challenge = 334;
  constexpr int undecodable = 501;
  constexpr int invalid = 535;
  if (!reply) return {AuthStatus::unavailable, {}, "AUTH is not answered as SMTP wants it"};
  const auto& line = reply->lines.front();
  const auto cause = "AUTH is answered with " + line;
  switch (reply->code) {
    case succeeded: return {AuthStatus::authenticated, {}, {}};
    case invalid:
    case undecodable: return {AuthStatus::refused, {}, cause};
    case challenge: break;
    default: return {AuthStatus::unavailable, {}, cause};
  }
  const auto octets = decode_base64(line.size() > 4 ? std::string_view(line).substr(4) : std::string_view());
  if (!octets) return {AuthStatus::unavailable, {}, "its challenge is no base64"};
  return {AuthStatus::challenge, std::string(octets->view()), {}};
}

asio::awaitable<BackendAuthReply> say(Backend& backend, std::string_view before, std::string_view octets) {
  Secret line(before);
  // RFC 4954 section 4: an empty initial response is not the same as none.
  line.append(octets.empty() && !before.empty() ? "=" : encode_base64(octets).view());
  line.append("\r\n");
  const auto reply = co_await backend.ask_line(line.view());
  co_return reply_of(reply);
}

asio::awaitable<BackendAuthReply> authenticate_login(Backend& backend, const PlainMessage& message) {
  const auto first = co_await backend.ask("AUTH LOGIN");
  auto reply = reply_of(first);
  if (reply.status == AuthStatus::challenge) reply = co_await say(backend, {}, message.user);
  if (reply.status == AuthStatus::challenge) reply = co_await say(backend, {}, message.password);
  if (reply.status == AuthStatus::challenge) reply = {AuthStatus::unavailable, {}, "it goes on after AUTH LOGIN"};
  co_return reply;
}

}  // namespace

bool offers_mechanism(const Keywords& announced, std::string_view name) {
  std::istringstream words{std::string(announced.parameters("AUTH"))};
  for (std::string word; words >> word;) {
    if (word == name) return true;
  }
  return false;
}

asio::awaitable<BackendAuthReply> authenticate_plain(Backend& backend, const Secret& message) {
  if (!offers_mechanism(backend.keywords(), "PLAIN") && offers_mechanism(backend.keywords(), "LOGIN")) {
    const auto parts = split_plain_message(message.view());
    // LOGIN cannot say for whom.
    if (!parts || !parts->authorization.empty()) {
      co_return BackendAuthReply{AuthStatus::refused, {}, "it has no PLAIN for an authorization identity"};
    }
    co_return co_await authenticate_login(backend, *parts);
  }
  auto reply = co_await say(backend, "AUTH PLAIN ", message.view());
  if (reply.status == AuthStatus::challenge) reply = {AuthStatus::unavailable, {}, "it goes on after AUTH PLAIN"};
  co_return reply;
}

asio::awaitable<BackendAuthReply> pass_auth_on(Backend& backend, const AuthInput& input) {
  if (input.mechanism.empty()) co_return co_await say(backend, {}, input.response->view());
  auto command = "AUTH " + input.mechanism;
  if (!input.response) {
    const auto reply = co_await backend.ask(command);
    co_return reply_of(reply);
  }
  command += " ";
  co_return co_await say(backend, command, input.response->view());
}

}  // namespace clientid

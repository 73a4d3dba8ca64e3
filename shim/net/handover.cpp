#include "shim/net/handover.hpp"

#include <algorithm>

#include "shim/smtp/base64.hpp"

namespace clientid {
namespace {

// The client's own name, so that the back end logs it; ours where the client's would not do as a host name.
std::string name_for(const ClientFacts& client, const std::string& hostname) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]";
  const bool usable = !client.helo.empty() && client.helo.find_first_not_of(allowed) == std::string::npos;
  return usable ? client.helo : hostname;
}

std::string refused(const std::string& what, const std::optional<BackendReply>& reply) {
  return what + (reply ? " is answered with " + reply->lines.front() : " is not answered");
}

asio::awaitable<std::string> send_xclient(Backend& backend, const ClientFacts& client, const std::string& hostname) {
  const auto attributes = std::string(backend.keywords().parameters("XCLIENT"));
  if (!backend.keywords().has("XCLIENT") || !xclient_suffices(client, attributes)) {
    co_return "it does not offer us XCLIENT with ADDR, PORT and LOGIN (Postfix: smtpd_authorized_xclient_hosts and "
              "smtpd_sasl_auth_enable)";
  }
  for (const auto& line : xclient_lines(client, attributes)) {
    const auto reply = co_await backend.ask(line);
    if (!reply || !reply->positive()) co_return refused("XCLIENT", reply);
  }
  // The session began anew.
  const bool greeted = co_await backend.ehlo(name_for(client, hostname));
  co_return greeted ? "" : "EHLO after XCLIENT is refused";
}

asio::awaitable<std::string> replay_credentials(Backend& backend, const Secret& plain) {
  Secret command("AUTH PLAIN ");
  command.append(encode_base64(plain.view()).view());
  command.append("\r\n");
  const bool sent = co_await backend.send(command.view());
  if (!sent) co_return "AUTH cannot be sent";
  const auto reply = co_await backend.receive();
  co_return reply && reply->code == 235 ? "" : refused("AUTH", reply);
}

}  // namespace

asio::awaitable<std::string> hand_over(Backend& backend, Handover handover, const ClientFacts& client,
                                       const Secret& plain, const std::string& hostname) {
  const bool greeted = co_await backend.ehlo(hostname);
  if (!greeted) co_return "EHLO is refused";
  switch (handover) {
    case Handover::xclient: co_return co_await send_xclient(backend, client, hostname);
    case Handover::replay:
      if (plain.empty()) co_return "";
      co_return co_await replay_credentials(backend, plain);
    case Handover::none: break;
  }
  co_return "";
}

}  // namespace clientid

#include "shim/net/handover.hpp"

#include "shim/net/backend_auth.hpp"

namespace clientid {
namespace {

// The client's own name, so that the back end logs it; ours where the client's would not do as a host name.
std::string name_for(const ClientFacts& client, const std::string& hostname) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]";
  const bool usable = !client.helo.empty() && client.helo.find_first_not_of(allowed) == std::string::npos;
  return usable ? client.helo : hostname;
}

// From XCLIENT on it judges the client rather than us, if it says anything.
Refusal refusal_of(const std::string& what, const std::optional<BackendReply>& reply) {
  return {fault_in(what, reply), reply.has_value()};
}

asio::awaitable<Refusal> send_xclient(Backend& backend, const ClientFacts& client, const std::string& hostname) {
  const auto attributes = std::string(backend.keywords().parameters("XCLIENT"));
  if (!xclient_suffices(client, attributes)) co_return Refusal{"the login name is too long for XCLIENT", true};
  for (const auto& line : xclient_lines(client, attributes)) {
    const auto reply = co_await backend.ask(line);
    if (!reply || !reply->positive()) co_return refusal_of("XCLIENT", reply);
  }
  // The session began anew.
  const auto name = name_for(client, hostname);
  const auto greeted = co_await backend.ehlo(name);
  co_return refusal_of("EHLO after XCLIENT", greeted);
}

asio::awaitable<Refusal> authenticate(Backend& backend, const Secret& plain) {
  const auto reply = co_await authenticate_plain(backend, plain);
  co_return Refusal{reply.cause, reply.status == AuthStatus::refused};
}

}  // namespace

std::string lacking_for(Handover way, const ClientFacts& client, const Keywords& announced) {
  switch (way) {
    case Handover::xclient:
      if (announced.has("XCLIENT") && xclient_offered(client, announced.parameters("XCLIENT"))) return "";
      return "it does not offer us XCLIENT with ADDR, PORT and LOGIN (Postfix: smtpd_authorized_xclient_hosts and "
             "smtpd_sasl_auth_enable)";
    case Handover::replay:
      if (client.login.empty() || offers_mechanism(announced, "PLAIN") || offers_mechanism(announced, "LOGIN"))
        return "";
      return "it offers us neither AUTH PLAIN nor AUTH LOGIN";
    case Handover::proxy:
      if (client.login.empty() || offers_mechanism(announced, "PLAIN")) return "";
      return "it does not offer us AUTH PLAIN";
    case Handover::none: break;
  }
  return "";
}

asio::awaitable<Refusal> hand_over(Backend& backend, const HandoverRules& rules, const ClientFacts& client,
                                   const Secret& plain, const std::string& hostname) {
  const auto greeted = co_await backend.ehlo(hostname);
  if (!greeted || !greeted->positive()) co_return Refusal{fault_in("EHLO", greeted)};
  auto lacking = lacking_for(rules.way, client, backend.keywords());
  if (!lacking.empty()) co_return Refusal{std::move(lacking)};
  if (rules.way == Handover::xclient) co_return co_await send_xclient(backend, client, hostname);
  if (rules.way == Handover::none || client.login.empty()) co_return Refusal{};
  if (rules.way == Handover::replay) co_return co_await authenticate(backend, plain);
  const auto own = rules.own->message_for(client.login);
  co_return co_await authenticate(backend, own);
}

}  // namespace clientid

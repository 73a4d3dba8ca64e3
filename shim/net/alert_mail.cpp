#include "shim/net/alert_mail.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <random>

namespace clientid {
namespace {

constexpr auto max_patience = std::chrono::minutes(1);
constexpr unsigned max_attempts = 2;

std::string unique_id() {
  std::random_device random;
  return std::to_string(now().time_since_epoch().count()) + "." + std::to_string(random()) + "." +
         std::to_string(random());
}

}  // namespace

struct AlertMail::Mail {
  std::vector<std::string> to;
  std::string text;
};

struct AlertMail::Attempt {
  enum class Result : std::uint8_t {
    taken,        // if there is a cause, not for everybody
    refused,      // another back end may take it
    unreachable,  // this one is of no use now
  };
  Result result = Result::refused;
  std::string cause;
};

AlertMail::AlertMail(AlertAddresses addresses, const RelayRules& relay)
    : addresses_(std::move(addresses)), relay_(relay) {
  relay_.backend.patience = std::min<Clock::duration>(relay_.backend.patience, max_patience);
}

std::string AlertMail::deliver(const MergedAlert& alert, const std::stop_token& stop) const {
  std::string cause;
  const auto& account = alert.alert.account;
  // Who has no account here must not choose whom we write to.
  if (addresses_.to_holder && !account.empty() && alert.alert.has_holder) {
    cause = is_mail_address(account) ? send(alert, AlertReader::holder, {account}, stop)
                                     : "the account is no address that mail can be sent to";
  }
  if (addresses_.to.empty()) return cause;
  auto other_cause = send(alert, AlertReader::postmaster, addresses_.to, stop);
  return cause.empty() ? other_cause : cause;
}

std::string AlertMail::send(const MergedAlert& alert, AlertReader reader, std::vector<std::string> to,
                            const std::stop_token& stop) const {
  const AlertHeading heading{addresses_.from, to, relay_.backend.hostname, unique_id(), now()};
  const Mail mail{std::move(to), alert_message(alert, reader, heading)};
  std::optional<std::string> cause;
  asio::io_context context;
  asio::co_spawn(context, send_by_some(mail), [&cause](const std::exception_ptr& error, std::string result) {
    if (error) std::rethrow_exception(error);
    cause = std::move(result);
  });
  const std::stop_callback on_stop(stop, [&context] { context.stop(); });
  context.run_for(max_attempts * relay_.backend.patience);
  if (cause) return *cause;
  return stop.stop_requested() ? "given up, for the program ends" : "no back end has taken it in time";
}

asio::awaitable<std::string> AlertMail::send_by_some(const Mail& mail) const {
  auto& backends = *relay_.backends;
  std::string cause;
  unsigned attempts = 0;
  for (const auto i : backends.order()) {
    const auto& address = backends.address(i);
    const auto attempt = co_await send_by(address, mail);
    cause = attempt.cause.empty() ? "" : address.to_string() + ": " + attempt.cause;
    if (attempt.result == Attempt::Result::unreachable) {
      backends.failed(i, attempt.cause);
      continue;
    }
    backends.worked(i);
    if (attempt.result == Attempt::Result::taken || ++attempts == max_attempts) break;
  }
  co_return cause;
}

asio::awaitable<AlertMail::Attempt> AlertMail::send_by(const BackendAddress& address, const Mail& mail) const {
  using Result = Attempt::Result;
  const ProxyEndpoints nobody;
  std::string cause;
  const auto backend = co_await Backend::open(address, relay_.backend, nobody, cause);
  if (!backend) co_return Attempt{Result::unreachable, cause};
  // We have no password that replay could show, nor one for AUTH of the back end's own.
  const auto way = relay_.handover.way;
  const bool named = !relay_.auth_by_backend && (way == Handover::xclient || way == Handover::proxy);
  const ClientFacts self{{}, 0, relay_.backend.hostname, named ? addresses_.from : ""};
  const Secret nothing;
  const auto refusal = co_await hand_over(*backend, relay_.handover, self, nothing, relay_.backend.hostname);
  if (!refusal.cause.empty()) {
    co_return Attempt{refusal.of_client ? Result::refused : Result::unreachable, refusal.cause};
  }
  auto attempt = co_await hand_in(*backend, mail);
  co_await backend->send("QUIT\r\n");
  co_return attempt;
}

// The sender is our own address, for a back end may want it to be that of the login.
asio::awaitable<AlertMail::Attempt> AlertMail::hand_in(Backend& backend, const Mail& mail) const {
  constexpr int go_ahead = 354;
  using Result = Attempt::Result;
  const auto sender = "MAIL FROM:<" + addresses_.from + ">";
  const auto begun = co_await backend.ask(sender);
  if (!begun || !begun->positive()) co_return Attempt{Result::refused, fault_in("MAIL", begun)};
  std::string cause;
  bool any = false;
  for (const auto& address : mail.to) {
    const auto recipient = "RCPT TO:<" + address + ">";
    const auto reply = co_await backend.ask(recipient);
    if (!reply) co_return Attempt{Result::refused, fault_in("RCPT", reply)};
    any |= reply->positive();
    if (!reply->positive()) cause = fault_in(recipient, reply);
  }
  if (!any) co_return Attempt{Result::refused, cause};
  const auto ready = co_await backend.ask("DATA");
  if (!ready) co_return Attempt{Result::refused, fault_in("DATA", ready)};
  if (ready->code != go_ahead) co_return Attempt{Result::refused, "DATA is answered with " + ready->lines.front()};
  const bool sent = co_await backend.send(mail.text);
  if (!sent) co_return Attempt{Result::refused, "the message cannot be sent"};
  const auto taken = co_await backend.receive();
  if (!taken || !taken->positive()) co_return Attempt{Result::refused, fault_in("the message", taken)};
  co_return Attempt{Result::taken, cause};
}

}  // namespace clientid

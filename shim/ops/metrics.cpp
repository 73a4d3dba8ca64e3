#include "shim/ops/metrics.hpp"

#include "shim/ops/exposition.hpp"

namespace clientid {
namespace {

std::string_view name(ConnectionLimit limit) {
  switch (limit) {
    case ConnectionLimit::all: return "max-connections";
    case ConnectionLimit::address: return "max-connections-per-address";
    case ConnectionLimit::device: return "max-connections-per-device";
  }
  return {};
}

std::string_view name(Handshake handshake) {
  switch (handshake) {
    case Handshake::full: return "full";
    case Handshake::resumed: return "resumed";
    case Handshake::failed: return "failed";
  }
  return {};
}

std::string_view name(BackendResult result) {
  return result == BackendResult::answered ? "answered" : "failed";
}

// Also those that are 0: a series that is there from the start shows its first step.
template <auto last>
void expose_all(const CounterSet<last>& counters, std::string_view label, Exposition& text) {
  for (std::size_t i = 0; i < counters.size; ++i) {
    const auto value = static_cast<decltype(last)>(i);
    text.sample({{label, name(value)}}, counters[value].value());
  }
}

// What never came up is left out: there are more of these than can happen.
void expose_verdicts(const Metrics& metrics, Exposition& text) {
  for (std::size_t i = 0; i < metrics.verdicts.size(); ++i) {
    const auto& decisions = metrics.verdicts[i];
    for (std::size_t j = 0; j < decisions.size; ++j) {
      const auto decision = static_cast<Decision>(j);
      const auto count = decisions[decision].value();
      if (count == 0) continue;
      text.sample({{"verdict", name(decision)}, {"reason", name(static_cast<Reason>(i))}}, count);
    }
  }
}

void expose_auth(const Metrics& metrics, Exposition& text) {
  text.counter("clientid_auth_attempts_total", "AUTHs that have ended, by their outcome in the log.");
  for (std::size_t i = 0; i < static_cast<std::size_t>(Outcome::changed); ++i) {
    const auto outcome = static_cast<Outcome>(i);
    text.sample({{"outcome", name(outcome)}}, metrics.outcomes[outcome].value());
  }
  text.counter("clientid_auth_verdicts_total", "Verdicts on these AUTHs, by their reason.");
  expose_verdicts(metrics, text);
  text.counter("clientid_verdict_requests_total", "Questions through verdict-socket that were answered.");
  expose_all(metrics.questions, "verdict", text);
  text.histogram("clientid_auth_duration_seconds",
                 "What an AUTH takes here, without the client's part and failure-delay.", metrics.auth_duration);
  text.counter("clientid_auth_queue_full_total", "Steps of AUTH that found auth-queue full.")
      .sample(metrics.auth_queue_full.value());
  text.counter("clientid_auth_too_slow_total", "Steps of AUTH that took longer than auth-timeout.")
      .sample(metrics.auth_too_slow.value());
}

}  // namespace

constinit Metrics metrics;

void expose(const Metrics& metrics, Exposition& text) {
  text.counter("clientid_connections_total", "Connections of clients that were accepted.")
      .sample(metrics.connections.value());
  text.counter("clientid_connections_refused_total", "Clients turned away, by the limit that they met.");
  expose_all(metrics.refused, "limit", text);
  text.counter("clientid_tls_handshakes_total", "TLS handshakes with clients.");
  expose_all(metrics.handshakes, "result", text);
  expose_auth(metrics, text);
  text.counter("clientid_backend_connections_total", "Connections to a back end that were tried.");
  expose_all(metrics.backend_connections, "result", text);
  text.counter("clientid_backend_refusals_total", "Clients or their logins that a back end did not take.")
      .sample(metrics.backend_refusals.value());
  text.counter("clientid_backend_lost_total", "Connections to a back end that were lost while a client used them.")
      .sample(metrics.backend_lost.value());
  text.histogram("clientid_ledger_write_duration_seconds", "What a write of history and counters takes.",
                 metrics.ledger_write);
  text.counter("clientid_ledger_write_failures_total", "Writes of history and counters that failed, and are repeated.")
      .sample(metrics.ledger_failures.value());
  text.counter("clientid_ledger_lost_total", "Events given up, for the store did not take them.")
      .sample(metrics.ledger_lost.value());
  text.counter("clientid_store_failures_total", "Questions that the store did not answer.")
      .sample(metrics.store_failures.value());
}

}  // namespace clientid

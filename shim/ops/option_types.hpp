// Values of shim.conf that have a form of their own. Program_options finds validate() through the type, and the message
// of its error goes behind file, line and key.
#pragma once

#include <boost/any.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "shim/auth/verdict_service.hpp"
#include "shim/net/backend.hpp"
#include "shim/net/handover.hpp"
#include "shim/net/listener.hpp"
#include "shim/net/monitor_address.hpp"
#include "shim/ops/log.hpp"

namespace clientid {

// A whole number from 0 on.
struct Number {
  unsigned value;
};

// "30s", "5m", "250ms", "0".
struct Duration {
  std::chrono::milliseconds value;
};

// "10485760", "10M", "0": up to 1 TiB.
struct MessageSize {
  std::uint64_t octets;
};

// One word out of a list; `index` is its place in it.
template <const auto& words>
struct Choice {
  std::size_t index = 0;
};

inline constexpr std::array<std::string_view, 2> on_off{"off", "on"};
inline constexpr std::array<std::string_view, 2> tls_versions{"1.2", "1.3"};
inline constexpr std::array<std::string_view, 2> client_certificate_ways{"no", "optional"};
inline constexpr std::array<std::string_view, 2> auth_places{"shim", "backend"};
inline constexpr std::array<std::string_view, 2> password_checks{"sasl", "backend"};
inline constexpr std::array<std::string_view, 4> handovers{"xclient", "replay", "proxy", "none"};
inline constexpr std::array<std::string_view, 3> proxy_versions{"no", "v1", "v2"};
inline constexpr std::array<std::string_view, 2> unauthenticated_ways{"refuse", "relay"};
inline constexpr std::array<std::string_view, 2> refusal_times{"auth", "after-auth"};
inline constexpr std::array<std::string_view, 3> log_targets{"stderr", "syslog", "journal"};
inline constexpr std::array<std::string_view, 2> log_formats{"text", "json"};
inline constexpr std::array<std::string_view, 4> log_levels{"error", "warning", "info", "debug"};

// The one text of an option; throws where the words are none of those it takes.
std::size_t choose(const std::vector<std::string>& texts, std::span<const std::string_view> words);

template <const auto& words>
void validate(boost::any& value, const std::vector<std::string>& texts, Choice<words>* /*type*/, int /*unused*/) {
  value = Choice<words>{choose(texts, words)};
}

void validate(boost::any& value, const std::vector<std::string>& texts, Number* /*type*/, int /*unused*/);
void validate(boost::any& value, const std::vector<std::string>& texts, Duration* /*type*/, int /*unused*/);
void validate(boost::any& value, const std::vector<std::string>& texts, MessageSize* /*type*/, int /*unused*/);
void validate(boost::any& value, const std::vector<std::string>& texts, BackendAddress* /*type*/, int /*unused*/);
void validate(boost::any& value, const std::vector<std::string>& texts, ListenAddress* /*type*/, int /*unused*/);
void validate(boost::any& value, const std::vector<std::string>& texts, MonitorAddress* /*type*/, int /*unused*/);
void validate(boost::any& value, const std::vector<std::string>& texts, VerdictSocket* /*type*/, int /*unused*/);

}  // namespace clientid

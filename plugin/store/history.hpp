// The history: what was tried and decided, and what operators changed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/policy/time.hpp"
#include "plugin/store/connection.hpp"
#include "plugin/store/outcome.hpp"

namespace clientid {

class Where;

struct Event {
  std::int64_t id = 0;  // rising
  Time at;
  Outcome outcome = Outcome::failed;
  std::string account;      // canonical, or as given if that cannot be: at most 255 octets
  std::string type;         // empty: no identity
  std::string fingerprint;  // 64 hexadecimal digits, or empty
  std::string peer;         // address, or empty
  std::string network;      // that counts for the peer, or empty
  std::string service;
  std::string verdict;  // name of the decision
  std::string reason;   // name of the reason; in observe mode of what would have been
  std::string detail;
};

struct EventFilter {
  std::optional<std::string> account;
  std::optional<Time> since;
  std::optional<std::string> fingerprint_prefix;  // of a device, under whichever key that was
  std::optional<std::int64_t> after;              // events newer than this id
  std::optional<std::int64_t> up_to;              // and none newer than this one
};

class History {
 public:
  explicit History(Connection& connection) : connection_(connection) {}

  // One transaction for all. Only the newest `max_events` are kept, so that strangers cannot fill the store.
  void append(const std::vector<Event>& events);

  // Oldest first, and `most` of them at most. To go on, ask again with `after` as the id of the last: events that come
  // or go meanwhile make none appear twice or be left out.
  std::vector<Event> list(const EventFilter& filter, long long most = page);

  // Ids to list after. Where there is nothing to come before, it is the newest one.
  std::int64_t newest();                                                   // nothing but what is to come
  std::int64_t before(Time since);                                         // all from then on
  std::int64_t before_newest(const EventFilter& filter, long long count);  // that many of those that fit

  static constexpr long long page = 1000;
  static constexpr std::int64_t max_events = 1'000'000;

 private:
  Where where_of(const EventFilter& filter);
  std::vector<std::string> fingerprints(const std::string& prefix);

  Connection& connection_;
};

}  // namespace clientid

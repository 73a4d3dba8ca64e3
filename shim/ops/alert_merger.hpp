// Decides which alerts go out, and when: somebody who is attacked wants to hear of it at once, and not a thousand
// times.
//
// The first one of a kind, account and device goes out at once; those like it that come within `interval` are counted,
// and go out as one when it ends. In all there are no more than 60 in any minute; what is beyond waits, and what is
// like it is merged with it. Memory is bounded: what finds no room is counted alone.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "shim/ops/merged_alert.hpp"

namespace clientid {

class AlertMerger {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr auto interval = std::chrono::minutes(10);
  static constexpr std::size_t max_groups = 1000;
  // So many at once, and one more every `spacing`: together 60 in a minute.
  static constexpr unsigned burst = 10;
  static constexpr auto spacing = std::chrono::milliseconds(1200);

  void add(Alert alert, Clock::time_point now);

  // One that is to go out now.
  std::optional<MergedAlert> take(Clock::time_point now);
  // When take() will have one; nothing where none waits.
  std::optional<Clock::time_point> next_time() const;

  // All that wait, before their time.
  std::vector<MergedAlert> take_rest();
  // How many found no room since this was asked last.
  std::uint64_t take_lost();

 private:
  // An alert of no account is about an address.
  using Key = std::tuple<AlertKind, std::string, std::string, std::string, std::string>;
  struct Group {
    Clock::time_point due;               // of what waits
    std::optional<MergedAlert> waiting;  // nothing: there was none since the last one went out
  };
  using Groups = std::map<Key, Group>;

  static Key key_of(const Alert& alert);
  bool make_room();
  Groups::const_iterator first_due() const;
  Clock::time_point allowed_from() const { return all_used_ - (burst - 1) * spacing; }

  Groups groups_;
  Clock::time_point all_used_{};  // by then the burst would be there again in full
  std::uint64_t lost_ = 0;
};

}  // namespace clientid

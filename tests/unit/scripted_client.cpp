#include "tests/unit/scripted_client.hpp"

#include <algorithm>
#include <utility>

namespace clientid {

std::string ScriptedClient::say() {
  go_on();
  const auto left = octets_.size() - said_;
  if (left == 0) return {};
  const auto size = dice_.in_hundred(30) ? left : std::min(left, 1 + dice_.below(dice_.in_hundred(50) ? 3 : 60));
  said_ += size;
  return octets_.substr(said_ - size, size);
}

void ScriptedClient::hear(std::string_view octets) {
  heard_ += octets;
  for (const char c : octets) {
    line_ += c;
    if (c != '\n') continue;
    if (line_.size() < 4 || line_[3] != '-') replies_.push_back(line_.substr(0, line_.size() - 2));
    line_.clear();
  }
}

void ScriptedClient::go_on() {
  while (replies_.size() >= waits_for_) {
    if (!later_.empty()) {
      octets_ += std::exchange(later_, {});
      waits_for_ = waits_behind_ ? questions_.size() : 0;
    } else if (std::exchange(data_, false)) {
      if (replies_.back().starts_with("354")) say_message();
    } else if (next_ < script_.size()) {
      say_command(script_[next_++]);
    } else {
      return;
    }
  }
}

void ScriptedClient::say_message() {
  octets_ += script_[next_ - 1].content;
  questions_.push_back({next_ - 1, true});
  if (dice_.in_hundred(patience_)) waits_for_ = questions_.size();
}

void ScriptedClient::say_command(const Item& item) {
  const auto before = questions_.size();
  questions_.push_back({next_ - 1, false});
  octets_ += item.line + "\r\n";
  data_ = item.said == Said::data;
  waits_behind_ = data_ || item.said == waits_at_ || dice_.in_hundred(patience_);
  const bool pauses = item.said == Said::bdat && dice_.in_hundred(patience_ / 2);
  const auto first = pauses ? item.content.size() / 2 : item.content.size();
  if (item.said == Said::bdat) {
    octets_ += item.content.substr(0, first);
    later_ = item.content.substr(first);
  }
  if (!later_.empty()) {
    waits_for_ = before;
  } else if (waits_behind_) {
    waits_for_ = questions_.size();
  }
}

}  // namespace clientid

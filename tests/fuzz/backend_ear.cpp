#include "tests/fuzz/backend_ear.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "shim/smtp/command.hpp"
#include "shim/smtp/line_reader.hpp"
#include "shim/smtp/message_parameters.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clientid {
namespace {

constexpr std::array<std::string_view, 7> relayed{"MAIL", "RCPT", "DATA", "BDAT", "BURL", "ETRN", "RSET"};

bool ends_message(std::string_view message) {
  return message == ".\r\n" || message.ends_with("\r\n.\r\n");
}

}  // namespace

void BackendEar::take(std::string_view octets) {
  waiting_ += octets;
  for (std::size_t before = waiting_.size() + 1; !waiting_.empty() && waiting_.size() < before;) {
    before = waiting_.size();
    switch (state_) {
      case State::commands: take_command(); break;
      case State::data_asked: require(false, "a message comes once it was asked for"); break;
      case State::message: take_message(); break;
      case State::chunk: take_chunk(); break;
    }
  }
  require(state_ != State::commands || waiting_.empty(), "commands come whole");
}

void BackendEar::take_command() {
  const auto end = waiting_.find("\r\n");
  require(end != std::string::npos, "a command ends in CRLF");
  const auto line = waiting_.substr(0, end);
  waiting_.erase(0, end + 2);
  require(line.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos, "no command holds a bare CR or LF");
  require(line.size() + 2 <= max_command_line, "no command is longer than it may be");
  const auto [verb, parameters] = parse_command(line);
  require(std::find(relayed.begin(), relayed.end(), verb) != relayed.end(), "no other command reaches a back end");
  if (verb == "BDAT") {
    const auto chunk = parse_chunk(parameters);
    require(chunk.has_value(), "a back end can tell the end of a chunk");
    chunk_ = chunk->octets;
    state_ = State::chunk;
  }
  if (verb == "DATA") state_ = State::data_asked;
  questions_.push_back({line, verb, {}});
  if (state_ == State::chunk) take_chunk();
}

void BackendEar::take_message() {
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    const bool cr = i > 0 && waiting_[i - 1] == '\r';
    require((waiting_[i] == '\n') == cr, "no bare CR or LF reaches a back end");
    content_ += waiting_[i];
    if (!ends_message(content_)) continue;
    waiting_.erase(0, i + 1);
    questions_.push_back({{}, {}, std::exchange(content_, {})});
    state_ = State::commands;
    return;
  }
  require(!waiting_.ends_with('\r'), "a CR comes with its LF");
  waiting_.clear();
}

void BackendEar::take_chunk() {
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(chunk_, waiting_.size()));
  content_ += waiting_.substr(0, length);
  waiting_.erase(0, length);
  chunk_ -= length;
  if (chunk_ > 0) return;
  auto chunk = std::exchange(content_, {});
  if (owes()) questions_.back().content = std::move(chunk);
  state_ = State::commands;
}

void BackendEar::replied(int code) {
  const bool data = asked().verb == "DATA";
  questions_.pop_front();
  if (data) state_ = code == 354 ? State::message : State::commands;
}

}  // namespace clientid

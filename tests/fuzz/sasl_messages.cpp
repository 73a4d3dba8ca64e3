// The messages of PLAIN and SCRAM, and all of an AUTH: its lines, the first of which is what stands behind the verb.
#include "shim/smtp/auth_exchange.hpp"
#include "shim/smtp/plain_message.hpp"
#include "shim/smtp/scram_message.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/replies.hpp"

namespace clientid {
namespace {

std::string scram_name(std::string_view name) {
  std::string text;
  for (const char c : name) text += c == ',' ? "=2C" : c == '=' ? "=3D" : std::string(1, c);
  return text;
}

void check_plain(std::string_view message) {
  const auto parts = split_plain_message(message);
  if (!parts) return;
  require(!parts->user.empty() && !parts->password.empty(), "somebody shows some password");
  require(plain_message(*parts).view() == message, "a message is put together as it was");
}

void check_scram_name(std::string_view name) {
  const auto first = parse_scram_first("n,,n=" + scram_name(name) + ",r=nonce");
  require(name.empty() || (first && first->user == name), "any name can be written");
}

void check_scram(std::string_view message) {
  const auto first = parse_scram_first(message);
  if (!first) return;
  require(!first->user.empty(), "somebody is named");
  const auto acts_for = first->authorization.empty() ? "" : "a=" + scram_name(first->authorization);
  const auto again = parse_scram_first("n," + acts_for + ",n=" + scram_name(first->user) + ",r=nonce");
  require(again && again->user == first->user && again->authorization == first->authorization,
          "names are read as they were written");
}

void check_exchange(std::string_view lines) {
  using Kind = AuthExchange::Step::Kind;
  AuthExchange exchange;
  auto step = exchange.begin(take_until(lines, '\n'), {"PLAIN", "LOGIN", "SCRAM-SHA-256"});
  while (step.kind != Kind::error) {
    if (step.kind == Kind::reply) {
      require(step.reply.starts_with("334 ") && count_replies(step.reply) == 1, "what goes on is 334");
    } else {
      require(step.input.mechanism != "LOGIN", "LOGIN is turned into PLAIN");
    }
    if (lines.empty()) return;
    step = exchange.on_line(take_until(lines, '\n'));
  }
  require(step.reply.starts_with('5') && count_replies(step.reply) == 1, "what cannot be is 5xx");
}

}  // namespace

void fuzz(std::string_view input) {
  check_plain(input);
  check_scram_name(input);
  check_scram(input);
  check_exchange(input);
}

}  // namespace clientid

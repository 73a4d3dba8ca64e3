// One command of a client taken apart, and what MAIL, BDAT and CLIENTID say behind the verb.
#include "shim/smtp/command.hpp"

#include <algorithm>

#include "plugin/identity/identity.hpp"
#include "shim/smtp/message_parameters.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clientid {
namespace {

void check_chunk(std::string_view parameters) {
  const auto chunk = parse_chunk(parameters);
  if (!chunk) return;
  require(chunk->octets <= 0x7fffffff, "every back end can count to the end of a chunk");
  const auto again = parse_chunk(std::to_string(chunk->octets) + (chunk->last ? " LAST" : ""));
  require(again && again->octets == chunk->octets && again->last == chunk->last, "a chunk is read as it was written");
  require(chunk->last == ends_in_last(parameters), "LAST is the last word");
}

void check_identity(std::string_view parameters) {
  const auto identity = parse_identity(parameters);
  if (!identity) return;
  const std::string token(identity->token.view());
  require(valid_type(identity->type) && lower_case(identity->type) == identity->type, "a type is in lower case");
  require(valid_token(token), "a token is of visible characters");
  require(parameters.ends_with(" " + token), "a token is as it was given");
  require(lower_case(parameters) == identity->type + " " + lower_case(token), "between them is one space");
  const auto again = parse_identity(identity->type + " " + token);
  require(again && again->type == identity->type && again->token.view() == token, "it is read as it was written");
}

}  // namespace

void fuzz(std::string_view input) {
  const auto [verb, parameters] = parse_command(input);
  require(verb.find(' ') == std::string::npos, "no blank is in a verb");
  require(std::none_of(verb.begin(), verb.end(), [](char c) { return c >= 'a' && c <= 'z'; }), "a verb is upper case");
  require(lower_case(input.substr(0, verb.size())) == lower_case(verb), "a verb is what stands before a blank");
  require(parameters == input.substr(std::min(verb.size() + 1, input.size())), "the rest is what stands behind it");
  check_chunk(parameters);
  check_identity(parameters);
  const auto size = declared_size(parameters);
  require(!size || lower_case(parameters).find("size=") != std::string::npos, "a size is where SIZE= is");
}

}  // namespace clientid

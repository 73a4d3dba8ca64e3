// What a back end says: whole replies, and what of its EHLO is offered to clients and told to it by XCLIENT. The input
// is its lines.
#include "shim/smtp/backend_reply.hpp"

#include <algorithm>
#include <array>

#include "shim/smtp/backend_offer.hpp"
#include "shim/smtp/xclient.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/replies.hpp"

namespace clientid {
namespace {

constexpr std::array<std::string_view, 14> offered{
    "8BITMIME", "CHUNKING",    "DELIVERBY",  "DSN",      "ENHANCEDSTATUSCODES", "FUTURERELEASE", "LIMITS",
    "SIZE",     "MT-PRIORITY", "REQUIRETLS", "SMTPUTF8", "BINARYMIME",          "BURL",          "ETRN"};

void check_offer(const Keywords& keywords) {
  const OfferRules rules{.mechanisms = {"PLAIN", "LOGIN", "SCRAM-SHA-256"},
                         .auth_by_backend = true,
                         .max_message_size = 1000,
                         .burl = true,
                         .etrn = true};
  const auto offer = offer_of(keywords, rules);
  for (const auto& line : offer.keywords) {
    const auto keyword = line.substr(0, line.find(' '));
    require(std::find(offered.begin(), offered.end(), keyword) != offered.end(), "no other keyword reaches a client");
    require(keyword == "SIZE" || keywords.has(keyword), "nothing is offered that the back end has not");
    require(offer.has(keyword), "what is offered is found");
  }
  for (const auto& mechanism : offer.mechanisms) {
    require(std::find(rules.mechanisms.begin(), rules.mechanisms.end(), mechanism) != rules.mechanisms.end(),
            "no mechanism is offered but ours");
  }
}

void check_xclient(std::string_view attributes, const std::string& odd) {
  const ClientFacts client{.address = "2001:db8::7",
                           .port = 49152,
                           .helo = odd,
                           .login = odd,
                           .server_address = "192.0.2.1",
                           .server_port = 587};
  for (const auto& line : xclient_lines(client, attributes)) {
    require(line.size() <= 510, "a line is within its limit");
    require(line.starts_with("XCLIENT"), "it is XCLIENT");
    require(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; }), "no value ends it");
  }
}

}  // namespace

void fuzz(std::string_view input) {
  const std::string odd(input.substr(0, 100));
  BackendReplyParser parser;
  std::string text;
  while (!input.empty()) {
    const auto line = take_until(input, '\n');
    // The line reader gives no others.
    if (line.find_first_of(std::string_view("\r\0", 2)) != std::string_view::npos) return;
    const auto status = parser.on_line(line);
    if (status == BackendReplyParser::Status::malformed) return;
    text.append(line).append("\r\n");
    if (status == BackendReplyParser::Status::more) continue;
    const auto reply = parser.take();
    require(reply.text() == text, "a reply is passed on as it came");
    require(count_replies(text) == 1, "it is one reply");
    require(reply.code >= 200 && reply.code <= 599 && text.starts_with(std::to_string(reply.code)), "it has a code");
    require(reply.lines.size() <= 128, "it is not endless");
    text.clear();
    const Keywords keywords(reply);
    check_offer(keywords);
    check_xclient(keywords.parameters("XCLIENT"), odd);
  }
}

}  // namespace clientid

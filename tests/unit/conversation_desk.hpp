// A client and a back end at the two sides of a conversation, for tests that tell a story: what one of them says goes
// in, and out comes what was done about it, up to the point where somebody is waited for:
//
//     CHECK(desk.client("MAIL FROM:<a>|") == "open backend:MAIL FROM:<a>| ?backend");
//     CHECK(desk.backend("250 yes|") == "client:250 yes| ?client");
//
// CRLF is written as | on both sides. ?client and ?backend stand for reading them.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "shim/smtp/conversation.hpp"

namespace clientid {

class ConversationDesk {
 public:
  explicit ConversationDesk(SessionRules rules = {.hostname = "shim", .max_errors = 1000}, bool encrypted = true)
      : rules_(std::move(rules)), conversation_(rules_, encrypted) {
    run();
  }
  ConversationDesk(const ConversationDesk&) = delete;
  ConversationDesk& operator=(const ConversationDesk&) = delete;

  // EHLO and AUTH are over, and a transaction can begin.
  ConversationDesk& sign_in() {
    client("EHLO client|");
    client("AUTH PLAIN AGEAYg==|");
    conversation_.auth_result(AuthStatus::authenticated, {});
    CHECK(run() == "client:235 2.7.0 Authentication successful| ?client");
    return *this;
  }
  // MAIL and RCPT are answered.
  ConversationDesk& begin_transaction() {
    client("MAIL FROM:<a>|RCPT TO:<b>|");
    backend("250 mail|");
    CHECK(backend("250 rcpt|") == "client:250 mail|250 rcpt| ?client");
    return *this;
  }

  std::string client(std::string_view text) {
    feed(octets(text));
    return run();
  }
  void feed(std::string_view octets) {
    const auto room = conversation_.reader().prepare(octets.size());
    REQUIRE(room.size() >= octets.size());
    std::copy(octets.begin(), octets.end(), room.begin());
    conversation_.reader().commit(octets.size());
  }
  std::string backend(std::string_view text) {
    REQUIRE(say(text));
    return run();
  }
  // False where it was no reply to anything.
  bool say(std::string_view text) {
    BackendReply reply;
    auto rest = octets(text);
    for (auto end = rest.find("\r\n"); end != std::string::npos; end = rest.find("\r\n")) {
      reply.lines.push_back(rest.substr(0, end));
      rest.erase(0, end + 2);
    }
    reply.code = std::stoi(reply.lines.at(0));
    return conversation_.on_backend_reply(reply);
  }
  std::string lose() {
    conversation_.backend_lost();
    return run();
  }
  std::string end(std::string_view text) {
    conversation_.end(octets(text));
    return run();
  }

  std::string run() {
    std::string done;
    for (int steps = 0; steps < 10'000; ++steps) {
      const auto next = conversation_.next(offer);
      switch (next) {
        case Next::read_client: return done + "?client";
        case Next::read_backend: return done + "?backend";
        case Next::start_tls: return done + "tls";
        case Next::authenticate: return done + "auth";
        case Next::close: return done + "closed";
        case Next::open_backend: open(done); break;
        case Next::drop_backend:
          done += "drop ";
          conversation_.backend_closed();
          break;
        case Next::write_client:
          done += "client:" + text(conversation_.to_client()) + " ";
          conversation_.client_written();
          break;
        case Next::write_backend:
          if (hold_writes) return done + "!backend";
          done += "backend:" + text(conversation_.to_backend()) + " ";
          conversation_.backend_written();
          break;
      }
    }
    FAIL("it never waits for anybody");
    return done;
  }

  static std::string octets(std::string_view text) {
    std::string octets;
    for (const char c : text) octets += c == '|' ? "\r\n" : std::string(1, c);
    return octets;
  }
  static std::string text(std::string_view octets) {
    std::string text(octets);
    for (auto end = text.find("\r\n"); end != std::string::npos; end = text.find("\r\n")) text.replace(end, 2, "|");
    return text;
  }

  Conversation& operator*() { return conversation_; }
  Conversation* operator->() { return &conversation_; }

  BackendOffer offer{{"SIZE", "CHUNKING"}, {"PLAIN"}};
  bool reachable = true;     // the back end
  bool pipelining = true;    // it has that
  bool chunking = true;      // and this
  bool hold_writes = false;  // run() returns before anything is written to it

 private:
  void open(std::string& done) {
    done += reachable ? "open " : "unreachable ";
    if (reachable) {
      conversation_.backend_opened(pipelining, chunking);
    } else {
      conversation_.backend_unavailable();
    }
  }

  SessionRules rules_;
  Conversation conversation_;
};

}  // namespace clientid

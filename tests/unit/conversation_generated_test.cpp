// Whatever the client pipelines and however the octets are cut, the back end sees exactly the permitted commands and
// the message octets, and the client sees exactly one reply a command, in order. Made-up sessions are played against a
// simple model (smtp_model.hpp); a seed that is printed by a failure makes the same session again.
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>

#include "shim/smtp/conversation.hpp"
#include "tests/unit/scripted_backend.hpp"
#include "tests/unit/scripted_client.hpp"
#include "tests/unit/smtp_model.hpp"

using namespace clientid;

namespace {

constexpr std::uint64_t first_seed = 20'231'218;
constexpr std::uint64_t sessions = 5000;

struct Setting {
  std::uint64_t seed = 0;
  std::uint64_t max_message_size = 0;
  unsigned patience = 0;  // of the client
  bool pipelining = true;
  bool losses = false;
};

// Carries out what the conversation asks for, as net/client.cpp does.
class Play {
 public:
  explicit Play(const Setting& setting)
      : setting_(setting),
        dice_(setting.seed),
        script_(make_script(dice_)),
        verdicts_(setting.seed, setting.losses),
        rules_{.hostname = "shim", .max_errors = 10'000, .max_message_size = setting.max_message_size},
        conversation_(rules_, true),
        // Whether a chunk is too big for its message or has none, is one and the same to a client whose MAIL is
        // refused.
        client_(script_, dice_, setting.patience, setting.max_message_size > 0 ? Said::mail : Said::data) {}

  // What went wrong, or nothing.
  std::string run() {
    sign_in();
    for (int steps = 0; steps < 100'000; ++steps) {
      const auto next = conversation_.next(offer_);
      if (next == Next::close) return (closed_ = true), "";
      if (next == Next::read_client) {
        const auto octets = client_.say();
        if (octets.empty()) return client_.has_said_all() ? "" : "the client waits for ever";
        feed(octets);
      } else if (!carry_out(next)) {
        return "the back end is waited for, and owes nothing";
      }
    }
    return "it never ends";
  }

  const std::vector<Item>& script() const { return script_; }
  const Verdicts& verdicts() const { return verdicts_; }
  const ScriptedClient& client() const { return client_; }
  const BackendRecord& record() const { return record_; }
  bool closed() const { return closed_; }

 private:
  void feed(std::string_view octets) {
    const auto room = conversation_.reader().prepare(octets.size());
    REQUIRE(room.size() >= octets.size());
    std::copy(octets.begin(), octets.end(), room.begin());
    conversation_.reader().commit(octets.size());
  }

  void sign_in() {
    feed("EHLO client\r\nAUTH PLAIN AGEAYg==\r\n");
    for (bool signed_in = false; !signed_in;) {
      const auto next = conversation_.next(offer_);
      if (next == Next::write_client) {
        conversation_.client_written();
        signed_in = conversation_.session().authenticated();
      } else {
        REQUIRE(next == Next::authenticate);
        conversation_.auth_result(AuthStatus::authenticated, {});
      }
    }
  }

  bool carry_out(Next next) {
    switch (next) {
      case Next::write_client:
        client_.hear(conversation_.to_client());
        conversation_.client_written();
        break;
      case Next::open_backend:
        backend_ = std::make_unique<ScriptedBackend>(verdicts_, dice_, setting_.pipelining, setting_.losses, record_);
        conversation_.backend_opened(setting_.pipelining, true);
        break;
      case Next::write_backend: write(); break;
      case Next::read_backend: return read();
      case Next::drop_backend:
        backend_.reset();
        conversation_.backend_closed();
        break;
      case Next::read_client:
      case Next::start_tls:
      case Next::authenticate:
      case Next::close: return false;
    }
    return true;
  }

  void write() {
    if (conversation_.begins_transaction() && (backend_->left() || dice_.in_hundred(20))) {
      backend_.reset();
      return conversation_.backend_closed();
    }
    bool fails = backend_->left() && dice_.in_hundred(50);
    if (!backend_->left()) backend_->take(conversation_.to_backend());
    fails = fails || backend_->left_midway();
    if (!fails) return conversation_.backend_written();
    bool more = conversation_.awaits_backend() || conversation_.in_content();
    while (more && backend_->owes()) more = reply() && conversation_.awaits_backend();
    lose();
  }

  bool read() {
    if (backend_ == nullptr) return false;
    if (!backend_->owes() && !backend_->left()) return false;
    if (!backend_->owes() || !reply()) lose();
    return true;
  }

  bool reply() {
    const auto text = backend_->take_reply();
    return conversation_.on_backend_reply({std::stoi(text), {text}});
  }

  void lose() {
    backend_.reset();
    conversation_.backend_lost();
  }

  Setting setting_;
  Dice dice_;
  std::vector<Item> script_;
  Verdicts verdicts_;
  SessionRules rules_;
  BackendOffer offer_{{"CHUNKING"}, {"PLAIN"}};
  Conversation conversation_;
  ScriptedClient client_;
  BackendRecord record_;
  std::unique_ptr<ScriptedBackend> backend_;
  bool closed_ = false;
};

void check_as_the_model(const Setting& setting) {
  CAPTURE(setting.seed);
  Play play(setting);
  const auto outcome = SmtpModel(play.verdicts(), setting.max_message_size).run(play.script());
  REQUIRE(play.run() == "");
  REQUIRE(play.client().heard() == outcome.replies);
  REQUIRE(play.record().heard == outcome.heard);
  REQUIRE(play.closed() == outcome.closed);
}

// --- Where the model cannot say, for it depends on how much the back end was told before it left ---

bool is_answer_to(const std::string& reply, const Item& item, bool message) {
  if (item.said == Said::own || item.said == Said::reset) return item.reply.ends_with(reply);
  const auto text = reply.substr(4);
  if (text.starts_with("4.4.2 ") || reply == bad_sequence_text) return true;
  switch (item.said) {
    case Said::mail: return text == "mail " + item.tag;
    case Said::rcpt: return text == "rcpt " + item.tag;
    case Said::data:
      return text.starts_with(message ? "message " : "data ") || reply == "554 5.6.0 Bare CR or LF in the message";
    default: return text.starts_with("bdat ");
  }
}

// Has the script such a message behind its MAIL? Of several DATA the first ones may have been refused.
bool is_as_said(const std::vector<Item>& script, const Delivered& message) {
  auto item = std::find_if(script.begin(), script.end(), [&](const Item& each) { return each.tag == message.tag; });
  std::string chunks;
  for (bool last = false; item != script.end(); ++item) {
    if (item->said == Said::data && item->content == message.text) return true;
    if (item->said != Said::bdat || last) continue;
    chunks += item->content;
    last = item->last;
    if (last && chunks == message.text) return true;
  }
  return false;
}

// One reply a command, in order; what was accepted is delivered whole, once, and to those who were accepted.
void check_nothing_lost(const Setting& setting) {
  CAPTURE(setting.seed);
  Play play(setting);
  REQUIRE(play.run() == "");
  const auto& replies = play.client().replies();
  const auto& questions = play.client().questions();
  REQUIRE((replies.size() == questions.size() || play.closed()));
  REQUIRE(replies.size() <= questions.size());
  std::vector<std::string> accepted;  // recipients, and names of messages
  for (std::size_t i = 0; i < replies.size(); ++i) {
    CAPTURE(replies[i]);
    REQUIRE(is_answer_to(replies[i], play.script()[questions[i].item], questions[i].message));
    if (replies[i].starts_with("250 rcpt ")) accepted.push_back(replies[i].substr(9));
    if (replies[i].starts_with("250 message ")) accepted.push_back("message " + replies[i].substr(12));
  }
  for (const auto& heard : play.record().heard) REQUIRE_FALSE(heard.starts_with('!'));
  for (const auto& message : play.record().delivered) {
    CAPTURE(message.tag);
    REQUIRE(is_as_said(play.script(), message));
    const auto found = std::find(accepted.begin(), accepted.end(), "message " + message.tag);
    if (found == accepted.end()) continue;
    accepted.erase(found);
    for (const auto& recipient : message.recipients) {
      REQUIRE(std::find(accepted.begin(), accepted.end(), recipient) != accepted.end());
    }
  }
  for (const auto& left : accepted) REQUIRE_FALSE(left.starts_with("message "));
}

}  // namespace

TEST_CASE("generated: whatever is pipelined and however it is cut, both sides get what the model says") {
  for (auto seed = first_seed; seed < first_seed + sessions; ++seed) {
    check_as_the_model({.seed = seed,
                        .max_message_size = seed % 3 == 0 ? 300U : 0U,
                        .patience = seed % 4 == 0 ? 0U : 30U,
                        .pipelining = seed % 5 != 0});
  }
}

TEST_CASE("generated: a back end that leaves at any point, and a client that waits for every reply") {
  for (auto seed = first_seed; seed < first_seed + sessions; ++seed) {
    check_as_the_model({.seed = seed, .patience = 100, .pipelining = seed % 5 != 0, .losses = true});
  }
}

TEST_CASE("generated: a back end that leaves at any point, and a client that pipelines") {
  for (auto seed = first_seed; seed < first_seed + sessions; ++seed) {
    check_nothing_lost(
        {.seed = seed, .patience = seed % 2 == 0 ? 0U : 30U, .pipelining = seed % 5 != 0, .losses = true});
  }
}

#include "tests/unit/smtp_script.hpp"

namespace clientid {
namespace {

const std::vector<Item> own_items{
    {.line = "NOOP", .reply = "250 2.0.0 OK"},
    {.line = "noop with words", .reply = "250 2.0.0 OK"},
    {.line = "HELP", .reply = "214 2.0.0 See RFC 5321"},
    {.line = "VRFY alice", .reply = "252 2.0.0 Cannot verify, try to send"},
    {.line = "XCLIENT LOGIN=other", .reply = "500 5.5.1 Syntax error, command unrecognised"},
    {.line = "xforward ADDR=192.0.2.66", .reply = "500 5.5.1 Syntax error, command unrecognised"},
    {.line = "EXPN all", .reply = "500 5.5.1 Syntax error, command unrecognised"},
    {.line = "", .reply = "500 5.5.1 Syntax error, command unrecognised"},
    {.line = ".", .reply = "500 5.5.1 Syntax error, command unrecognised"},
    {.line = " MAIL FROM:<a@example.com>", .reply = "500 5.5.1 Syntax error, command unrecognised"},
    {.line = "ETRN example.com", .reply = "500 5.5.1 Syntax error, command unrecognised"},
    {.line = "BURL imap://example.com LAST", .reply = "500 5.5.1 Syntax error, command unrecognised"},
    {.line = "STARTTLS", .reply = "503 5.5.1 Bad sequence of commands"},
    {.line = "CLIENTID UUID 23bf83be", .reply = "503 5.5.1 Bad sequence of commands"},
    {.line = "AUTH PLAIN AGEAYg==", .reply = "503 5.5.1 Bad sequence of commands"},
    {.line = "DATA now", .reply = "501 5.5.4 Syntax error in parameters or arguments"},
    {.line = "RSET now", .reply = "501 5.5.4 Syntax error in parameters or arguments"},
    {.line = "EHLO", .reply = "501 5.5.4 Syntax error in parameters or arguments"},
};

const std::vector<Item> reset_items{
    {.said = Said::reset, .line = "RSET", .reply = "250 2.0.0 OK"},
    {.said = Said::reset, .line = "rset", .reply = "250 2.0.0 OK"},
    {.said = Said::reset, .line = "HELO again", .reply = "250 shim"},
    {.said = Said::reset,
     .line = "EHLO again",
     .reply = "250-shim\r\n250-PIPELINING\r\n250-CHUNKING\r\n250-AUTH PLAIN\r\n250 CLIENTID"},
};

const std::vector<Item> last_items{
    {.line = "QUIT", .reply = "221 2.0.0 shim closing connection", .ends = true},
    {.line = "NOOP\nQUIT", .reply = "500 5.5.2 Bare CR, bare LF or NUL in a command", .ends = true},
    {.line = "NOOP\rQUIT", .reply = "500 5.5.2 Bare CR, bare LF or NUL in a command", .ends = true},
    {.line = std::string("NO\0OP", 5), .reply = "500 5.5.2 Bare CR, bare LF or NUL in a command", .ends = true},
    {.line = std::string(3000, 'x'), .reply = "500 5.5.2 Line too long", .ends = true},
    {.line = "BDAT", .reply = "501 5.5.4 Syntax error in parameters or arguments", .ends = true},
    {.line = "BDAT 4294967301 LAST", .reply = "501 5.5.4 Syntax error in parameters or arguments", .ends = true},
    {.line = "BDAT 5 MORE", .reply = "501 5.5.4 Syntax error in parameters or arguments", .ends = true},
};

const std::vector<std::string> words{"a",
                                     ".",
                                     "..",
                                     "",
                                     "MAIL FROM:<evil@example.com>",
                                     "QUIT",
                                     "XCLIENT LOGIN=other",
                                     "DATA",
                                     "BDAT 3 LAST",
                                     std::string("\0\xff", 2),
                                     "RSET"};
const std::vector<std::string> ends{"\r\n", "\r\n", "\n", "\r", "\r\n.\r\n", "\n.\n", "\n.\r\n", "\r.\r", ""};
const std::vector<std::string> bare_ends{"\n", "\r", "\r\n.\n", "\n.\n", "\n.\r\n", "\r.\r", "\r\r\n"};

// Lines with their dots doubled, and the end.
void make_message(Dice& dice, Item& item) {
  const auto lines = dice.below(8);
  const auto bare_line = item.bare ? dice.below(lines + 1) : lines + 1;
  for (std::size_t i = 0; i <= lines; ++i) {
    if (i == bare_line) item.content += "b" + dice.of(bare_ends) + "MAIL FROM:<evil@example.com>\r\n";
    if (i == lines) break;
    const auto text = dice.of(words) + (dice.in_hundred(20) ? std::string(dice.below(200), 'x') : dice.of(words));
    if (text.starts_with('.')) item.content += '.';
    item.content += text + "\r\n";
    item.size += text.size() + 2;
  }
  item.content += ".\r\n";
}

// Anything at all.
void make_chunk(Dice& dice, Item& item) {
  for (auto pieces = dice.below(6); pieces > 0; --pieces) item.content += dice.of(words) + dice.of(ends);
  if (dice.in_hundred(10)) item.content += std::string(dice.below(200), 'x');
  item.last = dice.in_hundred(40);
  item.line = "BDAT " + std::to_string(item.content.size()) + (item.last ? " LAST" : "");
}

class ScriptMaker {
 public:
  explicit ScriptMaker(Dice& dice) : dice_(dice) {}

  std::vector<Item> make() {
    for (auto left = 3 + dice_.below(25); left > 0; --left) {
      items_.push_back(make_item());
      if (items_.back().bare) break;
    }
    if (dice_.in_hundred(50)) {
      items_.push_back(dice_.of(last_items));
      items_.push_back(own_items.front());
    }
    return std::move(items_);
  }

 private:
  // What usually comes next, and anything else now and then.
  Item make_item() {
    if (dice_.in_hundred(15)) return dice_.of(own_items);
    if (dice_.in_hundred(6)) return dice_.of(reset_items);
    const auto usual = stage_;
    const auto stage = dice_.in_hundred(85) ? usual : dice_.below(3);
    if (stage == 0) return mail();
    if (stage == 1) return rcpt();
    return content();
  }

  Item mail() {
    stage_ = 1;
    Item item{.said = Said::mail, .tag = std::to_string(items_.size())};
    item.line = "MAIL FROM:<" + item.tag + "@example.com>";
    if (dice_.in_hundred(20)) {
      item.size = dice_.in_hundred(50) ? 10 : 100'000;
      item.line += " SIZE=" + std::to_string(item.size);
    }
    return item;
  }

  Item rcpt() {
    if (dice_.in_hundred(50)) stage_ = 2;
    Item item{.said = Said::rcpt, .tag = std::to_string(items_.size())};
    item.line = "RCPT TO:<" + item.tag + "@example.com>";
    return item;
  }

  Item content() {
    Item item;
    if (dice_.in_hundred(50)) {
      stage_ = 0;
      item.said = Said::data;
      item.line = "DATA";
      item.bare = dice_.in_hundred(5);
      make_message(dice_, item);
    } else {
      item.said = Said::bdat;
      make_chunk(dice_, item);
      if (item.last) stage_ = 0;
    }
    return item;
  }

  Dice& dice_;
  std::size_t stage_ = 0;  // 0: MAIL, 1: RCPT, 2: the message is what usually comes next
  std::vector<Item> items_;
};

}  // namespace

std::vector<Item> make_script(Dice& dice) {
  return ScriptMaker(dice).make();
}

Verdict Verdicts::of(const std::string& name) const {
  return of_content(name, true);
}

Verdict Verdicts::of_content(const std::string& name, bool empty) const {
  std::uint64_t hash = 14695981039346656037U ^ seed_;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  const auto percent = (hash >> 32) % 100;
  if (percent < 75) return Verdict::accept;
  if (percent < 84 || !losses_) return percent % 2 == 0 ? Verdict::refuse : Verdict::defer;
  if (percent < 88) return Verdict::shut_down;
  if (percent < 92) return Verdict::leave;
  if (percent < 96) return empty ? Verdict::leave : Verdict::leave_midway;
  return empty ? Verdict::refuse : Verdict::refuse_early;
}

std::string reply_text(Verdict verdict, const std::string& name) {
  switch (verdict) {
    case Verdict::accept: return (name.starts_with("data") ? "354 " : "250 ") + name;
    case Verdict::refuse: return "550 " + name;
    case Verdict::defer: return "450 " + name;
    case Verdict::shut_down: return "421 " + name;
    case Verdict::refuse_early: return "552 " + name;
    case Verdict::leave:
    case Verdict::leave_midway: break;
  }
  return {};
}

}  // namespace clientid

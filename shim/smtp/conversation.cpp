#include "shim/smtp/conversation.hpp"

#include <algorithm>
#include <utility>

#include "plugin/identity/identity.hpp"
#include "shim/smtp/replies.hpp"

namespace clientid {
namespace {

constexpr int start_of_message = 354;
constexpr int service_closing = 421;

// So many replies fit into any socket: a client that sends more commands ahead would bring us to a standstill, with the
// back end waiting for us to read, and us for it.
constexpr unsigned max_outstanding = 200;

constexpr std::uint64_t end_mark = 2;  // the CRLF behind the last dot is no part of the message (RFC 1870 section 5)

// RFC 5321 section 4.3.2. 354 anywhere else would have the client send its message as commands, and behind a RSET that
// was refused stands a transaction that the client believes gone.
bool is_fit_for(Asked asked, int code) {
  if (code >= 400) return asked != Asked::reset;
  return asked == Asked::data ? code == start_of_message : code / 100 == 2;
}

}  // namespace

std::string_view name(Fault fault) {
  switch (fault) {
    case Fault::none: return "none";
    case Fault::starttls_injection: return "starttls-injection";
    case Fault::line_too_long: return "line-too-long";
    case Fault::bad_octet: return "bad-octet-in-command";
    case Fault::bare_cr_or_lf: return "bare-cr-or-lf-in-message";
  }
  return {};
}

Conversation::Conversation(const SessionRules& rules, bool encrypted)
    : session_(rules, encrypted), max_message_size_(rules.max_message_size) {
  replies_.add(session_.greeting());
}

Next Conversation::next(const BackendOffer& offer) {
  for (;;) {
    if (drop_backend_) return Next::drop_backend;
    if (!content_ && barrier_ == Barrier::none) {
      take_line(offer);
    } else if (!commands_.empty()) {
      if (const auto step = next_for_commands()) return *step;
    } else if (content_) {
      if (const auto step = next_in_content()) return *step;
    } else if (outstanding_ > 0) {
      return Next::read_backend;
    } else {
      due_ += replies_.take_due();
      if (!due_.empty()) return Next::write_client;
      if (const auto step = cross_barrier()) return *step;
    }
  }
}

std::optional<Next> Conversation::next_for_commands() {
  if (!backend_open_) return Next::open_backend;
  if (content_ && pass_on_ && !chunking_) {
    // It would take the octets for commands: another one than that whose CHUNKING was announced.
    drop_backend_ = true;
    give_up_backend(replies::backend_down);
    return std::nullopt;
  }
  return pipelining_ || outstanding_ == 0 ? Next::write_backend : Next::read_backend;
}

// --- What the client says ---

void Conversation::take_line(const BackendOffer& offer) {
  // Whether a second MAIL may follow is known when the first one is answered.
  if (replies_.awaits(Asked::mail) && session_.in_transaction() &&
      lower_case(reader_.pending().substr(0, 4)) == "mail") {
    barrier_ = Barrier::replies;
    return;
  }
  std::string_view line;
  switch (reader_.next(line, session_.line_limit())) {
    case LineStatus::incomplete: barrier_ = Barrier::read; break;
    case LineStatus::complete:
      ++lines_;
      carry_out(session_.on_line(line, offer), line);
      break;
    case LineStatus::too_long: fail(Fault::line_too_long, replies::line_too_long); break;
    case LineStatus::bad_octet: fail(Fault::bad_octet, replies::bare_cr_or_lf); break;
  }
}

void Conversation::carry_out(Step step, std::string_view line) {
  switch (step.action) {
    case Action::reply:
    case Action::reset:
      if (step.action == Action::reset) reset_backend();
      replies_.add(step.reply);
      if (step.chunk) begin_content(Content::counted(*step.chunk), false);
      break;
    case Action::start_tls:
      // D4.10: whoever stands between client and server could put it there, to have it taken for the client's own.
      if (!reader_.pending().empty()) return fail(Fault::starttls_injection, {});
      replies_.add(step.reply);
      barrier_ = Barrier::start_tls;
      break;
    case Action::authenticate:
    case Action::respond:
      auth_step_ = std::move(step);
      barrier_ = Barrier::authenticate;
      break;
    case Action::forward: forward(line, step); break;
    case Action::quit: client_quits_ = true; [[fallthrough]];
    case Action::close: end(step.reply); break;
  }
}

void Conversation::forward(std::string_view line, const Step& step) {
  if (step.asked == Asked::mail && commands_.empty()) begins_transaction_ = true;
  ask(line, step.asked);
  if (step.asked == Asked::data) barrier_ = Barrier::data;
  if (step.chunk) begin_content(Content::counted(*step.chunk), true);
}

void Conversation::reset_backend() {
  if (backend_open_ || !commands_.empty()) ask("RSET", Asked::reset);
}

void Conversation::ask(std::string_view line, Asked asked) {
  commands_.append(line).append("\r\n");
  replies_.expect(asked);
  ++queued_;
  if (queued_ + outstanding_ >= max_outstanding) barrier_ = Barrier::replies;
}

void Conversation::end(std::string_view reply) {
  // The back end must not have it for a whole message.
  const bool cut_off = content_ && pass_on_;
  if (cut_off) drop_backend_ = backend_open_;
  content_.reset();
  if (cut_off && outstanding_ > 0) {
    give_up_backend(reply);
  } else if (!reply.empty()) {
    replies_.add(reply);
  }
  barrier_ = Barrier::close;
}

void Conversation::fail(Fault fault, std::string_view reply) {
  fault_ = fault;
  end(reply);
}

std::optional<Next> Conversation::cross_barrier() {
  switch (std::exchange(barrier_, Barrier::none)) {
    case Barrier::read: return Next::read_client;
    case Barrier::start_tls: return Next::start_tls;
    case Barrier::authenticate: return Next::authenticate;
    case Barrier::close: barrier_ = Barrier::close; return Next::close;
    case Barrier::data:
      if (std::exchange(message_wanted_, false)) begin_content(Content::dotted(), true);
      break;
    case Barrier::none:
    case Barrier::replies: break;
  }
  return std::nullopt;
}

void Conversation::tls_started(std::optional<Identity> certificate) {
  reader_ = LineReader();
  session_.tls_started(std::move(certificate));
}

void Conversation::auth_result(AuthStatus status, std::string_view challenge) {
  carry_out(session_.auth_result(status, challenge), {});
}

// --- Content ---

void Conversation::begin_content(Content content, bool pass_on) {
  content_ = content;
  pass_on_ = pass_on;
  octets_ = 0;
}

std::optional<Next> Conversation::next_in_content() {
  if (passing_ > 0) return Next::write_backend;
  const auto [status, length, dots] = content_->scan(reader_.pending());
  if (status == DotScanner::Status::bare_cr_or_lf) {
    // The back end never sees the end of this message, and so never takes it.
    fail(Fault::bare_cr_or_lf, replies::message_bare_cr_or_lf);
    return std::nullopt;
  }
  passing_ = length;
  content_ends_ = status == DotScanner::Status::end;
  octets_ += length - dots;
  if (content_->is_dotted() && max_message_size_ > 0 && octets_ > max_message_size_ + (content_ends_ ? end_mark : 0)) {
    content_too_big();
  }
  if (pass_on_ && length > 0) return Next::write_backend;
  content_taken();
  if (!content_ || drop_backend_) return std::nullopt;
  return next_before_more_content();
}

// RFC 2920 section 3.2: no reply is held back while the client is waited for.
Next Conversation::next_before_more_content() {
  const unsigned later = pass_on_ && !content_->is_dotted() ? 1 : 0;  // the reply to BDAT comes behind its octets
  if (outstanding_ > later) return Next::read_backend;
  due_ += replies_.take_due();
  return due_.empty() ? Next::read_client : Next::write_client;
}

void Conversation::content_taken() {
  reader_.take(std::exchange(passing_, 0));
  if (std::exchange(content_ends_, false) && content_) end_content();
}

void Conversation::content_too_big() {
  if (!pass_on_) return;
  pass_on_ = false;
  drop_backend_ = backend_open_;
  instead_ = replies::message_too_big;
}

void Conversation::end_content() {
  if (content_->is_dotted()) {
    session_.transaction_ended();
    if (pass_on_) {
      replies_.expect(Asked::message);
      ++outstanding_;
    } else {
      replies_.add(instead_);
    }
  }
  content_.reset();
}

// --- The back end ---

std::string_view Conversation::to_backend() const {
  if (passing_ > 0) return reader_.pending().substr(0, passing_);
  const std::string_view all = commands_;
  return pipelining_ ? all : all.substr(0, all.find('\n') + 1);
}

void Conversation::backend_written() {
  if (passing_ > 0) return content_taken();
  const auto sent = to_backend();
  const auto count = static_cast<unsigned>(std::count(sent.begin(), sent.end(), '\n'));
  outstanding_ += count;
  queued_ -= count;
  commands_.erase(0, sent.size());
  begins_transaction_ = false;
}

void Conversation::backend_opened(bool pipelining, bool chunking) {
  backend_open_ = true;
  pipelining_ = pipelining;
  chunking_ = chunking;
}

void Conversation::backend_closed() {
  backend_open_ = false;
  drop_backend_ = false;
}

void Conversation::backend_unavailable() {
  give_up_backend(replies::backend_down);
}

void Conversation::backend_lost() {
  backend_closed();
  give_up_backend(replies::backend_lost);
}

bool Conversation::on_backend_reply(const BackendReply& reply) {
  const auto asked = replies_.awaited();
  if (!asked && content_ && pass_on_ && reply.code >= 400) {
    // A message can be refused before its end has come. The client hears of it in the right place: behind that.
    drop_backend_ = true;
    give_up_backend(reply.code == service_closing ? std::string(replies::backend_lost) : reply.text());
    return true;
  }
  if (!asked || outstanding_ == 0 || !is_fit_for(*asked, reply.code)) return false;
  --outstanding_;
  replies_.on_backend_reply(reply.text());
  if (asked == Asked::data) message_wanted_ = reply.code == start_of_message;
  if (asked == Asked::mail && !reply.positive() && !replies_.awaits(Asked::mail)) session_.transaction_ended();
  if (reply.code == service_closing) {
    // It goes away, and says so in its own words; the rest of the group is lost.
    drop_backend_ = true;
    give_up_backend(replies::backend_lost);
    end({});
  }
  return true;
}

// Whoever waits for it gets `reply`. A message that is under way is read to its end, and goes nowhere.
void Conversation::give_up_backend(std::string_view reply) {
  outstanding_ = 0;
  queued_ = 0;
  begins_transaction_ = false;
  commands_.clear();
  session_.transaction_ended();
  replies_.fail(reply);
  if (std::exchange(pass_on_, false)) instead_ = reply;
  content_taken();
}

}  // namespace clientid

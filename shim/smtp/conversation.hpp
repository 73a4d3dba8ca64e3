// All that a client and a back end say to each other through us, without a socket: octets and replies go in, and next()
// says what is to be done. Commands go to the back end in groups, as they came (RFC 2920); message content is passed on
// block by block out of the buffer it came in; and the client gets one reply a command, in order.
//
// What a line means is the session's to say (session.hpp). Who calls next() is net/client.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shim/smtp/backend_reply.hpp"
#include "shim/smtp/content.hpp"
#include "shim/smtp/line_reader.hpp"
#include "shim/smtp/reply_queue.hpp"
#include "shim/smtp/session.hpp"

namespace clientid {

enum class Next : std::uint8_t {
  read_client,    // put octets into reader()
  write_client,   // send to_client(), then client_written()
  open_backend,   // then backend_opened() or backend_unavailable()
  write_backend,  // send to_backend(), then backend_written() or backend_lost()
  read_backend,   // one reply: on_backend_reply(); or backend_lost()
  drop_backend,   // close it in the middle of what it was told, then backend_closed()
  start_tls,      // shake hands, then tls_started()
  authenticate,   // take_auth_step() says with what; then auth_result()
  close,          // all has been said
};

// Why the conversation was ended by us, for the log.
enum class Fault : std::uint8_t { none, starttls_injection, line_too_long, bad_octet, bare_cr_or_lf };
std::string_view name(Fault fault);  // "starttls-injection", ...

class Conversation {
 public:
  // `rules` must outlive it.
  Conversation(const SessionRules& rules, bool encrypted);

  // `offer` is that of the back end at this time.
  Next next(const BackendOffer& offer);

  LineReader& reader() { return reader_; }
  std::string_view to_client() const { return due_; }
  // While to_client() waits to be sent: nothing comes behind it.
  bool says_last() const { return barrier_ == Barrier::close; }
  void client_written() { due_.clear(); }

  // Valid until the call that follows.
  std::string_view to_backend() const;
  void backend_written();
  // What it has announced. Without PIPELINING it gets its commands one by one, without CHUNKING no chunk.
  void backend_opened(bool pipelining, bool chunking);
  void backend_unavailable();
  // False where nobody asked for it, or it is none that can be given to what was asked: the back end cannot be trusted
  // any more, and is lost.
  bool on_backend_reply(const BackendReply& reply);
  void backend_lost();
  // By us, with nothing outstanding.
  void backend_closed();
  // While to_backend() is the first command of a transaction, another connection is as good as this one.
  bool begins_transaction() const { return begins_transaction_ && outstanding_ == 0; }
  // It owes us replies to what it was sent.
  bool awaits_backend() const { return outstanding_ > 0; }

  // `certificate`: as in session.hpp.
  void tls_started(std::optional<Identity> certificate);
  Step take_auth_step() { return std::move(auth_step_); }
  // `challenge` is raw octets.
  void auth_result(AuthStatus status, std::string_view challenge);

  // Says one thing more and ends: `reply` has an end of line.
  void end(std::string_view reply);
  // It was the client that ended it: it sends nothing more (RFC 5321 section 4.1.1.10).
  bool client_quits() const { return client_quits_; }

  // For tests: without it they would see the back end only where something is sent to it.
  bool backend_open() const { return backend_open_; }
  // Between two commands, and in the middle of nothing.
  bool idle() const { return !content_ && !session_.in_transaction() && !session_.in_auth() && outstanding_ == 0; }
  // A message is on its way.
  bool in_content() const { return content_.has_value(); }
  // The same, or a part of it is there and others are to come (BDAT, BURL).
  bool in_message() const { return in_content() || session_.between_chunks(); }
  // Rises with every line of the client.
  std::uint64_t lines() const { return lines_; }
  Fault fault() const { return fault_; }
  const Session& session() const { return session_; }

 private:
  // What may happen only once all before it is answered; `replies` is for that alone.
  enum class Barrier : std::uint8_t { none, read, replies, start_tls, authenticate, data, close };

  void take_line(const BackendOffer& offer);
  void carry_out(Step step, std::string_view line);
  void forward(std::string_view line, const Step& step);
  void reset_backend();
  void ask(std::string_view line, Asked asked);
  std::optional<Next> next_for_commands();
  void begin_content(Content content, bool pass_on);
  std::optional<Next> next_in_content();
  Next next_before_more_content();
  void content_taken();
  void end_content();
  void content_too_big();
  std::optional<Next> cross_barrier();
  void fail(Fault fault, std::string_view reply);
  void give_up_backend(std::string_view reply);

  Session session_;
  LineReader reader_;
  ReplyQueue replies_;
  std::string due_;       // for the client
  std::string commands_;  // for the back end, not sent yet
  Barrier barrier_ = Barrier::none;
  Step auth_step_;

  bool backend_open_ = false;
  bool pipelining_ = false;
  bool chunking_ = false;
  bool drop_backend_ = false;
  bool begins_transaction_ = false;
  bool client_quits_ = false;
  unsigned queued_ = 0;       // commands in `commands_`
  unsigned outstanding_ = 0;  // commands sent and not answered

  std::optional<Content> content_;
  bool pass_on_ = false;            // the content goes to the back end, not nowhere
  bool message_wanted_ = false;     // 354
  std::size_t passing_ = 0;         // octets at the front of reader() that to_backend() shows
  bool content_ends_ = false;       // with them
  std::uint64_t octets_ = 0;        // of this DATA, so far
  std::string instead_;             // what the client gets for a message that went nowhere
  std::uint64_t max_message_size_;  // 0: any
  std::uint64_t lines_ = 0;
  Fault fault_ = Fault::none;
};

}  // namespace clientid

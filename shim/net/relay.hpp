// Brings a client's commands to the back end and the replies back, in order. A group of pipelined commands goes out in
// one write, and then all its replies are waited for: between two groups nothing is outstanding.
//
// A message is streamed as it comes, never held: what has arrived from the client is written to the back end before
// more is read.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shim/auth/session_registry.hpp"
#include "shim/net/backend.hpp"
#include "shim/net/handover.hpp"
#include "shim/smtp/reply_queue.hpp"

namespace clientid {

struct RelayRules {
  std::vector<BackendAddress> backends;  // tried in order
  Handover handover = Handover::xclient;
  std::string hostname;
  Clock::duration backend_timeout;
  Clock::duration data_timeout;  // between two pieces of a message
};

// Who the back end is to take the client for.
struct RelayClient {
  ClientFacts facts;
  RegisteredSession session;  // for the module in the back end
  Secret plain;               // for handover = replay; kept, since a lost back end is connected to again
};

enum class RelayStatus : std::uint8_t {
  going_on,
  client_lost,
  client_timed_out,
  end_session,  // the last reply has been queued: send it and close
};

class Relay {
 public:
  // All of them must outlive the relay.
  Relay(const RelayRules& rules, SessionRegistry& registry, Stream& client, LineReader& reader)
      : rules_(rules), registry_(registry), client_(client), reader_(reader) {}

  // Our own reply to a command, in its turn.
  void reply(std::string_view text) { queue_.add(text); }

  // A command for the back end; the connection is opened for the first. Where that fails, the client gets 451.
  asio::awaitable<void> forward(std::string_view line, RelayClient& client);

  // RSET on our own account, if there is anything to reset.
  void reset();

  // Sends the group, waits for its replies, and gives the client what it is owed.
  asio::awaitable<RelayStatus> flush();

  // After flush(): the group ended in DATA, and the back end wants the message.
  bool message_wanted() const { return last_code_ == 354; }
  asio::awaitable<RelayStatus> stream_message();

  // Another client stands behind this connection now, or nobody.
  void disconnect();
  asio::awaitable<void> quit();

  // Those of the connection, or of the last one there was.
  const Keywords& keywords() const { return keywords_; }
  bool connected() const { return backend_ != nullptr; }

 private:
  asio::awaitable<bool> connect(RelayClient& client);
  asio::awaitable<std::string> open(const BackendAddress& address, RelayClient& client);
  asio::awaitable<RelayStatus> send_due();
  void lose_backend(std::string_view cause);

  const RelayRules& rules_;
  SessionRegistry& registry_;
  Stream& client_;
  LineReader& reader_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<SessionRegistry::Entry> entry_;
  Keywords keywords_;
  ReplyQueue queue_;
  std::string outgoing_;  // the group, until flush()
  int last_code_ = 0;     // of the last reply of the back end in this group
};

}  // namespace clientid

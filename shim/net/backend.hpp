// A connection to the submission server behind us, from its greeting on.
#pragma once

#include <utility>
//
#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "shim/net/backend_address.hpp"
#include "shim/net/backend_tls.hpp"
#include "shim/net/proxy_header.hpp"
#include "shim/net/stream.hpp"
#include "shim/smtp/backend_reply.hpp"
#include "shim/smtp/keywords.hpp"
#include "shim/smtp/line_reader.hpp"

namespace clientid {

// How every connection is made.
struct BackendRules {
  std::string hostname;                   // ours, for EHLO
  Clock::duration patience{};             // for every wait; to be connected and greeted, there is a limit besides
  std::optional<ProxyVersion> proxy;      // the header that goes first
  std::shared_ptr<const BackendTls> tls;  // null: no back end wants it
};

class Backend {
 public:
  // Connects and reads the greeting, and encrypts where the address wants it; the next command is EHLO. Null where that
  // fails; `cause` says why then. `client` is who a PROXY header speaks for.
  static asio::awaitable<std::unique_ptr<Backend>> open(const BackendAddress& address, const BackendRules& rules,
                                                        const ProxyEndpoints& client, std::string& cause);

  // One command and its reply. Nothing where the connection is lost, or said something before it was asked: that would
  // be taken for the reply.
  asio::awaitable<std::optional<BackendReply>> ask(std::string_view command);
  // The same, with the CRLF behind it.
  asio::awaitable<std::optional<BackendReply>> ask_line(std::string_view line);
  // If the reply is positive, keywords() are those that it announced.
  asio::awaitable<std::optional<BackendReply>> ehlo(std::string_view name);

  asio::awaitable<bool> send(std::string_view octets);
  asio::awaitable<std::optional<BackendReply>> receive();
  // While nothing is owed to us: something has come all the same, or the connection is closed.
  bool stale() { return !reader_.pending().empty() || !stream_.is_quiet(); }

  const Keywords& keywords() const { return keywords_; }
  // "127.0.0.1;10587" and "127.0.0.1;49152" as the back end sees them; empty for a Unix socket.
  std::string local_endpoint();
  std::string remote_endpoint();

 private:
  Backend(Socket socket, Clock::duration patience, Clock::time_point limit)
      : stream_(std::move(socket)), patience_(patience), limit_(limit) {}

  // Each empty on success, else the cause.
  asio::awaitable<std::string> begin(const BackendAddress& address, const BackendRules& rules,
                                     const ProxyEndpoints& client);
  asio::awaitable<std::string> read_greeting();
  asio::awaitable<std::string> start_tls(const std::string& host, const BackendRules& rules);
  asio::awaitable<std::string> connect_tls(const std::string& host, const BackendRules& rules);
  void set_deadline() { stream_.expires_at(std::min(limit_, Clock::now() + patience_)); }

  Stream stream_;
  Clock::duration patience_;
  Clock::time_point limit_;  // of all waits together
  Io last_ = Io::done;       // what came of the last read
  LineReader reader_;
  Keywords keywords_;
};

// "STARTTLS is answered with 454 ..."; empty if the reply is positive.
std::string fault_in(const std::string& command, const std::optional<BackendReply>& reply);

}  // namespace clientid

// A connection to the submission server behind us, from its greeting on.
#pragma once

#include <utility>
//
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "shim/net/stream.hpp"
#include "shim/smtp/backend_reply.hpp"
#include "shim/smtp/keywords.hpp"
#include "shim/smtp/line_reader.hpp"

namespace clientid {

struct BackendAddress {
  std::string host;  // or
  std::string port;
  std::string path;  // of a Unix socket

  // "smtp://127.0.0.1:10587", "smtp://[::1]:10587" or "unix:/run/smtpd".
  static std::optional<BackendAddress> parse(std::string_view text);
  std::string to_string() const;
};

class Backend {
 public:
  // Connects and reads the greeting. Null where that fails within `patience`; `cause` says why then. `patience` holds
  // for every later wait as well.
  static asio::awaitable<std::unique_ptr<Backend>> open(const BackendAddress& address, Clock::duration patience,
                                                        std::string& cause);

  // One command and its reply. Nothing where the connection is lost.
  asio::awaitable<std::optional<BackendReply>> ask(std::string_view command);
  // EHLO; afterwards keywords() are those that it announced.
  asio::awaitable<bool> ehlo(std::string_view name);

  asio::awaitable<bool> send(std::string_view octets);
  asio::awaitable<std::optional<BackendReply>> receive();
  // While nothing is owed to us: something has come all the same, or the connection is closed.
  bool stale() { return !reader_.pending().empty() || !stream_.is_quiet(); }

  const Keywords& keywords() const { return keywords_; }
  // "127.0.0.1;10587" and "127.0.0.1;49152" as the back end sees them; empty for a Unix socket.
  std::string local_endpoint();
  std::string remote_endpoint();

 private:
  Backend(Socket socket, Clock::duration patience) : stream_(std::move(socket)), patience_(patience) {}

  Stream stream_;
  Clock::duration patience_;
  LineReader reader_;
  Keywords keywords_;
};

}  // namespace clientid

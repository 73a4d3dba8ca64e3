// The judge for other processes: answers the module in a back end over a Unix socket. A session of ours is known by its
// endpoints; anybody else comes without identity, and the policy for such clients decides.
#pragma once

#include <sys/types.h>

#include <utility>
//
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <functional>
#include <memory>
#include <string>

#include "shim/auth/judge.hpp"
#include "shim/auth/session_registry.hpp"
#include "shim/auth/verdict_request.hpp"
#include "shim/auth/worker_pool.hpp"

namespace clientid {

struct VerdictSocket {
  std::string path;
  uid_t owner;
  gid_t group;
  mode_t mode;
  friend bool operator==(const VerdictSocket&, const VerdictSocket&) = default;
};

class VerdictService {
 public:
  using CurrentJudge = std::function<std::shared_ptr<Judge>()>;

  // Binds at once; a socket left behind by a process that is gone is replaced. Throws ConfigError that names the path.
  // `judge` is asked for with every question.
  VerdictService(asio::io_context& context, const VerdictSocket& socket, CurrentJudge judge, WorkerPool& pool,
                 const SessionRegistry& sessions);
  VerdictService(const VerdictService&) = delete;
  VerdictService& operator=(const VerdictService&) = delete;
  // Removes the socket.
  ~VerdictService();

  void start();

 private:
  using Socket = asio::local::stream_protocol::socket;

  asio::awaitable<void> accept();
  asio::awaitable<void> serve(Socket socket);
  asio::awaitable<std::string> reply_to(std::string text, uid_t asker);
  std::string verdict_on(const RegisteredSession& session, const VerdictRequest& request, uid_t asker,
                         JudgeStore& store);

  asio::io_context& context_;
  std::string path_;
  CurrentJudge judge_;
  WorkerPool& pool_;
  const SessionRegistry& sessions_;
  asio::local::stream_protocol::acceptor acceptor_;
};

}  // namespace clientid

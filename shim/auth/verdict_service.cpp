#include "shim/auth/verdict_service.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <cstring>
#include <memory>

#include "plugin/config/config_error.hpp"
#include "shim/auth/attempt_record.hpp"
#include "shim/auth/in_process_judge.hpp"
#include "shim/ops/log.hpp"
#include "shim/ops/metrics.hpp"

namespace clientid {

namespace local = asio::local;

namespace {

constexpr auto request_time = std::chrono::seconds(10);

uid_t peer_of(local::stream_protocol::socket& socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  const bool known = ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0;
  return known ? credentials.uid : static_cast<uid_t>(-1);
}

// A socket that nobody listens on was left behind; one that answers belongs to somebody.
void remove_stale(asio::io_context& context, const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return;
  if (!S_ISSOCK(status.st_mode)) throw ConfigError("verdict-socket: " + path + " is there and is no socket; remove it");
  local::stream_protocol::socket probe(context);
  boost::system::error_code error;
  probe.connect(path, error);
  if (!error) throw ConfigError("verdict-socket: " + path + " is served by another process");
  ::unlink(path.c_str());
}

// Nobody but a session of ours that passes AUTH on is told whether the password was right, so that it alone can put a
// device in quarantine, or refuse it late. To others such a device is refused.
Ruling ruling_on(const Verdict& verdict, const RegisteredSession& session) {
  switch (verdict.decision) {
    case Decision::allow:
    case Decision::enrol: return Ruling::allow;
    case Decision::quarantine: return session.pending ? Ruling::allow : Ruling::refuse;
    case Decision::refuse: return session.pending && session.refuse_late ? Ruling::allow : Ruling::refuse;
    case Decision::unavailable: break;
  }
  return Ruling::unavailable;
}

std::optional<Address> address_of(const std::string& endpoint) {
  return Address::parse(endpoint.substr(0, endpoint.find(';')));
}

}  // namespace

VerdictService::VerdictService(asio::io_context& context, const VerdictSocket& socket, CurrentJudge judge,
                               WorkerPool& pool, const SessionRegistry& sessions)
    : context_(context),
      path_(socket.path),
      judge_(std::move(judge)),
      pool_(pool),
      sessions_(sessions),
      acceptor_(context) {
  if (path_.size() >= sizeof(sockaddr_un::sun_path)) {
    throw ConfigError("verdict-socket: " + path_ + " is too long for a socket (107 octets)");
  }
  remove_stale(context, path_);
  // What comes to stand in its place after this, where its owner may write to the directory, is not ours to give away:
  // so the mode is right from the start, and no link is followed. Nobody can connect before we listen.
  const mode_t saved = ::umask(~socket.mode & 0777U);
  boost::system::error_code error;
  acceptor_.open(local::stream_protocol(), error);
  if (!error) acceptor_.bind(path_, error);
  ::umask(saved);
  if (error) throw ConfigError("verdict-socket: cannot make " + path_ + ": " + error.message());
  if (::lchown(path_.c_str(), socket.owner, socket.group) != 0) {
    const std::string cause = std::strerror(errno);
    ::unlink(path_.c_str());
    throw ConfigError("verdict-socket: cannot give " + path_ + " its owner: " + cause +
                      "; start as root, or name this user and a group that it is in (SupplementaryGroups of systemd)");
  }
  acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) throw ConfigError("verdict-socket: cannot listen on " + path_ + ": " + error.message());
}

VerdictService::~VerdictService() {
  ::unlink(path_.c_str());
}

void VerdictService::start() {
  asio::co_spawn(context_, accept(), asio::detached);
}

asio::awaitable<void> VerdictService::accept() {
  asio::steady_timer pause(context_);
  for (;;) {
    boost::system::error_code error;
    auto socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    if (error) {
      log::error("verdict-accept", {{"cause", error.message()}});
      pause.expires_after(std::chrono::seconds(1));
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    asio::co_spawn(context_, serve(std::move(socket)), asio::detached);
  }
}

asio::awaitable<void> VerdictService::serve(Socket accepted) {
  // Shared with the timer, which may fire when we are gone.
  const auto socket = std::make_shared<Socket>(std::move(accepted));
  asio::steady_timer deadline(context_, request_time);
  deadline.async_wait([socket](boost::system::error_code error) {
    boost::system::error_code ignored;
    if (!error) socket->close(ignored);
  });

  std::string text;
  boost::system::error_code error;
  while (!error && text.size() < max_message && !text.ends_with("\n\n")) {
    const auto filled = text.size();
    text.resize(max_message);
    const auto read = co_await socket->async_read_some(asio::buffer(text.data() + filled, max_message - filled),
                                                       asio::redirect_error(asio::use_awaitable, error));
    text.resize(filled + read);
  }
  if (error) co_return;

  const auto reply = co_await reply_to(std::move(text), peer_of(*socket));
  co_await asio::async_write(*socket, asio::buffer(reply), asio::redirect_error(asio::use_awaitable, error));
}

// Whose session it is, is said without a wait for the store: the session of another judge does not depend on ours.
asio::awaitable<std::string> VerdictService::reply_to(std::string text, uid_t asker) {
  const auto request = parse_verdict_request(text);
  if (!request) {
    log::warning("verdict-request", {{"uid", std::to_string(asker)}, {"cause", "not a request of version 1"}});
    co_return format_verdict_reply(Answer{});
  }
  auto found = sessions_.find(request->endpoints);
  if (!found && request->own_sessions) co_return format_verdict_reply(Answer{.ruling = Ruling::unknown});
  if (!found) found = RegisteredSession{.device = {}, .peer = address_of(request->endpoints.remote), .pending = {}};

  const auto reply = std::make_shared<std::string>();
  WorkerPool::Task work = [this, reply, session = *found, asked = *request, asker](JudgeStore& store,
                                                                                   Caller& /*caller*/) {
    *reply = verdict_on(session, asked, asker, store);
  };
  const auto result = co_await pool_.run(std::move(work), request_time);
  co_return result == PoolResult::done ? std::move(*reply) : format_verdict_reply(Answer{});
}

std::string VerdictService::verdict_on(const RegisteredSession& session, const VerdictRequest& request, uid_t asker,
                                       JudgeStore& store) {
  Answer answer;
  const auto judge = judge_();
  auto judgement =
      judge_given_name(*judge, store, {request.service, request.account, session.device, session.peer, now()});
  const auto verdict = judgement.verdict;
  fill_answer(answer, ruling_on(verdict, session), verdict, session.device);
  const auto* logged = logged_device(judgement);
  const std::string type = logged != nullptr ? logged->type : "";
  const std::string fingerprint = logged != nullptr ? logged->fingerprint.short_form() : "";
  if (session.pending) session.pending->put(std::move(judgement));
  metrics.questions[verdict.decision].add();
  log::info("verdict", {{"peer", session.peer ? session.peer->to_string() : ""},
                        {"uid", std::to_string(asker)},
                        {"verdict", std::string(name(verdict.decision))},
                        {"reason", answer.reason},
                        {"service", request.service},
                        {"account", request.account},
                        {"type", type},
                        {"fingerprint", fingerprint}});
  return format_verdict_reply(answer);
}

}  // namespace clientid

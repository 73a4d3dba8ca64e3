#include "shim/net/backend.hpp"

#include "shim/net/backend_connect.hpp"
#include "shim/net/endpoint.hpp"

namespace clientid {
namespace {

// For name, connection, greeting and TLS. The next back end is to be tried while the client still waits for its reply.
constexpr auto connect_patience = std::chrono::seconds(10);

}  // namespace

asio::awaitable<std::unique_ptr<Backend>> Backend::open(const BackendAddress& address, const BackendRules& rules,
                                                        const ProxyEndpoints& client, std::string& cause) {
  const auto limit = Clock::now() + std::min<Clock::duration>(connect_patience, rules.patience);
  auto socket = co_await connect_to(address, limit, cause);
  if (!socket) co_return nullptr;
  std::unique_ptr<Backend> backend(new Backend(std::move(*socket), rules.patience, limit));
  cause = co_await backend->begin(address, rules, client);
  if (!cause.empty()) co_return nullptr;
  backend->limit_ = Clock::time_point::max();
  co_return backend;
}

asio::awaitable<std::string> Backend::begin(const BackendAddress& address, const BackendRules& rules,
                                            const ProxyEndpoints& client) {
  if (rules.proxy) {
    // Postfix takes no UNKNOWN by version 1, and our own endpoints are true as well.
    const bool own = client == ProxyEndpoints{} && rules.proxy == ProxyVersion::v1;
    const ProxyEndpoints ours{local_endpoint_of(stream_.socket()), remote_endpoint_of(stream_.socket())};
    const auto header = format_proxy_header(*rules.proxy, own ? ours : client);
    const bool sent = co_await send(header);
    if (!sent) co_return "the PROXY header cannot be sent";
  }
  std::string cause;
  if (address.encryption == BackendEncryption::implicit) cause = co_await connect_tls(address.host, rules);
  if (cause.empty()) cause = co_await read_greeting();
  if (cause.empty() && address.encryption == BackendEncryption::starttls) {
    cause = co_await start_tls(address.host, rules);
  }
  co_return cause;
}

asio::awaitable<std::string> Backend::read_greeting() {
  const auto greeting = co_await receive();
  if (greeting && greeting->code == 220) co_return "";
  if (greeting) co_return "its greeting is " + greeting->lines.front();
  co_return last_ == Io::timed_out ? "no greeting in time" : "it closed the connection without a greeting";
}

asio::awaitable<std::string> Backend::start_tls(const std::string& host, const BackendRules& rules) {
  const auto greeted = co_await ehlo(rules.hostname);
  if (!greeted || !greeted->positive()) co_return fault_in("EHLO", greeted);
  if (!keywords_.has("STARTTLS")) co_return "it does not offer STARTTLS";
  const auto ready = co_await ask("STARTTLS");
  if (!ready || !ready->positive()) co_return fault_in("STARTTLS", ready);
  // Response injection: whoever put this here wants it taken for what was said under TLS.
  if (!reader_.pending().empty()) co_return "more than a reply came before TLS";
  keywords_ = {};
  co_return co_await connect_tls(host, rules);
}

asio::awaitable<std::string> Backend::connect_tls(const std::string& host, const BackendRules& rules) {
  set_deadline();
  auto session = rules.tls->session_for(host);
  const auto fault = co_await stream_.connect_tls(std::move(session));
  co_return fault.empty() ? "" : "TLS fails: " + fault;
}

asio::awaitable<std::optional<BackendReply>> Backend::ask(std::string_view command) {
  std::string line(command);
  line += "\r\n";
  co_return co_await ask_line(line);
}

asio::awaitable<std::optional<BackendReply>> Backend::ask_line(std::string_view line) {
  if (stale()) co_return std::nullopt;
  const bool sent = co_await send(line);
  if (!sent) co_return std::nullopt;
  co_return co_await receive();
}

asio::awaitable<std::optional<BackendReply>> Backend::ehlo(std::string_view name) {
  const auto command = "EHLO " + std::string(name);
  auto reply = co_await ask(command);
  if (reply && reply->positive()) keywords_ = Keywords(*reply);
  co_return reply;
}

asio::awaitable<bool> Backend::send(std::string_view octets) {
  set_deadline();
  const auto io = co_await stream_.write(octets);
  co_return io == Io::done;
}

asio::awaitable<std::optional<BackendReply>> Backend::receive() {
  BackendReplyParser parser;
  set_deadline();
  for (;;) {
    std::string_view line;
    switch (reader_.next(line, max_command_line)) {
      case LineStatus::incomplete: {
        last_ = co_await stream_.read(reader_);
        if (last_ != Io::done) co_return std::nullopt;
        break;
      }
      case LineStatus::complete: {
        const auto status = parser.on_line(line);
        if (status == BackendReplyParser::Status::malformed) co_return std::nullopt;
        if (status == BackendReplyParser::Status::complete) {
          auto reply = parser.take();
          reader_.release_if_empty();
          co_return reply;
        }
        break;
      }
      case LineStatus::too_long:
      case LineStatus::bad_octet: co_return std::nullopt;
    }
  }
}

// What is remote to us is local to it.
std::string Backend::local_endpoint() {
  return remote_endpoint_of(stream_.socket()).sasl_form();
}
std::string Backend::remote_endpoint() {
  return local_endpoint_of(stream_.socket()).sasl_form();
}

std::string fault_in(const std::string& command, const std::optional<BackendReply>& reply) {
  if (!reply) return command + " is not answered as SMTP wants it";
  return reply->positive() ? "" : command + " is answered with " + reply->lines.front();
}

}  // namespace clientid

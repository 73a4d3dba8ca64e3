// One client from accept to close: carries out what the conversation asks for, with its socket, its connection to the
// back end, and AUTH.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "shim/net/login.hpp"
#include "shim/net/proxied.hpp"
#include "shim/net/relay.hpp"
#include "shim/net/service.hpp"
#include "shim/net/stream.hpp"
#include "shim/smtp/conversation.hpp"

namespace clientid {

class Client {
 public:
  Client(std::shared_ptr<const Service> service, Stream stream, ClientEnds ends, bool implicit_tls);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() = default;

  asio::awaitable<void> serve();

  // The session ends as soon as nothing is under way in it. To be called on the thread that serves it.
  void wind_down();

 private:
  // Each false where the session is over.
  asio::awaitable<bool> carry_out(Next next);
  asio::awaitable<bool> read();
  asio::awaitable<bool> write();
  asio::awaitable<bool> start_tls();
  asio::awaitable<bool> shake_hands();

  asio::awaitable<void> open_backend();
  asio::awaitable<void> write_backend();
  asio::awaitable<void> read_backend();
  void backend_ready();
  void lose_backend(const char* cause);

  asio::awaitable<void> authenticate();
  std::unique_ptr<Login> new_login();
  asio::awaitable<void> keep_login(const std::string& login, Secret plain);
  asio::awaitable<void> delay_failure(Clock::time_point begun);

  asio::awaitable<void> close();
  const std::optional<Device>& device();
  RelayClient describe();

  std::shared_ptr<const Service> service_;
  Stream stream_;
  ClientEnds ends_;
  Conversation conversation_;
  Relay relay_;
  std::optional<Device> device_;               // once it was asked for
  std::unique_ptr<RelayClient> relay_client_;  // once the back end was to be told
  std::unique_ptr<Login> login_;               // while AUTH is under way
  Clock::duration auth_time_{};                // of the AUTH under way, without what the client takes
  bool keeps_password_ = false;                // of this AUTH, for the back end
  bool fresh_backend_ = false;                 // opened for the command that it is to get now
  bool implicit_tls_;
  Clock::time_point session_deadline_;
  Clock::time_point command_deadline_;
  std::unique_ptr<KeyedCount::Place> device_place_;
  std::unique_ptr<Recorder::Session> open_session_;
  std::uint64_t lines_seen_ = 0;
  bool waiting_ = false;  // for the client
  bool winding_down_ = false;
};

}  // namespace clientid

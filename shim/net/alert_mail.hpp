// Sends alerts as mail through the first back end that answers, in the way that clients' mail goes, with an address of
// our own as the login. What a back end has refused is tried at one more, and then given up.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "shim/net/relay.hpp"
#include "shim/smtp/alert_message.hpp"

namespace clientid {

struct AlertAddresses {
  std::string from;
  std::vector<std::string> to;  // told of every alert
  bool to_holder = false;       // whoever has the account, if anybody has, is told of its alerts
};

class AlertMail {
 public:
  AlertMail(AlertAddresses addresses, const RelayRules& relay);

  // Blocks, for two back ends and so at most two minutes, and not beyond a stop. Empty where everybody's mail was
  // taken, else what went wrong.
  std::string deliver(const MergedAlert& alert, const std::stop_token& stop) const;

 private:
  struct Mail;
  struct Attempt;

  std::string send(const MergedAlert& alert, AlertReader reader, std::vector<std::string> to,
                   const std::stop_token& stop) const;
  asio::awaitable<std::string> send_by_some(const Mail& mail) const;
  asio::awaitable<Attempt> send_by(const BackendAddress& address, const Mail& mail) const;
  asio::awaitable<Attempt> hand_in(Backend& backend, const Mail& mail) const;

  AlertAddresses addresses_;
  RelayRules relay_;
};

}  // namespace clientid

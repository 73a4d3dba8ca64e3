#include "shim/ops/alert_outlets.hpp"

#include <memory>

#include "shim/ops/alert_command.hpp"
#include "shim/ops/alert_json.hpp"

namespace clientid {

std::vector<AlertOutlet> alert_outlets_for(const Config& config, const RelayRules& relay) {
  std::vector<AlertOutlet> outlets;
  if (!config.alert_command.empty()) {
    const auto run = [command = AlertCommand(config.alert_command), host = config.hostname](
                         const MergedAlert& alert, const std::stop_token& stop) {
      return command.run(alert_json(alert, host), stop);
    };
    outlets.push_back({"alert-command", run});
  }
  if (!config.alert_mail.from.empty()) {
    const auto send = [mail = AlertMail(config.alert_mail, relay)](
                          const MergedAlert& alert, const std::stop_token& stop) { return mail.deliver(alert, stop); };
    outlets.push_back({"alert-mail", send});
  }
  return outlets;
}

void require_alert_command(const Config& config) {
  if (!config.alert_command.empty()) AlertCommand(config.alert_command).require_runnable();
}

}  // namespace clientid

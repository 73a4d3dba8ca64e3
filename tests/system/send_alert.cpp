// Sends the mail of one alert, a new device of ACCOUNT's, as clientid-shim does:
//
//     send_alert PATIENCE-MS HANDOVER FROM ACCOUNT READER,... BACKEND...
//
// Says what went wrong, if anything, on standard output.

#include <cstdio>
#include <cstring>
#include <sstream>

#include "shim/net/alert_mail.hpp"

using namespace clientid;

namespace {

Handover handover_of(const std::string& word) {
  if (word == "xclient") return Handover::xclient;
  return word == "replay" ? Handover::replay : Handover::none;
}

AlertAddresses addresses_of(const std::string& from, const std::string& readers) {
  AlertAddresses addresses{from, {}, false};
  std::istringstream words(readers);
  for (std::string word; std::getline(words, word, ',');) {
    if (word == "account") {
      addresses.to_holder = true;
    } else {
      addresses.to.push_back(word);
    }
  }
  return addresses;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int first_backend = 6;
  if (argc <= first_backend) return 2;
  std::vector<BackendAddress> backends;
  for (int i = first_backend; i < argc; ++i) backends.push_back(BackendAddress::parse(argv[i]).value());
  const RelayRules relay{
      .backends = std::make_shared<Backends>(backends),
      .backend = {.hostname = "shim.test", .patience = std::chrono::milliseconds(std::stoi(argv[1]))},
      .handover = {handover_of(argv[2]), nullptr}};
  const AlertMail mail(addresses_of(argv[3], argv[5]), relay);
  const Alert alert{.kind = AlertKind::device_bound,
                    .at = now(),
                    .account = argv[4],
                    .type = "uuid",
                    .fingerprint = "3fa901bc77d20e11",
                    .peer = "192.0.2.7",
                    .reason = "learned",
                    .detail = {},
                    .has_holder = std::strcmp(argv[4], "stranger@shim.test") != 0};
  std::puts(mail.deliver({alert, alert.at, alert.at}, {}).c_str());
}

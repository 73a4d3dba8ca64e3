// The server behind the service, as far as this machine shows what it is: what its libsasl reads, and as whom.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugin/ctl/other_user.hpp"

namespace clientid::ctl {

struct MailServer {
  std::string name;                     // "Postfix"
  std::vector<std::string> sasl_files;  // of these, the first that exists is read
  std::string plugins;                  // its SASL_PATH; empty: libsasl's own
  OtherUser user;                       // where its logins are
  std::string reload;                   // the command after which it reads its files anew; empty: it always does
};

// By what Postfix says of itself where it listens at one of these back ends, as shim.conf spells them; else Exim, if
// this machine has its user and the back end is here.
std::optional<MailServer> find_mail_server(const std::vector<std::string>& backends);

}  // namespace clientid::ctl

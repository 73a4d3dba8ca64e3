// The login with which the shim speaks for its clients at a back end: handover = proxy.
#pragma once

#include <string>

#include "plugin/identity/secret.hpp"

namespace clientid {

struct ProxyLogin {
  std::string user;
  Secret password;

  // The password is the first line of the file. Throws ConfigError that names the file: nobody else may read it.
  static ProxyLogin read(const std::string& user, const std::string& password_file);

  // The message of PLAIN (RFC 4616) with the client's login as the authorization identity.
  Secret message_for(const std::string& client) const;
};

}  // namespace clientid

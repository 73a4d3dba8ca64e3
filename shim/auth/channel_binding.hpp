// What ties an AUTH to the TLS connection that it runs in (RFC 5929, RFC 9266): a name and the octets that both ends
// must find alike.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace clientid {

struct ChannelBinding {
  const char* name;  // "tls-exporter" and the like
  std::string data;
};

// libsasl knows one for a connection, while the client chooses: the one that its first message of SCRAM asks for
// ("p=tls-exporter,,n=..."), or else the first. Null where there is none.
const ChannelBinding* chosen_binding(const std::vector<ChannelBinding>& bindings, std::string_view client_first);

}  // namespace clientid

// XCLIENT: tells a Postfix back end for whom we speak.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clientid {

struct ClientFacts {
  std::string address;  // "192.0.2.7" or "2001:db8::7"; empty: not an IP connection
  std::uint16_t port = 0;
  std::string helo;
  std::string login;           // empty: not authenticated
  std::string server_address;  // that it connected to; empty as above
  std::uint16_t server_port = 0;
};

// The command lines (without CRLF) that hand these facts over. `attributes` is what the back end announced behind
// XCLIENT. A line holds 512 octets with CRLF; ADDR goes last, for Postfix begins the session anew with it.
std::vector<std::string> xclient_lines(const ClientFacts& client, std::string_view attributes);

// Whether all that the handover needs was announced: without ADDR, PORT or LOGIN the back end would judge and log
// somebody else.
bool xclient_offered(const ClientFacts& client, std::string_view attributes);
// And whether it fits a line as well.
bool xclient_suffices(const ClientFacts& client, std::string_view attributes);

}  // namespace clientid

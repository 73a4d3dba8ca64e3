// Our own replies. Enhanced codes stand where RFC 2034 section 4 wants them: not in the greeting, in the replies to
// HELO and EHLO, and in 3xx. The reply to CLIENTID is the draft's.
#pragma once

#include <string_view>

namespace clientid::replies {

using Text = std::string_view;

inline constexpr Text ok = "250 2.0.0 OK\r\n";
inline constexpr Text clientid_ok = "250 OK\r\n";
inline constexpr Text start_tls = "220 2.0.0 Ready to start TLS\r\n";
inline constexpr Text authenticated = "235 2.7.0 Authentication successful\r\n";
inline constexpr Text vrfy = "252 2.0.0 Cannot verify, try to send\r\n";
inline constexpr Text help = "214 2.0.0 See RFC 5321\r\n";

inline constexpr Text login_user = "334 VXNlcm5hbWU6\r\n";
inline constexpr Text login_password = "334 UGFzc3dvcmQ6\r\n";

inline constexpr Text unavailable = "454 4.7.0 Temporary authentication failure\r\n";
inline constexpr Text backend_lost = "451 4.4.2 Connection to the mail server lost, try again later\r\n";
inline constexpr Text backend_down = "451 4.4.1 No mail server available, try again later\r\n";

inline constexpr Text too_many_errors = "421 4.7.0 Too many errors\r\n";
inline constexpr Text timeout = "421 4.4.2 Timeout\r\n";
inline constexpr Text shutting_down = "421 4.3.2 Service shutting down\r\n";
inline constexpr Text too_many_connections = "421 4.7.0 Too many connections\r\n";

inline constexpr Text unrecognised = "500 5.5.1 Syntax error, command unrecognised\r\n";
inline constexpr Text line_too_long = "500 5.5.2 Line too long\r\n";
inline constexpr Text bare_cr_or_lf = "500 5.5.2 Bare CR, bare LF or NUL in a command\r\n";
inline constexpr Text message_bare_cr_or_lf = "554 5.6.0 Bare CR or LF in the message\r\n";
inline constexpr Text message_too_big = "552 5.3.4 Message too big\r\n";
inline constexpr Text bad_parameters = "501 5.5.4 Syntax error in parameters or arguments\r\n";
inline constexpr Text bad_base64 = "501 5.5.2 Cannot decode the response\r\n";
inline constexpr Text cancelled = "501 5.7.0 Authentication cancelled\r\n";
inline constexpr Text bad_sequence = "503 5.5.1 Bad sequence of commands\r\n";
inline constexpr Text unknown_mechanism = "504 5.5.4 Unrecognised authentication type\r\n";
inline constexpr Text tls_required = "530 5.7.0 Must issue a STARTTLS command first\r\n";
inline constexpr Text authentication_required = "530 5.7.0 Authentication required\r\n";
// One text for a wrong password, an unknown account and a refused device (D6.6).
inline constexpr Text refused = "535 5.7.8 Authentication credentials invalid\r\n";
// D8.3.
inline constexpr Text not_permitted = "550 5.7.1 Server policy does not permit your use of this mail system\r\n";

}  // namespace clientid::replies

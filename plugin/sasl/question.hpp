// What the module and the judge say to each other: may this device use this account? In one process it is a call;
// between processes it is the attribute form of Postfix's policy delegation over a Unix socket:
//
//     request=clientid-verdict        verdict=allow
//     version=1                       reason=bound
//     account=alice@example.com       type=uuid
//     service=smtp                    fingerprint=3fa901bc77d20e11
//     local=127.0.0.1;587             (empty line)
//     remote=192.0.2.7;49152
//     (empty line)
//
// One question a connection. Values hold no control characters; a name stands at most once in a reply; a reply of
// another version than 1 is no reply (none given: 1); names that the reader does not know are passed over. Verdicts
// are allow, refuse and unavailable.
//
// Where there are several judges, one knows the session. With the line session=required a judge that does not know it
// gives no verdict, but answers at once with verdict=unknown.
//
// Nothing here needs a library, for the module has none.
#pragma once

#include <cstddef>

namespace clientid {

// Options of libsasl that the module reads. A host that judges in its own process answers all of them through its
// SASL_CB_GETOPT, so that no configuration file can speak for it.
inline constexpr const char* option_service = "clientid_service";    // in-process | unix:PATH [unix:PATH ...]
inline constexpr const char* option_timeout = "clientid_timeout";    // milliseconds for the whole question
inline constexpr const char* option_identity = "clientid_identity";  // in-process alone: "TYPE FINGERPRINT", or empty

inline constexpr const char* service_in_process = "in-process";
inline constexpr int default_timeout = 5000;  // milliseconds

// Auxiliary properties that the module answers where the host asks for them, with or without the `*` of libsasl: the
// verdict is always that on the authentication identity.
inline constexpr const char* property_verdict = "clientidVerdict";
inline constexpr const char* property_reason = "clientidReason";
inline constexpr const char* property_type = "clientidType";
inline constexpr const char* property_fingerprint = "clientidFingerprint";

// Limits of the protocol, in octets: a whole request or reply, and one value.
inline constexpr std::size_t max_message = 2048;
inline constexpr std::size_t max_value = 512;

// Strings are terminated, owned by the asker and valid during the call; none is null.
struct Question {
  const char* account;   // the user as libsasl canonicalised it
  const char* service;   // of sasl_server_new
  const char* local;     // "addr;port" or empty, as the host gave it to libsasl
  const char* remote;    // likewise
  const char* identity;  // option_identity, or empty
};

// `unknown` is said between processes alone, and to nobody who did not ask for it: the session is another judge's.
enum class Ruling : int { allow = 0, refuse = 1, unavailable = 2, unknown = 3 };

// Strings are terminated; empty where there is nothing to say.
struct Answer {
  Ruling ruling = Ruling::unavailable;
  char reason[32] = "";
  char type[17] = "";
  char fingerprint[17] = "";
};

// The judge of the process, offered per connection under a private callback id. It must not throw.
inline constexpr unsigned long judge_callback_id = 0x00434c49;
using JudgeCallback = int (*)(void* context, const Question* question, Answer* answer);  // SASL_OK, or anything else

}  // namespace clientid

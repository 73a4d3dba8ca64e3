// Where OpenSSL reads from and writes to: a socket that does not block, and that gathers what is written until it is
// flushed. So a session ticket leaves with the greeting behind it, and the alert that ends TLS with the last reply:
// each segment costs more than what stands in it.
#pragma once

#include <openssl/bio.h>

#include <string>

namespace clientid {

struct Gathering {
  int socket = -1;   // not owned
  std::string held;  // written, not sent
};

// Reads and writes by `gathering`, which must outlive it. Who writes sends what is held. Null where memory is short.
BIO* new_gathering_bio(Gathering& gathering);

}  // namespace clientid

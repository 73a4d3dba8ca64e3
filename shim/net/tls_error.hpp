// What OpenSSL cannot use, in the words of an operator.
#pragma once

#include <string>

namespace clientid {

// Throws ConfigError that names the key, the file, and what OpenSSL said first; its queue is empty then.
[[noreturn]] void throw_tls_error(const std::string& key, const std::string& file);

}  // namespace clientid

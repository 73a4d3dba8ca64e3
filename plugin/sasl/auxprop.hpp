// The auxiliary property plugin: libsasl looks a user up before it checks the password, and an error from here ends the
// attempt. Rulings become codes of libsasl, answers become properties; who judges, and how, is judge.hpp's.
#pragma once

#include <sasl/sasl.h>
#include <sasl/saslplug.h>

namespace clientid {

int look_up(sasl_server_params_t& params, unsigned flags, const char* user, unsigned length);

}  // namespace clientid

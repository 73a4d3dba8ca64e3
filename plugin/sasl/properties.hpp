// The answer as auxiliary properties of libsasl, for hosts that asked for them before AUTH. Never requests any itself:
// that would clear what other plugins have fetched.
#pragma once

#include <sasl/sasl.h>
#include <sasl/saslplug.h>

#include "plugin/sasl/question.hpp"

namespace clientid {

// Whether the host asked for one that this lookup (`flags`) could set.
bool wants_properties(const sasl_server_params_t& params, unsigned flags);

void set_properties(const sasl_server_params_t& params, unsigned flags, const Answer& answer);

}  // namespace clientid

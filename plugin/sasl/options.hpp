// What the host's SASL configuration says to the module. Read anew for every question: nothing is kept between calls.
#pragma once

#include <sasl/sasl.h>
#include <sasl/saslplug.h>

namespace clientid {

// The value of an option, or `fallback` where it is not set or empty.
const char* read_option(const sasl_utils_t& utils, const char* name, const char* fallback);

// option_timeout, or its default where that is no number of milliseconds up to ten minutes.
int read_timeout(const sasl_utils_t& utils);

// Where auxprop_plugin is not set, libsasl asks every plugin that it finds on the machine. Only a configuration that
// speaks of this one wants its verdicts: installing the module must not lock anybody out of another service.
bool is_wanted(const sasl_utils_t& utils);

// Whether libsasl will put lookups to the module in this connection.
bool is_asked(const sasl_utils_t& utils);

}  // namespace clientid

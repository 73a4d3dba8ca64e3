// Finds the judge that the configuration names, in this process or behind a socket, and asks it.
#pragma once

#include <sasl/sasl.h>
#include <sasl/saslplug.h>

#include "plugin/sasl/question.hpp"

namespace clientid {

Answer ask_judge(const sasl_server_params_t& params, const char* account);

}  // namespace clientid

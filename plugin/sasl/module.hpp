// The name of the module as SASL configurations write it.
#pragma once

namespace clientid {

inline constexpr const char* plugin_name = "clientid";

}  // namespace clientid

// sasl_callback_t holds functions of many types as one.
#pragma once

#include <sasl/sasl.h>

#include <string_view>

namespace clientid {

template <typename Function>
sasl_callback_t sasl_callback(unsigned long id, Function* function, void* context) {
  return {id, reinterpret_cast<int (*)()>(reinterpret_cast<void (*)()>(function)), context};
}

// What a SASL_CB_GETOPT returns. Without a text libsasl looks into its configuration file.
inline int give_option(const char* text, const char** value, unsigned* length) {
  if (text == nullptr) return SASL_FAIL;
  *value = text;
  if (length != nullptr) *length = static_cast<unsigned>(std::string_view(text).size());
  return SASL_OK;
}

inline sasl_callback_t last_sasl_callback() {
  return {SASL_CB_LIST_END, nullptr, nullptr};
}

}  // namespace clientid

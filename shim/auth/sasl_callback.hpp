// sasl_callback_t holds functions of many types as one.
#pragma once

#include <sasl/sasl.h>

namespace clientid {

template <typename Function>
sasl_callback_t sasl_callback(unsigned long id, Function* function, void* context) {
  return {id, reinterpret_cast<int (*)()>(reinterpret_cast<void (*)()>(function)), context};
}

inline sasl_callback_t last_sasl_callback() {
  return {SASL_CB_LIST_END, nullptr, nullptr};
}

}  // namespace clientid

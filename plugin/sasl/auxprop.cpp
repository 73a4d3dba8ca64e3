#include "plugin/sasl/auxprop.hpp"

#include <cstring>
#include <string_view>

#include "plugin/sasl/judge.hpp"
#include "plugin/sasl/options.hpp"
#include "plugin/sasl/properties.hpp"
#include "plugin/sasl/request.hpp"

namespace clientid {
namespace {

// "No opinion". The one code that libsasl passes over: OK would turn another plugin's "no such user" into a user, and
// NOUSER would speak of an account that is not ours to know.
constexpr int no_opinion = SASL_NOMECH;

// A refusal is what a wrong password is.
int code_of(Ruling ruling) {
  switch (ruling) {
    case Ruling::allow: return no_opinion;
    case Ruling::refuse: return SASL_BADAUTH;
    case Ruling::unavailable:
    case Ruling::unknown: break;
  }
  return SASL_UNAVAIL;
}

// A name that cannot be carried exactly is nobody's: it is refused, and the judge never sees it.
Answer judge_name(const sasl_server_params_t& params, std::string_view name) {
  Answer refusal;
  refusal.ruling = Ruling::refuse;
  if (name.empty() || !is_plain_value(name)) return refusal;
  char account[max_value + 1];
  std::memcpy(account, name.data(), name.size());
  account[name.size()] = '\0';
  return ask_judge(params, account);
}

// The lookup for the authorization identity: never a veto, and no question unless the host wants to know. What it
// learns is still about the authentication identity.
void answer_authorization(sasl_server_params_t& params, unsigned flags) {
  if (!wants_properties(params, flags)) return;
  const void* identity = nullptr;
  if (params.utils->getprop(params.utils->conn, SASL_AUTHUSER, &identity) != SASL_OK || identity == nullptr) return;
  set_properties(params, flags, judge_name(params, static_cast<const char*>(identity)));
}

}  // namespace

int look_up(sasl_server_params_t& params, unsigned flags, const char* user, unsigned length) {
  if (!is_wanted(*params.utils)) return no_opinion;
  if ((flags & SASL_AUXPROP_AUTHZID) != 0) {
    answer_authorization(params, flags);
    return no_opinion;
  }
  const Answer answer = judge_name(params, std::string_view(user, length));
  set_properties(params, flags, answer);
  return code_of(answer.ruling);
}

}  // namespace clientid

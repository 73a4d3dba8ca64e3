#include "plugin/sasl/properties.hpp"

#include <cstddef>
#include <string_view>

namespace clientid {
namespace {

constexpr std::size_t property_count = 4;

// With the `*` by which libsasl marks what belongs to the authentication identity; behind it, without.
constexpr const char* starred_names[property_count] = {"*clientidVerdict", "*clientidReason", "*clientidType",
                                                       "*clientidFingerprint"};
static_assert(std::string_view(starred_names[0] + 1) == property_verdict);
static_assert(std::string_view(starred_names[1] + 1) == property_reason);
static_assert(std::string_view(starred_names[2] + 1) == property_type);
static_assert(std::string_view(starred_names[3] + 1) == property_fingerprint);

struct Known {
  propval values[property_count] = {};  // without a name where the host did not ask
  bool any = false;
};

Known find_properties(const sasl_server_params_t& params, unsigned flags) {
  const std::size_t skip = (flags & SASL_AUXPROP_AUTHZID) != 0 ? 1 : 0;
  const char* names[property_count + 1] = {};
  for (std::size_t i = 0; i != property_count; ++i) names[i] = starred_names[i] + skip;
  Known known;
  known.any = params.utils->prop_getnames(params.propctx, names, known.values) > 0;
  return known;
}

const char* name_of(Ruling ruling) {
  switch (ruling) {
    case Ruling::allow: return "allow";
    case Ruling::refuse: return "refuse";
    case Ruling::unavailable:
    case Ruling::unknown: break;
  }
  return "unavailable";
}

// The contract of libsasl: a value that is there already stays, unless the caller wants it replaced.
void set_property(const sasl_server_params_t& params, unsigned flags, const propval& known, const char* value) {
  if (known.name == nullptr || *value == '\0') return;
  if (known.values != nullptr) {
    if ((flags & SASL_AUXPROP_OVERRIDE) == 0) return;
    params.utils->prop_erase(params.propctx, known.name);
  }
  params.utils->prop_set(params.propctx, known.name, value, -1);
}

}  // namespace

bool wants_properties(const sasl_server_params_t& params, unsigned flags) {
  return find_properties(params, flags).any;
}

void set_properties(const sasl_server_params_t& params, unsigned flags, const Answer& answer) {
  const Known known = find_properties(params, flags);
  if (!known.any) return;
  const char* const values[property_count] = {name_of(answer.ruling), answer.reason, answer.type, answer.fingerprint};
  for (std::size_t i = 0; i != property_count; ++i) set_property(params, flags, known.values[i], values[i]);
}

}  // namespace clientid

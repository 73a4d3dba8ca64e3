#include "plugin/sasl/canonuser.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "plugin/sasl/options.hpp"
#include "plugin/sasl/words.hpp"

namespace clientid {

int canonicalise(std::string_view name, const char* realm, const CanonicalName& canonical) {
  const char* begin = name.data();
  const char* end = begin + name.size();
  const bool has_realm = std::memchr(begin, '@', name.size()) != nullptr;
  begin = std::find_if_not(begin, end, is_blank);
  while (end != begin && is_blank(*(end - 1))) --end;
  if (begin == end) return SASL_FAIL;

  const auto name_size = static_cast<std::size_t>(end - begin);
  const std::size_t realm_size = realm == nullptr || has_realm ? 0 : 1 + std::strlen(realm);
  const std::size_t size = name_size + realm_size;
  if (size > canonical.max) return SASL_BUFOVER;

  std::memmove(canonical.out, begin, name_size);
  if (realm_size != 0) {
    canonical.out[name_size] = '@';
    std::memcpy(canonical.out + name_size + 1, realm, realm_size - 1);
  }
  canonical.out[size] = '\0';
  if (canonical.length != nullptr) *canonical.length = static_cast<unsigned>(size);
  return SASL_OK;
}

int canonicalise_for_server(const sasl_server_params_t& params, std::string_view name, const CanonicalName& canonical) {
  if (!is_asked(*params.utils)) return SASL_UNAVAIL;
  return canonicalise(name, params.user_realm, canonical);
}

}  // namespace clientid

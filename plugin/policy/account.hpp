// One account, one spelling. libsasl hands on `alice`, `Alice`, ` alice ` or `alice@realm` as the client or the host
// wrote it; all of them must reach the same bindings, or none.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace clientid {

struct AccountRules {
  std::string default_realm;  // completes a name that has no realm
  bool fold_case = true;
};

inline constexpr std::size_t max_account = 255;  // octets

// The account of a licence: a device bound to it may use any account.
inline constexpr std::string_view any_account = "*";

// `user@realm`. Nothing if the name cannot be an account: empty user or realm, longer than 255 octets, or anything
// but printable ASCII in it. Names in other scripts have several forms that directories take for equal, so
// they are refused rather than matched wrongly.
std::optional<std::string> canonical_account(std::string_view name, const AccountRules& rules);

// What stands behind the last "@"; the account is in canonical form.
std::string_view domain_of(std::string_view account);

}  // namespace clientid

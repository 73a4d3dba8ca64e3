#include "plugin/policy/account.hpp"

#include <algorithm>

#include "plugin/identity/identity.hpp"

namespace clientid {
namespace {

std::string_view trim(std::string_view name) {
  constexpr std::string_view space = " \t\r\n\v\f";
  const auto first = name.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return name.substr(first, name.find_last_not_of(space) - first + 1);
}

}  // namespace

std::optional<std::string> canonical_account(std::string_view name, const AccountRules& rules) {
  std::string account(trim(name));
  if (account.find('@') == std::string::npos) account += "@" + rules.default_realm;
  const auto at = account.rfind('@');
  const bool printable = std::all_of(account.begin(), account.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (!printable || at == 0 || at + 1 == account.size() || account.size() > max_account) return std::nullopt;
  return rules.fold_case ? lower_case(account) : account;
}

std::string_view domain_of(std::string_view account) {
  return account.substr(account.rfind('@') + 1);
}

}  // namespace clientid

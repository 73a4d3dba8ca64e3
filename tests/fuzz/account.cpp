// Names of accounts: one account has one spelling.
#include "plugin/policy/account.hpp"

#include <algorithm>

#include "plugin/identity/identity.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clientid {
namespace {

void check(std::string_view input, const AccountRules& rules) {
  const auto account = canonical_account(input, rules);
  if (!account) return;
  require(canonical_account(*account, rules) == account, "a spelling stays as it is");
  require(canonical_account(" \t" + std::string(input) + "\r\n", rules) == account, "blanks around it change nothing");
  require(account->size() <= 255 && account->find('@') != std::string::npos, "an account is USER@REALM");
  require(std::all_of(account->begin(), account->end(), [](char c) { return c > ' ' && c <= '~'; }),
          "it is of visible characters");
  const auto domain = domain_of(*account);
  require(!domain.empty() && domain.size() + 1 < account->size(), "neither part is empty");
  require(!rules.fold_case || canonical_account(lower_case(input), rules) == account, "case changes nothing");
}

}  // namespace

void fuzz(std::string_view input) {
  check(input, {.default_realm = "example.com", .fold_case = true});
  check(input, {.default_realm = "example.com", .fold_case = false});
}

}  // namespace clientid

// The judge: turns what libsasl asks into an attempt, reads the facts and lets the policy decide. Judging reads, it
// never binds or records; that is the conclusion's (conclusion.hpp).
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "plugin/config/site.hpp"
#include "plugin/policy/decide.hpp"
#include "plugin/store/countries.hpp"
#include "shim/auth/current_keys.hpp"
#include "shim/auth/judge_store.hpp"

namespace clientid {

// As last read from the store: while that does not answer it cannot be asked what to do then.
struct LastOnStoreFailure {
  std::atomic<OnStoreFailure> value{OnStoreFailure::refuse};
};

class Judge {
 public:
  // `countries` may be null. A judge that follows another takes up what that has read.
  Judge(AccountRules accounts, std::shared_ptr<const CurrentKeys> keys, std::shared_ptr<const Countries> countries,
        std::shared_ptr<LastOnStoreFailure> on_store_failure = std::make_shared<LastOnStoreFailure>())
      : accounts_(std::move(accounts)),
        keys_(std::move(keys)),
        countries_(std::move(countries)),
        on_store_failure_(std::move(on_store_failure)) {}

  Device device(const Identity& identity) const { return device_of(identity, *keys_->get()); }

  // Octets that seem random and are always the same for an account, as long as no key is retired.
  std::string salt(std::string_view account, std::size_t size) const;

  std::optional<std::string> canonical(std::string_view user) const { return canonical_account(user, accounts_); }

  // An attempt whose account is in canonical form; with the facts the verdict rested on, for who concludes. It gets the
  // time of the store, if that has a clock of its own and answers.
  Verdict judge(JudgeStore& store, Attempt& attempt, std::optional<Facts>& facts);

 private:
  AccountRules accounts_;
  std::shared_ptr<const CurrentKeys> keys_;
  std::shared_ptr<const Countries> countries_;
  std::shared_ptr<LastOnStoreFailure> on_store_failure_;
};

}  // namespace clientid

#include "shim/auth/judge.hpp"

#include "plugin/identity/hex.hpp"

namespace clientid {

std::string Judge::salt(std::string_view account, std::size_t size) const {
  const auto keys = keys_->get();
  std::string octets;
  for (unsigned part = 0; octets.size() < size; ++part) {
    // No identity of a device has a blank in its type, so that none shares its hash with a salt.
    const Identity name{"salt " + std::to_string(part), Secret(account)};
    std::array<std::uint8_t, Fingerprint::size> hash{};
    decode_hex(keys->lasting_fingerprint(name).hex(), hash);
    octets.append(hash.begin(), hash.end());
  }
  octets.resize(size);
  return octets;
}

Verdict Judge::judge(JudgeStore& store, Attempt& attempt, std::optional<Facts>& facts) {
  facts = store.facts(attempt, countries_.get());
  if (facts) on_store_failure_->value = facts->settings.on_store_failure;
  return decide(attempt, facts ? &*facts : nullptr, on_store_failure_->value);
}

}  // namespace clientid

#include "plugin/ctl/selector.hpp"

#include <charconv>

#include "plugin/config/config_error.hpp"
#include "plugin/ctl/failure.hpp"
#include "plugin/ctl/token_input.hpp"
#include "plugin/store/bindings.hpp"
#include "plugin/store/moved_devices.hpp"

namespace clientid::ctl {

std::optional<std::int64_t> parse_id(std::string_view word) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
  if (error != std::errc{} || end != word.data() + word.size() || id < 0) return std::nullopt;
  return id;
}

std::string fingerprint_prefix(std::string_view word) {
  constexpr std::size_t fewest = 8;
  constexpr std::size_t most = 2 * Fingerprint::size;
  auto prefix = lower_case(word);
  if (prefix.size() < fewest || prefix.size() > most ||
      prefix.find_first_not_of("0123456789abcdef") != std::string::npos) {
    throw ConfigError("that is no fingerprint: it takes at least 8 hexadecimal digits, as list shows them");
  }
  return prefix;
}

Selector::Selector(Context& context, std::span<const Secret> words) {
  if (words.size() == 1) {
    id_ = parse_id(words[0].view());
    if (!id_) throw ConfigError("that is no ID: it takes a number as list shows it, or ACCOUNT FINGERPRINT");
    return;
  }
  account_ = account_or_licence(context, words[0].view());
  if (words.size() == 2) {
    fingerprint_ = fingerprint_prefix(words[1].view());
    return;
  }
  const auto identity = read_identity(words[1].view(), words[2]);
  device_ = device_of(identity, context.key());
}

Binding Selector::find(Context& context) const {
  Bindings bindings(context.store());
  if (id_) {
    if (auto binding = bindings.get(*id_)) return *binding;
    throw Failure(Status::absent, "there is no binding " + std::to_string(*id_));
  }
  if (device_) {
    if (auto binding = bindings.find(account_, *device_, context.now())) return *binding;
    throw Failure(Status::absent, account_ + " has no such device");
  }
  BindingFilter filter;
  filter.account = account_;
  filter.fingerprint_prefix = fingerprint_;
  auto found = bindings.list(filter);
  if (found.empty()) {
    // X8: a name from before it was moved to another key, as mails and logs have it.
    MovedDevices moved(context.store());
    filter.fingerprint_prefix.reset();
    for (const auto& former : moved.find_all(fingerprint_, 2)) filter.fingerprints.push_back(moved.newest(former));
    if (!filter.fingerprints.empty()) found = bindings.list(filter);
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) throw Failure(Status::absent, account_ + " has no such device");
  throw ConfigError(account_ + " has " + std::to_string(found.size()) +
                    " devices whose fingerprint begins so; give more digits, or the ID");
}

}  // namespace clientid::ctl

#include "shim/auth/session_registry.hpp"

namespace clientid {

SessionRegistry::Entry::~Entry() {
  const std::lock_guard lock(registry_->mutex_);
  for (const auto& key : keys_) {
    const auto found = registry_->sessions_.find(key);
    if (found != registry_->sessions_.end() && found->second.first == number_) registry_->sessions_.erase(found);
  }
}

std::unique_ptr<SessionRegistry::Entry> SessionRegistry::add(const SeenEndpoints& seen,
                                                             const RegisteredSession& session) {
  // A Unix socket has none.
  if (seen.ours.local.empty() || seen.ours.remote.empty()) return nullptr;
  std::vector<std::string> keys;
  for (const auto* local : {&seen.ours.local, &seen.clients.local}) {
    for (const auto* remote : {&seen.ours.remote, &seen.clients.remote}) {
      if (!local->empty() && !remote->empty()) keys.push_back(key(*local, *remote));
    }
  }
  const std::lock_guard lock(mutex_);
  const auto number = ++last_number_;
  for (const auto& key : keys) sessions_.insert_or_assign(key, std::pair(number, session));
  return std::make_unique<Entry>(*this, std::move(keys), number);
}

std::optional<RegisteredSession> SessionRegistry::find(const Endpoints& endpoints) const {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(key(endpoints.local, endpoints.remote));
  return found == sessions_.end() ? std::nullopt : std::optional(found->second.second);
}

}  // namespace clientid

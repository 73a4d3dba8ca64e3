#include "shim/auth/session_registry.hpp"

namespace clientid {

SessionRegistry::Entry::~Entry() {
  const std::lock_guard lock(registry_->mutex_);
  const auto found = registry_->sessions_.find(key_);
  if (found != registry_->sessions_.end() && found->second.first == number_) registry_->sessions_.erase(found);
}

std::unique_ptr<SessionRegistry::Entry> SessionRegistry::add(const Endpoints& endpoints, RegisteredSession session) {
  // A connection without endpoints (a Unix socket) cannot be told from others.
  if (endpoints.local.empty() || endpoints.remote.empty()) return nullptr;
  auto name = key(endpoints);
  const std::lock_guard lock(mutex_);
  const auto number = ++last_number_;
  sessions_.insert_or_assign(name, std::pair(number, std::move(session)));
  return std::make_unique<Entry>(*this, std::move(name), number);
}

std::optional<RegisteredSession> SessionRegistry::find(const Endpoints& endpoints) const {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(key(endpoints));
  return found == sessions_.end() ? std::nullopt : std::optional(found->second.second);
}

}  // namespace clientid

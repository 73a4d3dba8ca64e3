// What the back end announces, as seen last. Clients are told before any connection of theirs reaches it (X9), so
// that the sessions of all threads share what one of them has learnt.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace clientid {

class SharedKeywords {
 public:
  std::shared_ptr<const std::vector<std::string>> get() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  void set(std::vector<std::string> lines) {
    auto fresh = std::make_shared<const std::vector<std::string>>(std::move(lines));
    const std::lock_guard lock(mutex_);
    lines_ = std::move(fresh);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const std::vector<std::string>> lines_ = std::make_shared<const std::vector<std::string>>();
};

}  // namespace clientid

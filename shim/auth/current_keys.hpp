// The hash keys as they were last read. Sessions that began before share them: a device that another session has moved
// to a new key is no stranger to them (X8). Any thread.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "plugin/identity/key_file.hpp"

namespace clientid {

class CurrentKeys {
 public:
  explicit CurrentKeys(KeyFile keys) : keys_(std::make_shared<const KeyFile>(std::move(keys))) {}

  std::shared_ptr<const KeyFile> get() const {
    const std::lock_guard lock(mutex_);
    return keys_;
  }
  void set(std::shared_ptr<const KeyFile> keys) {
    const std::lock_guard lock(mutex_);
    keys_.swap(keys);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const KeyFile> keys_;
};

}  // namespace clientid

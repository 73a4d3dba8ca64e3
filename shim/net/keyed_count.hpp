// How many of a kind there are at a time: connections of an address, sessions of a device. Any thread may count.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace clientid {

class KeyedCount {
 public:
  // One of them, for as long as it lives. The counter must outlive it.
  class Place {
   public:
    Place(KeyedCount& count, std::string key) : count_(count), key_(std::move(key)) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { count_.leave(key_); }

   private:
    KeyedCount& count_;
    std::string key_;
  };

  // Null where there are `most` already, 1 at least. Those of `others` count, too.
  std::unique_ptr<Place> enter(std::string key, unsigned most, const std::vector<std::string>& others = {}) {
    const std::lock_guard lock(mutex_);
    auto there = count(key);
    for (const auto& other : others) there += count(other);
    if (there >= most) return nullptr;
    ++counts_[key];
    return std::make_unique<Place>(*this, std::move(key));
  }

 private:
  unsigned count(const std::string& key) const {
    const auto found = counts_.find(key);
    return found == counts_.end() ? 0 : found->second;
  }

  void leave(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto place = counts_.find(key);
    if (--place->second == 0) counts_.erase(place);
  }

  std::mutex mutex_;
  std::unordered_map<std::string, unsigned> counts_;
};

}  // namespace clientid

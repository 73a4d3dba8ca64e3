// How many of a kind there are at a time: connections of an address, sessions of a device. Any thread may count.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

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

  // Null where there are `most` already, 1 at least.
  std::unique_ptr<Place> enter(std::string key, unsigned most) {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.try_emplace(key, 0).first;
    if (found->second >= most) return nullptr;
    ++found->second;
    return std::make_unique<Place>(*this, std::move(key));
  }

 private:
  void leave(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto place = counts_.find(key);
    if (--place->second == 0) counts_.erase(place);
  }

  std::mutex mutex_;
  std::unordered_map<std::string, unsigned> counts_;
};

}  // namespace clientid

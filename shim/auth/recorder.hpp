// Writes the history and counts uses, on a thread of its own, so that no AUTH waits for it. What comes while a commit
// is under way goes into the next one. While the store does not answer, events wait; beyond `max_waiting` the oldest
// are given up, and the log says how many.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "plugin/store/history.hpp"

namespace clientid {

struct Record {
  Event event;
  std::optional<std::int64_t> used_binding;  // a success counts as its use
};

class Recorder {
 public:
  explicit Recorder(std::string store_url);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  // Writes what is waiting, if the store lets it.
  ~Recorder();

  void record(Record record);

  static constexpr std::size_t max_waiting = 10'000;

 private:
  void work();
  bool write(const std::vector<Record>& batch);
  void drop_excess();
  void put_back(std::vector<Record> batch);

  std::string store_url_;
  std::optional<Connection> connection_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Record> waiting_;
  std::size_t lost_ = 0;  // not yet logged
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace clientid

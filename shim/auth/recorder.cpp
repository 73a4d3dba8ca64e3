#include "shim/auth/recorder.hpp"

#include <chrono>
#include <iterator>
#include <utility>

#include "plugin/store/bindings.hpp"
#include "plugin/store/store_error.hpp"
#include "shim/ops/log.hpp"

namespace clientid {
namespace {

constexpr auto retry_after = std::chrono::seconds(1);

}  // namespace

Recorder::Recorder(std::string store_url) : store_url_(std::move(store_url)), thread_([this] { work(); }) {}

Recorder::~Recorder() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Recorder::record(Record record) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(record));
    drop_excess();
  }
  wake_.notify_one();
}

void Recorder::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_ || !waiting_.empty()) {
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    std::vector<Record> batch(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.end()));
    waiting_.clear();
    if (batch.empty()) continue;
    const auto lost = std::exchange(lost_, 0);
    lock.unlock();
    if (lost > 0) log::error("history-lost", {{"events", std::to_string(lost)}});
    const bool written = write(batch);
    lock.lock();
    if (written) continue;
    if (stopping_) {
      log::error("history-lost", {{"events", std::to_string(batch.size() + waiting_.size())}});
      return;
    }
    put_back(std::move(batch));
    wake_.wait_for(lock, retry_after, [this] { return stopping_; });
  }
}

bool Recorder::write(const std::vector<Record>& batch) {
  try {
    if (connection_ && !connection_->still_there()) connection_.reset();
    if (!connection_) connection_ = Connection::open(store_url_, Durability::grouped);
    Transaction transaction(*connection_);
    Bindings bindings(*connection_);
    std::vector<Event> events;
    events.reserve(batch.size());
    for (const auto& [event, binding] : batch) {
      if (binding) bindings.touch(*binding, event.at, event.peer);
      events.push_back(event);
    }
    History(*connection_).append(events);
    transaction.commit();
    return true;
  } catch (const StoreError& error) {
    log::error("history-waits", {{"cause", error.what()}});
    connection_.reset();
    return false;
  }
}

void Recorder::drop_excess() {
  while (waiting_.size() > max_waiting) {
    waiting_.pop_front();
    ++lost_;
  }
}

void Recorder::put_back(std::vector<Record> batch) {
  waiting_.insert(waiting_.begin(), std::make_move_iterator(batch.begin()), std::make_move_iterator(batch.end()));
  drop_excess();
}

}  // namespace clientid

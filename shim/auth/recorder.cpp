#include "shim/auth/recorder.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <exception>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <utility>

#include "plugin/identity/hex.hpp"
#include "shim/ops/log.hpp"
#include "shim/ops/metrics.hpp"

namespace clientid {
namespace {

constexpr auto group_time = std::chrono::milliseconds(50);
// In one transaction: it holds the lock that all hosts write under, and PostgreSQL may take milliseconds for
// each entry, while an AUTH that has to write waits five seconds at most.
constexpr std::size_t most_at_once = 200;
// Longer than SQLite sleeps before it looks again whether the lock is free.
constexpr auto longest_pause = std::chrono::milliseconds(200);
constexpr auto shortest_pause = std::chrono::milliseconds(10);
// Entries that the store does not take are sought for no longer when the program ends.
constexpr auto stop_patience = std::chrono::seconds(5);
constexpr auto retry_after = std::chrono::seconds(1);
constexpr auto tend_every = std::chrono::seconds(30);
static_assert(tend_every * 2 < Ledger::lease);

// One of its own for each process, on whatever host.
std::string new_holder() {
  std::array<std::uint8_t, 8> octets{};
  if (RAND_bytes(octets.data(), octets.size()) != 1) throw std::runtime_error("OpenSSL gives no random octets");
  return encode_hex(octets);
}

void give_up(std::size_t events) {
  metrics.ledger_lost.add(events);
  log::error("history-lost", {{"events", std::to_string(events)}});
}

void tell_of(const std::string& fault) {
  log::error("history-waits", {{"cause", fault}});
}

std::size_t size(const Batch& batch) {
  return batch.entries.size() + batch.opened.size() + batch.closed.size();
}

// Where the attempt or session of a batch of one came from.
std::string peer_of(const Batch& one) {
  if (!one.entries.empty()) return one.entries.front().event.peer;
  return one.opened.empty() ? "" : one.opened.front().peer;
}

bool is_empty(const Batch& batch) {
  return size(batch) == 0;
}

// What it threw, if it did. Its own thread must not end by that, and the program with it: what was wrong may pass, be
// it the store's fault or that memory was short.
std::optional<std::string> fault_in(const std::function<void()>& step) {
  try {
    step();
    return std::nullopt;
  } catch (const std::exception& error) {
    return error.what();
  }
}

// `later` behind `earlier`.
template <typename T>
void append(std::vector<T>& earlier, std::vector<T>& later) {
  earlier.insert(earlier.end(), std::make_move_iterator(later.begin()), std::make_move_iterator(later.end()));
}

void append(Batch& earlier, Batch& later) {
  append(earlier.opened, later.opened);
  append(earlier.closed, later.closed);
  append(earlier.entries, later.entries);
}

// The first ones, taken out of it.
template <typename T>
std::vector<T> take(std::vector<T>& all, std::size_t most) {
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(most, all.size()));
  std::vector<T> taken(std::make_move_iterator(all.begin()), std::make_move_iterator(end));
  all.erase(all.begin(), end);
  return taken;
}

// Sessions first: while attempts queue up, device-sessions counts all the same.
Batch take(Batch& all, std::size_t most) {
  Batch taken;
  taken.opened = take(all.opened, most);
  taken.closed = take(all.closed, most - size(taken));
  taken.entries = take(all.entries, most - size(taken));
  return taken;
}

}  // namespace

Recorder::Recorder(std::string store_url, RaiseAlert raise)
    : store_url_(std::move(store_url)), raise_(std::move(raise)), holder_(new_holder()), tended_(Clock::now()) {}

void Recorder::start() {
  thread_ = std::thread([this] { work(); });
}

void Recorder::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    stop_by_ = Clock::now() + stop_patience;
  }
  wake_.notify_one();
  thread_.join();
}

void Recorder::record(Entry entry, std::vector<Alert> alerts) {
  {
    const std::lock_guard lock(mutex_);
    wake_if_first();
    waiting_.entries.push_back(std::move(entry));
    lost_ += drop_excess();
  }
  for (auto& alert : alerts) raise_(std::move(alert));
}

std::unique_ptr<Recorder::Session> Recorder::open_session(OpenSession session) {
  long long number = 0;
  {
    const std::lock_guard lock(mutex_);
    wake_if_first();
    number = ++last_session_;
    ++open_sessions_;
    session.holder = holder_;
    session.number = number;
    waiting_.opened.push_back(std::move(session));
  }
  return std::make_unique<Session>(*this, number);
}

void Recorder::close_session(long long number) {
  {
    const std::lock_guard lock(mutex_);
    wake_if_first();
    --open_sessions_;
    forget_session(number);
  }
}

RecorderLoad Recorder::load() {
  const std::lock_guard lock(mutex_);
  return {.waiting = size(waiting_), .open_sessions = open_sessions_};
}

// The writer looks again for itself as long as it has something to write.
void Recorder::wake_if_first() {
  if (is_empty(waiting_)) wake_.notify_one();
}

void Recorder::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_ || !is_empty(waiting_)) {
    wake_.wait_until(lock, tended_ + tend_every, [this] { return stopping_ || !is_empty(waiting_); });
    // What comes meanwhile goes into the same commit.
    if (!is_empty(waiting_)) wake_.wait_for(lock, group_time, [this] { return stopping_; });
    auto batch = std::exchange(waiting_, {});
    const auto lost = std::exchange(lost_, 0);
    lock.unlock();
    if (lost > 0) give_up(lost);
    const bool written = write(batch, most_at_once);
    tend();
    lock.lock();
    if (written) continue;
    if (stopping_) {
      give_up(batch.entries.size() + waiting_.entries.size());
      return;
    }
    put_back(std::move(batch));
    wake_.wait_for(lock, retry_after, [this] { return stopping_; });
  }
  lock.unlock();
  if (!open_) return;
  const auto fault = with_ledger([](Ledger& ledger, Time /*now*/) { ledger.close_all(); });
  if (fault) tell_of(*fault);
}

// In parts, between which others come to write. Where it gives false, `batch` is what is still to be written.
bool Recorder::write(Batch& batch, std::size_t most) {
  while (!is_empty(batch)) {
    auto part = take(batch, most);
    const auto begun = Clock::now();
    const auto fault = write_at_once(part);
    if (fault && !write_apart(part, *fault)) {
      append(part, batch);
      batch = std::move(part);
      return false;
    }
    if (is_empty(batch)) break;
    if (!fault) leave_lock_free(begun);
    tend();
  }
  return true;
}

// What failed, in halves, down to the single entry that the store does not take: it must not hold up those behind it.
bool Recorder::write_apart(Batch& part, const std::string& fault) {
  if (!takes_others(fault)) return false;
  if (size(part) > 1) return write(part, (size(part) + 1) / 2);
  // Once more, for it may have been the connection.
  const auto refused = write_at_once(part);
  if (!refused) return true;
  if (!takes_others(*refused)) return false;
  metrics.ledger_lost.add();
  log::error("history-refused", {{"peer", peer_of(part)}, {"cause", *refused}});
  return true;
}

bool Recorder::takes_others(const std::string& fault) {
  bool late = false;
  {
    const std::lock_guard lock(mutex_);
    late = stopping_ && Clock::now() > stop_by_;
  }
  if (!late && !with_ledger([](Ledger& ledger, Time now) { ledger.require_writable(now); })) return true;
  tell_of(fault);
  return false;
}

// As long as the last transaction took, which `begun` then; see plugin/ctl/lock_pause.hpp.
void Recorder::leave_lock_free(Clock::time_point begun) {
  std::unique_lock lock(mutex_);
  const auto pause = std::clamp<Clock::duration>(Clock::now() - begun, shortest_pause, longest_pause);
  wake_.wait_for(lock, pause, [this] { return stopping_; });
}

std::optional<std::string> Recorder::write_at_once(const Batch& batch) {
  std::vector<Alert> alerts;
  const auto begun = Clock::now();
  auto failed = with_ledger([&](Ledger& ledger, Time now) {
    hand_over(batch.opened);
    alerts = ledger.write(batch, now);
  });
  if (!failed) metrics.ledger_write.observe(Clock::now() - begun);
  if (failed) metrics.ledger_failures.add();
  for (auto& alert : alerts) {
    log::warning("detection", {{"account", alert.account},
                               {"fingerprint", alert.fingerprint},
                               {"network", alert.peer},
                               {"detail", alert.detail}});
    const auto fault = fault_in([&] { raise_(std::move(alert)); });
    if (fault) log::error("task-failure", {{"cause", *fault}});
  }
  return failed;
}

void Recorder::tend() {
  if (Clock::now() < tended_ + tend_every) return;
  tended_ = Clock::now();
  const auto fault = with_ledger([](Ledger& ledger, Time now) { ledger.tend(now); });
  if (fault) tell_of(*fault);
}

std::optional<std::string> Recorder::with_ledger(const std::function<void(Ledger&, Time)>& use) {
  auto fault = fault_in([&] {
    if (open_ && !open_->connection.still_there()) open_.reset();
    if (!open_) open_ = std::make_unique<Open>(Connection::open(store_url_, Durability::grouped), holder_);
    use(open_->ledger, open_->clock.now(now()));
  });
  if (fault) open_.reset();
  return fault;
}

std::size_t Recorder::drop_excess() {
  if (waiting_.entries.size() <= max_waiting) return 0;
  // Some at a time: to move all the others for each one that comes would be costly.
  constexpr auto some = max_waiting / 10;
  waiting_.entries.erase(waiting_.entries.begin(), waiting_.entries.begin() + some);
  return some;
}

void Recorder::hand_over(const std::vector<OpenSession>& opened) {
  if (opened.empty()) return;
  const std::lock_guard lock(mutex_);
  handed_session_ = std::max(handed_session_, opened.back().number);
}

// What waits to be opened has rising numbers, and is of sessions that are open now; what waits to be closed may be in
// the store. Neither is given up: a row that nobody closes would count against its device as long as this process
// lives.
void Recorder::forget_session(long long number) {
  auto& opened = waiting_.opened;
  const auto found = std::ranges::lower_bound(opened, number, {}, &OpenSession::number);
  const bool waits = found != opened.end() && found->number == number;
  if (waits) opened.erase(found);
  if (!waits || number <= handed_session_) waiting_.closed.push_back(number);
}

// What is written again may be in the store already, where only the answer to the commit was lost. Its events stand
// there twice then, and its attempts are counted twice.
void Recorder::put_back(Batch batch) {
  const auto closed = std::exchange(waiting_.closed, {});
  append(batch, waiting_);
  waiting_ = std::move(batch);
  for (const auto number : closed) forget_session(number);
  lost_ += drop_excess();
}

}  // namespace clientid

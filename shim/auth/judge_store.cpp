#include "shim/auth/judge_store.hpp"

#include "plugin/store/schema.hpp"
#include "plugin/store/store_error.hpp"
#include "shim/ops/log.hpp"
#include "shim/ops/metrics.hpp"

namespace clientid {

template <typename Use>
auto JudgeStore::with_store(Use use) -> std::optional<decltype(use(std::declval<Open&>()))> {
  try {
    if (open_ && !open_->connection.still_there()) open_.reset();
    if (!open_) open_ = std::make_unique<Open>(Connection::open(url_));
    return use(*open_);
  } catch (const StoreError& error) {
    metrics.store_failures.add();
    log::error("store-failure", {{"cause", error.what()}});
    open_.reset();
    return std::nullopt;
  }
}

std::optional<Facts> JudgeStore::facts(Attempt& attempt, const Countries* countries) {
  return with_store([&](Open& open) {
    attempt.at = open.clock.now(attempt.at);
    return open.facts.read(attempt, countries);
  });
}

bool JudgeStore::is_readable() {
  const auto read = with_store([](Open& open) {
    check_schema(open.connection);
    return open.bindings.any();
  });
  return read.has_value();
}

std::optional<BindingCounts> JudgeStore::count_bindings(Time at) {
  return with_store([&](Open& open) { return open.bindings.count(open.clock.now(at)); });
}

std::optional<Enrolment> JudgeStore::enrol(const Binding& binding, unsigned at_most,
                                           const std::vector<OtherFingerprint>& others) {
  return with_store([&](Open& open) { return open.bindings.enrol(binding, at_most, others); });
}

}  // namespace clientid

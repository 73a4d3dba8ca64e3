#include "plugin/store/device_counts.hpp"

namespace clientid {

DeviceCounter::DeviceCounter(Connection& connection, Statement::Kind kind)
    : statement_(connection,
                 "SELECT count(CASE WHEN (state = 'active' OR (state = 'suspended' AND suspended_until <= :resumed))"
                 " AND (expires IS NULL OR expires > :expired) THEN 1 END),"
                 " count(CASE WHEN state = 'pending' THEN 1 END) FROM binding WHERE account = :account",
                 kind) {
  statement_.use(at_, at_, account_).into(active_, pending_);
}

DeviceCounts DeviceCounter::count(const std::string& account, Time at) {
  account_ = account;
  at_ = to_seconds(at);
  active_ = pending_ = 0;
  statement_.for_each_row([] {});
  return {.active = static_cast<unsigned>(active_), .pending = static_cast<unsigned>(pending_)};
}

}  // namespace clientid

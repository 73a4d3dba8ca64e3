#include "plugin/store/session_counter.hpp"

#include "plugin/store/session_lease.hpp"

namespace clientid {

SessionCounter::SessionCounter(Connection& connection, std::size_t keys)
    : fingerprints_(keys),
      statement_(connection,
                 "SELECT count(*), count(CASE WHEN account = :account THEN 1 END),"
                 " count(CASE WHEN network NOT IN ('', :network) THEN 1 END) FROM session WHERE " +
                     fingerprints_.condition("fingerprint", "fingerprint") + " AND lease > :now AND lease <= :latest") {
  statement_.use(account_, network_);
  fingerprints_.bind(statement_);
  statement_.use(at_, latest_).into(all_, on_account_, elsewhere_);
}

SessionCounts SessionCounter::count(const std::vector<std::string>& fingerprints, const std::string& account,
                                    const std::string& network, Time at) {
  fingerprints_.set(fingerprints);
  account_ = account;
  network_ = network;
  at_ = to_seconds(at);
  latest_ = to_seconds(latest_lease(at));
  all_ = on_account_ = elsewhere_ = 0;
  statement_.for_each_row([] {});
  return {.all = static_cast<unsigned>(all_),
          .on_account = static_cast<unsigned>(on_account_),
          .elsewhere = static_cast<unsigned>(elsewhere_)};
}

}  // namespace clientid

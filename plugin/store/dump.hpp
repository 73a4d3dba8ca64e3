// The store, table by table, for an export: each row is handed on as it is read, so that none is kept in memory.
// Counters and open sessions are of the moment and left out; AccountData has those of one account.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "plugin/policy/binding.hpp"
#include "plugin/store/connection.hpp"
#include "plugin/store/history.hpp"
#include "plugin/store/where.hpp"

namespace clientid {

struct StoredSetting {
  std::string scope;  // an account, "@domain", or empty: of all accounts
  std::string name;
  std::string value;
};

class Dump {
 public:
  // `account`: only what is of this one. All that is read within one snapshot transaction is of one moment.
  Dump(Connection& connection, std::optional<std::string> account)
      : connection_(connection), account_(std::move(account)) {}

  // In the order of their ids.
  void bindings(const std::function<void(const Binding&)>& take);
  // Those of all accounts first.
  void settings(const std::function<void(const StoredSetting&)>& take);
  // In the order of their times.
  void events(const std::function<void(const Event&)>& take);

  // Ids of the keys under which the fingerprints of these bindings were made, and those of blocks of devices, which are
  // of no account.
  std::vector<std::string> key_ids();

  // How many bindings and events there are, for who wants to tell how far it is.
  long long count_bindings();
  long long count_events();

 private:
  Where where(const std::string& column = "account") const;
  long long count(const std::string& table);

  Connection& connection_;
  std::optional<std::string> account_;
};

}  // namespace clientid

// An event as its columns: the one place where a row becomes an Event and an Event a row.
#pragma once

#include <string>
#include <string_view>

#include "plugin/store/history.hpp"
#include "plugin/store/statement.hpp"

namespace clientid {

struct EventRow {
  // In the order of bind_into().
  static constexpr std::string_view columns =
      "id, at, outcome, account, type, fingerprint, peer, network, service, verdict, reason, detail";
  void bind_into(Statement& statement);

  // Throws StoreError if it holds what this program cannot read.
  Event to_event(const Connection& connection) const;

  long long id = 0;
  long long at = 0;
  std::string outcome;
  Event event;  // what is text in both
};

}  // namespace clientid

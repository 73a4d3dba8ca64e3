// A store of its own for a test, and things to put into it.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "plugin/policy/decide.hpp"
#include "plugin/store/connection.hpp"
#include "plugin/store/statement.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace clientid {

class TemporaryStore {
 public:
  TemporaryStore() { Connection::initialise(url()); }

  std::string url() const { return "sqlite:" + directory_.file("clientid.db"); }
  Connection open(Durability durability = Durability::grouped) const { return Connection::open(url(), durability); }

 private:
  TemporaryDirectory directory_;
};

// Whatever SQL and SOCI could take for theirs.
inline const std::string hostile = "'; DROP TABLE binding; -- \"x\" `y` \\ %_ :account ?1 $1 \xC3\xA9\xE2\x82\xAC\n\t";

inline Time at(long long seconds) {
  return from_seconds(1'700'000'000 + seconds);
}

inline Fingerprint fingerprint(unsigned number) {
  std::array<std::uint8_t, Fingerprint::size> octets{};
  octets[0] = static_cast<std::uint8_t>(number >> 8U);
  octets[1] = static_cast<std::uint8_t>(number);
  octets.back() = 0xab;
  return Fingerprint(octets);
}

inline Device device(unsigned number) {
  return {.type = "uuid", .fingerprint = fingerprint(number)};
}

inline Binding binding(const std::string& account, unsigned number, BindingState state = BindingState::active) {
  return {.account = account,
          .type = "uuid",
          .fingerprint = fingerprint(number),
          .key_id = "1",
          .state = state,
          .label = "phone",
          .created = at(0),
          .created_by = "learned",
          .expires = {},
          .suspended_until = {},
          .last_seen = {},
          .last_peer = {}};
}

inline long long number(Connection& connection, const std::string& query) {
  long long answer = -1;
  Statement(connection, query).into(answer).for_each_row([] {});
  return answer;
}

// What StoreError says; empty if `function` throws none.
template <typename Function>
std::string error_of(Function function) {
  try {
    function();
  } catch (const StoreError& error) {
    return error.what();
  }
  return {};
}

}  // namespace clientid

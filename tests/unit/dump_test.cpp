// An export reads the store page by page, and must lose nothing at the edges.
#include "plugin/store/dump.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

#include "plugin/store/bindings.hpp"
#include "plugin/store/history.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;

namespace {

constexpr unsigned many = 2500;

}  // namespace

TEST_CASE("events come in the order of their times, each once, however many are of one second") {
  const TemporaryStore store;
  auto connection = store.open();
  std::vector<Event> events(many);
  for (unsigned i = 0; i < many; ++i) {
    events[i].at = i % 5 == 0 ? at(-static_cast<long long>(i)) : at(i % 2);
    events[i].account = i % 3 == 0 ? "alice@example.com" : "bob@example.com";
  }
  History(connection).append(events);

  std::vector<std::pair<Time, std::int64_t>> read;
  Dump(connection, {}).events([&](const Event& event) { read.emplace_back(event.at, event.id); });
  CHECK(read.size() == many);
  CHECK(std::is_sorted(read.begin(), read.end()));
  CHECK(std::adjacent_find(read.begin(), read.end()) == read.end());

  std::size_t of_alice = 0;
  Dump(connection, "alice@example.com").events([&](const Event& event) {
    of_alice += event.account == "alice@example.com" ? 1 : many;
  });
  CHECK(of_alice == (many + 2) / 3);
}

TEST_CASE("bindings come in the order of their ids, each once") {
  const TemporaryStore store;
  auto connection = store.open();
  {
    Transaction transaction(connection);
    for (unsigned i = 0; i < many; ++i) Bindings(connection).insert(binding("alice@example.com", i));
    transaction.commit();
  }
  std::vector<std::int64_t> read;
  Dump(connection, {}).bindings([&](const Binding& binding) { read.push_back(binding.id); });
  REQUIRE(read.size() == many);
  for (std::size_t i = 0; i < many; ++i) CHECK(read[i] == static_cast<std::int64_t>(i) + 1);
}

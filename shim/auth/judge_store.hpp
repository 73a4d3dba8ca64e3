// The store as one worker thread uses it: connections are opened when needed, and opened anew after a failure or where
// the file was replaced under us.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "plugin/policy/decide.hpp"
#include "plugin/store/bindings.hpp"
#include "plugin/store/connection.hpp"
#include "plugin/store/facts_reader.hpp"
#include "plugin/store/store_clock.hpp"

namespace clientid {

class JudgeStore {
 public:
  explicit JudgeStore(std::string url) : url_(std::move(url)) {}

  // Nothing where the store does not answer; the reason is logged. Else the attempt gets the time of the store.
  std::optional<Facts> facts(Attempt& attempt, const Countries* countries);

  // False likewise. It costs next to nothing.
  bool is_readable();

  // Likewise. Reads all bindings.
  std::optional<BindingCounts> count_bindings(Time at);

  // Nothing where the store does not answer. Durable on return.
  std::optional<Enrolment> enrol(const Binding& binding, unsigned at_most, const std::vector<OtherFingerprint>& others);

 private:
  struct Open {
    explicit Open(Connection opened)
        : connection(std::move(opened)), clock(connection), facts(connection), bindings(connection) {}

    Connection connection;
    StoreClock clock;
    FactsReader facts;
    Bindings bindings;
  };

  // Calls `use` with an open store. Nothing where that fails.
  template <typename Use>
  auto with_store(Use use) -> std::optional<decltype(use(std::declval<Open&>()))>;

  std::string url_;
  std::unique_ptr<Open> open_;
};

}  // namespace clientid

// Gathers what the policy needs to know about one attempt. Reads, never writes.
#pragma once

#include <memory>

#include "plugin/policy/facts.hpp"
#include "plugin/store/connection.hpp"
#include "plugin/store/countries.hpp"

namespace clientid {

// Keeps its statements prepared: this is the path of every login. All is read in one snapshot.
class FactsReader {
 public:
  explicit FactsReader(Connection& connection);
  FactsReader(const FactsReader&) = delete;
  FactsReader& operator=(const FactsReader&) = delete;
  ~FactsReader();

  // `countries` is null where there is no such database. Throws StoreError.
  Facts read(const Attempt& attempt, const Countries* countries);

 private:
  struct Statements;

  Facts read_all(const Attempt& attempt);

  Connection& connection_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace clientid

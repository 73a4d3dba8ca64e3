// Gathers what the policy needs to know about one attempt. Reads, never writes.
#pragma once

#include <optional>
#include <string>

#include "plugin/policy/decide.hpp"
#include "plugin/store/connection.hpp"

namespace clientid {

// Keeps its statements prepared: this is the path of every login. All is read in one snapshot.
class FactsReader {
 public:
  explicit FactsReader(Connection& connection);
  FactsReader(const FactsReader&) = delete;
  FactsReader& operator=(const FactsReader&) = delete;
  ~FactsReader();

  // Throws StoreError.
  Facts read(const std::string& account, const std::optional<Device>& device, Time at);

 private:
  struct Statements;

  Connection& connection_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace clientid

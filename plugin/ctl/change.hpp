// A change by an operator: what it does to the store and what the history says of it become durable together, or not
// at all.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plugin/ctl/context.hpp"
#include "plugin/policy/binding.hpp"
#include "plugin/policy/restriction.hpp"
#include "plugin/store/history.hpp"

namespace clientid::ctl {

class Change {
 public:
  // Takes the writer's lock: have all input before.
  explicit Change(Context& context) : context_(context), transaction_(context.store()) {}

  // `what` is such as "suspended"; the operator is added.
  void record(const Binding& binding, const std::string& what);
  void record(const std::string& account, const std::string& what);
  void record(const Restriction& restriction, const std::string& what);

  // On disk when it returns.
  void commit();

 private:
  void add(Event event, const std::string& what);

  Context& context_;
  Transaction transaction_;
  std::vector<Event> events_;
};

}  // namespace clientid::ctl

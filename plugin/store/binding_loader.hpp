// Puts bindings into the store as they were in another, in statements that stay prepared.
#pragma once

#include <optional>

#include "plugin/store/binding_row.hpp"

namespace clientid {

class BindingLoader {
 public:
  explicit BindingLoader(Connection& connection);

  // That of the same device on the same account.
  std::optional<Binding> find(const Binding& binding);

  // All of it. It keeps its id if that is not 0, and no other binding has it. To be called within the transaction in
  // which find() found none. Gives the id.
  std::int64_t insert(const Binding& binding);

 private:
  Connection& connection_;
  BindingRow asked_;
  BindingRow found_;
  BindingRow put_;
  long long taken_ = 0;
  Statement find_;
  Statement taken_by_;
  Statement insert_with_id_;
  std::optional<Statement> note_id_;
  Statement insert_;
};

}  // namespace clientid

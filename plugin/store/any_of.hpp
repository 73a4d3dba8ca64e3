// A column that is to have one of some values: the fingerprints of a device, one for each key (X8). How many there are
// is settled when a statement is prepared; where there is one, it is compared as any other value is.
#pragma once

#include <string>
#include <vector>

#include "plugin/store/statement.hpp"

namespace clientid {

class AnyOf {
 public:
  explicit AnyOf(std::size_t count) : values_(count) {}

  // "subject = :device", "subject IN (:device0, :device1)". `name` is no other's in the statement.
  std::string condition(const std::string& column, const std::string& name) const;

  // This object must outlive the statement.
  void bind(Statement& statement);

  // One at least, and no more than there is room for.
  void set(const std::vector<std::string>& values);

 private:
  std::vector<std::string> values_;
};

}  // namespace clientid

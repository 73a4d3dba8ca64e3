// How identity types are handled, as operators have set it.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "plugin/policy/type_rule.hpp"
#include "plugin/store/statement.hpp"

namespace clientid {

class TypeTable {
 public:
  explicit TypeTable(Connection& connection) : connection_(connection) {}

  // All types of which something is set, `*` among them. A value that this program cannot read throws StoreError.
  std::map<std::string, TypeLevel> list();
  TypeLevel load(const std::string& type);

  // Replaces what is set.
  void save(const std::string& type, const TypeLevel& level);

 private:
  Connection& connection_;
};

// The rule in force for a type, in one statement that stays prepared.
class TypeReader {
 public:
  explicit TypeReader(Connection& connection);

  TypeRule read(const std::string& type);

 private:
  struct Value {
    std::string type;
    std::string name;
    std::string value;
    friend bool operator==(const Value&, const Value&) = default;
  };
  struct Known {
    std::vector<Value> values;
    TypeRule rule;
  };

  Connection& connection_;
  std::string asked_;
  Value row_;
  Statement statement_;
  // Patterns are costly to compile, and seldom change.
  std::unordered_map<std::string, Known> known_;
};

}  // namespace clientid

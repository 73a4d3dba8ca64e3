// The WHERE of a list whose conditions are chosen by the caller.
#pragma once

#include <deque>
#include <string>
#include <variant>

#include "plugin/store/statement.hpp"

namespace clientid {

class Where {
 public:
  // `condition` names one variable: "account = :account".
  void add(const std::string& condition, std::string value);
  void add(const std::string& condition, long long value);

  // For text of hexadecimal digits.
  void add_prefix(const std::string& column, const std::string& prefix);

  // To stand behind a FROM; empty without conditions.
  const std::string& text() const { return text_; }

  // This object must outlive the statement.
  void bind(Statement& statement);

 private:
  void add_text(const std::string& condition);

  std::string text_;
  std::deque<std::variant<std::string, long long>> values_;  // a deque, since what is bound must not move
};

}  // namespace clientid

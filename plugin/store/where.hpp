// The WHERE of a list whose conditions are chosen by the caller.
#pragma once

#include <deque>
#include <string>
#include <variant>
#include <vector>

namespace clientid {

class Statement;

class Where {
 public:
  // `condition` names one variable: "account = :account".
  void add(const std::string& condition, std::string value);
  void add(const std::string& condition, long long value);

  // For text of hexadecimal digits.
  void add_prefix(const std::string& column, const std::string& prefix);

  // The column is one of them; with none of them, nothing fits.
  void add_any(const std::string& column, const std::vector<std::string>& values);

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

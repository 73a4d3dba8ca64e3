// One SQL statement with its bound variables: the only way in which this folder runs SQL, so that every error of the
// engine becomes a StoreError here, and values reach the engine as values and never as text.
#pragma once

#include <soci/soci.h>

#include <deque>
#include <optional>
#include <string>
#include <type_traits>

#include "plugin/policy/time.hpp"
#include "plugin/store/connection.hpp"

namespace clientid {

// Times are kept as seconds since the epoch.
long long to_seconds(Time time);
Time from_seconds(long long seconds);

// A time that may be NULL.
class NullableTime {
 public:
  NullableTime() = default;
  explicit NullableTime(std::optional<Time> time);
  std::optional<Time> get() const;

 private:
  friend class Statement;
  long long seconds_ = 0;
  soci::indicator indicator_ = soci::i_null;
};

class Statement {
 public:
  // One that is executed once is one question to a server. One that is kept is prepared by another, and forgotten by a
  // third, for which it is not planned anew each time.
  enum class Kind : unsigned char { kept, once };

  Statement(Connection& connection, const std::string& text, Kind kind = Kind::kept);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  // Variables are bound once, in the order in which the text names them, and must stay where they are as long as the
  // statement does. What they hold counts when it is executed.
  template <typename... Variables>
  Statement& use(Variables&... variables) {
    (use_one(variables), ...);
    return *this;
  }
  template <typename... Variables>
  Statement& into(Variables&... variables) {
    (into_one(variables), ...);
    return *this;
  }

  // Gives the number of rows that were changed.
  long long execute();

  // Calls `function` for each row. It goes on to the end of the rows: a statement that stops before keeps its
  // snapshot, also when the transaction is over.
  template <typename Function>
  void for_each_row(Function&& function) {
    for (bool row = first(); row; row = next()) function();
  }

 private:
  // A variable, and the form in which the engine has it.
  template <typename Variable>
  struct Text {
    Variable* variable;
    std::string kept;
  };

  template <typename Variable>
  void use_one(Variable& variable) {
    if constexpr (std::is_same_v<std::remove_const_t<Variable>, std::string>) {
      use_text(variable);
    } else {
      statement_->exchange(soci::use(variable));
    }
  }
  void use_one(NullableTime& time) { statement_->exchange(soci::use(time.seconds_, time.indicator_)); }
  void use_text(const std::string& text);

  template <typename Variable>
  void into_one(Variable& variable) {
    if constexpr (std::is_same_v<Variable, std::string>) {
      into_text(variable);
    } else {
      statement_->exchange(soci::into(variable));
    }
  }
  void into_one(NullableTime& time) { statement_->exchange(soci::into(time.seconds_, time.indicator_)); }
  void into_text(std::string& text);

  bool first();
  bool next();
  bool give(bool row);

  Connection& connection_;
  std::optional<soci::statement> statement_;
  std::deque<Text<const std::string>> used_;  // deques, since what is bound must not move
  std::deque<Text<std::string>> read_;
  bool bound_ = false;
};

// For a statement without variables, or several with semicolons between.
void execute(Connection& connection, const std::string& text);

}  // namespace clientid

#include "plugin/store/statement.hpp"

#include "plugin/store/engine.hpp"

namespace clientid {
namespace {

template <typename Function>
auto guarded(const Connection& connection, Function function) {
  try {
    return function();
  } catch (const soci::soci_error& error) {
    throw connection.error(connection.cause(error));
  }
}

}  // namespace

long long to_seconds(Time time) {
  return time.time_since_epoch().count();
}
Time from_seconds(long long seconds) {
  return Time(std::chrono::seconds(seconds));
}

NullableTime::NullableTime(std::optional<Time> time) {
  if (!time) return;
  seconds_ = to_seconds(*time);
  indicator_ = soci::i_ok;
}

std::optional<Time> NullableTime::get() const {
  if (indicator_ == soci::i_null) return std::nullopt;
  return from_seconds(seconds_);
}

Statement::Statement(Connection& connection, const std::string& text)
    : connection_(connection), statement_(connection.sql()) {
  guarded(connection_, [&] {
    statement_.alloc();
    statement_.prepare(text);
  });
}

bool Statement::first() {
  return guarded(connection_, [&] {
    if (!bound_) statement_.define_and_bind();
    bound_ = true;
    return statement_.execute(true);
  });
}

bool Statement::next() {
  return guarded(connection_, [&] { return statement_.fetch(); });
}

long long Statement::execute() {
  for_each_row([] {});
  return guarded(connection_, [&] { return statement_.get_affected_rows(); });
}

void execute(Connection& connection, const std::string& text) {
  Statement(connection, text).execute();
}

}  // namespace clientid

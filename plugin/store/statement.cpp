#include "plugin/store/statement.hpp"

#include "plugin/store/engine.hpp"

namespace clientid {
namespace {

template <typename Function>
auto guarded(Connection& connection, Function function) {
  const auto limit = connection.limit_wait();
  try {
    return function();
  } catch (const soci::soci_error& error) {
    throw connection.error(limit.reached() ? "does not answer" : connection.cause(error));
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

Statement::Statement(Connection& connection, const std::string& text, Kind kind)
    : connection_(connection), statement_(connection.sql()) {
  guarded(connection_, [&] {
    statement_->alloc();
    statement_->prepare(text,
                        kind == Kind::once ? soci::details::st_one_time_query : soci::details::st_repeatable_query);
  });
}

// A server is told.
Statement::~Statement() {
  const auto limit = connection_.limit_wait();
  statement_.reset();
}

void Statement::use_text(const std::string& text) {
  if (connection_.engine().text_of_octets == nullptr) {
    statement_->exchange(soci::use(text));
  } else {
    used_.push_back({&text, {}});
    statement_->exchange(soci::use(used_.back().kept));
  }
}

void Statement::into_text(std::string& text) {
  if (connection_.engine().octets_of_text == nullptr) {
    statement_->exchange(soci::into(text));
  } else {
    read_.push_back({&text, {}});
    statement_->exchange(soci::into(read_.back().kept));
  }
}

bool Statement::first() {
  for (auto& text : used_) text.kept = connection_.engine().text_of_octets(*text.variable);
  return guarded(connection_, [&] {
    if (!bound_) statement_->define_and_bind();
    bound_ = true;
    return give(statement_->execute(true));
  });
}

bool Statement::next() {
  return guarded(connection_, [&] { return give(statement_->fetch()); });
}

bool Statement::give(bool row) {
  if (!row) return false;
  for (auto& text : read_) *text.variable = connection_.engine().octets_of_text(text.kept);
  return true;
}

long long Statement::execute() {
  for_each_row([] {});
  return guarded(connection_, [&] { return statement_->get_affected_rows(); });
}

void execute(Connection& connection, const std::string& text) {
  Statement(connection, text, Statement::Kind::once).execute();
}

}  // namespace clientid

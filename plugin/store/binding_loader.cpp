#include "plugin/store/binding_loader.hpp"

#include "plugin/store/engine.hpp"

namespace clientid {
namespace {

constexpr const char* columns =
    "account, type, fingerprint, key_id, state, label, created, created_by, expires, suspended_until, last_seen,"
    " last_peer, uses) VALUES (";
constexpr const char* values =
    ":account, :type, :fingerprint, :key_id, :state, :label, :created, :created_by, :expires, :suspended_until,"
    " :last_seen, :last_peer, :uses) RETURNING id";

void use_all(Statement& statement, BindingRow& row) {
  statement.use(row.account, row.type, row.fingerprint, row.key_id, row.state, row.label, row.created, row.created_by,
                row.expires, row.suspended_until, row.last_seen, row.last_peer, row.uses);
}

}  // namespace

BindingLoader::BindingLoader(Connection& connection)
    : connection_(connection),
      find_(connection, "SELECT " + std::string(BindingRow::columns) +
                            " FROM binding WHERE account = :account AND type = :type AND fingerprint = :fingerprint"),
      taken_by_(connection, "SELECT count(*) FROM binding WHERE id = :id"),
      insert_with_id_(connection, std::string("INSERT INTO binding (id, ") + columns + ":id, " + values),
      insert_(connection, std::string("INSERT INTO binding (") + columns + values) {
  find_.use(asked_.account, asked_.type, asked_.fingerprint);
  found_.bind_into(find_);
  taken_by_.use(asked_.id).into(taken_);
  insert_with_id_.use(asked_.id);
  use_all(insert_with_id_, put_);
  insert_with_id_.into(put_.id);
  if (const auto text = connection.engine().id_was_given; !text.empty()) {
    note_id_.emplace(connection, std::string(text)).use(asked_.id);
  }
  use_all(insert_, put_);
  insert_.into(put_.id);
}

std::optional<Binding> BindingLoader::find(const Binding& binding) {
  asked_ = BindingRow(binding);
  std::optional<Binding> there;
  find_.for_each_row([&] { there = found_.to_binding(connection_); });
  return there;
}

std::int64_t BindingLoader::insert(const Binding& binding) {
  asked_ = put_ = BindingRow(binding);
  taken_ = 1;
  if (binding.id != 0) taken_by_.for_each_row([] {});
  Statement& statement = taken_ == 0 ? insert_with_id_ : insert_;
  statement.for_each_row([] {});
  if (taken_ == 0 && note_id_) note_id_->execute();
  return put_.id;
}

}  // namespace clientid

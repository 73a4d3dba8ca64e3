#include "plugin/store/restrictions.hpp"

#include "plugin/identity/hex.hpp"

#include <utility>

namespace clientid {
namespace {

constexpr std::string_view columns = "id, kind, subject, effect, until, cause, created, created_by";

struct RestrictionRow {
  long long id = 0;
  std::string kind;
  std::string subject;
  std::string effect;
  NullableTime until;
  std::string cause;
  long long created = 0;
  std::string created_by;

  void bind_into(Statement& statement) { statement.into(id, kind, subject, effect, until, cause, created, created_by); }

  // Throws StoreError: what cannot be read may be what keeps somebody out.
  Restriction to_restriction(const Connection& connection) const {
    const auto known_kind = parse_restricted(kind);
    const auto known_effect = parse_effect(effect);
    if (!known_kind || !known_effect) {
      throw connection.error("restriction " + std::to_string(id) + " is of a kind that this program cannot read");
    }
    return {id, *known_kind, subject, *known_effect, until.get(), cause, from_seconds(created), created_by};
  }
};

// As numbers, the mapped addresses of IPv4 lie in a network of IPv6 such as that of ::1.
bool holds(const Restriction& restriction, const std::optional<Address>& peer) {
  if (restriction.kind != Restricted::network) return true;
  const auto network = Network::parse(restriction.subject);
  return !network || (peer && network->contains(*peer));
}

}  // namespace

std::vector<Restriction> Restrictions::list(Time now) {
  std::vector<Restriction> found;
  RestrictionRow row;
  const long long at = to_seconds(now);
  Statement statement(connection_, "SELECT " + std::string(columns) +
                                       " FROM restriction WHERE until IS NULL OR until > :now ORDER BY id");
  row.bind_into(statement);
  statement.use(at).for_each_row([&] { found.push_back(row.to_restriction(connection_)); });
  return found;
}

std::optional<Restriction> Restrictions::find(Restricted kind, const std::string& subject, Effect effect, Time now) {
  std::optional<Restriction> found;
  RestrictionRow row;
  const std::string kind_name(name(kind));
  const std::string effect_name(name(effect));
  const long long at = to_seconds(now);
  Statement statement(connection_, "SELECT " + std::string(columns) +
                                       " FROM restriction WHERE kind = :kind AND subject = :subject AND"
                                       " effect = :effect AND (until IS NULL OR until > :now)");
  row.bind_into(statement);
  statement.use(kind_name, subject, effect_name, at).for_each_row([&] { found = row.to_restriction(connection_); });
  return found;
}

void Restrictions::put(const Restriction& restriction) {
  remove(restriction.kind, restriction.subject, restriction.effect);
  const std::string kind(name(restriction.kind));
  const std::string effect(name(restriction.effect));
  NullableTime until(restriction.until);
  const long long created = to_seconds(restriction.created);
  const auto network =
      restriction.kind == Restricted::network ? Network::parse(restriction.subject) : std::optional<Network>();
  const std::string first = network ? network->first() : "";
  const std::string last = network ? network->last() : "";
  Statement(connection_,
            "INSERT INTO restriction (kind, subject, effect, until, cause, created, created_by, first_address,"
            " last_address) VALUES (:kind, :subject, :effect, :until, :cause, :created, :created_by, :first, :last)")
      .use(kind, restriction.subject, effect, until, restriction.cause, created, restriction.created_by, first, last)
      .execute();
}

bool Restrictions::remove(Restricted kind, const std::string& subject, Effect effect) {
  const std::string kind_name(name(kind));
  const std::string effect_name(name(effect));
  return Statement(connection_,
                   "DELETE FROM restriction WHERE kind = :kind AND subject = :subject AND effect = :effect")
             .use(kind_name, subject, effect_name)
             .execute() > 0;
}

void Restrictions::purge(Time now) {
  const long long at = to_seconds(now);
  Statement(connection_, "DELETE FROM restriction WHERE until <= :now").use(at).execute();
}

struct RestrictionReader::Parts {
  explicit Parts(Connection& opened)
      : connection(opened),
        statement(opened, "SELECT " + std::string(columns) +
                              " FROM restriction WHERE (until IS NULL OR until > :now) AND"
                              " (kind = 'everybody' OR (kind = 'account' AND subject = :account)"
                              " OR (kind = 'device' AND subject = :fingerprint)) UNION ALL SELECT " +
                              std::string(columns) +
                              " FROM restriction WHERE (until IS NULL OR until > :now_too) AND"
                              " last_address >= :at_least AND first_address <= :at_most ORDER BY 1") {
    row.bind_into(statement);
    statement.use(at, account, fingerprint, at, address, address);
  }

  Connection& connection;
  std::string account;
  std::string fingerprint;
  std::string address;
  long long at = 0;
  RestrictionRow row;
  Statement statement;
};

RestrictionReader::RestrictionReader(Connection& connection) : parts_(std::make_unique<Parts>(connection)) {}
RestrictionReader::~RestrictionReader() = default;

std::vector<Restriction> RestrictionReader::read(const std::string& account, const std::string& fingerprint,
                                                 const std::optional<Address>& peer, Time at) {
  auto& parts = *parts_;
  parts.account = account;
  parts.fingerprint = fingerprint;
  // Above every address there is, and so in no network.
  parts.address = peer ? encode_hex(peer->octets()) : "g";
  parts.at = to_seconds(at);
  std::vector<Restriction> found;
  parts.statement.for_each_row([&] {
    auto restriction = parts.row.to_restriction(parts.connection);
    if (holds(restriction, peer)) found.push_back(std::move(restriction));
  });
  return found;
}

}  // namespace clientid

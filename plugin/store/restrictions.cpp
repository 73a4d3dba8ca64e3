#include "plugin/store/restrictions.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "plugin/identity/hex.hpp"
#include "plugin/store/any_of.hpp"
#include "plugin/store/clock_tolerance.hpp"
#include "plugin/store/statement.hpp"

namespace clientid {
namespace {

constexpr std::string_view columns = "id, kind, subject, effect, until, cause, created, created_by, key_id";

struct RestrictionRow {
  long long id = 0;
  std::string kind;
  std::string subject;
  std::string effect;
  NullableTime until;
  std::string cause;
  long long created = 0;
  std::string created_by;
  std::string key_id;

  void bind_into(Statement& statement) {
    statement.into(id, kind, subject, effect, until, cause, created, created_by, key_id);
  }

  // Throws StoreError: what cannot be read may be what keeps somebody out.
  Restriction to_restriction(const Connection& connection) const {
    const auto known_kind = parse_restricted(kind);
    const auto known_effect = parse_effect(effect);
    if (!known_kind || !known_effect) {
      throw connection.error("restriction " + std::to_string(id) + " is of a kind that this program cannot read");
    }
    return {id, *known_kind, subject, *known_effect, until.get(), cause, from_seconds(created), created_by, key_id};
  }
};

// What detection did at a time that has not come yet, it did before the clock was put back. What operators set stands
// until they take it back.
bool counts(const Restriction& restriction, Time now) {
  return restriction.created_by != by_detection || restriction.created <= now + clock_tolerance;
}

// As numbers, the mapped addresses of IPv4 lie in a network of IPv6 such as that of ::1.
bool holds(const Restriction& restriction, const Address& peer) {
  const auto network = Network::parse(restriction.subject);
  return !network || network->contains(peer);
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
  std::erase_if(found, [&](const Restriction& each) { return !counts(each, now); });
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
  if (found && !counts(*found, now)) found.reset();
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
            " last_address, key_id) VALUES (:kind, :subject, :effect, :until, :cause, :created, :created_by, :first,"
            " :last, :key_id)")
      .use(kind, restriction.subject, effect, until, restriction.cause, created, restriction.created_by, first, last,
           restriction.key_id)
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
  // One network of each length holds the peer: as IPv6 has them, from /0 to /128.
  static constexpr std::size_t lengths = 129;

  Parts(Connection& opened, std::size_t keys)
      : connection(opened),
        fingerprints(keys),
        // Most sites block no address: one look into the index spares them a look for each length. By max(), for to
        // answer EXISTS a server without statistics reads the table until a row fits.
        last_network(opened, "SELECT coalesce(max(last_address), '') FROM restriction"),
        // Apart, for with OR an engine may go through all of them.
        of_names(opened, in_force("now", "kind = 'everybody' AND subject = ''") + " UNION ALL " +
                             in_force("now_too", "kind = 'account' AND subject = :account") + " UNION ALL " +
                             in_force("now_as_well",
                                      "kind = 'device' AND " + fingerprints.condition("subject", "fingerprint"))),
        of_networks(opened, in_force("now", "first_address <= :at_most AND last_address IN (" + placeholders() + ")")) {
    last_network.into(last);
    row.bind_into(of_names);
    of_names.use(at, at, account, at);
    fingerprints.bind(of_names);
    row.bind_into(of_networks);
    of_networks.use(at, address);
    for (auto& each : lasts) of_networks.use(each);
  }

  static std::string placeholders() {
    std::string text;
    for (std::size_t bits = 0; bits < lengths; ++bits) text += (bits == 0 ? ":last" : ", :last") + std::to_string(bits);
    return text;
  }

  static std::string in_force(const std::string& now, const std::string& condition) {
    return "SELECT " + std::string(columns) + " FROM restriction WHERE (until IS NULL OR until > :" + now + ") AND " +
           condition;
  }

  // Of all restrictions, those of networks alone have addresses.
  bool any_network() {
    last_network.for_each_row([] {});
    return !last.empty();
  }

  void look_for(const Address& peer) {
    // IPv4 has fewer lengths. The others are what no last address is, as an empty one would be that of all accounts.
    lasts.fill("none");
    address = encode_hex(peer.octets());
    const unsigned longest = peer.is_v4() ? 32 : 128;
    for (unsigned bits = 0; bits <= longest; ++bits) lasts.at(bits) = Network::around(peer, bits).last();
  }

  Connection& connection;
  std::string account;
  AnyOf fingerprints;
  std::string address;
  std::array<std::string, lengths> lasts;
  long long at = 0;
  std::string last;
  RestrictionRow row;
  Statement last_network;
  Statement of_names;
  Statement of_networks;
};

RestrictionReader::RestrictionReader(Connection& connection, std::size_t keys)
    : parts_(std::make_unique<Parts>(connection, keys)) {}
RestrictionReader::~RestrictionReader() = default;

std::vector<Restriction> RestrictionReader::read(const std::string& account,
                                                 const std::vector<std::string>& fingerprints,
                                                 const std::optional<Address>& peer, Time at) {
  auto& parts = *parts_;
  parts.account = account;
  parts.fingerprints.set(fingerprints);
  parts.at = to_seconds(at);
  std::vector<Restriction> found;
  parts.of_names.for_each_row([&] { found.push_back(parts.row.to_restriction(parts.connection)); });
  std::erase_if(found, [&](const Restriction& each) { return !counts(each, at); });
  if (peer && parts.any_network()) {
    parts.look_for(*peer);
    parts.of_networks.for_each_row([&] {
      auto restriction = parts.row.to_restriction(parts.connection);
      if (holds(restriction, *peer) && counts(restriction, at)) found.push_back(std::move(restriction));
    });
  }
  std::sort(found.begin(), found.end(), [](const Restriction& a, const Restriction& b) { return a.id < b.id; });
  return found;
}

}  // namespace clientid

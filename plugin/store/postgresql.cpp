#include <libpq-fe.h>
#include <poll.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <utility>

#include "plugin/store/engine.hpp"
#include "plugin/store/octet_text.hpp"
#include "plugin/store/store_url.hpp"

namespace clientid {
namespace {

constexpr std::string_view scheme = "postgresql:";

// Longer than the server takes to give up by itself, and shorter than the shim waits for its threads when it ends.
constexpr auto statement_limit = std::chrono::seconds(8);
constexpr auto statement_grace = std::chrono::seconds(1);

[[noreturn]] void fail(const std::string& cause) {
  throw soci::soci_error(cause);
}

PGconn* connection_of(soci::session& session) {
  return static_cast<soci::postgresql_session_backend*>(session.get_backend())->conn_;
}

using Settings = std::map<std::string, std::string>;

// What the URI says, as libpq reads it. Its own message would repeat what it did not understand: half a password, say.
Settings settings_of(const std::string& uri) {
  constexpr const char* advice =
      "cannot be read as a URI of libpq; in its user, password and values write %XX for all but letters and digits";
  if (!is_clear_uri(uri)) fail(advice);
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(uri.c_str(), nullptr),
                                                                             PQconninfoFree);
  if (!options) fail(advice);
  Settings settings;
  for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) settings[option->keyword] = option->val;
  }
  return settings;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char each : text) {
    const auto octet = static_cast<unsigned char>(each);
    encoded += '%';
    encoded += digits[octet >> 4U];
    encoded += digits[octet & 15U];
  }
  return encoded;
}

// Parameters of the session, in which the last one that sets the same counts.
std::string session_options(const Settings& given, Durability durability, IfMissing if_missing) {
  const auto limit = std::to_string(statement_limit.count()) + "s";
  auto options = std::string("-c synchronous_commit=") + (durability == Durability::full ? "on" : "off") +
                 // To bring a large store up to date takes its time.
                 " -c statement_timeout=" + (if_missing == IfMissing::create ? "10min" : limit) +
                 " -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s -c client_min_messages=error";
  if (const auto found = given.find("options"); found != given.end()) options += " " + found->second;
  return options;
}

// SOCI hands a URI on as it is if there is a "=" in it.
std::string complete(std::string uri, Durability durability, IfMissing if_missing) {
  const auto given = settings_of(uri);
  const auto add = [&](const std::string& key, const std::string& value) {
    uri += (uri.find('?') == std::string::npos ? '?' : '&') + key + '=' + percent_encoded(value);
  };
  // So that a server which is not reached any more is noticed while somebody waits for it. In seconds, but for the
  // last.
  const Settings defaults{{"connect_timeout", "5"},     {"keepalives_idle", "10"},
                          {"keepalives_interval", "5"}, {"keepalives_count", "3"},
                          {"tcp_user_timeout", "8000"}, {"fallback_application_name", program_invocation_short_name}};
  for (const auto& [key, value] : defaults) {
    if (!given.contains(key)) add(key, value);
  }
  add("client_encoding", "UTF8");
  add("options", session_options(given, durability, if_missing));
  return uri;
}

std::unique_ptr<soci::session> open(const std::string& place, Durability durability, IfMissing if_missing) {
  const auto uri = complete(std::string(scheme) + place, durability, if_missing);
  auto session = std::make_unique<soci::session>(soci::postgresql, uri);
  auto* connection = connection_of(*session);
  PQsetErrorVerbosity(connection, PQERRORS_TERSE);
  // libpq would write them to the standard error.
  PQsetNoticeProcessor(
      connection, [](void* /*context*/, const char* /*message*/) {}, nullptr);
  const std::string encoding = PQparameterStatus(connection, "server_encoding");
  if (encoding != "UTF8") {
    fail("is a database in " + encoding + ", and UTF8 is needed; make it with: createdb -E UTF8 -T template0 NAME");
  }
  return session;
}

int socket_of(soci::session& session) {
  return PQsocket(connection_of(session));
}

// As the server has it, since the URI may say otherwise.
std::chrono::milliseconds patience(soci::session& session) {
  const WaitLimit limit(socket_of(session), statement_limit + statement_grace);
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(
      PQexec(connection_of(session), "SELECT setting FROM pg_settings WHERE name = 'statement_timeout'"), PQclear);
  if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) fail(PQerrorMessage(connection_of(session)));
  const std::chrono::milliseconds timeout(std::strtoll(PQgetvalue(result.get(), 0, 0), nullptr, 10));
  return timeout.count() == 0 ? timeout : timeout + statement_grace;
}

// Where there is something to read without a question, the server says farewell.
std::string what_stands_at(soci::session& session, const std::string& /*place*/) {
  auto* connection = connection_of(session);
  pollfd socket{PQsocket(connection), POLLIN, 0};
  while (::poll(&socket, 1, 0) > 0) {
    if (PQconsumeInput(connection) == 0) return {};
  }
  return PQstatus(connection) == CONNECTION_OK ? "a session" : "";
}

// "Cannot execute query. Fatal error. ERROR:  permission denied for table binding": in front is what SOCI says, and the
// word before the colon is in the language of the server.
std::string without_origin(std::string text) {
  constexpr std::array of_soci = {"Cannot prepare statement.",
                                  "Cannot execute query.",
                                  "Cannot establish connection to the database.",
                                  "Cannot set extra_float_digits parameter",
                                  "Fatal error.",
                                  "Connection failed."};
  for (const std::string_view before : of_soci) {
    if (text.starts_with(before)) text.erase(0, before.size());
    text.erase(0, text.find_first_not_of(" \n"));
  }
  const auto severity = text.find(":  ");
  if (severity < text.find_first_of(" \n")) text.erase(0, severity + 3);
  return text;
}

// One for each address that was tried; behind a tab there is advice, which is in none of them.
std::string joined_lines(std::string_view text) {
  std::string joined;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.empty() && line.front() != '\t') joined += (joined.empty() ? "" : ", ") + std::string(line);
  }
  return joined;
}

std::string advice_on(std::string_view text, std::string_view state) {
  const auto speaks_of = [&](std::string_view words) { return text.find(words) != std::string_view::npos; };
  if (state == "42501") return "; let the role be the owner of the database, or of the schema";
  if (speaks_of("FATAL:  database \"") && speaks_of("does not exist")) {
    return "; make it with: createdb -E UTF8 -T template0 NAME";
  }
  if (speaks_of("unsupported startup parameter")) {
    return "; PgBouncer needs ignore_startup_parameters = options: clientid.conf(5)";
  }
  return {};
}

std::string cause(const soci::soci_error& error, const std::string& /*place*/) {
  const auto* of_server = dynamic_cast<const soci::postgresql_soci_error*>(&error);
  const auto state = of_server == nullptr ? std::string() : of_server->sqlstate();
  if (state == "55P03") return "is locked; pg_stat_activity says by whom";
  // The texts of this class repeat the value.
  if (state.starts_with("22")) return "does not take a value (SQLSTATE " + state + ")";
  const auto text = without_origin(error.get_error_message());
  // What follows is for those who know its code.
  const auto shown = of_server == nullptr ? joined_lines(text)
                                          : text.substr(0, std::min(text.find('\n'), text.rfind(" at character ")));
  return (shown.empty() ? "does not answer" : shown) + advice_on(text, state);
}

}  // namespace

const Engine postgresql_engine = {
    .scheme = scheme,
    .id_column = "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
    .text_column = "TEXT COLLATE \"C\"",
    .begin_snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    // The number is ours among the locks of this kind, and each store of the database has its own.
    .begin_write =
        "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(1668049252, (SELECT oid::integer"
        " FROM pg_namespace WHERE nspname = current_schema()))",
    // Alone, it would be answered with a rollback and no error where a statement failed before.
    .commit = "SELECT 1; COMMIT",
    // Not the views of extensions, which many databases are made with.
    .table_names =
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND relnamespace = (SELECT"
        " oid FROM pg_namespace WHERE nspname = current_schema()) AND NOT EXISTS (SELECT 1 FROM pg_depend"
        " WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')",
    // Nobody else gives one out meanwhile, for that takes the writer's lock.
    .id_was_given =
        "SELECT setval(sequence, greatest(:id, pg_sequence_last_value(sequence))) FROM (SELECT"
        " pg_get_serial_sequence('binding', 'id')::regclass AS sequence) AS of_ids",
    .last_id = "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence(:table, 'id')::regclass), 0)",
    .go_on_behind_id = "SELECT setval(pg_get_serial_sequence(:table, 'id'), :id)",
    // Everybody may ask for the start of the server, and no other has begun in the same microsecond.
    .identity =
        "SELECT concat_ws(' ', extract(epoch FROM pg_postmaster_start_time()), current_database(), (SELECT oid FROM"
        " pg_namespace WHERE nspname = current_schema()))",
    .open = open,
    .what_stands_at = what_stands_at,
    .cause = cause,
    .server_time = "SELECT CAST(floor(1000 * extract(epoch FROM clock_timestamp())) AS BIGINT)",
    .socket = socket_of,
    .patience = patience,
    .text_of_octets = text_of_octets,
    .octets_of_text = octets_of_text,
};

}  // namespace clientid

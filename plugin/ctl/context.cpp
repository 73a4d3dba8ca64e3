#include "plugin/ctl/context.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include "plugin/config/config_error.hpp"
#include "plugin/policy/account.hpp"
#include "plugin/store/store_clock.hpp"

namespace clientid::ctl {

Context::Context(const boost::program_options::variables_map& options)
    : options_(options), output_(options.count("json") > 0, options.count("quiet") > 0) {}

const Site& Context::site() {
  if (!site_) site_ = load_site(options_["config"].as<std::string>(), options_);
  return *site_;
}

const KeyFile& Context::key() {
  if (!key_) key_ = KeyFile::load(site().key_file);
  return *key_;
}

const Countries* Context::countries() {
  if (!countries_ && !site().geoip_database.empty()) countries_ = Countries::open(site().geoip_database);
  return countries_.get();
}

Connection& Context::store() {
  if (!store_) store_ = Connection::open(site().store);
  return *store_;
}

Time Context::now() {
  if (!now_) now_ = StoreClock(store()).now(clientid::now());
  return *now_;
}

std::string Context::who() const {
  // Behind sudo the user is root, and the person is known from here alone.
  const char* sudo_user = std::getenv("SUDO_USER");
  if (sudo_user != nullptr && ::getpwnam(sudo_user) != nullptr) return std::string("operator ") + sudo_user;
  const auto uid = ::getuid();
  const passwd* user = ::getpwuid(uid);
  return "operator " + (user != nullptr ? std::string(user->pw_name) : "uid " + std::to_string(uid));
}

std::string account_of(Context& context, std::string_view name) {
  if (name == any_account) throw ConfigError("* is no account; licences are made by: clientidctl licence add");
  if (auto account = canonical_account(name, context.site().accounts)) return *account;
  throw ConfigError("that cannot be an account: it takes up to 255 printable ASCII characters, USER or USER@REALM");
}

std::string recorded_account(Context& context, std::string_view name) {
  if (name == any_account || name.starts_with('@'))
    throw ConfigError("that is no account: it takes USER or USER@REALM");
  return canonical_account(name, context.site().accounts).value_or(std::string(name));
}

std::string account_or_licence(Context& context, std::string_view name) {
  return name == any_account ? std::string(name) : account_of(context, name);
}

std::string domain_scope(Context& context, std::string_view name) {
  const auto account = canonical_account("user" + std::string(name), context.site().accounts);
  if (name.find('@', 1) != std::string_view::npos || !account) {
    throw ConfigError("that cannot be a domain: it takes @ and the name of a domain, such as @example.com");
  }
  return "@" + std::string(domain_of(*account));
}

Time time_of(Context& context, std::string_view what, std::string_view text) {
  if (const auto time = parse_time(text, context.now())) return *time;
  throw ConfigError(std::string(what) +
                    " takes a time such as 2026-12-31T00:00:00Z, a date, or a duration from now such as 90d");
}

Time time_back(Context& context, std::string_view what, std::string_view text) {
  if (const auto duration = parse_duration(text)) return context.now() - *duration;
  return time_of(context, what, text);
}

std::chrono::seconds duration_of(std::string_view what, std::string_view text) {
  if (const auto duration = parse_duration(text)) return *duration;
  throw ConfigError(std::string(what) + " takes a duration such as 90d, 4w, 2h, 15m or 30s");
}

}  // namespace clientid::ctl

// What commands work with: the site's configuration, the store, the key, the clock, and the output. Each is opened
// when it is first asked for, so that `check` of a client without identity needs no key, and --help nothing at all.
#pragma once

#include <boost/program_options/variables_map.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "plugin/config/site.hpp"
#include "plugin/ctl/output.hpp"
#include "plugin/identity/key_file.hpp"
#include "plugin/policy/time.hpp"
#include "plugin/store/connection.hpp"
#include "plugin/store/countries.hpp"

namespace clientid::ctl {

class Context {
 public:
  explicit Context(const boost::program_options::variables_map& options);

  const Output& output() const { return output_; }

  // Throws ConfigError.
  const Site& site();
  const KeyFile& key();
  // Null where none is configured.
  const Countries* countries();
  // Throws StoreError.
  Connection& store();
  // One moment for all that a command does, by the clock of the store. Throws StoreError.
  Time now();

  // "operator NAME": who is to be recorded as the one who made a change. It is what the system says, not a proof.
  std::string who() const;

 private:
  boost::program_options::variables_map options_;
  Output output_;
  std::optional<Site> site_;
  std::optional<KeyFile> key_;
  std::shared_ptr<const Countries> countries_;
  std::optional<Connection> store_;
  std::optional<Time> now_;
};

// The account in canonical form. Throws ConfigError.
std::string account_of(Context& context, std::string_view name);

// The same, but a name that cannot be an account is taken as it is: so it stands in the history, where it was refused.
std::string recorded_account(Context& context, std::string_view name);

// As account_of(), or `*` for licences.
std::string account_or_licence(Context& context, std::string_view name);

// "@domain" as the settings spell it. Throws ConfigError.
std::string domain_scope(Context& context, std::string_view name);

// `text` is a time, or a duration from now. Throws ConfigError that names `what`, and StoreError.
Time time_of(Context& context, std::string_view what, std::string_view text);
// The same, but a duration is one back from now.
Time time_back(Context& context, std::string_view what, std::string_view text);
std::chrono::seconds duration_of(std::string_view what, std::string_view text);

}  // namespace clientid::ctl

// purge: forget old history and what is over, or one account.
#include <chrono>

#include "plugin/config/config_error.hpp"
#include "plugin/ctl/change.hpp"
#include "plugin/ctl/confirmation.hpp"
#include "plugin/ctl/counted.hpp"
#include "plugin/ctl/lock_pause.hpp"
#include "plugin/ctl/terminal_text.hpp"
#include "plugin/ctl/verbs.hpp"
#include "plugin/store/account_data.hpp"
#include "plugin/store/retention.hpp"

namespace clientid::ctl {
namespace {

std::string text(const Removed& removed, Time oldest) {
  return counted(removed.events, "event") + " from before " + format_time(oldest) + ", " +
         counted(removed.restrictions, "ended restriction") + ", " + counted(removed.sessions, "lost session") + ", " +
         counted(removed.moves, "former fingerprint");
}

std::string text(const AccountCounts& removed) {
  return counted(removed.bindings, "binding") + ", " + counted(removed.events, "event") + ", " +
         counted(removed.settings, "setting") + ", " + counted(removed.restrictions, "restriction") + ", " +
         counted(removed.counters, "counter") + ", " + counted(removed.sessions, "open session") + ", " +
         counted(removed.moves, "former fingerprint");
}

// First, so that it is known of also where the removal is broken off.
void record(Context& context, const std::string& what) {
  Change change(context);
  change.record(std::string(), what);
  change.commit();
}

template <typename Removal>
auto remove_all(Removal& removal) {
  decltype(removal.remove_some()) all;
  while (true) {
    const auto began = std::chrono::steady_clock::now();
    const auto some = removal.remove_some();
    if (!some.any()) return all;
    all += some;
    leave_lock_free(began);
  }
}

// "removed: ", or what stands there instead.
std::string done_text(bool any, bool dry_run) {
  return !any ? "nothing to remove: " : dry_run ? "would remove: " : "removed: ";
}

void report(const Output& output, const Removed& removed, Time oldest, bool dry_run) {
  if (!output.json()) {
    output.say(done_text(removed.any(), dry_run) + text(removed, oldest));
    return;
  }
  output.value({
      {"older_than", format_time(oldest)},
      {"events", removed.events},
      {"restrictions", removed.restrictions},
      {"sessions", removed.sessions},
      {"moves", removed.moves},
      {"changed", removed.any() && !dry_run},
  });
}

void report(const Output& output, const std::string& account, const AccountCounts& removed, bool dry_run) {
  if (!output.json()) {
    output.say(printable(account + ": " + done_text(removed.any(), dry_run) + text(removed)));
    return;
  }
  output.value({
      {"account", account},
      {"bindings", removed.bindings},
      {"events", removed.events},
      {"settings", removed.settings},
      {"restrictions", removed.restrictions},
      {"counters", removed.counters},
      {"sessions", removed.sessions},
      {"moves", removed.moves},
      {"changed", removed.any() && !dry_run},
  });
}

Status purge_account(Context& context, const Arguments& arguments, const std::string& account) {
  if (arguments.flag("older-than")) throw ConfigError("purge takes --older-than or --account, not both");
  const bool dry_run = arguments.flag("dry-run");
  AccountData data(context.store(), account);
  auto removed = data.count();
  if (!dry_run && removed.any()) {
    confirm_removal("all that is kept about " + printable(account) + ": " + text(removed), arguments.flag("yes"));
    // Without its name, which shall be gone.
    record(context, "all that was kept about one account removed");
    removed = remove_all(data);
  }
  report(context.output(), account, removed, dry_run);
  return Status::done;
}

}  // namespace

Status purge(Context& context, const Arguments& arguments) {
  if (const auto name = arguments.option("account")) {
    return purge_account(context, arguments, recorded_account(context, *name));
  }
  const auto age = duration_of("--older-than", arguments.option("older-than").value_or("90d"));
  const Time oldest = context.now() - age;
  const bool dry_run = arguments.flag("dry-run");
  Retention retention(context.store(), oldest, context.now());
  auto removed = retention.count();
  if (!dry_run && removed.any()) {
    confirm_removal(text(removed, oldest), arguments.flag("yes"));
    record(context, "history from before " + format_time(oldest) + " removed");
    removed = remove_all(retention);
  }
  report(context.output(), removed, oldest, dry_run);
  return Status::done;
}

}  // namespace clientid::ctl

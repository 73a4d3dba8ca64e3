// What clientidctl itself works with.
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "plugin/config/config_error.hpp"
#include "plugin/ctl/doctor.hpp"
#include "plugin/store/clock_tolerance.hpp"
#include "plugin/store/key_usage.hpp"
#include "plugin/store/oddities.hpp"
#include "plugin/store/settings_table.hpp"
#include "plugin/store/store_clock.hpp"
#include "plugin/store/store_error.hpp"
#include "plugin/store/store_url.hpp"

namespace clientid::ctl {
namespace {

const KeyFile* look_at_key(Context& context, Findings& findings) {
  const auto what = "key " + context.site().key_file;
  try {
    const auto& key = context.key();
    findings.push_back({what});
    return &key;
  } catch (const ConfigError& error) {
    findings.push_back(fault(what, error.what()));
    return nullptr;
  }
}

bool is_missing(const std::string& path) {
  return ::access(path.c_str(), F_OK) != 0 && errno == ENOENT;
}

std::string& mend_of_key(Findings& findings) {
  return std::find_if(findings.begin(), findings.end(), [](const auto& each) { return each.name.starts_with("key "); })
      ->mend;
}

// Under another key, a device is a stranger. If some stand under one that is there, the others may have been left
// behind on purpose. `key` is null where there is none that can be used.
void look_at_key_ids(Context& context, const KeyFile* key, Findings& findings) {
  if (key == nullptr && !is_missing(context.site().key_file)) return;
  std::vector<std::pair<std::string, std::uint64_t>> lost;
  bool some_known = false;
  for (const auto& [id, usage] : key_usage(context.store(), context.now())) {
    const auto count = usage.devices();
    if (count == 0) continue;
    const bool known = key != nullptr && key->find(id) != nullptr;
    some_known = some_known || known;
    if (!known) lost.emplace_back(id, count);
  }
  for (const auto& [id, count] : lost) {
    const auto mend = "bring the key file back that has the line of key " + id + ": " + context.site().key_file;
    findings.push_back({std::string(keys_of_bindings), some_known ? Found::note : Found::wrong,
                        std::to_string(count) + " were made under key " + id + ", which is not in the key file", mend});
    // A new one would make it worse.
    if (key == nullptr) mend_of_key(findings) = mend;
  }
  if (lost.empty() && key != nullptr) findings.push_back({std::string(keys_of_bindings)});
}

// What is wrong with it where several machines have a part in that; else the rest of it is to be looked at.
bool look_at_clock_of_server(Context& context, Findings& findings) {
  const auto here = clientid::now();
  const auto there = StoreClock(context.store()).now(here);
  if (std::chrono::abs(here - there) <= clock_tolerance) return false;
  findings.push_back(
      {"clock", Found::note,
       "it is " + format_time(here) + ", and by the server of the store, whose clock counts, " + format_time(there),
       "timedatectl set-ntp true, on the one that is wrong"});
  return true;
}

void look_at_clock(Context& context, Oddities& oddities, Findings& findings) {
  const auto newest = oddities.newest();
  if (newest && *newest > context.now() + clock_tolerance) {
    findings.push_back({"clock", Found::wrong,
                        "it is " + format_time(context.now()) + ", and the store knows of something at " +
                            format_time(*newest) + ": it goes wrong now, or did then",
                        "timedatectl set-ntp true"});
    return;
  }
  if (look_at_clock_of_server(context, findings)) return;
  timex state{};
  const bool unsure = ::adjtimex(&state) == TIME_ERROR;
  findings.push_back(
      unsure ? Finding{"clock", Found::note, "the system says that it is not synchronised", "timedatectl set-ntp true"}
             : Finding{"clock"});
}

// What lets in devices that are not bound, or clients without one: it may be meant.
void look_at_policy(Context& context, Oddities& oddities, Findings& findings) {
  const auto global = SettingsTable(context.store()).load("");
  const auto settings = effective({&global});
  bool strict = true;
  const auto note = [&](const char* setting, const std::string& value, const std::string& effect,
                        const std::string& mend) {
    const bool all = setting_text(settings, setting) == value;
    const auto levels = oddities.levels_with(setting, value);
    if (!all && levels == 0) return;
    strict = false;
    const auto whose = all           ? std::string()
                       : levels == 1 ? "1 account or domain has "
                                     : std::to_string(levels) + " accounts or domains have ";
    findings.push_back({"policy", Found::note, whose + setting + "=" + value + ": " + effect, all ? mend : ""});
  };
  note("mode", "off", "nothing is judged, and every device is let in", "clientidctl policy set mode=enforce");
  note("mode", "observe", "every device is let in", "clientidctl policy set mode=enforce");
  note("absent", "allow", "clients without identity are let in", "clientidctl policy set absent=refuse");
  note("on-store-failure", "allow", "all are let in while the store does not answer",
       "clientidctl policy set on-store-failure=refuse");
  if (strict) findings.push_back({"policy"});
}

// That of the default, or of the command line, is in no file.
void look_at_password(Context& context, const std::string& site_file, Findings& findings) {
  struct stat status {};
  const bool open_to_all = ::stat(site_file.c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0;
  if (!open_to_all || !holds_password(context.site().store)) return;
  findings.push_back({"password of the store", Found::note, "everybody may read it in " + site_file,
                      "chgrp clientid " + site_file + " && chmod o-r " + site_file});
}

void look_into_store(Context& context, const KeyFile* key, Findings& findings) {
  const auto& store = context.site().store;
  const auto what = "store " + shown_store(store);
  try {
    Oddities oddities(context.store());
    findings.push_back({what});
    look_at_key_ids(context, key, findings);
    look_at_clock(context, oddities, findings);
    look_at_policy(context, oddities, findings);
  } catch (const StoreError& error) {
    auto finding = fault(what, error.what());
    constexpr std::string_view scheme = "sqlite:";
    if (finding.mend.empty() && finding.detail.find("locked") != std::string::npos && store.starts_with(scheme)) {
      finding.mend = "find out who holds it: fuser -v " + store.substr(scheme.size());
    }
    findings.push_back(std::move(finding));
  }
}

}  // namespace

void look_at_site(Context& context, const std::string& site_file, Findings& findings) {
  const auto what = "configuration " + site_file;
  try {
    context.site();
  } catch (const ConfigError& error) {
    findings.push_back(fault(what, error.what()));
    return;
  }
  findings.push_back({what});
  look_at_password(context, site_file, findings);
  const auto* key = look_at_key(context, findings);
  look_into_store(context, key, findings);
}

}  // namespace clientid::ctl

#include "plugin/ctl/importer.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <utility>

#include "plugin/ctl/lock_pause.hpp"
#include "plugin/ctl/setting_edit.hpp"
#include "plugin/ctl/terminal_text.hpp"
#include "plugin/store/restrictions.hpp"
#include "plugin/store/settings_table.hpp"
#include "plugin/store/type_table.hpp"

namespace clientid::ctl {
namespace {

constexpr std::size_t batch_size = 1000;  // rows

// Says no more of a binding that is there than what an operator needs to find it.
std::string already(const Binding& there, const std::string& how) {
  const auto number = there.id == 0 ? "" : " as binding " + std::to_string(there.id) + ",";
  return "this device is bound to " + there.account + " already," + number + " " + how;
}

// How the binding that is there differs from one of an export; empty: it does not. When it was used is of the store.
std::string difference(const Binding& there, const Binding& wanted) {
  if (there.key_id != wanted.key_id) return "with key " + there.key_id;
  if (there.state != wanted.state) return "and is " + std::string(name(there.state));
  if (there.suspended_until != wanted.suspended_until) return "and is suspended until another time";
  if (there.label != wanted.label) return "with another label";
  if (there.expires != wanted.expires) return "with another end";
  if (there.created != wanted.created || there.created_by != wanted.created_by) return "made at another time";
  return {};
}

std::string difference(const Binding& there, const Wish& wish, Time now) {
  const auto state = state_in_force(there, now);
  if (state != BindingState::active) return "and is " + std::string(name(state));
  if (!wish.binding.label.empty() && there.label != wish.binding.label) return "with another label";
  if (wish.binding.expires && there.expires != wish.binding.expires) return "with another end";
  return {};
}

}  // namespace

bool ImportTally::any_added() const {
  return std::any_of(added.begin(), added.end(), [](const auto& each) { return each.second > 0; });
}

void ImportTally::add(const ImportTally& other) {
  for (const auto& [what, count] : other.added) added[what] += count;
  unchanged += other.unchanged;
  conflicts += other.conflicts;
  passed_over += other.passed_over;
}

// What is done in one transaction, or in a dry run would be.
class Importer::Batch {
 public:
  explicit Batch(Importer& importer) : importer_(importer), context_(importer.context_), dry_(importer.dry_run()) {
    if (!dry_) change_.emplace(context_);
  }

  // What is in conflict with it; empty: it is done.
  std::string put(ImportItem& item) {
    return std::visit([&](auto& each) { return put_one(each); }, item);
  }
  void skip() { ++tally_.conflicts; }
  void commit();

 private:
  std::string put_one(const Binding& binding);
  std::string put_one(const Wish& wish);
  std::string put_one(const StoredSetting& setting);
  std::string put_one(const StoredTypeSetting& setting);
  std::string put_one(const Restriction& restriction);
  std::string put_one(const MovedDevice& moved);
  std::string put_one(EventsOfASecond& events);
  std::string put_one(const Momentary& momentary);
  template <typename Table, typename Level, typename Set>
  std::string put_setting(Table table, const std::string& scope, Level level, const std::string& setting,
                          const char* what, Set set);
  std::optional<Binding> find_under(const Binding& binding, const Fingerprint& fingerprint);
  std::string unchanged(long long count = 1);
  void added(const char* what, long long count = 1) { tally_.added[what] += count; }

  Importer& importer_;
  Context& context_;
  bool dry_;
  std::optional<Change> change_;
  std::vector<Event> events_;
  ImportTally tally_;
};

std::string Importer::Batch::unchanged(long long count) {
  tally_.unchanged += count;
  return {};
}

std::optional<Binding> Importer::Batch::find_under(const Binding& binding, const Fingerprint& fingerprint) {
  auto asked = binding;
  asked.fingerprint = fingerprint;
  return importer_.bindings_.find(asked);
}

std::string Importer::Batch::put_one(const Binding& binding) {
  auto wanted = binding;
  auto there = importer_.bindings_.find(wanted);
  if (!there) {
    // X8: since the export, it may have moved to another key.
    const auto newest = MovedDevices(context_.store()).newest(binding.fingerprint.hex());
    there = find_under(binding, *Fingerprint::from_hex(newest));
    if (there) wanted.key_id = there->key_id;
  }
  if (there) {
    const auto how = difference(*there, wanted);
    return how.empty() ? unchanged() : already(*there, how);
  }
  if (!dry_) importer_.bindings_.insert(binding);
  added("binding");
  return {};
}

std::string Importer::Batch::put_one(const Wish& wish) {
  const auto& wanted = wish.binding;
  auto there = importer_.bindings_.find(wanted);
  for (const auto& other : wish.others) {
    if (!there) there = find_under(wanted, other.fingerprint);
  }
  const auto name = wanted.account + " " + wanted.type + " " + wanted.fingerprint.hex();
  if (dry_ && !there) {
    const auto [planned, is_new] = importer_.planned_.try_emplace(name, wanted);
    if (!is_new) there = planned->second;
  }
  if (there) {
    const auto how = difference(*there, wish, context_.now());
    return how.empty() ? unchanged() : already(*there, how);
  }
  if (change_) {
    auto made = wanted;
    made.id = importer_.bindings_.insert(wanted);
    change_->record(made, "bound from " + importer_.input_.name());
  }
  added("binding");
  return {};
}

template <typename Table, typename Level, typename Set>
std::string Importer::Batch::put_setting(Table table, const std::string& scope, Level level, const std::string& setting,
                                         const char* what, Set set) {
  const auto before = value_of(level, setting);
  set(level);
  const auto after = value_of(level, setting);
  if (before == after) return unchanged();
  if (before) return setting + " is set already, to another value";
  if (!dry_) table.save(scope, level);
  added(what);
  return {};
}

std::string Importer::Batch::put_one(const StoredSetting& setting) {
  SettingsTable table(context_.store());
  return put_setting(table, setting.scope, table.load(setting.scope), setting.name, "setting",
                     [&](SettingsLevel& level) { set(level, setting.name, setting.value, context_.now()); });
}

std::string Importer::Batch::put_one(const StoredTypeSetting& setting) {
  TypeTable table(context_.store());
  return put_setting(table, setting.type, table.load(setting.type), setting.name, "type",
                     [&](TypeLevel& level) { set(level, setting.name, setting.value); });
}

std::string Importer::Batch::put_one(const Restriction& restriction) {
  if (restriction.until && *restriction.until <= context_.now()) return put_one(Momentary{});
  Restrictions table(context_.store());
  auto there = table.find(restriction.kind, restriction.subject, restriction.effect, context_.now());
  if (!there && restriction.kind == Restricted::device) {
    const auto newest = MovedDevices(context_.store()).newest(restriction.subject);
    there = table.find(restriction.kind, newest, restriction.effect, context_.now());
  }
  if (!there) {
    if (!dry_) table.put(restriction);
    added("restriction");
    return {};
  }
  const bool same = there->until == restriction.until && there->cause == restriction.cause &&
                    there->created == restriction.created && there->created_by == restriction.created_by;
  return same ? unchanged() : "this restriction is there already, with another end, reason or origin";
}

// A device that the store has moved on since then is where the store has it.
std::string Importer::Batch::put_one(const MovedDevice& moved) {
  MovedDevices table(context_.store());
  if (table.find(moved.former)) return unchanged();
  if (!dry_) table.put(moved);
  added("move");
  return {};
}

std::string Importer::Batch::put_one(EventsOfASecond& events) {
  const auto all = static_cast<long long>(events.size());
  importer_.events_.keep_missing(events);
  const auto missing = static_cast<long long>(events.size());
  if (missing > 0) added("event", missing);
  std::move(events.begin(), events.end(), std::back_inserter(events_));
  return unchanged(all - missing);
}

std::string Importer::Batch::put_one(const Momentary& /*momentary*/) {
  ++tally_.passed_over;
  return {};
}

void Importer::Batch::commit() {
  if (change_) {
    History(context_.store()).append(events_);
    const bool first = tally_.any_added() && !importer_.recorded_;
    if (first) change_->record(std::string(), "import from " + importer_.input_.name());
    change_->commit();
    importer_.recorded_ = importer_.recorded_ || first;
  }
  importer_.tally_.add(tally_);
}

Importer::Importer(Context& context, const InputFile& input, const Interruption& interruption, Options options)
    : context_(context),
      input_(input),
      interruption_(interruption),
      options_(options),
      progress_(context.output(), options.dry_run ? "check" : "import"),
      bindings_(context.store()),
      events_(context.store()) {}

std::string Importer::reached() const {
  const auto line = !pending_.empty() ? pending_.front().line : second_ ? second_->line : input_.line();
  return input_.where(line);
}

void Importer::tell(const std::string& text) {
  progress_.clear();
  std::cerr << "clientidctl: " + printable(text) + "\n";
}

void Importer::end_second() {
  if (!second_) return;
  pending_rows_ += std::get<EventsOfASecond>(second_->item).size();
  pending_.push_back(std::move(*second_));
  second_.reset();
}

void Importer::add(std::size_t line, ImportItem item) {
  progress_.show(input_.position(), input_.size(), line);
  auto* events = std::get_if<EventsOfASecond>(&item);
  if (events != nullptr) {
    const auto at = events->front().at;
    if (latest_event_ && at < *latest_event_) return bad(line, "it is an event of before the one in front of it");
    if (second_ && at == *latest_event_) {
      std::get<EventsOfASecond>(second_->item).push_back(std::move(events->front()));
      return;
    }
    latest_event_ = at;
  }
  end_second();
  if (events != nullptr) {
    second_ = Pending{line, std::move(item)};
  } else {
    ++pending_rows_;
    pending_.push_back({line, std::move(item)});
  }
  if (pending_rows_ >= batch_size) flush();
}

void Importer::bad(std::size_t line, const std::string& what) {
  const auto text = input_.where(line) + ": " + what;
  if (!options_.dry_run) {
    finish();
    throw Failure(Status::usage, text + "; what stands before it is imported");
  }
  ++tally_.bad;
  tell(text);
}

void Importer::flush() {
  if (pending_.empty()) return;
  if (interruption_.came()) throw Interrupted("interrupted");
  const auto began = std::chrono::steady_clock::now();
  std::optional<Failure> stop;
  {
    Batch batch(*this);
    for (auto& [line, item] : pending_) {
      const auto conflict = batch.put(item);
      if (conflict.empty()) continue;
      const auto text = input_.where(line) + ": " + conflict;
      if (!options_.skip_conflicts && !options_.dry_run) {
        stop.emplace(Status::rule, text + "; what stands before it is imported; --skip-conflicts leaves such as it is");
        break;
      }
      batch.skip();
      tell(text + (options_.dry_run ? "" : "; skipped"));
    }
    batch.commit();
  }
  pending_.clear();
  pending_rows_ = 0;
  if (stop) throw Failure(*stop);
  if (!options_.dry_run) leave_lock_free(began);
}

void Importer::finish() {
  end_second();
  flush();
  progress_.clear();
}

}  // namespace clientid::ctl

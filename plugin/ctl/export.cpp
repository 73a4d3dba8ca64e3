// export: the store, or what is kept about one account, into a file.
#include <sys/stat.h>

#include "plugin/config/config_error.hpp"
#include "plugin/config/draft_file.hpp"
#include "plugin/ctl/confirmation.hpp"
#include "plugin/ctl/interruption.hpp"
#include "plugin/ctl/progress.hpp"
#include "plugin/ctl/record.hpp"
#include "plugin/ctl/terminal_text.hpp"
#include "plugin/ctl/verbs.hpp"
#include "plugin/store/restrictions.hpp"
#include "plugin/store/schema.hpp"
#include "plugin/store/type_table.hpp"

namespace clientid::ctl {
namespace {

constexpr std::size_t buffer_size = std::size_t{64} * 1024;

// False where there is none. Throws unless it can be replaced.
bool is_there(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return false;
  if (!S_ISREG(status.st_mode)) {
    throw ConfigError(path + ": is not a plain file; the name of a new one is wanted, or - for standard output");
  }
  return true;
}

// Where lines go: standard output, or a file that takes its name when all are in it.
class Lines {
 public:
  // Without a path, it is standard output. Throws ConfigError.
  Lines(const Output& output, const std::optional<std::string>& path, bool replace)
      : output_(output), existing_(replace ? DraftFile::Existing::replace : DraftFile::Existing::keep) {
    if (!path) return;
    interruption_.emplace();
    file_.emplace(*path);
  }

  void add(const Json& record) {
    buffer_ += record.dump(-1, ' ', true) + "\n";
    if (buffer_.size() < buffer_size) return;
    flush();
    if (interruption_ && interruption_->came()) throw Interrupted("interrupted; nothing was written");
  }

  // Throws Failure.
  void end(const std::string& path) {
    flush();
    if (!file_) return;
    const bool kept = guarded([&] { return file_->keep(0600, existing_); });
    if (!kept) throw Failure(Status::rule, path + ": was made by somebody else meanwhile; nothing was written");
  }

 private:
  void flush() {
    if (file_) {
      guarded([&] { file_->write(buffer_); });
    } else {
      output_.text(buffer_);
    }
    buffer_.clear();
  }

  // A full disk is no mistake of the operator.
  template <typename Function>
  auto guarded(Function function) -> decltype(function()) {
    try {
      return function();
    } catch (const ConfigError& error) {
      throw Failure(Status::store, std::string(error.what()) + "; nothing was written");
    }
  }

  const Output& output_;
  DraftFile::Existing existing_;
  std::optional<Interruption> interruption_;
  std::optional<DraftFile> file_;
  std::string buffer_;
};

class Exporter {
 public:
  Exporter(Context& context, Lines& lines, std::optional<std::string> account, bool history)
      : context_(context),
        lines_(lines),
        account_(std::move(account)),
        history_(history),
        dump_(context.store(), account_),
        progress_(context.output(), "export") {}

  // All of it is of one moment, and nobody who writes meanwhile waits for it.
  void write() {
    const Transaction snapshot(context_.store(), Transaction::Kind::snapshot);
    if (progress_.shown()) expected_ = dump_.count_bindings() + (history_ ? dump_.count_events() : 0);
    lines_.add(to_record(header()));
    dump_.settings([&](const StoredSetting& setting) { add("setting", setting); });
    write_types();
    write_restrictions();
    dump_.bindings([&](const Binding& binding) { add("binding", binding); });
    MovedDevices(context_.store()).list(account_, [&](const MovedDevice& move) { add("move", move); });
    if (history_) {
      dump_.events([&](const Event& event) { add("event", event); });
    }
    if (account_) write_momentary();
    lines_.add(to_record(ExportEnd{records_}));
    progress_.clear();
  }

  long long records() const { return records_; }
  const RecordCounts& written() const { return written_; }

 private:
  ExportHeader header() {
    ExportHeader header{
        .created = context_.now(), .schema = schema_version(), .account = account_, .history = history_, .keys = {}};
    for (const auto& id : dump_.key_ids()) header.keys.push_back({id, context_.key().check_value(id)});
    return header;
  }

  void write_types() {
    if (account_) return;
    for (const auto& [type, level] : TypeTable(context_.store()).list()) {
      for (const auto& [name, value] : values(level)) add("type", StoredTypeSetting{type, name, value});
    }
  }

  // Those of a device or a network are of no account.
  void write_restrictions() {
    for (const auto& restriction : Restrictions(context_.store()).list(context_.now())) {
      const bool wanted = !account_ || (restriction.kind == Restricted::account && restriction.subject == *account_);
      if (wanted) add("restriction", restriction);
    }
  }

  void write_momentary() {
    AccountData data(context_.store(), *account_);
    data.counters([&](const StoredCounter& counter) { add("counter", counter); });
    data.sessions([&](const OpenSession& session) { add("session", session); });
  }

  template <typename Row>
  void add(const char* what, const Row& row) {
    lines_.add(to_record(row));
    ++records_;
    ++written_[what];
    progress_.show(static_cast<std::uint64_t>(records_), static_cast<std::uint64_t>(expected_),
                   static_cast<std::uint64_t>(records_));
  }

  Context& context_;
  Lines& lines_;
  std::optional<std::string> account_;
  bool history_;
  Dump dump_;
  Progress progress_;
  long long expected_ = 0;
  long long records_ = 0;
  RecordCounts written_;
};

void report(const Output& output, const std::string& path, const Exporter& exporter) {
  auto written = Json::object();
  for (const auto& [kind, count] : exporter.written()) written[kind] = count;
  if (output.json()) {
    output.value({{"file", path}, {"records", exporter.records()}, {"written", written}});
  } else {
    output.say(printable("exported to " + path + ": " + counts_text(exporter.written())));
  }
}

}  // namespace

Status export_store(Context& context, const Arguments& arguments) {
  const std::string path(arguments.word(0));
  std::optional<std::string> account;
  if (const auto name = arguments.option("account")) account = recorded_account(context, *name);
  context.store();
  const bool to_file = path != "-";
  const bool replace = to_file && is_there(path);
  if (replace) confirm_overwriting(path, arguments.flag("yes"));

  Lines lines(context.output(), to_file ? std::optional(path) : std::nullopt, replace);
  Exporter exporter(context, lines, account, !arguments.flag("without-history"));
  exporter.write();
  lines.end(path);
  if (to_file) report(context.output(), path, exporter);
  return Status::done;
}

}  // namespace clientid::ctl

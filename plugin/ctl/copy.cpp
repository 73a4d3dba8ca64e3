// copy: the whole store into an empty one, of whatever engine.
#include "plugin/ctl/interruption.hpp"
#include "plugin/ctl/progress.hpp"
#include "plugin/ctl/record.hpp"
#include "plugin/ctl/terminal_text.hpp"
#include "plugin/ctl/verbs.hpp"
#include "plugin/store/store_copy.hpp"
#include "plugin/store/store_url.hpp"

namespace clientid::ctl {
namespace {

constexpr auto nothing_copied = "; nothing was copied";

void require_empty(StoreCopy::Target target, const std::string& url) {
  if (target == StoreCopy::Target::empty) return;
  const auto* cause = target == StoreCopy::Target::the_source
                          ? "is the store that is to be copied"
                          : "holds a store already; name an empty database, or a file that is not there";
  throw Failure(Status::rule, "store " + shown_store(url) + ": " + cause);
}

// Shows how far it is, and breaks it off where a signal came.
class Watcher {
 public:
  explicit Watcher(const Output& output) : copying_(output, "copy"), verifying_(output, "verify") {}

  void operator()(const StoreCopy::Progress& reached) {
    if (interruption_.came()) throw Interrupted(std::string("interrupted") + nothing_copied);
    if (reached.verifying) copying_.clear();
    const auto done = static_cast<std::uint64_t>(reached.done);
    (reached.verifying ? verifying_ : copying_).show(done, static_cast<std::uint64_t>(reached.all), done);
  }

 private:
  Interruption interruption_;
  Progress copying_;
  Progress verifying_;
};

void make(StoreCopy& copy, const Output& output) {
  Watcher watcher(output);
  try {
    copy.make([&](const StoreCopy::Progress& reached) { watcher(reached); });
  } catch (const StoreError& error) {
    throw Failure(Status::store, std::string(error.what()) + nothing_copied);
  }
}

void commit(StoreCopy& copy) {
  try {
    copy.commit();
  } catch (const StoreError& error) {
    throw Failure(Status::store, std::string(error.what()) + "; the copy is there as a whole, or not at all");
  }
}

// As export calls what a row of the table holds.
std::string kind_of(std::string_view table) {
  if (table == "account") return "setting";
  if (table == "moved_device") return "move";
  return std::string(table);
}

void report(const Output& output, const std::string& url, const StoreCopy& copy) {
  RecordCounts copied;
  for (const auto& [table, rows, digest] : copy.tables()) copied[kind_of(table->name)] += rows;
  if (output.json()) {
    output.value({{"store", shown_store(url)}, {"copied", copied}, {"verified", true}});
  } else {
    output.say(printable("copied to " + shown_store(url) + ", and verified: " + counts_text(copied)));
  }
}

}  // namespace

Status copy_store(Context& context, const Arguments& arguments) {
  const std::string url(arguments.word(0));
  auto& source = context.store();
  auto target = Connection::open_to_fill(url);
  StoreCopy copy(source, target);
  require_empty(copy.target(), url);
  make(copy, context.output());
  commit(copy);
  report(context.output(), url, copy);
  return Status::done;
}

}  // namespace clientid::ctl

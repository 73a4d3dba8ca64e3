// Puts what was read from a file into the store: in batches, so that nobody waits long for it, and what is done stays
// done; and so that a second try finds it there and changes nothing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "plugin/ctl/change.hpp"
#include "plugin/ctl/input_file.hpp"
#include "plugin/ctl/progress.hpp"
#include "plugin/ctl/record.hpp"
#include "plugin/policy/device.hpp"
#include "plugin/store/binding_loader.hpp"
#include "plugin/store/event_loader.hpp"

namespace clientid::ctl {

// A device to be bound to an account. One that is bound already is taken for the same if it is active, and has the same
// label and end as far as they are given.
struct Wish {
  Binding binding;
  std::vector<OtherFingerprint> others;  // X8: under which it may be bound
};

using EventsOfASecond = std::vector<Event>;
using ImportItem =
    std::variant<Binding, Wish, StoredSetting, StoredTypeSetting, Restriction, MovedDevice, EventsOfASecond, Momentary>;

struct ImportTally {
  RecordCounts added;
  long long unchanged = 0;
  long long conflicts = 0;
  long long bad = 0;          // lines; in a dry run alone, others end with the first
  long long passed_over = 0;  // what is of no use any more

  bool any_added() const;
  void add(const ImportTally& other);
};

class Importer {
 public:
  struct Options {
    bool skip_conflicts = false;
    bool dry_run = false;
  };

  Importer(Context& context, const InputFile& input, const Interruption& interruption, Options options);

  // Each throws Failure, with what stands before the line done, and Interrupted.
  void add(std::size_t line, ImportItem item);
  void bad(std::size_t line, const std::string& what);
  void finish();

  const ImportTally& tally() const { return tally_; }
  bool dry_run() const { return options_.dry_run; }

  // The first line that is not done: "FILE:12".
  std::string reached() const;

 private:
  struct Pending {
    std::size_t line;
    ImportItem item;
  };
  class Batch;

  void flush();
  void end_second();
  void tell(const std::string& text);

  Context& context_;
  const InputFile& input_;
  const Interruption& interruption_;
  Options options_;
  Progress progress_;
  BindingLoader bindings_;
  EventLoader events_;
  std::vector<Pending> pending_;
  std::size_t pending_rows_ = 0;
  std::optional<Pending> second_;  // events of the second that is being read
  std::optional<Time> latest_event_;
  std::map<std::string, Binding> planned_;  // wishes that a dry run would fulfil
  ImportTally tally_;
  bool recorded_ = false;
};

}  // namespace clientid::ctl

// import: what `export` wrote, or a spreadsheet, into the store.
#include "plugin/config/config_error.hpp"
#include "plugin/ctl/csv_import.hpp"
#include "plugin/ctl/export_import.hpp"
#include "plugin/ctl/terminal_text.hpp"
#include "plugin/ctl/verbs.hpp"

namespace clientid::ctl {
namespace {

void report(const Output& output, const InputFile& input, const Importer& importer) {
  const auto& tally = importer.tally();
  if (!output.json()) {
    output.say(printable((importer.dry_run() ? "would import from " : "imported from ") + input.name() + ": " +
                         counts_text(tally.added) + "; unchanged: " + std::to_string(tally.unchanged) +
                         "; conflicts: " + std::to_string(tally.conflicts) +
                         "; passed over: " + std::to_string(tally.passed_over)));
    return;
  }
  auto added = Json::object();
  for (const auto* what : {"binding", "setting", "type", "restriction", "move", "event"}) {
    const auto found = tally.added.find(what);
    added[what] = found == tally.added.end() ? 0 : found->second;
  }
  output.value({
      {"file", input.name()},
      {"added", added},
      {"unchanged", tally.unchanged},
      {"conflicts", tally.conflicts},
      {"passed_over", tally.passed_over},
      {"bad", tally.bad},
      {"changed", tally.any_added() && !importer.dry_run()},
  });
}

bool is_csv(const Arguments& arguments) {
  const auto format = arguments.option("format").value_or("jsonl");
  if (format != "csv" && format != "jsonl") throw ConfigError("--format takes jsonl or csv");
  if (format == "csv" && arguments.flag("any-key")) {
    throw ConfigError("--any-key is not for csv, whose tokens are hashed under the key of this site");
  }
  return format == "csv";
}

}  // namespace

Status import_file(Context& context, const Arguments& arguments) {
  const bool csv = is_csv(arguments);
  context.store();
  const Interruption interruption;
  InputFile input(std::string(arguments.word(0)), interruption);
  Importer importer(context, input, interruption,
                    {.skip_conflicts = arguments.flag("skip-conflicts"), .dry_run = arguments.flag("dry-run")});
  // What a second try finds done, it leaves alone.
  const auto go_on = [&] {
    return importer.dry_run()
               ? ""
               : "; what stands before " + importer.reached() + " is imported, and the same command goes on from there";
  };
  try {
    if (csv) {
      import_csv(context, input, importer);
    } else {
      import_export(context, input, importer, arguments.flag("any-key"));
    }
  } catch (const Interrupted&) {
    throw Interrupted("interrupted" + go_on());
  } catch (const StoreError& error) {
    throw Failure(Status::store, error.what() + go_on());
  }
  report(context.output(), input, importer);
  const auto& tally = importer.tally();
  if (tally.bad > 0) return Status::usage;
  return importer.dry_run() && tally.conflicts > 0 && !arguments.flag("skip-conflicts") ? Status::rule : Status::done;
}

}  // namespace clientid::ctl

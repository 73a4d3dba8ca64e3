#include "plugin/ctl/export_import.hpp"

#include <set>

#include "plugin/config/config_error.hpp"

namespace clientid::ctl {
namespace {

constexpr std::size_t max_line = std::size_t{64} * 1024;

// False at the end of the file.
bool take_line(InputFile& input, Secret& line) {
  line.truncate(0);
  int octet = input.take();
  if (octet < 0) return false;
  for (; octet >= 0 && octet != '\n'; octet = input.take()) {
    if (line.size() == max_line) throw ConfigError(input.where(input.line()) + ": it is longer than 64 KiB");
    line.append(static_cast<char>(octet));
  }
  return true;
}

// Before anything is imported, where one can look there.
void require_end(const InputFile& input, const AccountRules& rules) {
  if (!input.size()) return;
  const auto tail = input.tail(256);
  auto text = tail.view();
  if (text.ends_with('\n')) text.remove_suffix(1);
  try {
    if (std::holds_alternative<ExportEnd>(parse_record(text.substr(text.rfind('\n') + 1), rules))) return;
  } catch (const LineError&) {
    // So it ends in something else.
  }
  throw ConfigError(input.name() +
                    ": is no whole export, since its last line is not the one that says so; nothing was imported. Copy "
                    "or export it anew; what there is of it can be imported from standard input, as FILE of -");
}

// `fault` is what there is against this key.
[[noreturn]] void reject_key(const std::string& where, const std::string& id, const std::string& fault,
                             const std::string& file) {
  throw Failure(Status::rule, where + ": its fingerprints were made under key " + id + ", which " + fault +
                                  ", and its devices would be strangers; copy the key file of the site that it is "
                                  "from to " +
                                  file + ", or give --any-key to import it all the same");
}

std::string another_key(const std::string& id, const std::string& file) {
  return "is another than key " + id + " of " + file;
}

// Under another key, every device would be a stranger.
void require_keys(Context& context, const ExportHeader& header, const std::string& where) {
  const auto& file = context.site().key_file;
  for (const auto& [id, check] : header.keys) {
    const auto ours = context.key().check_value(id);
    if (!ours) reject_key(where, id, file + " does not hold", file);
    if (!check) reject_key(where, id, "its site did not have, so that it may be another than that of " + file, file);
    if (ours != check) reject_key(where, id, another_key(id, file), file);
  }
}

ExportHeader take_header(Context& context, InputFile& input, Secret& line) {
  const auto where = input.where(1) + ": ";
  constexpr auto advice = "; an export begins with a header; for rows of a spreadsheet give --format csv";
  if (!take_line(input, line)) throw ConfigError(input.name() + ": is empty" + advice);
  try {
    const auto record = parse_record(line.view(), context.site().accounts);
    if (const auto* header = std::get_if<ExportHeader>(&record)) return *header;
  } catch (const LineError& error) {
    throw ConfigError(where + error.what() + advice);
  }
  throw ConfigError(where + "it is no header" + advice);
}

class ExportReader {
 public:
  ExportReader(const ExportHeader& header, Importer& importer) : importer_(importer) {
    for (const auto& key : header.keys) keys_.insert(key.id);
  }

  // Throws LineError.
  void take(std::size_t line, Record record) {
    if (ended_) throw LineError("something stands behind the end");
    if (const auto* end = std::get_if<ExportEnd>(&record)) {
      ended_ = true;
      const auto records = static_cast<long long>(line) - 2;  // between the header and here, good ones or not
      if (end->records == records) return;
      throw LineError("it was " + std::to_string(end->records) + " records when it was written, and is " +
                      std::to_string(records));
    }
    std::visit([&](auto& each) { take_one(line, each); }, record);
  }

  bool ended() const { return ended_; }

 private:
  void take_one(std::size_t /*line*/, ExportHeader& /*header*/) { throw LineError("it is a second header"); }
  void take_one(std::size_t /*line*/, ExportEnd& /*end*/) {}
  void take_one(std::size_t line, Event& event) {
    EventsOfASecond events;
    events.push_back(std::move(event));
    importer_.add(line, std::move(events));
  }
  void take_one(std::size_t line, Binding& binding) {
    require_named(binding.key_id);
    importer_.add(line, std::move(binding));
  }
  void take_one(std::size_t line, Restriction& restriction) {
    if (!restriction.key_id.empty()) require_named(restriction.key_id);
    importer_.add(line, std::move(restriction));
  }
  template <typename Item>
  void take_one(std::size_t line, Item& item) {
    importer_.add(line, std::move(item));
  }

  void require_named(const std::string& key) const {
    if (!keys_.contains(key)) throw LineError("\"key_id\" must be one that the header names");
  }

  Importer& importer_;
  std::set<std::string> keys_;
  bool ended_ = false;
};

}  // namespace

void import_export(Context& context, InputFile& input, Importer& importer, bool any_key) {
  Secret line;
  const auto header = take_header(context, input, line);
  require_end(input, context.site().accounts);
  if (!any_key) require_keys(context, header, input.where(1));
  ExportReader reader(header, importer);
  while (true) {
    const auto number = input.line();
    if (!take_line(input, line)) break;
    try {
      reader.take(number, parse_record(line.view(), context.site().accounts));
    } catch (const LineError& error) {
      importer.bad(number, error.what());
    }
  }
  if (!reader.ended()) importer.bad(input.line(), "the end is missing: this is no whole export");
  importer.finish();
}

}  // namespace clientid::ctl

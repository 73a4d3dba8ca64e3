#include "plugin/ctl/csv_import.hpp"

#include <algorithm>
#include <array>

#include "plugin/config/config_error.hpp"
#include "plugin/config/words.hpp"
#include "plugin/ctl/csv_reader.hpp"
#include "plugin/ctl/label.hpp"
#include "plugin/ctl/token_input.hpp"

namespace clientid::ctl {
namespace {

enum class Column : unsigned char { account, type, token, label, expires };
constexpr std::array<std::string_view, 5> column_names{"account", "type", "token", "label", "expires"};
// What one types around a value without seeing it. A line break is more than that, and is told of.
constexpr std::string_view blanks = " ";
constexpr const char* name_list = "account, type, token, label and expires";

[[noreturn]] void reject(std::size_t index, const std::string& what) {
  throw LineError("column " + std::to_string(index + 1) + ": " + what);
}

std::string named_before(const std::string& name) {
  return "there is a column \"" + name + "\" before it";
}

// Which column holds what.
class Columns {
 public:
  // Throws LineError. It repeats nothing: without a row of names, the first one holds tokens.
  explicit Columns(const std::vector<Secret>& header) : count_(header.size()) {
    for (std::size_t i = 0; i < header.size(); ++i) {
      const auto name = lower_case(trimmed(header[i].view(), blanks));
      const auto known = std::find(column_names.begin(), column_names.end(), name);
      if (known == column_names.end()) {
        reject(i, std::string("the first row must name the columns, separated by commas, and this is none of ") +
                      name_list);
      }
      auto& place = places_.at(static_cast<std::size_t>(known - column_names.begin()));
      if (place) reject(i, named_before(name));
      place = i;
    }
    if (!has(Column::token)) throw LineError(std::string("it names no column \"token\"; the columns are ") + name_list);
  }

  std::size_t count() const { return count_; }
  bool has(Column column) const { return places_.at(static_cast<std::size_t>(column)).has_value(); }

  // Empty where there is no such column.
  std::string_view in(Column column, const std::vector<Secret>& row) const {
    const auto place = places_.at(static_cast<std::size_t>(column));
    return place ? row.at(*place).view() : std::string_view{};
  }

  // "column 3 (token): "
  std::string where(Column column) const {
    const auto place = places_.at(static_cast<std::size_t>(column));
    return (place ? "column " + std::to_string(*place + 1) + " (" : "(") +
           std::string(column_names.at(static_cast<std::size_t>(column))) + "): ";
  }

 private:
  std::size_t count_;
  std::array<std::optional<std::size_t>, column_names.size()> places_;
};

class Rows {
 public:
  Rows(Context& context, const Columns& columns) : context_(context), columns_(columns) {}

  // Throws LineError.
  Wish wish(const std::vector<Secret>& row) {
    if (row.size() != columns_.count()) {
      throw LineError("it has " + std::to_string(row.size()) + " columns, and the first row names " +
                      std::to_string(columns_.count()) + "; a field that holds a comma must be quoted");
    }
    const auto identity = in(Column::type, [&] { return Identity{type(row), Secret()}; });
    const auto device = in(Column::token, [&] { return shown(identity.type, row); });
    Binding binding{
        .id = 0,
        .account = in(Column::account, [&] { return account(row); }),
        .type = identity.type,
        .fingerprint = device.fingerprint,
        .key_id = device.key_id,
        .state = BindingState::active,
        .label = in(Column::label, [&] { return *checked_label(std::string(columns_.in(Column::label, row))); }),
        .created = context_.now(),
        .created_by = context_.who(),
        .expires = in(Column::expires, [&] { return expires(row); }),
        .suspended_until = {},
        .last_seen = {},
        .last_peer = {},
        .uses = 0,
    };
    return {std::move(binding), device.others};
  }

 private:
  // Says in which column it is what `read` does not take.
  template <typename Read>
  auto in(Column column, Read read) -> decltype(read()) {
    try {
      return read();
    } catch (const ConfigError& error) {
      throw LineError(columns_.where(column) + error.what());
    }
  }

  // An empty cell is more likely forgotten than meant to open all accounts.
  std::string account(const std::vector<Secret>& row) {
    if (!columns_.has(Column::account)) return std::string(any_account);
    const auto name = trimmed(columns_.in(Column::account, row), blanks);
    if (name.empty()) throw ConfigError("it is empty; a licence, which opens any account, has * there");
    return account_or_licence(context_, name);
  }

  std::string type(const std::vector<Secret>& row) {
    const auto type = trimmed(columns_.in(Column::type, row), blanks);
    return read_type(type.empty() ? "uuid" : type);
  }

  Device shown(const std::string& type, const std::vector<Secret>& row) {
    const auto token = columns_.in(Column::token, row);
    if (token.empty()) throw ConfigError("it is empty");
    check_token(token);
    return device_of({type, Secret(token)}, context_.key());
  }

  // A duration would be another time at each try.
  std::optional<Time> expires(const std::vector<Secret>& row) {
    const auto text = trimmed(columns_.in(Column::expires, row), blanks);
    if (text.empty()) return std::nullopt;
    const auto time = parse_duration(text) ? std::nullopt : parse_time(text, Time());
    if (!time) throw ConfigError("it takes a time such as 2026-12-31T00:00:00Z, or a date such as 2026-12-31");
    return time;
  }

  Context& context_;
  const Columns& columns_;
};

}  // namespace

void import_csv(Context& context, InputFile& input, Importer& importer) {
  CsvReader reader(input);
  context.key();  // before anything is done
  try {
    if (!reader.next()) throw ConfigError(input.name() + ": is empty; its first row must name the columns");
    const Columns columns(reader.fields());
    Rows rows(context, columns);
    while (reader.next()) {
      try {
        importer.add(reader.line(), rows.wish(reader.fields()));
      } catch (const LineError& error) {
        importer.bad(reader.line(), error.what());
      }
    }
  } catch (const LineError& error) {
    importer.bad(reader.line(), error.what());
  }
  importer.finish();
}

}  // namespace clientid::ctl

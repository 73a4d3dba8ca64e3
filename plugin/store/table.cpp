#include "plugin/store/table.hpp"

#include <array>

namespace clientid {
namespace {

using enum ColumnKind;

constexpr std::array setting{Column{"name", text}, Column{"value", text}};

constexpr std::array account{Column{"scope", text}, Column{"name", text}, Column{"value", text}};

constexpr std::array type{Column{"type", text}, Column{"name", text}, Column{"value", text}};

constexpr std::array restriction{
    Column{"id", number},          Column{"kind", text},         Column{"subject", text},   Column{"effect", text},
    Column{"until", time},         Column{"cause", text},        Column{"created", number}, Column{"created_by", text},
    Column{"first_address", text}, Column{"last_address", text}, Column{"key_id", text},
};

constexpr std::array binding{
    Column{"id", number},        Column{"account", text},         Column{"type", text},
    Column{"fingerprint", text}, Column{"key_id", text},          Column{"state", text},
    Column{"label", text},       Column{"created", number},       Column{"created_by", text},
    Column{"expires", time},     Column{"suspended_until", time}, Column{"last_seen", time},
    Column{"last_peer", text},   Column{"uses", number},
};

constexpr std::array moved_device{
    Column{"former", text}, Column{"former_key", text}, Column{"fingerprint", text},
    Column{"key_id", text}, Column{"at", number},
};

constexpr std::array counter{
    Column{"name", text},
    Column{"slice", number},
    Column{"attempts", number},
    Column{"failures", number},
};

constexpr std::array event{
    Column{"id", number},    Column{"at", number},        Column{"outcome", text}, Column{"account", text},
    Column{"type", text},    Column{"fingerprint", text}, Column{"peer", text},    Column{"service", text},
    Column{"verdict", text}, Column{"reason", text},      Column{"detail", text},  Column{"network", text},
};

constexpr std::array all{
    Table{"setting", 1, setting},         Table{"account", 2, account}, Table{"type", 2, type},
    Table{"restriction", 1, restriction}, Table{"binding", 1, binding}, Table{"moved_device", 1, moved_device},
    Table{"counter", 2, counter},         Table{"event", 1, event},
};

}  // namespace

std::string Table::column_names(std::size_t count) const {
  std::string names;
  for (const auto& column : columns.first(count)) names += (names.empty() ? "" : ", ") + std::string(column.name);
  return names;
}

std::span<const Table> lasting_tables() {
  return all;
}

}  // namespace clientid

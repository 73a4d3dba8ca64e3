// In place of postgresql.cpp in a program that was built without it.
#include <soci/soci.h>

#include "plugin/store/engine.hpp"

namespace clientid {
namespace {

std::unique_ptr<soci::session> open(const std::string& /*place*/, Durability /*durability*/, IfMissing /*if_missing*/) {
  throw soci::soci_error(
      "this program was built without PostgreSQL; configure it --with-postgresql, or write: "
      "store = sqlite:PATH");
}

std::string cause(const soci::soci_error& error, const std::string& /*place*/) {
  return error.get_error_message();
}

}  // namespace

const Engine postgresql_engine = {
    .scheme = "postgresql:",
    .id_column = {},
    .text_column = {},
    .begin_snapshot = {},
    .begin_write = {},
    .commit = {},
    .table_names = {},
    .id_was_given = {},
    .last_id = {},
    .go_on_behind_id = {},
    .identity = {},
    .open = open,
    .what_stands_at = nullptr,
    .cause = cause,
    .server_time = {},
    .socket = nullptr,
    .patience = nullptr,
    .text_of_octets = nullptr,
    .octets_of_text = nullptr,
};

}  // namespace clientid

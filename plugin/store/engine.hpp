// What differs between the database engines, one file each (sqlite.cpp). The rest of this folder is SQL that all of
// them understand, and does not ask which one it talks to.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "plugin/store/connection.hpp"

namespace soci {
class session;
class soci_error;
}  // namespace soci

namespace clientid {

enum class IfMissing : unsigned char { fail, create };

struct Engine {
  std::string_view scheme;          // its URLs begin so
  std::string_view id_column;       // type of a key that counts up and is never given out twice
  std::string_view begin_snapshot;  // all that is read until the end is of one moment
  std::string_view begin_write;     // two of these never run at once

  // `place` is the URL without the scheme. Throws soci_error.
  std::unique_ptr<soci::session> (*open)(const std::string& place, Durability durability, IfMissing if_missing);

  // Names what stands at `place` now, so that a store that was replaced or removed under an open session is noticed.
  // Empty where nothing stands there.
  std::string (*what_stands_at)(const std::string& place);

  // One line for people, with the mend where it is known. It must not hold bound values, which SOCI puts into what(),
  // and PostgreSQL into its details.
  std::string (*cause)(const soci::soci_error& error, const std::string& place);
};

extern const Engine sqlite_engine;

// The engine of this URL. Throws StoreError.
const Engine& engine_of(const std::string& url);

}  // namespace clientid

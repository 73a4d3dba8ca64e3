// What differs between the database engines, one file each (sqlite.cpp, postgresql.cpp). The rest of this folder is SQL
// that all of them understand, and does not ask which one it talks to.
#pragma once

#include <chrono>
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
  std::string_view text_column;     // type of text that is compared octet by octet
  std::string_view begin_snapshot;  // all that is read until the end is of one moment
  std::string_view begin_write;     // two of these never run at once
  std::string_view commit;          // an error where not all that was done is kept
  std::string_view table_names;     // a query for those that are there

  // What to run once a binding was given the id :id and not the next one, so that this one is not given out again.
  // Empty where the engine sees to it.
  std::string_view id_was_given;

  // A query for the highest id that the table :table ever gave out, and how one that gave out none goes on behind :id.
  std::string_view last_id;
  std::string_view go_on_behind_id;

  // A query for which store this is, by whatever URL it was reached. Empty where what_stands_at() tells.
  std::string_view identity;

  // `place` is the URL without the scheme. Throws soci_error.
  std::unique_ptr<soci::session> (*open)(const std::string& place, Durability durability, IfMissing if_missing);

  // Names what stands at `place` now, so that a store that was replaced or removed under an open session is noticed, as
  // is a session that has ended. Empty where nothing stands there.
  std::string (*what_stands_at)(soci::session& session, const std::string& place);

  // One line for people, with the mend where it is known. It must not hold bound values, which SOCI puts into what(),
  // and PostgreSQL into its details.
  std::string (*cause)(const soci::soci_error& error, const std::string& place);

  // A query for the milliseconds since the epoch by the clock of a server. Empty where there is none.
  std::string_view server_time;

  // Of an engine that is a server; the others have null here, and give up in time by themselves.
  int (*socket)(soci::session& session);
  std::chrono::milliseconds (*patience)(
      soci::session& session);  // how long it may take to answer; 0: as long as it likes

  // Where text is UTF-8 alone, how other octets are kept and got back; null where any will do.
  std::string (*text_of_octets)(std::string octets);
  std::string (*octets_of_text)(std::string text);
};

extern const Engine sqlite_engine;
extern const Engine postgresql_engine;  // opens nothing where the program was built without it

// The engine of this URL. Throws StoreError.
const Engine& engine_of(const std::string& url);

}  // namespace clientid

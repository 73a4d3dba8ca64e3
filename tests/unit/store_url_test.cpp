#include "plugin/store/store_url.hpp"

#include <doctest/doctest.h>

using namespace clientid;

TEST_CASE("a store is shown without its secrets") {
  CHECK(shown_store("sqlite:/var/lib/clientid/clientid.db") == "sqlite:/var/lib/clientid/clientid.db");
  CHECK(shown_store("postgresql:///mail") == "postgresql:///mail");
  CHECK(shown_store("postgresql://db.example.com") == "postgresql://db.example.com");
  CHECK(shown_store("postgresql://clientid:secret@db1,[2001:db8::1]:5433/mail?sslmode=verify-full") ==
        "postgresql://clientid@db1,[2001:db8::1]:5433/mail");
  CHECK(shown_store("postgresql://clientid@%2Frun%2Fpostgresql/mail?password=secret") ==
        "postgresql://clientid@%2Frun%2Fpostgresql/mail");
  CHECK(shown_store("postgresql://:secret@db/mail") == "postgresql://db/mail");
  CHECK(shown_store("mysql://clientid:secret@host/mail") == "of another kind");
}

TEST_CASE("where it is not certain what is a secret, nothing is shown") {
  for (const auto* url :
       {"postgresql://u:sec/ret@db/mail", "postgresql://u:12/34@db/mail", "postgresql://u:sec@ret@db/mail",
        "postgresql://u:sec?ret@db/mail", "postgresql://u:sec ret@db/mail", "postgresql://u:sec\"ret@db/mail",
        "postgresql://db/mail?password=sec@ret", "postgresql:u:secret@db", "postgresql:host=db password=secret"}) {
    CAPTURE(url);
    CHECK(shown_store(url) == "postgresql:...");
    CHECK_FALSE(is_clear_uri(url));
  }
  CHECK(is_clear_uri("postgresql://u:s%40cret!@db/mail?options=-csearch_path%3Dmail"));
}

TEST_CASE("whether a URL holds a password") {
  CHECK(holds_password("postgresql://u:secret@db/mail"));
  CHECK(holds_password("postgresql://u:sec/ret@db/mail"));
  CHECK(holds_password("postgresql://db/mail?user=u&password=secret"));
  CHECK(holds_password("postgresql://db/mail?sslpassword=secret"));
  CHECK_FALSE(holds_password("postgresql://u@db:5432/mail?sslmode=require"));
  CHECK_FALSE(holds_password("postgresql://db:5432/mail?passfile=/etc/clientid/pgpass"));
  CHECK_FALSE(holds_password("sqlite:/a:b@c"));
}

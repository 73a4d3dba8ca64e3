// The canonicalisation plugin beside libsasl's own INTERNAL, under the real libsasl: the same names, the same limits.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <sasl/sasl.h>
#include <sasl/saslplug.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/plugin/sasl_host.hpp"
#include "tests/plugin/sasl_site.hpp"

// There where the leak checker is.
extern "C" void __lsan_disable() __attribute__((weak));
extern "C" void __lsan_enable() __attribute__((weak));

using namespace clientid;
using namespace clientid::test;

namespace {

constexpr std::size_t max_name = 1024;  // of libsasl

struct Canonical {
  int code = SASL_FAIL;
  std::string name;
  bool operator==(const Canonical&) const = default;
};

// sasl_checkpass canonicalises first and asks whoever checks the password then: the callback sees the name.
int see_name(sasl_conn_t*, void* context, const char* user, const char*, unsigned, propctx*) {
  *static_cast<std::string*>(context) = user;
  return SASL_OK;
}

int get_option(void* context, const char*, const char* name, const char** value, unsigned*) {
  if (std::string_view(name) != "canon_user_plugin") return SASL_FAIL;
  *value = static_cast<const char*>(context);
  return SASL_OK;
}

template <typename Procedure>
int (*any(Procedure* procedure))() {
  return reinterpret_cast<int (*)()>(reinterpret_cast<void (*)()>(procedure));
}

Canonical canonicalise(const char* plugin, const std::string& name, const std::optional<std::string>& realm) {
  Canonical canonical;
  const sasl_callback_t callbacks[] = {
      {SASL_CB_GETOPT, any(get_option), const_cast<char*>(plugin)},
      {SASL_CB_SERVER_USERDB_CHECKPASS, any(see_name), &canonical.name},
      {SASL_CB_LIST_END, nullptr, nullptr},
  };
  sasl_conn_t* conn = nullptr;
  REQUIRE(sasl_server_new("smtp", "mail.example.com", realm ? realm->c_str() : nullptr, nullptr, nullptr, callbacks, 0,
                          &conn) == SASL_OK);
  canonical.code = sasl_checkpass(conn, name.data(), static_cast<unsigned>(name.size()), "x", 1);
  sasl_dispose(&conn);
  return canonical;
}

// INTERNAL leaks a name that is too long.
Canonical canonicalise_internally(const std::string& name, const std::optional<std::string>& realm) {
  if (__lsan_disable != nullptr) __lsan_disable();
  Canonical canonical = canonicalise("INTERNAL", name, realm);
  if (__lsan_enable != nullptr) __lsan_enable();
  return canonical;
}

}  // namespace

TEST_CASE_FIXTURE(SaslSite, "names become what INTERNAL makes of them") {
  using namespace std::string_literals;
  const std::string base = "example.com";
  std::vector<std::string> names = {"alice",
                                    "alice@example.com",
                                    "Alice",
                                    "alice  ",
                                    " alice",
                                    "\t\r\n\v\f alice ",
                                    "al ice",
                                    "a@b@c",
                                    "@",
                                    "alice@",
                                    "@example.com",
                                    "j\xc3\xbcrgen",
                                    "\xa0"
                                    "alice\xa0"s,
                                    "\x85"s,
                                    "alice\0x"s,
                                    "alice\0@x"s,
                                    "alice@x\0y"s,
                                    "ali\x01"s + "ce",
                                    "  long enough",
                                    "\"quoted\" "};
  for (std::size_t size = max_name - 15; size <= max_name + 2; ++size) {
    names.emplace_back(size, 'n');
    names.push_back(std::string(size - 1, 'n') + "@");
    names.push_back(std::string(size, 'n') + " ");
  }
  for (const std::optional<std::string>& realm :
       {std::optional<std::string>(), std::optional<std::string>("example.com"), std::optional<std::string>("")}) {
    for (const std::string& name : names) {
      CAPTURE(name.substr(0, 20));
      CAPTURE(name.size());
      CAPTURE(realm.value_or("(none)"));
      CHECK(canonicalise("clientid", name, realm) == canonicalise_internally(name, realm));
    }
  }
}

TEST_CASE_FIXTURE(SaslSite, "a name of blanks is no name") {
  for (const char* const name : {" ", "   ", "\t"})
    CHECK(canonicalise("clientid", name, "example.com").code == SASL_FAIL);
}

// INTERNAL takes a name for blank that is as long as the blanks before it.
TEST_CASE_FIXTURE(SaslSite, "a short name behind blanks is a name") {
  CHECK(canonicalise("clientid", " a", std::nullopt) == Canonical{SASL_OK, "a"});
  CHECK(canonicalise("clientid", "   bob ", "x") == Canonical{SASL_OK, "bob@x"});
}

TEST_CASE_FIXTURE(SaslSite, "it trims in place, where a callback of the host wrote first") {
  const auto write_name = [](sasl_conn_t*, void*, const char*, unsigned, unsigned, const char*, char* out, unsigned,
                             unsigned* length) -> int {
    const std::string_view name = "    rewritten   ";
    name.copy(out, name.size());
    *length = static_cast<unsigned>(name.size());
    return SASL_OK;
  };
  std::string seen;
  int (*const rewrite)(sasl_conn_t*, void*, const char*, unsigned, unsigned, const char*, char*, unsigned, unsigned*) =
      write_name;
  const sasl_callback_t callbacks[] = {
      {SASL_CB_GETOPT, any(get_option), const_cast<char*>("clientid")},
      {SASL_CB_CANON_USER, any(rewrite), nullptr},
      {SASL_CB_SERVER_USERDB_CHECKPASS, any(see_name), &seen},
      {SASL_CB_LIST_END, nullptr, nullptr},
  };
  sasl_conn_t* conn = nullptr;
  REQUIRE(sasl_server_new("smtp", "mail.example.com", "x", nullptr, nullptr, callbacks, 0, &conn) == SASL_OK);
  CHECK(sasl_checkpass(conn, "alice", 5, "x", 1) == SASL_OK);
  CHECK(seen == "rewritten@x");
  sasl_dispose(&conn);
}

// A relay that is also a client: the one option speaks for both sides, and a client knows no realm.
TEST_CASE_FIXTURE(SaslSite, "a SASL client in the same process is served too") {
  const auto get_name = [](void*, int, const char** name, unsigned* length) -> int {
    *name = " relay ";
    if (length != nullptr) *length = 7;
    return SASL_OK;
  };
  int (*const name)(void*, int, const char**, unsigned*) = get_name;
  const sasl_callback_t callbacks[] = {
      {SASL_CB_GETOPT, any(get_option), const_cast<char*>("clientid")},
      {SASL_CB_AUTHNAME, any(name), nullptr},
      {SASL_CB_LIST_END, nullptr, nullptr},
  };
  sasl_conn_t* conn = nullptr;
  REQUIRE(sasl_client_new("smtp", "next.example.com", nullptr, nullptr, callbacks, 0, &conn) == SASL_OK);
  sasl_ssf_t strength = 0;
  REQUIRE(sasl_setprop(conn, SASL_SSF_EXTERNAL, &strength) == SASL_OK);
  REQUIRE(sasl_setprop(conn, SASL_AUTH_EXTERNAL, " relay ") == SASL_OK);
  const char* out = nullptr;
  unsigned size = 0;
  const char* chosen = nullptr;
  CHECK(sasl_client_start(conn, "EXTERNAL", nullptr, &out, &size, &chosen) == SASL_OK);
  const void* user = nullptr;
  REQUIRE(sasl_getprop(conn, SASL_AUTHUSER, &user) == SASL_OK);
  CHECK(static_cast<const char*>(user) == std::string("relay"));
  sasl_dispose(&conn);
}

// The built module under the real libsasl, in a host that is short of memory: each allocation of an AUTH is refused in
// its turn, alone or with all that follow. Whatever then fails, nobody is let in whom the judge was not asked about,
// and the host is still there.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <sasl/sasl.h>
#include <sasl/saslplug.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "plugin/sasl/question.hpp"
#include "tests/plugin/memory_shortage.hpp"
#include "tests/plugin/sasl_site.hpp"
#include "tests/plugin/verdict_listener.hpp"

using namespace clientid;
using namespace clientid::test;

namespace {

using Refused = MemoryShortage::Refused;

constexpr std::string_view message{"\0alice@example.com\0right", 24};
constexpr unsigned most = 20'000;  // no AUTH has so many allocations

// A host that takes no memory of its own, and asks what the verdict was. It knows that the password is right: sasldb
// crashes where memory is short.
class Host {
 public:
  explicit Host(Ruling ruling, std::string service = service_in_process)
      : ruling_(ruling),
        service_(std::move(service)),
        callbacks_{callback(SASL_CB_GETOPT, get_option), callback(SASL_CB_SERVER_USERDB_CHECKPASS, check_password),
                   callback(judge_callback_id, judge), sasl_callback_t{SASL_CB_LIST_END, nullptr, nullptr}} {}

  // The code of libsasl, while memory is short from this allocation on; `felt` says whether it came to that. There is
  // enough for the connection itself, without which libsasl crashes.
  int log_in(unsigned number, Refused refused, bool& felt) {
    sasl_conn_t* connection = nullptr;
    REQUIRE(sasl_server_new("smtp", "mail.example.com", "example.com", nullptr, nullptr, callbacks_.data(), 0,
                            &connection) == SASL_OK);
    const sasl_security_properties_t in_the_clear{};
    REQUIRE(sasl_setprop(connection, SASL_SEC_PROPS, &in_the_clear) == SASL_OK);
    std::array<const char*, 3> properties{property_verdict, property_reason, nullptr};
    REQUIRE(sasl_auxprop_request(connection, properties.data()) == SASL_OK);
    int code = SASL_FAIL;
    {
      const char* out = nullptr;
      unsigned length = 0;
      const MemoryShortage shortage(number, refused);
      code =
          sasl_server_start(connection, "PLAIN", message.data(), static_cast<unsigned>(message.size()), &out, &length);
      felt = shortage.felt();
    }
    sasl_dispose(&connection);
    return code;
  }

  // How often the judge in the process was, in all.
  std::size_t asked() const { return asked_; }

 private:
  template <typename Procedure>
  sasl_callback_t callback(unsigned long id, Procedure* procedure) {
    return {id, reinterpret_cast<int (*)()>(reinterpret_cast<void (*)()>(procedure)), this};
  }

  static int get_option(void* context, const char*, const char* name, const char** value, unsigned* length) {
    const auto& host = *static_cast<Host*>(context);
    const std::array<std::pair<const char*, const char*>, 5> options{{{"auxprop_plugin", "clientid"},
                                                                      {"canon_user_plugin", "clientid"},
                                                                      {"mech_list", "PLAIN"},
                                                                      {option_service, host.service_.c_str()},
                                                                      {option_identity, "uuid 3fa901bc77d20e11"}}};
    for (const auto& [known, text] : options) {
      if (std::strcmp(known, name) != 0) continue;
      *value = text;
      if (length != nullptr) *length = static_cast<unsigned>(std::strlen(text));
      return SASL_OK;
    }
    return SASL_FAIL;
  }

  static int check_password(sasl_conn_t*, void*, const char*, const char*, unsigned, propctx*) { return SASL_OK; }

  static int judge(void* context, const Question*, Answer* answer) {
    auto& host = *static_cast<Host*>(context);
    ++host.asked_;
    answer->ruling = host.ruling_;
    return SASL_OK;
  }

  Ruling ruling_;
  std::string service_;
  std::array<sasl_callback_t, 4> callbacks_;
  std::size_t asked_ = 0;
};

// Refuses allocation after allocation, until there was none left to be refused. `asked` counts the judge's questions.
void check_all(Host& host, Ruling ruling, Refused refused, const std::function<std::size_t()>& asked) {
  unsigned number = 0;
  for (bool felt = true; felt;) {
    ++number;
    CAPTURE(number);
    REQUIRE(number < most);
    const auto before = asked();
    const int code = host.log_in(number, refused, felt);
    if (code == SASL_OK) CHECK(asked() > before);
    if (ruling == Ruling::refuse) CHECK(code != SASL_OK);
    if (!felt) CHECK(code == (ruling == Ruling::allow ? SASL_OK : SASL_BADAUTH));
  }
  CHECK(number > 3);  // there was something to refuse
}

// Both rulings, each with both kinds of shortage.
void for_each_kind(const std::function<void(Ruling, Refused)>& check) {
  for (const Ruling ruling : {Ruling::allow, Ruling::refuse}) {
    for (const Refused refused : {Refused::one, Refused::all}) {
      CAPTURE(static_cast<int>(ruling));
      CAPTURE(static_cast<int>(refused));
      check(ruling, refused);
    }
  }
}

}  // namespace

TEST_CASE_FIXTURE(SaslSite, "threats: failing open - short of memory, with the judge in the process") {
  for_each_kind([](Ruling ruling, Refused refused) {
    Host host(ruling);
    check_all(host, ruling, refused, [&] { return host.asked(); });
  });
}

TEST_CASE_FIXTURE(SaslSite, "threats: failing open - short of memory, with the judge behind a socket") {
  const auto path = directory() / "verdict";
  for_each_kind([&](Ruling ruling, Refused refused) {
    {
      const VerdictListener listener(path,
                                     answer(ruling == Ruling::allow ? "verdict=allow\n\n" : "verdict=refuse\n\n"));
      Host host(ruling, "unix:" + path.native());
      check_all(host, ruling, refused, [&] { return listener.questions().size(); });
    }
    std::filesystem::remove(path);
  });
}

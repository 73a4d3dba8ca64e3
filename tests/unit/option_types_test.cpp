#include "shim/ops/option_types.hpp"

#include <doctest/doctest.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <boost/program_options/errors.hpp>

using namespace clientid;
namespace po = boost::program_options;

namespace {

// The value of a text, or none; `fault` is what the error says then.
template <typename Value>
std::optional<Value> parse(const std::string& text, std::string& fault) {
  boost::any value;
  try {
    validate(value, {text}, static_cast<Value*>(nullptr), 0);
  } catch (const po::error& error) {
    fault = error.what();
    CHECK(value.empty());
    return std::nullopt;
  }
  fault.clear();
  return boost::any_cast<Value>(value);
}

template <typename Value>
std::optional<Value> parse(const std::string& text) {
  std::string fault;
  return parse<Value>(text, fault);
}

template <typename Value>
std::string fault(const std::string& text) {
  std::string said;
  parse<Value>(text, said);
  return said;
}

long long milliseconds(const std::string& text) {
  const auto duration = parse<Duration>(text);
  return duration ? duration->value.count() : -1;
}

std::string listen_address(const std::string& text) {
  const auto address = parse<ListenAddress>(text);
  return address ? address->to_string() : "none";
}

std::string backend_address(const std::string& text) {
  const auto address = parse<BackendAddress>(text);
  return address ? address->to_string() : "none";
}

}  // namespace

TEST_CASE("a choice is one of its words") {
  CHECK(parse<Choice<on_off>>("off")->index == 0);
  CHECK(parse<Choice<on_off>>("on")->index == 1);
  CHECK(parse<Choice<log_levels>>("debug")->index == static_cast<std::size_t>(log::Level::debug));
  CHECK(parse<Choice<log_levels>>("error")->index == static_cast<std::size_t>(log::Level::error));
  CHECK(parse<Choice<handovers>>("xclient")->index == static_cast<std::size_t>(Handover::xclient));
  CHECK(parse<Choice<handovers>>("replay")->index == static_cast<std::size_t>(Handover::replay));
  CHECK(parse<Choice<handovers>>("proxy")->index == static_cast<std::size_t>(Handover::proxy));
  CHECK(parse<Choice<handovers>>("none")->index == static_cast<std::size_t>(Handover::none));
  CHECK(parse<Choice<log_targets>>("stderr")->index == static_cast<std::size_t>(log::Target::standard_error));
  CHECK(parse<Choice<log_targets>>("syslog")->index == static_cast<std::size_t>(log::Target::syslog));
  CHECK(parse<Choice<unauthenticated_ways>>("refuse")->index == 0);
  CHECK(parse<Choice<refusal_times>>("auth")->index == 0);
  CHECK(parse<Choice<tls_versions>>("1.2")->index == 0);
}

TEST_CASE("the error of a choice names its words") {
  CHECK(fault<Choice<on_off>>("yes") == "cannot be \"yes\"; it takes off or on");
  CHECK(fault<Choice<handovers>>("") == "cannot be \"\"; it takes xclient, replay, proxy or none");
  CHECK(fault<Choice<auth_places>>("Shim") == "cannot be \"Shim\"; it takes shim or backend");
}

TEST_CASE("numbers") {
  const auto number = [](const std::string& text) {
    const auto parsed = parse<Number>(text);
    return parsed ? static_cast<long long>(parsed->value) : -1;
  };
  CHECK(number("0") == 0);
  CHECK(number("4294967295") == 4'294'967'295);
  for (const auto* bad : {"", "-1", "-0", "+1", " 1", "1 ", "1.5", "0x1", "four", "4294967296"}) {
    CAPTURE(std::string_view(bad));
    CHECK(number(bad) == -1);
  }
  CHECK(fault<Number>("-1") == "cannot be \"-1\"; it takes a whole number");
}

TEST_CASE("sizes of a message") {
  const auto size = [](const std::string& text) {
    const auto parsed = parse<MessageSize>(text);
    return parsed ? static_cast<long long>(parsed->octets) : -1;
  };
  CHECK(size("0") == 0);
  CHECK(size("10485760") == 10'485'760);
  CHECK(size("10K") == 10'240);
  CHECK(size("10M") == 10'485'760);
  CHECK(size("1024G") == 1'099'511'627'776);
  CHECK(size("1099511627776") == 1'099'511'627'776);
  // The first ones would be 0, that is any, in 64 bits.
  for (const auto* bad : {"1099511627776G", "17179869184G", "1025G", "1048577M", "1099511627777", "", "G", "-1", "1k",
                          "1 M", "1.5G", "1MB", "99999999999999999999"}) {
    CAPTURE(std::string_view(bad));
    CHECK(size(bad) == -1);
  }
}

TEST_CASE("durations") {
  CHECK(milliseconds("0") == 0);
  CHECK(milliseconds("0s") == 0);
  CHECK(milliseconds("250ms") == 250);
  CHECK(milliseconds("30s") == 30'000);
  CHECK(milliseconds("5m") == 300'000);
  CHECK(milliseconds("1h") == 3'600'000);
  CHECK(milliseconds("1000000h") == 3'600'000'000'000);
  for (const auto* bad : {"", "5", "s", "-1s", "+1s", " 1s", "1s ", "1 s", "1.5s", "1d", "1M", "1sx", "1000001s",
                          "soon", "99999999999999999999s"}) {
    CAPTURE(std::string_view(bad));
    CHECK(milliseconds(bad) == -1);
  }
  CHECK(fault<Duration>("soon") == "cannot be \"soon\"; it takes a duration such as 250ms, 30s, 5m or 1h");
}

TEST_CASE("addresses of a back end") {
  CHECK(backend_address("smtp://127.0.0.1:10587") == "smtp://127.0.0.1:10587");
  CHECK(backend_address("smtp://[::1]:10587") == "smtp://[::1]:10587");
  CHECK(backend_address("smtp://mail.example.com:25") == "smtp://mail.example.com:25");
  CHECK(backend_address("unix:/run/smtpd") == "unix:/run/smtpd");
  CHECK(backend_address("smtps://mail.example.com") == "smtps://mail.example.com:465");
  CHECK(backend_address("smtps://[::1]") == "smtps://[::1]:465");
  CHECK(backend_address("smtps://127.0.0.1:10465") == "smtps://127.0.0.1:10465");
  CHECK(backend_address("smtp+starttls://mail.example.com") == "smtp+starttls://mail.example.com:587");
  CHECK(backend_address("smtp+starttls://[::1]:10587") == "smtp+starttls://[::1]:10587");
  CHECK(parse<BackendAddress>("smtp://a:25")->encryption == BackendEncryption::none);
  CHECK(parse<BackendAddress>("smtps://a")->encryption == BackendEncryption::implicit);
  CHECK(parse<BackendAddress>("smtp+starttls://a")->encryption == BackendEncryption::starttls);
  CHECK(parse<BackendAddress>("smtps://[::1]")->host == "::1");
  for (const auto* bad : {"",
                          "127.0.0.1:10587",
                          "smtp://",
                          "smtp://127.0.0.1",
                          "smtp://127.0.0.1:",
                          "smtp://:25",
                          "smtp://127.0.0.1:smtp",
                          "smtp://[]:25",
                          "unix:",
                          "lmtp://127.0.0.1:24",
                          "SMTP://a:25",
                          "smtp://a:0",
                          "smtp://a:65536",
                          "smtp://a:25/",
                          "smtps://",
                          "smtps://:465",
                          "smtps://a:",
                          "smtps://a/",
                          "smtps://u@a",
                          "smtps://::1",
                          "smtps://[::1",
                          "smtps://[::1]465",
                          "smtp+starttls://",
                          "smtp+starttls://[]",
                          "smtp+tls://a"}) {
    CAPTURE(std::string_view(bad));
    CHECK(backend_address(bad) == "none");
  }
  const std::string longest = "unix:/" + std::string(106, 'x');
  CHECK(backend_address(longest) == longest);
  CHECK(backend_address(longest + "x") == "none");
  CHECK(fault<BackendAddress>("smtp://clientid:password@a:25") ==
        "is no address of a back end; it takes smtp://HOST:PORT, smtps://HOST, smtp+starttls://HOST or unix:PATH, of "
        "107 octets at most");
}

TEST_CASE("addresses to listen on") {
  CHECK(listen_address("0.0.0.0:587 starttls") == "0.0.0.0:587 starttls");
  CHECK(listen_address("[::]:465 tls") == "[::]:465 tls");
  CHECK(listen_address("127.0.0.1:2587 starttls proxy-protocol") == "127.0.0.1:2587 starttls proxy-protocol");
  CHECK_FALSE(parse<ListenAddress>("0.0.0.0:587 starttls")->implicit_tls);
  CHECK(parse<ListenAddress>("0.0.0.0:465 tls")->implicit_tls);
  for (const auto* bad :
       {"", "0.0.0.0:587", "0.0.0.0:587 ", "0.0.0.0:587 ssl", "0.0.0.0 tls", "0.0.0.0: tls", "0.0.0.0:65536 tls",
        "0.0.0.0:smtp tls", "localhost:25 tls", ":25 tls", "0.0.0.0:587  tls", "0.0.0.0:587 TLS"}) {
    CAPTURE(std::string_view(bad));
    CHECK(listen_address(bad) == "none");
  }
  CHECK(fault<ListenAddress>("x") ==
        "cannot be \"x\"; it takes ADDRESS:PORT and starttls or tls, such as 0.0.0.0:587 starttls");
}

TEST_CASE("a verdict socket is ours, and for owner and group, where nothing else is said") {
  const auto socket = parse<VerdictSocket>("/run/clientid/verdict");
  REQUIRE(socket);
  CHECK(socket->path == "/run/clientid/verdict");
  CHECK(socket->owner == ::geteuid());
  CHECK(socket->group == ::getegid());
  CHECK(socket->mode == 0660);
}

TEST_CASE("a verdict socket with owner and mode") {
  const passwd* root = ::getpwuid(0);
  REQUIRE(root != nullptr);
  const std::string user = root->pw_name;
  const auto primary = root->pw_gid;
  ::setgrent();
  gid_t other = primary;
  std::string group_name;
  while (const group* each = ::getgrent()) {
    if (each->gr_gid == primary) continue;
    other = each->gr_gid;
    group_name = each->gr_name;
    break;
  }
  ::endgrent();

  const auto whole = parse<VerdictSocket>("/run/verdict " + user + ":" + group_name + " 0600");
  REQUIRE(whole);
  CHECK(whole->path == "/run/verdict");
  CHECK(whole->owner == 0);
  CHECK(whole->group == other);
  CHECK(whole->mode == 0600);

  const auto by_user = parse<VerdictSocket>("/run/verdict " + user);
  REQUIRE(by_user);
  CHECK(by_user->owner == 0);
  CHECK(by_user->group == primary);
  CHECK(by_user->mode == 0660);

  CHECK(parse<VerdictSocket>("/run/verdict 0777")->mode == 0777);
}

TEST_CASE("threats: failing open - a verdict socket that is not as it is written is an error") {
  for (const auto* bad :
       {"", "verdict", "./verdict", "/run/verdict no-such-user-here", "/run/verdict root:no-such-group-here",
        "/run/verdict root:", "/run/verdict 1000", "/run/verdict 0888", "/run/verdict -1", "/run/verdict 0660x"}) {
    CAPTURE(std::string_view(bad));
    CHECK_FALSE(parse<VerdictSocket>(bad));
  }
  CHECK(fault<VerdictSocket>("verdict") ==
        "cannot be \"verdict\"; it takes PATH [user:group] [mode], the path from the root on");
  CHECK(fault<VerdictSocket>("/v no-such-user-here") == "there is no user \"no-such-user-here\"");
  CHECK(fault<VerdictSocket>("/v root:no-such-group-here") == "there is no group \"no-such-group-here\"");
}

TEST_CASE("threats: failing open - owner and mode of a verdict socket stand once") {
  for (const auto* bad : {"/run/verdict 0600 0666", "/run/verdict root root", "/run/verdict root:root 0600 0666"}) {
    CAPTURE(std::string_view(bad));
    CHECK_FALSE(parse<VerdictSocket>(bad));
  }
}

#include "shim/smtp/alert_message.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

using namespace clientid;

namespace {

const Time noon{std::chrono::seconds(1'700'000'000)};

const AlertHeading heading{"postmaster@example.com", {"alice@example.com"}, "mail.example.com", "1700000000.7", noon};

constexpr std::array kinds = {AlertKind::authentication_failed,
                              AlertKind::authentication_succeeded,
                              AlertKind::device_bound,
                              AlertKind::device_quarantined,
                              AlertKind::location_conflict,
                              AlertKind::detection,
                              AlertKind::attack_mode};

MergedAlert bound(const std::string& account = "alice@example.com") {
  return {{.kind = AlertKind::device_bound,
           .at = noon,
           .account = account,
           .type = "uuid",
           .fingerprint = "3fa901bc77d20e11",
           .peer = "192.0.2.7",
           .reason = "learned",
           .detail = ""},
          noon,
          noon};
}

std::vector<std::string> lines_of(const std::string& message) {
  std::vector<std::string> lines;
  std::size_t start = 0;
  for (auto end = message.find("\r\n"); end != std::string::npos; end = message.find("\r\n", start)) {
    lines.push_back(message.substr(start, end - start));
    start = end + 2;
  }
  CHECK(start == message.size());
  return lines;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the mail to the holder of an account") {
  CHECK(alert_message(bound(), AlertReader::holder, heading) ==
        "From: postmaster@example.com\r\n"
        "To: alice@example.com\r\n"
        "Subject: [clientid] new device bound to alice@example.com\r\n"
        "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
        "Message-ID: <1700000000.7@mail.example.com>\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=us-ascii\r\n"
        "Content-Transfer-Encoding: 7bit\r\n"
        "\r\n"
        "Somebody has logged in with the password of the mail account from a\r\n"
        "new device. It was bound to the account, and can send mail from now on.\r\n"
        "\r\n"
        "Account:   alice@example.com\r\n"
        "Device:    uuid 3fa901bc77d20e11\r\n"
        "From:      192.0.2.7\r\n"
        "When:      2023-11-14T22:13:20Z\r\n"
        "Reason:    learned\r\n"
        "Server:    mail.example.com\r\n"
        "\r\n"
        "If this was you, there is nothing to do. If this was not you, change\r\n"
        "your password and tell your postmaster.\r\n"
        ".\r\n");
}

TEST_CASE("the postmaster is told commands, and nothing of passwords") {
  const auto text = alert_message(bound(), AlertReader::postmaster, heading);
  CHECK(contains(text,
                 "What you can do:\r\n\r\n"
                 "  clientidctl revoke alice@example.com 3fa901bc77d20e11\r\n"
                 "  clientidctl list alice@example.com\r\n"
                 "  clientidctl history alice@example.com --since 1d\r\n.\r\n"));
  CHECK_FALSE(contains(text, "your password"));
  auto waiting = bound();
  waiting.alert.kind = AlertKind::device_quarantined;
  CHECK(contains(alert_message(waiting, AlertReader::postmaster, heading),
                 "  clientidctl approve alice@example.com 3fa901bc77d20e11\r\n"
                 "  clientidctl deny alice@example.com 3fa901bc77d20e11\r\n"));
}

TEST_CASE("an account is no command of the shell into which it is pasted") {
  const auto text = alert_message(bound("a'$(reboot);b@example.com"), AlertReader::postmaster, heading);
  CHECK(contains(text, "  clientidctl list 'a'\\''$(reboot);b@example.com'\r\n"));
}

TEST_CASE("several addresses, and how often it happened") {
  auto wide = heading;
  wide.to.emplace_back("security@example.com");
  auto alert = bound();
  alert.count = 5;
  alert.last = noon + std::chrono::minutes(3);
  const auto text = alert_message(alert, AlertReader::postmaster, wide);
  CHECK(contains(text, "To: alice@example.com,\r\n security@example.com\r\nSubject: "));
  CHECK(contains(text, "When:      2023-11-14T22:13:20Z to 2023-11-14T22:16:20Z\r\nHow often: 5 times; "));
}

TEST_CASE("what an alert without an account is about") {
  MergedAlert alert{{.kind = AlertKind::detection, .at = noon, .peer = "192.0.2.0/24"}, noon, noon};
  CHECK(contains(alert_message(alert, AlertReader::postmaster, heading),
                 "Subject: [clientid] attack by 192.0.2.0/24\r\n"));
  alert.alert.fingerprint = "3fa901bc77d20e11";
  CHECK(contains(alert_message(alert, AlertReader::postmaster, heading),
                 "Subject: [clientid] attack by device 3fa901bc77d20e11\r\n"));
  alert.alert.account = "alice@example.com";
  CHECK(contains(alert_message(alert, AlertReader::postmaster, heading),
                 "Subject: [clientid] attack on alice@example.com\r\n"));
}

TEST_CASE("every kind has its words") {
  for (const auto kind : kinds) {
    CAPTURE(name(kind));
    auto alert = bound();
    alert.alert.kind = kind;
    for (const auto reader : {AlertReader::holder, AlertReader::postmaster}) {
      const auto text = alert_message(alert, reader, heading);
      CHECK_FALSE(contains(text, "Subject: [clientid] \r\n"));
      CHECK_FALSE(contains(text, "\r\n\r\n\r\n"));
      for (const auto& line : lines_of(text)) CHECK(line.size() < 80);
    }
  }
}

TEST_CASE("nothing in an alert can begin a header, a line or the end of the message") {
  const std::string hostile = "x\r\nBcc: eve@example.org\r\n\r\n.\r\nMAIL FROM:<>\n\r" + std::string(1, '\0') +
                              "\xC3\xA9" + std::string(5000, 'y');
  const auto expected = lines_of(alert_message(
      {{.at = noon, .account = "a", .type = "a", .fingerprint = "a", .peer = "a", .reason = "a", .detail = "a"},
       noon,
       noon},
      AlertReader::postmaster, heading));
  for (const auto kind : kinds) {
    CAPTURE(name(kind));
    const Alert alert{.kind = kind,
                      .at = noon,
                      .account = hostile,
                      .type = hostile,
                      .fingerprint = hostile,
                      .peer = hostile,
                      .reason = hostile,
                      .detail = hostile};
    const auto lines = lines_of(alert_message({alert, noon, noon}, AlertReader::postmaster, heading));
    CHECK(lines.size() < expected.size() + 3);
    for (const auto& line : lines) {
      CHECK(line.size() <= 998);
      CHECK(line.find_first_of("\r\n") == std::string::npos);
      CHECK_FALSE(line.starts_with("Bcc:"));
      for (const char c : line) CHECK((c >= ' ' && c <= '~'));
    }
    CHECK(std::count(lines.begin(), lines.end(), ".") == 1);
    CHECK(lines.back() == ".");
  }
}

TEST_CASE("a line that begins with a dot keeps it") {
  auto dotted = heading;
  dotted.from = ".\n..a";  // no address; a line of its own, to be seen
  const auto text = alert_message(bound(), AlertReader::holder, dotted);
  CHECK(contains(text, "From: .\r\n...a\r\n"));
}

TEST_CASE("addresses that mail can be sent to") {
  for (const auto* good : {"alice@example.com", "a@b", "first.last+tag@mail.example.com", "o'brien@example.com"}) {
    CAPTURE(good);
    CHECK(is_mail_address(good));
  }
  const std::string domain(250, 'd');
  for (const auto& bad :
       {std::string(), std::string("alice"), std::string("@example.com"), std::string("alice@"),
        std::string("a b@example.com"), std::string("a@b>@c"), std::string("a\r\n@example.com"),
        std::string("\"a b\"@example.com"), std::string(".a@b"), std::string("a.@b"), std::string("a..b@c"),
        std::string("a@b..c"), std::string("a@.b"), std::string("a@[::1]"), std::string(65, 'a') + "@b",
        "abcd@" + domain, std::string("\xC3\xA9@b"), std::string("a@b,c@d"), std::string("*")}) {
    CAPTURE(bad);
    CHECK_FALSE(is_mail_address(bad));
  }
}

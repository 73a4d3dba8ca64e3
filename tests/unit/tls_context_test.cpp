// What clients get from a handshake with our settings: certificates, versions, tickets, and what their own certificate
// counts for.
#include "shim/net/tls_context.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "plugin/config/config_error.hpp"
#include "shim/net/client_certificate.hpp"
#include "tests/unit/handshake.hpp"

using namespace clientid;
using namespace std::chrono_literals;

namespace {

TlsSettings settings_for(const TemporaryCertificate& certificate) {
  return {.certificates = {certificate.files()}, .min_version = "1.2", .client_ca = ""};
}

TlsSettings asking(const TemporaryCertificate& certificate, const std::string& ca = {}) {
  auto settings = settings_for(certificate);
  settings.client_certificates = true;
  settings.client_ca = ca;
  return settings;
}

std::string identity_of(const Handshake& handshake) {
  const auto identity = certificate_identity(handshake.server());
  return identity ? identity->type + " " + std::string(identity->token.view()) : "none";
}

// By another way than the product goes.
std::string hash_of_key(const TemporaryCertificate& certificate) {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(certificate.key(), &der);
  unsigned char digest[32];
  EVP_Digest(der, static_cast<std::size_t>(length), digest, nullptr, EVP_sha256(), nullptr);
  OPENSSL_free(der);
  std::string hex;
  for (const unsigned char octet : digest) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", octet);
    hex += digits;
  }
  return hex;
}

constexpr int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

}  // namespace

TEST_CASE("TLS: the certificate for the name, of the type that the client understands") {
  const TemporaryCertificate first({.names = "DNS:mail.example.com", .key = "RSA"});
  const TemporaryCertificate rsa({.names = "DNS:mail.example.org", .key = "RSA"});
  const TemporaryCertificate ecdsa({.names = "DNS:mail.example.org"});
  auto settings = settings_for(first);
  settings.certificates = {first.files(), rsa.files(), ecdsa.files()};
  const TlsContext context(settings, std::make_shared<TicketKeys>());
  for (const int version : versions) {
    CAPTURE(version);
    const auto shown = [&](const std::string& name, const std::string& signatures) {
      return Handshake(context, {.version = version, .server_name = name, .signatures = signatures}).shown();
    };
    CHECK(shown("mail.example.com", "") == "mail.example.com RSA");
    CHECK(shown("mail.example.org", "RSA-PSS+SHA256") == "mail.example.org RSA");
    CHECK(shown("mail.example.org", "ECDSA+SHA256") == "mail.example.org EC");
    CHECK(shown("mail.example.net", "") == "mail.example.com RSA");
    CHECK(shown("", "") == "mail.example.com RSA");
    CHECK(shown("mail.example.com", "ECDSA+SHA256") == "none");
  }
}

TEST_CASE("TLS: versions") {
  const TemporaryCertificate certificate;
  auto settings = settings_for(certificate);
  SUBCASE("1.2 and newer") {
    const TlsContext context(settings, std::make_shared<TicketKeys>());
    CHECK(Handshake(context, {.version = TLS1_2_VERSION}).done());
    CHECK(Handshake(context, {.version = TLS1_3_VERSION}).done());
  }
  SUBCASE("1.3 alone") {
    settings.min_version = "1.3";
    const TlsContext context(settings, std::make_shared<TicketKeys>());
    CHECK_FALSE(Handshake(context, {.version = TLS1_2_VERSION}).done());
    CHECK(Handshake(context, {.version = TLS1_3_VERSION}).done());
  }
}

TEST_CASE("TLS: a client that names protocols must name SMTP") {
  const TemporaryCertificate certificate;
  const TlsContext context(settings_for(certificate), std::make_shared<TicketKeys>());
  CHECK(Handshake(context, {.protocol = "smtp"}).done());
  CHECK_FALSE(Handshake(context, {.protocol = "http/1.1"}).done());
}

TEST_CASE("TLS 1.2: a session is taken up again, with a fresh ticket where the key has changed") {
  TicketKeys::Clock::time_point now{};
  const TemporaryCertificate certificate;
  const TlsContext context(settings_for(certificate), std::make_shared<TicketKeys>([&] { return now; }));
  const auto resume = [&](const SessionTicket& ticket) {
    return Handshake(context, {.version = TLS1_2_VERSION, .resume = ticket.get()});
  };
  const Handshake first(context, {.version = TLS1_2_VERSION});
  CHECK_FALSE(first.resumed());
  CHECK(first.tickets() == 1);
  const auto ticket = first.ticket();
  for (int i = 0; i < 2; ++i) {
    const auto again = resume(ticket);
    CHECK(again.resumed());
    CHECK(again.tickets() == 0);
  }
  now += 2 * TicketKeys::period;
  const auto later = resume(ticket);
  CHECK(later.resumed());
  CHECK(later.tickets() == 1);
  now += TicketKeys::period;
  CHECK_FALSE(resume(ticket).resumed());
  CHECK(resume(later.ticket()).resumed());
}

TEST_CASE("TLS 1.3: a session is taken up again, each time with one fresh ticket") {
  TicketKeys::Clock::time_point now{};
  const TemporaryCertificate certificate;
  const TlsContext context(settings_for(certificate), std::make_shared<TicketKeys>([&] { return now; }));
  const Handshake first(context, {});
  CHECK_FALSE(first.resumed());
  CHECK(first.tickets() == 1);
  auto ticket = first.ticket();
  for (int i = 0; i < 5; ++i) {
    const Handshake again(context, {.resume = ticket.get()});
    CHECK(again.resumed());
    CHECK(again.tickets() == 1);
    ticket = again.ticket();
    now += 2 * TicketKeys::period;
  }
  now += TicketKeys::period;
  CHECK_FALSE(Handshake(context, {.resume = ticket.get()}).resumed());
}

TEST_CASE("TLS: a ticket that was changed on its way") {
  const TemporaryCertificate certificate;
  const TlsContext context(settings_for(certificate), std::make_shared<TicketKeys>());
  Handshake first(context, {.version = TLS1_2_VERSION});
  const auto session = first.ticket();
  unsigned char* der = nullptr;
  const int length = i2d_SSL_SESSION(session.get(), &der);
  const unsigned char* ticket = nullptr;
  std::size_t ticket_length = 0;
  SSL_SESSION_get0_ticket(session.get(), &ticket, &ticket_length);
  const std::string_view octets(reinterpret_cast<const char*>(ticket), ticket_length);
  const auto place =
      std::string_view(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length)).find(octets);
  REQUIRE(place != std::string_view::npos);
  der[place + ticket_length - 1] ^= 1;
  const unsigned char* changed = der;
  const SessionTicket forged(d2i_SSL_SESSION(nullptr, &changed, length));
  OPENSSL_free(der);
  const Handshake again(context, {.version = TLS1_2_VERSION, .resume = forged.get()});
  CHECK(again.done());
  CHECK_FALSE(again.resumed());
}

TEST_CASE("TLS: a session is taken up again under another name, and after certificates were read anew") {
  const TemporaryCertificate first({.names = "DNS:mail.example.com"});
  const TemporaryCertificate second({.names = "DNS:mail.example.org"});
  auto settings = settings_for(first);
  settings.certificates.push_back(second.files());
  const auto keys = std::make_shared<TicketKeys>();
  const TlsContext context(settings, keys);
  const TlsContext anew(settings_for(second), keys);
  for (const int version : versions) {
    CAPTURE(version);
    const auto ticket = [&] {
      const Handshake handshake(context, {.version = version, .server_name = "mail.example.org"});
      CHECK(handshake.shown() == "mail.example.org EC");
      return handshake.ticket();
    };
    const auto resumed = [&](const TlsContext& with, const std::string& name) {
      return Handshake(with, {.version = version, .server_name = name, .resume = ticket().get()}).resumed();
    };
    CHECK(resumed(context, "mail.example.org"));
    CHECK(resumed(context, "mail.example.com"));
    CHECK(resumed(anew, "mail.example.org"));
  }
}

TEST_CASE("TLS: a session is not taken up again under other settings for certificates of clients") {
  const TemporaryCertificate certificate;
  const TemporaryCertificate ca;
  const auto keys = std::make_shared<TicketKeys>();
  const TlsContext no(settings_for(certificate), keys);
  const TlsContext any(asking(certificate), keys);
  const TlsContext by_ca(asking(certificate, ca.files().certificate), keys);
  const TlsContext by_other(asking(certificate, certificate.files().certificate), keys);
  const TlsContext* all[] = {&no, &any, &by_ca, &by_other};
  for (const int version : versions) {
    for (const auto* begun : all) {
      for (const auto* other : all) {
        const auto ticket = Handshake(*begun, {.version = version}).ticket();
        const Handshake again(*other, {.version = version, .resume = ticket.get()});
        CHECK(again.done());
        CHECK(again.resumed() == (begun == other));
      }
    }
  }
}

TEST_CASE("X3 a certificate is an identity, also in a session that is taken up again") {
  const TemporaryCertificate certificate;
  const TemporaryCertificate phone({.key = "RSA"});
  const TemporaryCertificate expired({.seconds = -60});
  const TlsContext context(asking(certificate), std::make_shared<TicketKeys>());
  for (const int version : versions) {
    CAPTURE(version);
    Handshake handshake(context, {.version = version, .certificate = &phone});
    CHECK(identity_of(handshake) == "tls-cert " + hash_of_key(phone));
    const auto ticket = handshake.ticket();
    const Handshake again(context, {.version = version, .resume = ticket.get()});
    CHECK(again.resumed());
    CHECK(identity_of(again) == "tls-cert " + hash_of_key(phone));
    CHECK(identity_of(Handshake(context, {.version = version, .certificate = &expired})) ==
          "tls-cert " + hash_of_key(expired));
    CHECK(identity_of(Handshake(context, {.version = version})) == "none");
  }
}

TEST_CASE("X3 without tls-client-certificate nobody is asked") {
  const TemporaryCertificate certificate;
  const TlsContext context(settings_for(certificate), std::make_shared<TicketKeys>());
  const Handshake handshake(context, {.certificate = &certificate});
  CHECK(handshake.done());
  CHECK(identity_of(handshake) == "none");
}

TEST_CASE("X3 with an authority its certificates count alone, and the others do no harm") {
  const TemporaryCertificate certificate;
  const TemporaryCertificate ca({.names = "DNS:ca.example.com"});
  const TemporaryCertificate issued({}, &ca);
  const TemporaryCertificate stranger;
  const TemporaryCertificate expired({.seconds = -60}, &ca);
  const TlsContext context(asking(certificate, ca.files().certificate), std::make_shared<TicketKeys>());
  for (const int version : versions) {
    CAPTURE(version);
    const auto identity = [&](const TemporaryCertificate& shown) {
      Handshake handshake(context, {.version = version, .certificate = &shown});
      CHECK(handshake.done());
      const auto ticket = handshake.ticket();
      const Handshake again(context, {.version = version, .resume = ticket.get()});
      CHECK(identity_of(again) == identity_of(handshake));
      return identity_of(handshake);
    };
    CHECK(identity(issued) == "tls-cert " + hash_of_key(issued));
    CHECK(identity(stranger) == "none");
    CHECK(identity(expired) == "none");
  }
}

TEST_CASE("X3 a certificate that expires meanwhile is looked at again") {
  const TemporaryCertificate certificate;
  const TemporaryCertificate ca({.names = "DNS:ca.example.com"});
  const TlsContext context(asking(certificate, ca.files().certificate), std::make_shared<TicketKeys>());
  for (const int version : versions) {
    CAPTURE(version);
    const TemporaryCertificate brief({.seconds = 2}, &ca);
    Handshake handshake(context, {.version = version, .certificate = &brief});
    CHECK(identity_of(handshake) == "tls-cert " + hash_of_key(brief));
    const auto ticket = handshake.ticket();
    CHECK(Handshake(context, {.version = version, .resume = ticket.get()}).resumed());
    while (X509_cmp_current_time(X509_get0_notAfter(brief.certificate())) > 0) std::this_thread::sleep_for(10ms);
    const Handshake late(context, {.version = version, .certificate = &brief, .resume = ticket.get()});
    CHECK(late.done());
    CHECK_FALSE(late.resumed());
    CHECK(identity_of(late) == "none");
  }
}

TEST_CASE("X3 the file of authorities") {
  const TemporaryCertificate certificate;
  const auto make = [&](const std::string& ca) { TlsContext(asking(certificate, ca), std::make_shared<TicketKeys>()); };
  CHECK_THROWS_WITH_AS(make("/nonexistent"), "tls-client-ca: cannot use /nonexistent: No such file or directory",
                       ConfigError);
  const auto key = certificate.files().key;
  CHECK_THROWS_AS(make(key), ConfigError);
}

TEST_CASE("TLS: of the suites of TLS 1.3 the one that costs least, but ChaCha20 for whom AES costs more") {
  const TemporaryCertificate certificate;
  const TlsContext context(settings_for(certificate), std::make_shared<TicketKeys>());
  const auto suite = [&](const std::string& ciphersuites) {
    const Handshake handshake(context, {.ciphersuites = ciphersuites});
    return std::string(handshake.done() ? SSL_get_cipher_name(&handshake.server()) : "none");
  };
  CHECK(suite("") == "TLS_AES_128_GCM_SHA256");
  CHECK(suite("TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256") ==
        "TLS_AES_128_GCM_SHA256");
  CHECK(suite("TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256") == "TLS_CHACHA20_POLY1305_SHA256");
  CHECK(suite("TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") == "TLS_AES_256_GCM_SHA384");
}

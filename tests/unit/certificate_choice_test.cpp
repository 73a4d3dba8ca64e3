// Which certificate a client gets, and what is said of files that are no good.
#include "shim/net/certificate_choice.hpp"

#include <doctest/doctest.h>

#include <openssl/pem.h>

#include <cstdio>
#include <deque>
#include <optional>

#include "plugin/config/config_error.hpp"
#include "tests/unit/temporary_certificate.hpp"

using namespace clientid;

namespace {

// The choice among some certificates, which are named by their place.
class Choice {
 public:
  explicit Choice(const std::vector<CertificateWish>& wishes) : made_(wishes.begin(), wishes.end()) {
    std::vector<TlsFiles> files;
    for (const auto& each : made_) files.push_back(each.files());
    choice_.emplace(files);
  }

  std::string for_name(const std::string& name) const { return places(choice_->for_name(name)); }
  std::string by_default() const { return places(choice_->by_default()); }

 private:
  std::string places(const CertificateChoice::Set& set) const {
    std::string text;
    for (const auto* each : set) {
      for (std::size_t i = 0; i < made_.size(); ++i) {
        if (each->files().certificate == made_[i].files().certificate) text += std::to_string(i);
      }
    }
    return text;
  }

  std::deque<TemporaryCertificate> made_;
  std::optional<CertificateChoice> choice_;
};

std::string error_of(const TlsFiles& files) {
  try {
    const TlsCertificate certificate(files);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("SNI: the certificate for the name that the client gives") {
  const Choice choice({{.names = "DNS:mail.example.com,DNS:smtp.example.com"}, {.names = "DNS:mail.example.org"}});
  CHECK(choice.for_name("mail.example.com") == "0");
  CHECK(choice.for_name("smtp.example.com") == "0");
  CHECK(choice.for_name("mail.example.org") == "1");
  CHECK(choice.for_name("MAIL.Example.ORG") == "1");
  CHECK(choice.for_name("mail.example.net").empty());
  CHECK(choice.for_name("").empty());
  CHECK(choice.by_default() == "0");
}

TEST_CASE("SNI: a wildcard stands for one label") {
  const Choice choice({{.names = "DNS:mail.example.com"}, {.names = "DNS:*.example.org"}});
  CHECK(choice.for_name("mail.example.org") == "1");
  CHECK(choice.for_name("example.org").empty());
  CHECK(choice.for_name("a.b.example.org").empty());
}

TEST_CASE("SNI: of certificates with one type of key the first counts") {
  const Choice choice({{.names = "DNS:*.example.com"}, {.names = "DNS:mail.example.com"}});
  CHECK(choice.for_name("mail.example.com") == "0");
}

TEST_CASE("SNI: RSA and ECDSA for one name go together") {
  const Choice choice({{.names = "DNS:mail.example.org"},
                       {.names = "DNS:mail.example.com", .key = "RSA"},
                       {.names = "DNS:mail.example.com,DNS:smtp.example.com"}});
  CHECK(choice.for_name("mail.example.com") == "12");
  CHECK(choice.for_name("smtp.example.com") == "2");
  CHECK(choice.by_default() == "0");
}

TEST_CASE("SNI: with the default goes what is for its first name and has another type of key") {
  SUBCASE("a name") {
    CHECK(Choice({{}, {.names = "DNS:mail.example.org", .key = "RSA"}, {.key = "RSA"}}).by_default() == "02");
  }
  SUBCASE("a wildcard") {
    CHECK(Choice({{.names = "DNS:*.example.com"}, {.names = "DNS:*.example.com", .key = "RSA"}}).by_default() == "01");
  }
  SUBCASE("no name") {
    CHECK(Choice({{.names = "email:alice@example.com"}, {.key = "RSA"}}).by_default() == "0");
  }
}

TEST_CASE("a pair that is good") {
  CHECK(error_of(TemporaryCertificate().files()) == "none");
  CHECK(error_of(TemporaryCertificate({.key = "RSA"}).files()) == "none");
}

TEST_CASE("a certificate that has expired") {
  const TemporaryCertificate made({.seconds = -60});
  const auto error = error_of(made.files());
  CHECK(error.starts_with("tls-certificate: cannot use " + made.files().certificate + ": it has expired on "));
  CHECK(error.ends_with(" GMT; renew it"));
}

TEST_CASE("a key that is another's") {
  const TemporaryCertificate mine;
  for (const char* type : {"EC", "RSA"}) {
    CAPTURE(type);
    const TemporaryCertificate other({.key = type});
    CHECK(error_of({mine.files().certificate, other.files().key}) ==
          "tls-key: cannot use " + other.files().key + ": it is not the key of " + mine.files().certificate +
              "; give certificates and keys in the same order");
  }
}

TEST_CASE("files that are not what they should be") {
  const TemporaryCertificate made;
  const auto [certificate, key] = made.files();
  CHECK(error_of({"/nonexistent", key}) == "tls-certificate: cannot use /nonexistent: No such file or directory");
  CHECK(error_of({certificate, "/nonexistent"}) == "tls-key: cannot use /nonexistent: No such file or directory");
  CHECK(error_of({key, key}) == "tls-certificate: cannot use " + key + ": it holds nothing of the kind in PEM form");
  CHECK(error_of({certificate, certificate}) ==
        "tls-key: cannot use " + certificate + ": it holds no private key in PEM form without a passphrase");
}

TEST_CASE("an encrypted key is not asked for its passphrase") {
  const TemporaryCertificate made;
  const auto files = made.files();
  std::FILE* out = std::fopen(files.key.c_str(), "w");
  REQUIRE(out != nullptr);
  unsigned char passphrase[] = "secret";
  CHECK(PEM_write_PKCS8PrivateKey(out, made.key(), EVP_aes_256_cbc(), reinterpret_cast<char*>(passphrase), 6, nullptr,
                                  nullptr) == 1);
  std::fclose(out);
  CHECK(error_of(files) ==
        "tls-key: cannot use " + files.key + ": it holds no private key in PEM form without a passphrase");
}

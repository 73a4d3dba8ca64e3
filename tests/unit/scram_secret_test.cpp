#include "shim/auth/scram_secret.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "shim/smtp/base64.hpp"

using namespace clientid;

namespace {

// 16 and 32 octets.
const std::string short_salt = "QUFBQUFBQUFBQUFBQUFBQQ==";
const std::string long_salt = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=";

std::string server_first(const std::string& salt, const std::string& iterations) {
  return "r=abcdef,s=" + salt + ",i=" + iterations;
}

std::vector<std::string> split(std::string_view text, std::string_view separators) {
  std::vector<std::string> parts(1);
  for (const char octet : text) {
    if (separators.find(octet) == std::string_view::npos) {
      parts.back() += octet;
    } else {
      parts.emplace_back();
    }
  }
  return parts;
}

}  // namespace

TEST_CASE("only SCRAM is SCRAM") {
  CHECK(is_scram("SCRAM-SHA-256"));
  CHECK(is_scram("SCRAM-SHA-256-PLUS"));
  CHECK_FALSE(is_scram("PLAIN"));
  CHECK_FALSE(is_scram("SCRAM-SHA-256-"));
  CHECK_FALSE(is_scram(""));
}

TEST_CASE("the form of a server-first-message") {
  CHECK(form_of(server_first(short_salt, "4096")) == ScramForm{16, 4096});
  CHECK(form_of(server_first(long_salt, "10000")) == ScramForm{32, 10'000});
}

TEST_CASE("what is no server-first-message has no form") {
  for (const std::string& text :
       {std::string(), std::string("r="), "r=a,i=4096,s=" + short_salt, "s=" + short_salt + ",i=4096",
        "r=a,s=" + short_salt, server_first("????", "4096"), server_first(short_salt, ""),
        server_first(short_salt, "-1"), server_first(short_salt, "4096x"), server_first(short_salt, "99999999999"),
        server_first(short_salt, "4096,x=y"), "v=" + long_salt}) {
    CAPTURE(text);
    CHECK_FALSE(form_of(text));
  }
}

TEST_CASE("nothing is known of stored secrets before one was seen") {
  const StoredForm form;
  CHECK_FALSE(form.get());
}

TEST_CASE("the first secret that comes shows the form, others do not change it") {
  StoredForm form;
  form.learn("");
  CHECK_FALSE(form.get());
  form.learn(server_first(short_salt, "5000"));
  CHECK(form.get() == ScramForm{16, 5000});
  form.learn(server_first(long_salt, "4096"));
  CHECK(form.get() == ScramForm{16, 5000});
}

TEST_CASE("a salt as long as the hash is libsasl's own for a plain password") {
  StoredForm form;
  form.learn(server_first(long_salt, "4096"));
  CHECK_FALSE(form.get());
  form.learn(server_first(short_salt, "4096"));
  CHECK_FALSE(form.get());
}

TEST_CASE("random passwords are long, printable and not repeated") {
  const auto first = random_password();
  const auto second = random_password();
  CHECK(first.size() == 44);
  CHECK(first.view() != second.view());
  CHECK(std::all_of(first.view().begin(), first.view().end(), [](char octet) { return octet > ' ' && octet < 0x7f; }));
}

TEST_CASE("a stored secret has the form in which libsasl reads it") {
  const auto secret = random_stored_secret("sixteen octets..", 5000);
  const auto parts = split(secret.view(), "$:");
  REQUIRE(parts.size() == 5);
  CHECK(parts[0] == "SCRAM-SHA-256");
  CHECK(parts[1] == "5000");
  CHECK(decode_base64(parts[2])->view() == "sixteen octets..");
  CHECK(decode_base64(parts[3])->size() == 32);
  CHECK(decode_base64(parts[4])->size() == 32);
  CHECK(parts[3] != parts[4]);
  CHECK(random_stored_secret("sixteen octets..", 5000).view() != secret.view());
}

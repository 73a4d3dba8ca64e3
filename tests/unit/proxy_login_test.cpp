#include "shim/net/proxy_login.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "plugin/config/config_error.hpp"
#include "shim/smtp/plain_message.hpp"

using namespace clientid;
using namespace std::string_literals;

namespace {

class PasswordFile {
 public:
  explicit PasswordFile(const std::string& text, mode_t mode = 0600) {
    REQUIRE(::mkdtemp(directory_.data()) != nullptr);
    std::ofstream(path()) << text;
    REQUIRE(::chmod(path().c_str(), mode) == 0);
  }
  PasswordFile(const PasswordFile&) = delete;
  PasswordFile& operator=(const PasswordFile&) = delete;
  ~PasswordFile() { std::filesystem::remove_all(directory_); }

  std::string path() const { return directory_ + "/password"; }
  std::string link() const {
    const auto link = directory_ + "/link";
    REQUIRE(::symlink(path().c_str(), link.c_str()) == 0);
    return link;
  }

 private:
  std::string directory_ = "/tmp/clientid-XXXXXX";
};

std::string password_in(const std::string& text) {
  const PasswordFile file(text);
  return std::string(ProxyLogin::read("shim", file.path()).password.view());
}

// What is wrong with it; the password is not told.
std::string fault(const std::string& path) {
  try {
    ProxyLogin::read("shim", path);
  } catch (const ConfigError& error) {
    const std::string text = error.what();
    CHECK(text.starts_with(path + ": "));
    CHECK(text.find("secret") == std::string::npos);
    return text.substr(path.size() + 2);
  }
  return "";
}

}  // namespace

TEST_CASE("the password is the first line of its file") {
  CHECK(password_in("secret\n") == "secret");
  CHECK(password_in("secret") == "secret");
  CHECK(password_in(" se cret \nand more\n") == " se cret ");
}

TEST_CASE("threats: key files - a password file is for nobody else") {
  const PasswordFile open("secret\n", 0644);
  CHECK(fault(open.path()) == "the password file is open to others; mend it with: chmod u=rw,g=r,o= " + open.path());
  const PasswordFile file("secret\n");
  CHECK(fault(file.link()).starts_with("cannot open the password file: "));
  CHECK(fault(file.path() + "x") == "cannot open the password file: No such file or directory");
}

TEST_CASE("a password file without a password is an error") {
  CHECK(fault(PasswordFile("").path()) != "");
  const PasswordFile empty("\nsecret\n");
  CHECK(fault(empty.path()) == "the password file has no password in its first line");
  const PasswordFile binary("secret\0secret\n"s);
  CHECK(fault(binary.path()).find("NUL") != std::string::npos);
}

TEST_CASE("the client is the authorization identity, the login is our own") {
  const ProxyLogin login{"shim", Secret("secret")};
  const auto message = login.message_for("alice@example.com");
  CHECK(message.view() == "alice@example.com\0shim\0secret"s);
  const auto parts = split_plain_message(message.view());
  REQUIRE(parts);
  CHECK(parts->authorization == "alice@example.com");
  CHECK(parts->user == "shim");
}

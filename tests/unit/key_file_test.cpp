#include "plugin/identity/key_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "plugin/config/config_error.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;

namespace {

const std::string first_key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const std::string second_key = "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f";
// HMAC-SHA-256 of "uuid" NUL "token" under each of them.
const std::string under_first = "7c7173923f320093d531a45d1f5d14f01926e15ff9f484c782958c76504b4b67";
const std::string under_second = "75c3e9951419d02715db054df3b1718ca681e5a616fbd658f2de200dddda1b64";

class KeyPath {
 public:
  KeyPath() = default;
  explicit KeyPath(const std::string& text, mode_t mode = 0600) { write(text, mode); }

  void write(const std::string& text, mode_t mode = 0600) const {
    std::ofstream(path(), std::ios::binary) << text;
    ::chmod(path().c_str(), mode);
  }
  std::string read() const {
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string path() const { return directory_.file("clientid.key"); }
  std::string beside(const std::string& name) const { return directory_.file(name); }

 private:
  TemporaryDirectory directory_;
};

// What ConfigError says behind the path; empty if the file is good.
std::string fault(const std::string& path) {
  try {
    KeyFile::load(path);
  } catch (const ConfigError& error) {
    const std::string text = error.what();
    CHECK(text.starts_with(path + ":"));
    CHECK(text.find('\n') == std::string::npos);
    return text.substr(path.size() + 1);
  }
  return {};
}

std::string fault_of(const std::string& text, mode_t mode = 0600) {
  return fault(KeyPath(text, mode).path());
}

std::string fingerprint_under(const std::string& text, const std::string& parameters = "UUID token") {
  return KeyFile::load(KeyPath(text).path()).fingerprint(*parse_identity(parameters)).hex();
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("D9.1 a fingerprint is HMAC-SHA-256 of type, NUL and token") {
  CHECK(fingerprint_under("1 " + first_key + "\n") == under_first);
  CHECK(fingerprint_under("1 " + second_key + "\n") == under_second);
}

TEST_CASE("D4.2 the type counts in any case, the token octet by octet") {
  const auto text = "1 " + first_key;
  CHECK(fingerprint_under(text, "uuid token") == fingerprint_under(text, "UUID token"));
  CHECK(fingerprint_under(text, "uuid Token") != fingerprint_under(text, "uuid token"));
  CHECK(fingerprint_under(text, "uuidt oken") != fingerprint_under(text, "uuid token"));
}

TEST_CASE("X8 of several keys the first is current") {
  const KeyPath file("2 " + second_key + " 2026-11-28T22:00:00Z\n1 " + first_key + "\n");
  const auto keys = KeyFile::load(file.path());
  CHECK(keys.current_id() == "2");
  CHECK(keys.fingerprint(*parse_identity("UUID token")).hex() == under_second);
  REQUIRE(keys.keys().size() == 2);
  CHECK(keys.keys()[0].created == "2026-11-28T22:00:00Z");
  CHECK(keys.keys()[1].created.empty());
  CHECK(fingerprint_under(*keys.find("1"), *parse_identity("UUID token")).hex() == under_first);
  CHECK(keys.find("01") == keys.find("1"));
  CHECK(keys.find("3") == nullptr);
}

TEST_CASE("a number or a key that stands twice is refused, and not shown") {
  for (const auto* id : {"1 ", "01 "}) {
    const auto said = fault_of("1 " + first_key + "\n" + id + second_key + "\n");
    CHECK(said.starts_with("2: there is another key"));
    CHECK_FALSE(contains(said, second_key.substr(2, 8)));
  }
  const auto said = fault_of("1 " + first_key + "\n2 " + first_key + "\n");
  CHECK(said.starts_with("2: this is key 1 once more"));
  CHECK_FALSE(contains(said, first_key.substr(2, 8)));
}

TEST_CASE("a file has as many keys as may be, and no more") {
  std::string text;
  for (std::size_t i = 1; i <= KeyFile::max_keys; ++i) {
    text += std::to_string(i) + " " + std::string(62, '0') + std::to_string(10 + i) + "\n";
  }
  CHECK(fault_of(text).empty());
  CHECK(contains(fault_of(text + "99 " + first_key), "more than 16 keys"));
}

TEST_CASE("keys are older by their numbers") {
  CHECK(is_older_key("1", "2"));
  CHECK(is_older_key("9", "10"));
  CHECK(is_older_key("009", "10"));
  CHECK(is_older_key("0", "1"));
  CHECK_FALSE(is_older_key("10", "9"));
  CHECK_FALSE(is_older_key("2", "2"));
  CHECK_FALSE(is_older_key("02", "2"));
}

TEST_CASE("X8 a file that is replaced has the new key, keeps the others, and its mode") {
  const KeyPath file("# by hand\n1 " + first_key + "\n", 0640);
  auto keys = KeyFile::load(file.path());
  keys.add("2", "2026-11-28T22:00:00Z");
  CHECK(keys.current_id() == "1");
  keys.make_current("2");
  keys.replace(file.path());
  const auto text = file.read();
  const std::string head = "# clientid hash keys; the first one is current\n2 ";
  CHECK(text.starts_with(head));
  CHECK(text.substr(head.size() + 64) == " 2026-11-28T22:00:00Z\n1 " + first_key + "\n");
  struct stat status {};
  REQUIRE(::stat(file.path().c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0640);
  CHECK(KeyFile::load(file.path()).current_id() == "2");

  keys.remove("1");
  keys.replace(file.path());
  CHECK(KeyFile::load(file.path()).keys().size() == 1);
  CHECK_FALSE(contains(file.read(), first_key));
}

TEST_CASE("a new key is another one every time") {
  const KeyPath file("1 " + first_key);
  auto keys = KeyFile::load(file.path());
  for (int id = 2; id <= 9; ++id) keys.add(std::to_string(id), "");
  keys.replace(file.path());
  CHECK(KeyFile::load(file.path()).keys().size() == 9);  // it takes no key twice
}

TEST_CASE("comments and empty lines are passed over, and the last line needs no end") {
  const KeyPath file("# keys\n\n# 3 not this\n27 " + second_key);
  const auto keys = KeyFile::load(file.path());
  CHECK(keys.current_id() == "27");
  CHECK(keys.fingerprint(*parse_identity("UUID token")).hex() == under_second);
}

TEST_CASE("a line that is no key is named, and not shown") {
  for (const auto& line : {first_key,
                           "1" + first_key,
                           "1  " + first_key,
                           " 1 " + first_key,
                           " " + first_key,
                           "a " + first_key,
                           "1a " + first_key,
                           "-1 " + first_key,
                           "1 " + first_key + " ",
                           "1 " + first_key + "\r",
                           "1\t" + first_key,
                           "1 " + first_key.substr(1),
                           "1 " + first_key + "0",
                           "1 A" + first_key.substr(1),
                           "1 " + first_key + " yesterday",
                           "1 " + first_key + " 2026-11-28T22:00:00",
                           "1 " + first_key + " 2026-11-28T22:00:00Z ",
                           "1 " + first_key + " 2026-11-28 22:00:00Z",
                           "1 " + first_key + "  2026-11-28T22:00:00Z",
                           "1 g" + first_key.substr(1),
                           "9223372036854775807 " + first_key,
                           std::string("1"),
                           std::string("1 "),
                           std::string(64, '1'),
                           std::string(" "),
                           " #" + first_key}) {
    CAPTURE(line);
    const auto said = fault_of("# keys\n1 " + second_key + "\n" + line + "\n");
    CHECK(said.starts_with("3: not a key"));
    CHECK_FALSE(contains(said, first_key.substr(2, 8)));
  }
}

TEST_CASE("threats: failing open - a file without a key is an error") {
  for (const auto* text : {"", "\n", "# 1 key\n", "#\n\n#"}) {
    CAPTURE(std::string_view(text));
    CHECK(contains(fault_of(text), "holds no key"));
  }
}

TEST_CASE("threats: key files - too open a file is refused with the command that mends it") {
  const auto text = "1 " + first_key + "\n";
  for (const mode_t mode : {0400U, 0600U, 0440U, 0640U, 0700U}) {
    CAPTURE(mode);
    CHECK(fault_of(text, mode).empty());
  }
  for (const mode_t bit : {0020U, 0010U, 0004U, 0002U, 0001U}) {
    CAPTURE(bit);
    const KeyPath file(text, 0600U | bit);
    CHECK(contains(fault(file.path()), "chmod u=rw,g=r,o= " + file.path()));
  }
}

TEST_CASE("threats: key files - a file of somebody else is refused") {
  if (::geteuid() != 0) return;  // nobody else can give a file away
  const KeyPath file("1 " + first_key + "\n");
  REQUIRE(::chown(file.path().c_str(), 12345, static_cast<gid_t>(-1)) == 0);
  CHECK(contains(fault(file.path()), "chown root " + file.path()));
}

TEST_CASE("threats: key files - no link is followed") {
  const KeyPath file("1 " + first_key + "\n");
  const auto link = file.beside("link");
  REQUIRE(::symlink(file.path().c_str(), link.c_str()) == 0);
  CHECK(contains(fault(link), "readlink -f " + link));
}

TEST_CASE("threats: key files - only a plain file is read") {
  const KeyPath none;
  const auto fifo = none.beside("fifo");
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  CHECK(contains(fault(fifo), "not a plain file"));
  const auto directory = none.beside("directory");
  REQUIRE(::mkdir(directory.c_str(), 0700) == 0);
  CHECK(contains(fault(directory), "not a plain file"));
}

TEST_CASE("a file that is not there is made with clientidctl init") {
  const KeyPath none;
  CHECK(contains(fault(none.path()), "clientidctl init"));
  CHECK_FALSE(contains(fault(none.path() + "/beneath"), "not a plain file"));
}

TEST_CASE("a file has 64 KiB at most") {
  const auto key = "\n1 " + first_key + "\n";
  const std::string filled = "#" + std::string(64 * 1024 - 1 - key.size(), 'x') + key;
  CHECK(fault_of(filled).empty());
  CHECK(contains(fault_of("#" + filled), "larger than 64 KiB"));
}

TEST_CASE("a new file holds one random key, for its owner alone") {
  const KeyPath file;
  const auto mask = ::umask(0);
  CHECK(KeyFile::create(file.path()));
  ::umask(mask);
  struct stat status {};
  REQUIRE(::stat(file.path().c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
  const std::string head = "# clientid hash keys; the first one is current\n1 ";
  const auto text = file.read();
  CHECK(text.size() == head.size() + 65);
  CHECK(text.starts_with(head));
  CHECK(text.find_first_not_of("0123456789abcdef", head.size()) == text.size() - 1);
  CHECK(text.back() == '\n');
  CHECK(KeyFile::load(file.path()).current_id() == "1");

  const KeyPath other;
  CHECK(KeyFile::create(other.path(), "2026-11-28T22:00:00Z"));
  CHECK(other.read().substr(0, text.size() - 1) != text.substr(0, text.size() - 1));
  CHECK(KeyFile::load(other.path()).keys().front().created == "2026-11-28T22:00:00Z");
}

TEST_CASE("a key that is there is never replaced") {
  const KeyPath file("anything");
  CHECK_FALSE(KeyFile::create(file.path()));
  CHECK(file.read() == "anything");
}

TEST_CASE("a key that cannot be written is an error that names the file") {
  const KeyPath none;
  const auto path = none.beside("nowhere/clientid.key");
  CHECK_THROWS_WITH_AS(KeyFile::create(path), doctest::Contains(path.c_str()), ConfigError);
}

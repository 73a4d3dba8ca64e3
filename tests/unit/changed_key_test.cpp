#include "plugin/identity/changed_key.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/unit/temporary_directory.hpp"

using namespace clientid;

namespace {

const std::string one(64, '1');
const std::string two(64, '2');
const std::string three(64, '3');

KeyFile key_file(const std::string& text) {
  const TemporaryDirectory directory;
  const auto path = directory.file("clientid.key");
  std::ofstream(path) << text;
  ::chmod(path.c_str(), 0600);
  return KeyFile::load(path);
}

}  // namespace

TEST_CASE("X8 under a number that two files know stands the same key, or it is named") {
  const auto before = key_file("2 " + two + "\n1 " + one + "\n");
  CHECK_FALSE(changed_key(before, before));
  CHECK_FALSE(changed_key(before, key_file("1 " + one + "\n")));
  CHECK_FALSE(changed_key(before, key_file("3 " + three + "\n01 " + one + "\n")));
  CHECK(changed_key(before, key_file("1 " + three + "\n")) == "1");
  CHECK(changed_key(before, key_file("1 " + one + "\n2 " + three + "\n")) == "2");
}

// The file of the hash keys: what is taken means the same when it is written again, and no key is shown in a fault.
#include "plugin/identity/key_file.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "plugin/config/config_error.hpp"
#include "plugin/identity/hex.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace clientid {
namespace {

// On disk, for no link to a file is followed.
class KeyPath {
 public:
  const std::string& path() const { return path_; }
  void write(std::string_view content) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << content;
    ::chmod(path_.c_str(), 0600);
  }

 private:
  TemporaryDirectory directory_;
  std::string path_ = directory_.file("key");
};

std::string written(const KeyFile& file) {
  std::string text = "# again\n";
  for (const auto& key : file.keys()) {
    const auto octets = key.octets.view();
    text += key.id + " " + encode_hex({reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()});
    text += (key.created.empty() ? "" : " " + key.created) + "\n";
  }
  return text;
}

void check_fault(const std::string& fault) {
  require(fault.find('\n') == std::string::npos, "a fault is one line");
  std::size_t digits = 0;
  for (const char c : fault) {
    digits = std::string_view("0123456789abcdefABCDEF").find(c) == std::string_view::npos ? 0 : digits + 1;
    require(digits <= 18, "no key is shown");
  }
}

bool same(const HashKey& one, const HashKey& other) {
  return one.id == other.id && one.octets.view() == other.octets.view() && one.created == other.created;
}

void check_numbers(const KeyFile& file) {
  for (const auto& key : file.keys()) {
    require(file.find(key.id) == &key, "a key is found by its number");
    require(file.check_value(key.id).has_value(), "it has a check value");
    for (const auto& other : file.keys()) {
      const bool either = is_older_key(key.id, other.id) != is_older_key(other.id, key.id);
      require(either == (&key != &other), "of two keys one is older");
    }
  }
}

}  // namespace

void fuzz(std::string_view input) {
  static const KeyPath key_path;
  const auto& path = key_path.path();
  key_path.write(input);
  KeyFile file;
  try {
    file = KeyFile::load(path);
  } catch (const ConfigError& error) {
    const std::string fault = error.what();
    require(fault.starts_with(path + ":"), "a fault names the file");
    return check_fault(fault.substr(path.size()));
  }
  require(!file.keys().empty() && file.keys().size() <= KeyFile::max_keys, "there are not too many keys");
  key_path.write(written(file));
  const auto again = KeyFile::load(path);
  require(std::ranges::equal(file.keys(), again.keys(), same), "keys are read as they were written");
  check_numbers(file);
}

}  // namespace clientid

// A database of countries or cities for a test, made by make_countries.pl.
#pragma once

#include <doctest/doctest.h>
#include <spawn.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "plugin/store/countries.hpp"
#include "tests/unit/temporary_store.hpp"

namespace clientid {

// The status of perl with these arguments; -1 where there is none.
inline int run_perl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "perl");
  std::vector<char*> words;
  words.reserve(arguments.size() + 1);
  for (auto& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  pid_t child = 0;
  int status = 0;
  if (::posix_spawnp(&child, "perl", nullptr, nullptr, words.data(), environ) != 0) return -1;
  if (::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

// Databases can be made. Says so where they cannot.
inline bool has_writer() {
  static const bool there = run_perl({"-MMaxMind::DB::Writer::Tree", "-e", "0"}) == 0;
  if (!there) MESSAGE("skipped: Perl's MaxMind::DB::Writer is not installed (Debian: libmaxmind-db-writer-perl)");
  return there;
}

class CountriesDatabase {
 public:
  explicit CountriesDatabase(const std::string& form) {
    const auto script = std::filesystem::path(__FILE__).parent_path() / "make_countries.pl";
    REQUIRE(run_perl({script.string(), form, path()}) == 0);
  }

  std::string path() const { return directory_.file("places.mmdb"); }
  std::shared_ptr<const Countries> open() const { return Countries::open(path()); }

  std::string octets() const {
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void replace(const std::string& octets) const {
    std::filesystem::remove(path());
    std::ofstream(path(), std::ios::binary) << octets;
  }

 private:
  TemporaryDirectory directory_;
};

}  // namespace clientid

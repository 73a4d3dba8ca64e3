#include "plugin/config/option_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/variables_map.hpp>
#include <fstream>

#include "plugin/config/config_error.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;
namespace po = boost::program_options;

namespace {

po::options_description keys() {
  po::options_description all;
  all.add_options()("name", po::value<std::string>()->default_value("nobody"))("number", po::value<int>())(
      "many", po::value<std::vector<std::string>>()->composing());
  return all;
}

class OptionFile {
 public:
  explicit OptionFile(const std::string& text) { std::ofstream(path(), std::ios::binary) << text; }

  std::string path() const { return directory_.file("test.conf"); }

  void read(po::variables_map& values) const { read_option_file(path(), keys(), values); }
  po::variables_map read() const {
    po::variables_map values;
    read(values);
    return values;
  }
  // What ConfigError says behind the path; empty if the file is good.
  std::string fault() const {
    try {
      read();
    } catch (const ConfigError& error) {
      const std::string text = error.what();
      CHECK(text.starts_with(path() + ":"));
      CHECK(text.find('\n') == std::string::npos);
      return text.substr(path().size() + 1);
    }
    return {};
  }

 private:
  TemporaryDirectory directory_;
};

}  // namespace

TEST_CASE("keys, values, comments and empty lines") {
  const auto values = OptionFile("# comment\n\nname = alice\n  number=7  # the seventh\nmany = a b\nmany = c").read();
  CHECK(values["name"].as<std::string>() == "alice");
  CHECK(values["number"].as<int>() == 7);
  CHECK(values["many"].as<std::vector<std::string>>() == std::vector<std::string>{"a b", "c"});
}

TEST_CASE("an empty file leaves the defaults") {
  const auto values = OptionFile("").read();
  CHECK(values["name"].as<std::string>() == "nobody");
  CHECK(values["name"].defaulted());
  CHECK_FALSE(values.contains("number"));
}

TEST_CASE("what the command line says wins") {
  const OptionFile file("name = file\nnumber = 2\n");
  const auto described = keys();
  po::variables_map values;
  po::store(po::command_line_parser(std::vector<std::string>{"--name", "line"}).options(described).run(), values);
  file.read(values);
  CHECK(values["name"].as<std::string>() == "line");
  CHECK(values["number"].as<int>() == 2);
}

TEST_CASE("an unknown key is named with its line") {
  CHECK(OptionFile("name = a\n\n  mood = b\n").fault() ==
        "3: mood: no such key; see the manual page for those there are");
  CHECK(OptionFile("mood=b\n").fault().starts_with("1: mood: no such key"));
  CHECK(OptionFile("nam = a\n").fault().starts_with("1: nam: no such key"));
  CHECK(OptionFile("names = a\n").fault().starts_with("1: names: no such key"));
  CHECK(OptionFile("Name = a\n").fault().starts_with("1: Name: no such key"));
}

TEST_CASE("a bad value is named with its line and key") {
  CHECK(OptionFile("# one\nnumber = seven\n").fault() == "2: number: cannot have this value");
  CHECK(OptionFile("number =\n").fault() == "1: number: cannot have this value");
}

TEST_CASE("a line that is no pair is an error") {
  CHECK(OptionFile("name = a\nname\n").fault() == "2: name: is no line of the form KEY = VALUE");
  CHECK(OptionFile("something else\n").fault() == "1: is no line of the form KEY = VALUE");
  CHECK(OptionFile("= a\n").fault() == "1: no such key; see the manual page for those there are");
}

TEST_CASE("a section is an error") {
  CHECK(OptionFile("name = a\n  [shim] # ours\n").fault() == "2: there are no sections; remove this line");
  CHECK(OptionFile("[]\n").fault() == "1: there are no sections; remove this line");
  CHECK(OptionFile("\r[shim]\r\n").fault() == "1: there are no sections; remove this line");
  CHECK(OptionFile("# [shim]\nname = [a]\n").fault().empty());
}

TEST_CASE("threats: reading memory - what may be a password is not repeated") {
  const std::string secret = "hors3battery";
  const std::string uri = "postgresql://clientid:" + secret + "@db.example.com/clientid";
  for (const auto& line : {uri, secret, secret + "=", "name " + uri, uri + "?sslmode = require", "[" + uri + "]",
                           "number = " + secret, "mood = " + secret, "=" + secret, std::string(33, 'x') + " = a"}) {
    CAPTURE(line);
    const auto fault = OptionFile(line + "\n").fault();
    CHECK(fault.starts_with("1: "));
    CHECK(fault.find(secret) == std::string::npos);
    CHECK(fault.find("xxx") == std::string::npos);
  }
}

TEST_CASE("a key that stands twice is named with both lines") {
  CHECK(OptionFile("name = a\nnumber = 1\nname = a\n").fault() ==
        "3: name: stands in line 1 already; remove one of them");
  CHECK(OptionFile("many = a\nmany = a\n").fault().empty());
}

TEST_CASE("a file that cannot be read is named") {
  const TemporaryDirectory directory;
  po::variables_map values;
  for (const auto& path : {directory.file("nothing"), directory.file("")}) {
    CHECK_THROWS_WITH_AS(read_option_file(path, keys(), values), doctest::Contains((path + ": cannot read").c_str()),
                         ConfigError);
  }
}

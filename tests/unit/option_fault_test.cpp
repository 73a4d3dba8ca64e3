#include "plugin/config/option_fault.hpp"

#include <doctest/doctest.h>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>
#include <vector>

#include "plugin/config/config_error.hpp"

using namespace clientid;
namespace po = boost::program_options;

namespace {

// What is wrong with a command line; empty if nothing is.
std::string fault(const std::vector<std::string>& words) {
  po::options_description options;
  options.add_options()("flag,f", "")("name", po::value<std::string>(), "")("number", po::value<int>(), "");
  try {
    const auto parsed = po::command_line_parser(words).options(options).positional({}).run();
    require_good_values(parsed);
    po::variables_map values;
    po::store(parsed, values);
  } catch (const ConfigError& error) {
    return error.what();
  } catch (const po::error& error) {
    return command_line_fault(error);
  }
  return {};
}

}  // namespace

TEST_CASE("what is wrong with an option, and with which") {
  CHECK(fault({"--name", "alice", "-f"}).empty());
  CHECK(fault({"--nmae", "alice"}) == "there is no such option \"nmae\"");
  CHECK(fault({"-x"}) == "there is no such option \"x\"");
  CHECK(fault({"--name"}) == "--name: takes a value");
  CHECK(fault({"--name="}) == "--name: takes a value");
  CHECK(fault({"--flag=yes"}) == "--flag: takes no value");
  CHECK(fault({"--number", "seven"}) == "--number: cannot have this value");
  CHECK(fault({"--name", "alice", "--name", "bob"}) == "--name: is given twice");
  CHECK(fault({"alice"}) == "a word stands there that belongs to no option");
}

TEST_CASE("threats: reading memory - what was given to an option is not repeated") {
  const std::string secret = "hors3battery";
  const std::string uri = "postgresql://clientid:" + secret + "@db.example.com/clientid";
  for (const auto& words : std::vector<std::vector<std::string>>{{"--nmae=" + secret},
                                                                 {"--nmae=" + uri},
                                                                 {"--" + secret},
                                                                 {"--" + uri},
                                                                 {"-x" + secret},
                                                                 {"-f" + secret},
                                                                 {"--flag=" + secret},
                                                                 {"--number=" + secret},
                                                                 {"--name", secret, "--name", secret},
                                                                 {secret},
                                                                 {"-" + uri}}) {
    CAPTURE(words.front());
    const auto said = fault(words);
    CHECK_FALSE(said.empty());
    CHECK(said.find(secret) == std::string::npos);
    CHECK(said.find("postgresql") == std::string::npos);
  }
}

TEST_CASE("a fault in our own words is shown as it is") {
  CHECK(fault_text(OptionFault("cannot be \"x\"; it takes y")) == "cannot be \"x\"; it takes y");
  CHECK(fault_text(po::error("secret")) == "cannot be understood");
}

TEST_CASE("what looks like the name of an option") {
  for (const auto* name : {"store", "max-connections-per-address", "Name", "max_errors"})
    CHECK(looks_like_option(name));
  for (const auto* other : {"", "hors3battery", "a b", "store=", "postgresql:", "[shim]"}) {
    CHECK_FALSE(looks_like_option(other));
  }
  CHECK(looks_like_option(std::string(32, 'x')));
  CHECK_FALSE(looks_like_option(std::string(33, 'x')));
}

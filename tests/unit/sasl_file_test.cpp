#include "plugin/config/sasl_file.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "plugin/config/config_error.hpp"
#include "tests/unit/temporary_directory.hpp"

using namespace clientid;

namespace {

SaslFile read(const std::string& text) {
  const TemporaryDirectory directory;
  const auto path = directory.file("smtpd.conf");
  std::ofstream(path) << text;
  return SaslFile::read(path);
}

}  // namespace

TEST_CASE("a configuration of libsasl is read as libsasl reads it") {
  const auto file = read("# auxprop_plugin: sql\n\n  AuxProp_Plugin:  sasldb\tClientID \nauxprop_plugin: ldapdb\n");
  CHECK(file.value("auxprop_plugin") == "sasldb\tClientID");
  CHECK(names(file.words("auxprop_plugin"), "clientid"));
  CHECK_FALSE(names(file.words("auxprop_plugin"), "client"));
  CHECK_FALSE(file.value("canon_user_plugin"));
}

TEST_CASE("a line that libsasl cannot read is named") {
  for (const char* line :
       {"auxprop_plugin sasldb", "auxprop plugin: sasldb", "auxprop_plugin : sasldb", "auxprop_plugin: "}) {
    CAPTURE(line);
    CHECK_THROWS_WITH_AS(read("mech_list: PLAIN\n" + std::string(line) + "\n"), doctest::Contains(".conf:2: "),
                         ConfigError);
  }
}

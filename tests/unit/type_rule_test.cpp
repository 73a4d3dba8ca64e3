#include "plugin/policy/type_rule.hpp"

#include <doctest/doctest.h>

#include "plugin/config/config_error.hpp"

using namespace clientid;

namespace {

TypeLevel level(const std::string& name, const std::string& value) {
  TypeLevel made;
  set(made, name, value);
  return made;
}

// What an operator reads where `value` is not taken; empty if it is.
std::string fault(const std::string& name, const std::string& value) {
  try {
    level(name, value);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return {};
}

template <typename T>
std::string text(const T& rule) {
  std::string all;
  for (const auto& [name, value] : values(rule)) all += name + "=" + value + " ";
  return all;
}

TypeFlags flags(const std::string& value) {
  return level("flags", value).flags.value();
}

}  // namespace

TEST_CASE("D7.3 each flag has its name, in the order in which the draft numbers them") {
  const std::vector<std::pair<TypeFlag, std::string>> all{
      {TypeFlag::ignore, "ignore"},
      {TypeFlag::debug, "debug"},
      {TypeFlag::system_log, "system-log"},
      {TypeFlag::user_log, "user-log"},
      {TypeFlag::authenticate, "authenticate"},
      {TypeFlag::alert_failure, "alert-failure"},
      {TypeFlag::alert_success, "alert-success"},
      {TypeFlag::unused, "unused"},
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(all[i].second);
    CHECK(static_cast<std::size_t>(all[i].first) == i);
    CHECK(flags(all[i].second) == TypeFlags{all[i].first});
    CHECK(text(level("flags", all[i].second)) == "flags=" + all[i].second + " ");
    for (const auto& [other, name] : all) CHECK(flags(all[i].second).has(other) == (other == all[i].first));
  }
}

TEST_CASE("D7.3 flags are a list, written in one order, and may be none") {
  CHECK(flags("authenticate,system-log") == TypeFlags{TypeFlag::system_log, TypeFlag::authenticate});
  CHECK(text(level("flags", "authenticate,system-log")) == "flags=system-log,authenticate ");
  CHECK(text(level("flags", "unused,unused")) == "flags=unused ");
  CHECK(flags("") == TypeFlags{});
  CHECK(text(level("flags", "")) == "flags= ");
  CHECK(text(level("flags", "system-log,user-log,authenticate,alert-failure,alert-success,unused")) ==
        "flags=system-log,user-log,authenticate,alert-failure,alert-success,unused ");
}

TEST_CASE("D7.3 what is taken as not shown contradicts whatever else is said of it") {
  for (const std::string lone : {"ignore", "debug"}) {
    CAPTURE(lone);
    CHECK(fault("flags", lone + ",unused").empty());
    for (const std::string other : {"system-log", "user-log", "authenticate", "alert-failure", "alert-success"}) {
      CAPTURE(other);
      CHECK(fault("flags", lone + "," + other) ==
            "flags: cannot be \"" + lone + "," + other + "\"; it takes ignore or debug alone, or any of the others");
      CHECK_FALSE(fault("flags", other + "," + lone + ",unused").empty());
    }
  }
  CHECK_FALSE(fault("flags", "ignore,debug").empty());
}

TEST_CASE("D7.3 a type counts for the verdict where it says authenticate") {
  CHECK(TypeRule().counts());
  for (const auto* none : {"", "ignore", "debug", "system-log,user-log,alert-failure,alert-success,unused"}) {
    CAPTURE(none);
    CHECK_FALSE(effective("uuid", level("flags", none), {}).counts());
  }
  CHECK(effective("uuid", level("flags", "authenticate"), {}).counts());
}

TEST_CASE("a value that is not taken is named, with those that are") {
  CHECK(fault("flags", "system-log, user-log") ==
        "flags: cannot be \"system-log, user-log\"; it takes some of ignore,debug,system-log,user-log,authenticate,"
        "alert-failure,alert-success,unused");
  for (const auto* wrong : {"Ignore", "log", "system-log,,user-log", ",user-log", "user-log ", "*"}) {
    CAPTURE(wrong);
    CHECK(fault("flags", wrong).starts_with("flags: cannot be \""));
  }
  CHECK(fault("on-mismatch", "allow") == "on-mismatch: cannot be \"allow\"; it takes note or refuse");
  CHECK(fault("shared", "true") == "shared: cannot be \"true\"; it takes no or yes");
  CHECK_FALSE(fault("shared", "").empty());
  CHECK_FALSE(fault("check", "uuids").empty());
  CHECK_FALSE(fault("check", "regex:(").empty());
  const std::string unknown = "no setting of a type is named mode; there are: flags, check, on-mismatch and shared";
  CHECK(fault("mode", "off") == unknown);
  TypeLevel none;
  CHECK_THROWS_WITH_AS(unset(none, "mode"), unknown.c_str(), ConfigError);
}

TEST_CASE("a value that is not taken leaves the one before") {
  auto held = level("shared", "yes");
  set(held, "flags", "ignore");
  CHECK_THROWS_AS(set(held, "shared", "maybe"), ConfigError);
  CHECK_THROWS_AS(set(held, "flags", "ignore,debug"), ConfigError);
  CHECK(text(held) == "flags=ignore shared=yes ");
}

TEST_CASE("values go round, and only what is set is there") {
  CHECK(text(TypeLevel()).empty());
  TypeLevel all;
  set(all, "shared", "no");
  set(all, "on-mismatch", "refuse");
  set(all, "check", "regex:[0-9a-f]{12}");
  set(all, "flags", "user-log");
  const std::string written = "flags=user-log check=regex:[0-9a-f]{12} on-mismatch=refuse shared=no ";
  CHECK(text(all) == written);
  TypeLevel again;
  for (const auto& [name, value] : values(all)) set(again, name, value);
  CHECK(text(again) == written);
  for (const auto& pair : {"check=none", "check=uuid", "check=mac", "on-mismatch=note", "shared=yes"}) {
    const std::string setting(pair);
    const auto equals = setting.find('=');
    CHECK(text(level(setting.substr(0, equals), setting.substr(equals + 1))) == setting + " ");
  }
}

TEST_CASE("what is unset is left to the next level") {
  auto held = level("shared", "yes");
  set(held, "flags", "ignore");
  unset(held, "shared");
  CHECK(text(held) == "flags=ignore ");
  unset(held, "flags");
  CHECK(text(held).empty());
}

TEST_CASE("D7.4 what is built in: every type counts, and two have their checks") {
  const std::string end = " on-mismatch=note shared=no ";
  CHECK(text(effective("serial", {}, {})) == "flags=system-log,user-log,authenticate check=none" + end);
  CHECK(text(effective("uuid", {}, {})) == "flags=system-log,user-log,authenticate check=uuid" + end);
  CHECK(text(effective("mac", {}, {})) == "flags=system-log,user-log,authenticate check=mac" + end);
}

TEST_CASE("each setting is the type's own, else that of *, else what is built in") {
  TypeLevel any;
  set(any, "check", "none");
  set(any, "on-mismatch", "refuse");
  set(any, "shared", "yes");
  TypeLevel own;
  set(own, "shared", "no");
  CHECK(text(effective("uuid", own, any)) ==
        "flags=system-log,user-log,authenticate check=none on-mismatch=refuse shared=no ");
  set(own, "check", "mac");
  set(own, "flags", "");
  CHECK(text(effective("uuid", own, any)) == "flags= check=mac on-mismatch=refuse shared=no ");
  CHECK(text(effective("uuid", {}, own)) == "flags= check=mac on-mismatch=note shared=no ");
}

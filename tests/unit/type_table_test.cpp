#include "plugin/store/type_table.hpp"

#include <doctest/doctest.h>
#include <malloc.h>

#include "tests/unit/temporary_store.hpp"

using namespace clientid;

namespace {

template <typename T>
std::string text(const T& rule) {
  std::string all;
  for (const auto& [name, value] : values(rule)) all += name + "=" + value + " ";
  return all;
}

TypeLevel level(const std::vector<SettingValue>& settings) {
  TypeLevel made;
  for (const auto& [name, value] : settings) set(made, name, value);
  return made;
}

const std::string built_in = "flags=system-log,user-log,authenticate check=none on-mismatch=note shared=no ";

}  // namespace

TEST_CASE("D7.3 D7.4 what is set of a type comes back, and what is saved replaces it") {
  const TemporaryStore store;
  auto connection = store.open();
  TypeTable table(connection);
  CHECK(table.list().empty());
  CHECK(text(table.load("serial")).empty());
  table.save("serial", level({{"flags", "user-log"}, {"check", "regex:'; DROP.*"}, {"shared", "yes"}}));
  table.save("*", level({{"on-mismatch", "refuse"}}));
  CHECK(text(table.load("serial")) == "flags=user-log check=regex:'; DROP.* shared=yes ");
  CHECK(text(table.load("*")) == "on-mismatch=refuse ");
  auto all = table.list();
  CHECK(all.size() == 2);
  CHECK(text(all["serial"]) == "flags=user-log check=regex:'; DROP.* shared=yes ");
  CHECK(text(all["*"]) == "on-mismatch=refuse ");

  table.save("serial", level({{"shared", "no"}}));
  CHECK(text(table.load("serial")) == "shared=no ");
  CHECK(text(table.load("*")) == "on-mismatch=refuse ");
  table.save("serial", {});
  CHECK(table.list().size() == 1);
}

TEST_CASE("flags may be none, which is not the same as not set") {
  const TemporaryStore store;
  auto connection = store.open();
  TypeTable table(connection);
  TypeReader reader(connection);
  table.save("serial", level({{"flags", ""}}));
  CHECK(text(table.load("serial")) == "flags= ");
  CHECK_FALSE(reader.read("serial").counts());
  table.save("serial", {});
  CHECK(reader.read("serial").counts());
}

TEST_CASE("the rule in force is of the type, else of *, else built in") {
  const TemporaryStore store;
  auto connection = store.open();
  TypeTable table(connection);
  TypeReader reader(connection);
  CHECK(text(reader.read("serial")) == built_in);
  CHECK(text(reader.read("uuid")) == "flags=system-log,user-log,authenticate check=uuid on-mismatch=note shared=no ");
  table.save("*", level({{"on-mismatch", "refuse"}, {"shared", "yes"}}));
  table.save("serial", level({{"shared", "no"}, {"check", "mac"}}));
  CHECK(text(reader.read("serial")) ==
        "flags=system-log,user-log,authenticate check=mac on-mismatch=refuse shared=no ");
  CHECK(text(reader.read("other")) ==
        "flags=system-log,user-log,authenticate check=none on-mismatch=refuse shared=yes ");
  CHECK(text(reader.read("*")) == "flags=system-log,user-log,authenticate check=none on-mismatch=refuse shared=yes ");
}

TEST_CASE("a change of another connection is seen at the next reading, be it of the type or of *") {
  const TemporaryStore store;
  auto connection = store.open();
  auto other = store.open();
  TypeReader reader(connection);
  CHECK_FALSE(reader.read("serial").shared);
  TypeTable(other).save("serial", level({{"shared", "yes"}}));
  CHECK(reader.read("serial").shared);
  TypeTable(other).save("serial", level({{"shared", "no"}}));
  CHECK_FALSE(reader.read("serial").shared);
  TypeTable(other).save("serial", {});
  TypeTable(other).save("*", level({{"shared", "yes"}}));
  CHECK(reader.read("serial").shared);
  TypeTable(other).save("*", {});
  CHECK_FALSE(reader.read("serial").shared);
  // The same words, but of the type and not of *.
  TypeTable(other).save("*", level({{"on-mismatch", "refuse"}}));
  TypeTable(other).save("serial", level({{"on-mismatch", "note"}}));
  CHECK(reader.read("serial").on_mismatch == OnMismatch::note);
  TypeTable(other).save("*", level({{"on-mismatch", "note"}}));
  TypeTable(other).save("serial", level({{"on-mismatch", "refuse"}}));
  CHECK(reader.read("serial").on_mismatch == OnMismatch::refuse);
}

TEST_CASE("threats: failing open - a setting that cannot be read is an error, until it is mended") {
  const TemporaryStore store;
  auto connection = store.open();
  TypeReader reader(connection);
  const auto error = "store " + store.shown() + ": has a setting of a type that this program cannot read";
  for (const auto* bad : {"'flags', 'ignore,debug'", "'shared', 'perhaps'", "'check', 'regex:('", "'colour', 'red'"}) {
    CAPTURE(bad);
    execute(connection, "DELETE FROM type");
    execute(connection, std::string("INSERT INTO type (type, name, value) VALUES ('serial', ") + bad + ")");
    CHECK(error_of([&] { reader.read("serial"); }) == error);
    CHECK(error_of([&] { TypeTable(connection).load("serial"); }) == error);
    CHECK(error_of([&] { TypeTable(connection).list(); }) == error);
    CHECK(text(reader.read("uuid")).find("check=uuid") != std::string::npos);
    execute(connection, "UPDATE type SET type = '*'");
    CHECK(error_of([&] { reader.read("serial"); }) == error);
  }
  execute(connection, "DELETE FROM type");
  CHECK(text(reader.read("serial")) == built_in);
}

TEST_CASE("threats: floods - made-up types take no memory that stays") {
  const TemporaryStore store;
  auto connection = store.open();
  TypeTable(connection).save("*", level({{"check", "regex:[0-9a-f]{12}"}}));
  TypeReader reader(connection);
  const auto read_many = [&](const std::string& stem) {
    for (int i = 0; i < 1000; ++i) reader.read(stem + std::to_string(i));
  };
  read_many("a");
  const auto before = ::mallinfo2().uordblks;
  for (const auto* stem : {"b", "c", "d", "e"}) read_many(stem + std::string(200, '-'));
  const auto after = ::mallinfo2().uordblks;
  // Four thousand names alone are a megabyte, and each has its pattern.
  CHECK((after < before || after - before < 800'000));
}

#include "shim/ops/log.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <string>

#include "plugin/config/file_descriptor.hpp"

using namespace clientid;

namespace {

// What goes to standard error while `function` runs, at this level.
template <typename Function>
std::string logged(log::Level level, Function function) {
  std::FILE* file = std::tmpfile();
  REQUIRE(file != nullptr);
  {
    const FileDescriptor saved(::dup(STDERR_FILENO));
    ::dup2(::fileno(file), STDERR_FILENO);
    log::open(log::Target::standard_error, level);
    function();
    log::open(log::Target::standard_error, log::Level::info);
    ::dup2(saved.get(), STDERR_FILENO);
  }
  std::string text;
  std::rewind(file);
  std::array<char, 4096> block{};
  for (std::size_t got = 0; (got = std::fread(block.data(), 1, block.size(), file)) > 0;)
    text.append(block.data(), got);
  std::fclose(file);
  return text;
}

// What this thread gave to syslog: "PRIORITY text", a line each.
thread_local std::string* syslogged = nullptr;

void note(int priority, const char* format, std::va_list values) {
  if (syslogged == nullptr) return;
  std::array<char, 4096> text{};
  std::vsnprintf(text.data(), text.size(), format, values);
  *syslogged += std::to_string(priority) + " " + text.data() + "\n";
}

}  // namespace

// They stand before those of libc; which of the two is called depends on how the program is compiled.
extern "C" void syslog(int priority, const char* format, ...) {
  std::va_list values;
  va_start(values, format);
  note(priority, format, values);
  va_end(values);
}
extern "C" void __syslog_chk(int priority, int /*flag*/, const char* format, ...) {
  std::va_list values;
  va_start(values, format);
  note(priority, format, values);
  va_end(values);
}

TEST_CASE("a plain word stands as it is") {
  for (const auto* word :
       {"alice@example.com", "192.0.2.7", "2001:db8::7", "[::]:465", "/run/clientid.sock", "a-b_c;d+e", "0"}) {
    CHECK(log::quote(word) == word);
  }
}

TEST_CASE("threats: log injection - whatever could look like another pair is quoted") {
  CHECK(log::quote("") == "\"\"");
  CHECK(log::quote("a b") == "\"a b\"");
  CHECK(log::quote("a outcome=allowed") == "\"a outcome=allowed\"");
  CHECK(log::quote("a=b") == "\"a=b\"");
  CHECK(log::quote("a,b") == "\"a,b\"");
}

TEST_CASE("threats: log injection - nothing leaves its quotes or its line") {
  CHECK(log::quote("a\" outcome=\"allowed") == "\"a\\\" outcome=\\\"allowed\"");
  CHECK(log::quote("a\\") == "\"a\\\\\"");
  CHECK(log::quote("a\\\" b") == "\"a\\\\\\\" b\"");
  CHECK(log::quote("a\r\nclientid-shim: auth") == "\"a\\x0d\\x0aclientid-shim: auth\"");
  CHECK(log::quote(std::string_view("\0", 1)) == "\"\\x00\"");
  CHECK(log::quote("\x1b[2J") == "\"\\x1b[2J\"");
  CHECK(log::quote("\x7f") == "\"\\x7f\"");
  CHECK(log::quote("\xC3\xA4") == "\"\\xc3\\xa4\"");
  for (int octet = 0; octet < 256; ++octet) {
    const auto quoted = log::quote(std::string(1, static_cast<char>(octet)));
    CAPTURE(octet);
    for (const char c : quoted) CHECK((c >= ' ' && c <= '~'));
    const auto inner = quoted.size() >= 2 && quoted.front() == '"' ? quoted.substr(1, quoted.size() - 2) : "";
    if (inner.find('"') != std::string::npos) CHECK(inner == "\\\"");
  }
}

TEST_CASE("threats: floods - a value is cut at 512 octets") {
  CHECK(log::quote(std::string(512, 'x')) == std::string(512, 'x'));
  CHECK(log::quote(std::string(513, 'x')) == std::string(512, 'x'));
  CHECK(log::quote(std::string(511, 'x') + "\"\"") == "\"" + std::string(511, 'x') + "\\\"\"");
}

TEST_CASE("an event is one line") {
  CHECK(logged(log::Level::info, [] {
          log::info("auth", {{"peer", "192.0.2.7"}, {"account", "a b"}, {"type", "x\ny"}});
          log::error("plain");
        }) == "clientid-shim: auth peer=192.0.2.7 account=\"a b\" type=\"x\\x0ay\"\nclientid-shim: plain\n");
}

TEST_CASE("what is above the level is not written") {
  const auto all = [] {
    log::error("e");
    log::warning("w");
    log::info("i");
    log::debug("d");
  };
  const std::string prefix = "clientid-shim: ";
  CHECK(logged(log::Level::error, all) == prefix + "e\n");
  CHECK(logged(log::Level::warning, all) == prefix + "e\n" + prefix + "w\n");
  CHECK(logged(log::Level::info, all) == prefix + "e\n" + prefix + "w\n" + prefix + "i\n");
  CHECK(logged(log::Level::debug, all) == prefix + "e\n" + prefix + "w\n" + prefix + "i\n" + prefix + "d\n");
}

TEST_CASE("threats: log injection - to syslog a line is text and no format, at the priority of its level") {
  std::string lines;
  syslogged = &lines;
  log::open(log::Target::syslog, log::Level::debug);
  log::error("e%s", {{"k", "%n%s"}});
  log::warning("w");
  log::info("i");
  log::debug("d");
  log::open(log::Target::standard_error, log::Level::info);
  syslogged = nullptr;
  CHECK(lines == "3 e%s k=\"%n%s\"\n4 w\n6 i\n7 d\n");
}

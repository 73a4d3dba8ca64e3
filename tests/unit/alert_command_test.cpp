#include "shim/ops/alert_command.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

#include "plugin/config/config_error.hpp"
#include "plugin/config/file_descriptor.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;
using namespace std::chrono_literals;

namespace {

// A script in a directory of its own.
class Script {
 public:
  explicit Script(const std::string& body) {
    std::ofstream(path()) << "#!/bin/sh\n" << body;
    REQUIRE(::chmod(path().c_str(), 0700) == 0);
  }

  std::string path() const { return directory_.file("script"); }
  std::string file(const std::string& name) const { return directory_.file(name); }

  // With the path of `out` as its first argument.
  std::string run(std::string_view input, std::chrono::milliseconds patience = 30s,
                  const std::stop_token& stop = {}) const {
    return AlertCommand({path(), file("out")}, patience).run(input, stop);
  }
  std::string written(const std::string& name = "out") const {
    std::ostringstream text;
    text << std::ifstream(file(name)).rdbuf();
    return text.str();
  }

 private:
  TemporaryDirectory directory_;
};

bool wait_until(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

// One that nobody waited for yet has ended all the same.
bool running(pid_t process) {
  std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  if (!std::getline(stat, text)) return false;
  return text[text.rfind(')') + 2] != 'Z';
}

}  // namespace

TEST_CASE("a command gets its arguments, and the alert on its standard input") {
  const Script script("printf '%s|' \"$2\" \"$#\" > \"$1\"; cat >> \"$1\"\n");
  const AlertCommand command({script.path(), script.file("out"), "a b;$HOME"});
  CHECK(command.run("{\"kind\":\"detection\"}\n", {}).empty());
  CHECK(script.written() == "a b;$HOME|2|{\"kind\":\"detection\"}\n");
}

TEST_CASE("a command has next to nothing of ours") {
  // Not closed on exec, so that it would be inherited, and under a number that no shell uses.
  const FileDescriptor ours(::fcntl(STDERR_FILENO, F_DUPFD, 100));
  REQUIRE(ours);
  const Script script(
      "env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD= > \"$1\"\n"
      "[ ! -e /proc/$$/fd/$2 ] || echo inherited >> \"$1\"\n"
      "places=$(readlink /proc/$$/fd/1 /proc/$$/fd/2 /proc/$$/cwd)\n"
      "printf '%s\\n' \"$places\" >> \"$1\"\n"
      "[ \"$(cut -d' ' -f5 /proc/$$/stat)\" = $$ ] && echo leader >> \"$1\"\n"
      "sh -c 'kill -PIPE $$'; echo $? >> \"$1\"\n");
  auto* const before = ::signal(SIGPIPE, SIG_IGN);
  CHECK(AlertCommand({script.path(), script.file("out"), std::to_string(ours.get())}).run("", {}).empty());
  ::signal(SIGPIPE, before);
  CHECK(script.written() ==
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
        "/dev/null\n/dev/null\n/\nleader\n141\n");
}

// A shell would tidy that up itself.
TEST_CASE("signals that we block are not blocked for a command") {
  const TemporaryDirectory directory;
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGUSR1);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  CHECK(AlertCommand({"/bin/cp", "/proc/self/status", directory.file("out")}).run("", {}).empty());
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  std::ostringstream text;
  text << std::ifstream(directory.file("out")).rdbuf();
  CHECK(text.str().find("SigBlk:\t0000000000000000\n") != std::string::npos);
}

TEST_CASE("a command that never reads harms nothing, however much there is") {
  const Script script("exit 0\n");
  CHECK(script.run(std::string(1'000'000, 'x')).empty());
}

TEST_CASE("a command that fails says how") {
  CHECK(Script("exit 3\n").run("{}") == "it ended with status 3");
  CHECK(Script("kill -TERM $$\n").run("{}") == "it was ended by signal 15");
}

TEST_CASE("a command that hangs is killed with all that it has started") {
  const Script script("sleep 600 &\necho $$ $! > \"$1\"\nwait\n");
  const auto begin = std::chrono::steady_clock::now();
  CHECK(script.run("{}", 1s) == "killed, for it was not done after 1000 ms");
  CHECK(std::chrono::steady_clock::now() - begin < 20s);
  std::istringstream numbers(script.written());
  pid_t parent = 0;
  pid_t child = 0;
  numbers >> parent >> child;
  REQUIRE(child > 0);
  CHECK(wait_until([&] { return !running(parent) && !running(child); }));
}

TEST_CASE("what a command leaves behind ends with it") {
  const Script script("sleep 600 &\necho $! > \"$1\"\n");
  CHECK(script.run("{}").empty());
  const pid_t child = std::stoi(script.written());
  CHECK(wait_until([&] { return !running(child); }));
}

TEST_CASE("a command is killed where the program ends") {
  const Script script("echo $$ > \"$1.new\"; mv \"$1.new\" \"$1\"\nsleep 600\n");
  std::stop_source stop;
  std::string cause;
  std::thread thread([&] { cause = script.run("{}", 1h, stop.get_token()); });
  CHECK(wait_until([&] { return !script.written().empty(); }));
  stop.request_stop();
  thread.join();
  CHECK(cause == "killed, for the program ends");
  CHECK(wait_until([&] { return !running(std::stoi(script.written())); }));
}

TEST_CASE("a command that is missing or may not be run") {
  const AlertCommand missing({"/nonexistent/alert"});
  CHECK(missing.run("{}", {}) == "/nonexistent/alert cannot be run: No such file or directory");
  CHECK_THROWS_WITH_AS(missing.require_runnable(), "alert-command: /nonexistent/alert: No such file or directory",
                       ConfigError);
  CHECK_THROWS_WITH_AS(AlertCommand({"/"}).require_runnable(),
                       "alert-command: / is no program that this user may run; look at its mode", ConfigError);
  const Script script("exit 0\n");
  CHECK_NOTHROW(AlertCommand({script.path(), "argument"}).require_runnable());
  REQUIRE(::chmod(script.path().c_str(), 0600) == 0);
  CHECK_THROWS_AS(AlertCommand({script.path()}).require_runnable(), ConfigError);
  CHECK(script.run("{}") == script.path() + " cannot be run: Permission denied");
}

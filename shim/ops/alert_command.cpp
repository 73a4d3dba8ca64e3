#include "shim/ops/alert_command.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "plugin/config/config_error.hpp"
#include "plugin/config/file_descriptor.hpp"

namespace clientid {
namespace {

using Clock = std::chrono::steady_clock;

std::string error_text(const char* what, int error) {
  return std::string(what) + ": " + std::strerror(error);
}

// A file in memory, at its beginning. A pipe would fill up with a program that does not read, or break.
FileDescriptor file_with(std::string_view input) {
  FileDescriptor file(::memfd_create("alert", MFD_CLOEXEC));
  if (!file) return file;
  const auto size = static_cast<ssize_t>(input.size());
  if (::pwrite(file.get(), input.data(), input.size(), 0) != size) return FileDescriptor(-1);
  return file;
}

class FileActions {
 public:
  explicit FileActions(int input) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    ::posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    ::posix_spawn_file_actions_addchdir_np(&actions_, "/");
  }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }

  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

// A process group of its own, and signals as a program expects them: we ignore some, and that would be inherited.
class Attributes {
 public:
  Attributes() {
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    sigset_t signals;
    sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGPIPE);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }

  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

// 0, or the error.
int start(const std::vector<std::string>& words, int input, pid_t& child) {
  std::vector<std::string> copies = words;
  std::vector<char*> arguments;
  arguments.reserve(copies.size() + 1);
  for (auto& word : copies) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::string path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  std::array<char*, 2> environment{path.data(), nullptr};
  const FileActions actions(input);
  const Attributes attributes;
  return ::posix_spawn(&child, words.front().c_str(), actions.get(), attributes.get(), arguments.data(),
                       environment.data());
}

// Readable once the process has ended. glibc 2.36 declares pidfd_open() for C alone.
FileDescriptor open_process(pid_t process) {
  return FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
}

// Whether it ended by itself.
bool wait_until(int process, Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd ended{process, POLLIN, 0};
    const int ready = ::poll(&ended, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

std::string fault_in(int status) {
  if (WIFSIGNALED(status)) return "it was ended by signal " + std::to_string(WTERMSIG(status));
  const int code = WEXITSTATUS(status);
  return code == 0 ? "" : "it ended with status " + std::to_string(code);
}

}  // namespace

std::string AlertCommand::run(std::string_view input, const std::stop_token& stop) const {
  const auto file = file_with(input);
  if (!file) return error_text("no memory for the input", errno);
  pid_t child = -1;
  const int error = start(words_, file.get(), child);
  if (error != 0) return error_text((words_.front() + " cannot be run").c_str(), error);
  // Nobody else can have its number, nor its group's, until it is waited for.
  const auto kill_group = [child] { ::kill(-child, SIGKILL); };
  bool in_time = false;
  {
    const std::stop_callback on_stop(stop, kill_group);
    const auto process = open_process(child);
    in_time = process && wait_until(process.get(), Clock::now() + patience_);
  }
  // Also what it has left behind.
  kill_group();
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return error_text("it cannot be waited for", errno);
  }
  if (stop.stop_requested()) return "killed, for the program ends";
  if (!in_time) return "killed, for it was not done after " + std::to_string(patience_.count()) + " ms";
  return fault_in(status);
}

void AlertCommand::require_runnable() const {
  const auto& program = words_.front();
  struct stat status {};
  if (::stat(program.c_str(), &status) != 0)
    throw ConfigError(error_text(("alert-command: " + program).c_str(), errno));
  if (!S_ISREG(status.st_mode) || ::faccessat(AT_FDCWD, program.c_str(), X_OK, AT_EACCESS) != 0) {
    throw ConfigError("alert-command: " + program + " is no program that this user may run; look at its mode");
  }
}

}  // namespace clientid

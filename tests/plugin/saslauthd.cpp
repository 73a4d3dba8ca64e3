#include "tests/plugin/saslauthd.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <stdexcept>

#include "plugin/config/file_descriptor.hpp"

namespace clientid::test {
namespace {

namespace fs = std::filesystem;

enum Failure { no_namespace = 100, no_mount, no_program };

[[noreturn]] void become_saslauthd(const char* program, const fs::path& etc, const fs::path& run, const fs::path& log) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::setpgid(0, 0);  // it ends its whole process group when it ends
  if (::unshare(CLONE_NEWNS) != 0) ::_exit(no_namespace);
  if (::mount("none", "/", "none", MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount(etc.c_str(), "/etc", "none", MS_BIND, nullptr) != 0) {
    ::_exit(no_mount);
  }
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  // -d keeps it in the foreground, and one process is enough.
  ::execl(program, program, "-d", "-a", "sasldb", "-n", "1", "-m", run.c_str(), nullptr);
  ::_exit(no_program);
}

const char* find_program() {
  for (const char* const program : {"/usr/sbin/saslauthd", "/usr/local/sbin/saslauthd"}) {
    if (::access(program, X_OK) == 0) return program;
  }
  throw std::runtime_error("saslauthd is not installed");
}

bool listens(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("path too long: " + path);
  std::memcpy(address.sun_path, path.data(), path.size());
  const FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

const char* reason_of(int status) {
  if (!WIFEXITED(status)) return "saslauthd was ended by a signal";
  switch (WEXITSTATUS(status)) {
    case no_namespace: return "no mount namespace of its own (needs root)";
    case no_mount: return "no /etc of its own (needs root)";
    case no_program: return "saslauthd cannot be executed";
    default: return "saslauthd does not start";
  }
}

}  // namespace

Saslauthd::Saslauthd(const fs::path& directory, const fs::path& sasldb) : directory_(directory) {
  const char* const program = find_program();
  const fs::path etc = directory_ / "etc";
  const fs::path run = directory_ / "run";
  fs::create_directories(etc);
  fs::create_directories(run);
  fs::copy_file(sasldb, etc / "sasldb2");
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error("fork failed");
  if (process_ == 0) become_saslauthd(program, etc, run, directory_ / "log");
  wait_until_it_listens();
}

void Saslauthd::wait_until_it_listens() const {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!listens(socket())) {
    int status = 0;
    if (::waitpid(process_, &status, WNOHANG) == process_) throw std::runtime_error(reason_of(status));
    if (std::chrono::steady_clock::now() > end) {
      ::kill(process_, SIGKILL);
      ::waitpid(process_, &status, 0);
      throw std::runtime_error("saslauthd does not listen");
    }
    ::poll(nullptr, 0, 10);
  }
}

Saslauthd::~Saslauthd() {
  ::kill(process_, SIGTERM);
  ::waitpid(process_, nullptr, 0);
}

}  // namespace clientid::test

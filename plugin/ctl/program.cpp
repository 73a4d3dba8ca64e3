#include "plugin/ctl/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "plugin/config/file_descriptor.hpp"
#include "plugin/config/words.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace clientid::ctl {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_output = std::size_t{1024} * 1024;

struct Pipe {
  FileDescriptor in;
  FileDescriptor out;
};

Pipe make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {FileDescriptor(-1), FileDescriptor(-1)};
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

// -1 where it cannot be run.
pid_t spawn(const std::vector<std::string>& words, int output, int errors) {
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  posix_spawnattr_t attributes{};
  posix_spawnattr_init(&attributes);
  sigset_t pipe_signal{};
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);  // which this program ignores
  posix_spawnattr_setsigdefault(&attributes, &pipe_signal);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t child = -1;
  const int error = ::posix_spawn(&child, words.front().c_str(), &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? child : -1;
}

// False once it is closed.
bool take(int descriptor, std::string& text) {
  std::array<char, 4096> piece{};
  const auto got = ::read(descriptor, piece.data(), piece.size());
  if (got < 0 && errno == EINTR) return true;
  if (got <= 0) return false;
  if (text.size() < most_output) text.append(piece.data(), static_cast<std::size_t>(got));
  return true;
}

// Until both are closed; false where that is not in time.
bool collect(int output, int errors, Ended& ended, Clock::time_point deadline) {
  std::array<pollfd, 2> watched{pollfd{output, POLLIN, 0}, pollfd{errors, POLLIN, 0}};
  const std::array<std::string*, 2> texts{&ended.output, &ended.errors};
  while (watched[0].fd >= 0 || watched[1].fd >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    if (::poll(watched.data(), watched.size(), static_cast<int>(left)) < 0 && errno != EINTR) return false;
    for (std::size_t i = 0; i < watched.size(); ++i) {
      if (watched[i].fd >= 0 && watched[i].revents != 0 && !take(watched[i].fd, *texts[i])) watched[i].fd = -1;
    }
  }
  return true;
}

}  // namespace

std::optional<Ended> run_program(const std::vector<std::string>& words, std::chrono::seconds patience) {
  auto output = make_pipe();
  auto errors = make_pipe();
  if (!output.in || !errors.in) return std::nullopt;
  const auto deadline = Clock::now() + patience;
  const auto child = spawn(words, output.out.get(), errors.out.get());
  if (child < 0) return std::nullopt;
  { const Pipe closed{FileDescriptor(-1), std::move(output.out)}; }
  { const Pipe closed{FileDescriptor(-1), std::move(errors.out)}; }
  Ended ended;
  ended.in_time = collect(output.in.get(), errors.in.get(), ended, deadline);
  if (!ended.in_time) ::kill(-child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (WIFEXITED(status)) ended.status = WEXITSTATUS(status);
  return ended;
}

std::string find_program(const std::string& name, const std::vector<std::string>& directories) {
  const char* path = std::getenv("PATH");
  auto places = split_words(path == nullptr ? "" : path, ":");
  places.insert(places.end(), directories.begin(), directories.end());
  for (const auto& place : places) {
    auto candidate = place;
    candidate.append("/").append(name);
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return {};
}

}  // namespace clientid::ctl

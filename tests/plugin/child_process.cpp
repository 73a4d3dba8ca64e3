#include "tests/plugin/child_process.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace clientid::test {
namespace {

constexpr int thrown = 255;

[[noreturn]] void run(const std::function<int()>& work) {
  ::alarm(60);
  int code = thrown;
  try {
    code = -work();
  } catch (...) {
  }
  ::_exit(code);
}

}  // namespace

int in_child(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) run(work);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
  }
  if (!WIFEXITED(status)) return 1000 + WTERMSIG(status);
  return WEXITSTATUS(status) == thrown ? 2000 : -WEXITSTATUS(status);
}

}  // namespace clientid::test

#include "plugin/config/durable_file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "plugin/config/config_error.hpp"
#include "plugin/config/file_descriptor.hpp"
#include "tests/unit/temporary_store.hpp"

using namespace clientid;

namespace {

// While it lives, what this thread brings to disk is noted, and one call of fsync() may be made to fail.
class Syncs {
 public:
  explicit Syncs(std::size_t failing = std::string::npos) : failing_(failing) { noting_ = this; }
  Syncs(const Syncs&) = delete;
  Syncs& operator=(const Syncs&) = delete;
  ~Syncs() { noting_ = nullptr; }

  // False where the call shall fail.
  static bool note(int file) {
    if (noting_ == nullptr) return true;
    struct stat status {};
    ::fstat(file, &status);
    noting_->kinds_ += S_ISDIR(status.st_mode) ? "directory " : std::to_string(status.st_size) + " ";
    return noting_->calls_++ != noting_->failing_;
  }
  const std::string& kinds() const { return kinds_; }

 private:
  static thread_local Syncs* noting_;
  std::size_t failing_;
  std::size_t calls_ = 0;
  std::string kinds_;
};

thread_local Syncs* Syncs::noting_ = nullptr;

// With what link() fails in this thread; 0: it does not.
thread_local int failing_links = 0;

// While it lives, a file of the process can have so many octets and no more.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t most) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{most, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

mode_t mode(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

std::size_t files_in(const TemporaryDirectory& directory) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory.file(""))) ++count;
  return count;
}

}  // namespace

// They stand before those of libc.
extern "C" int link(const char* from, const char* to) noexcept {
  if (failing_links != 0) {
    errno = failing_links;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0));
}
extern "C" int fsync(int file) {
  if (!Syncs::note(file)) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fsync, file));
}

TEST_CASE("a file is made whole, with its mode, and nothing beside it") {
  const TemporaryDirectory directory;
  const auto path = directory.file("new");
  const std::string octets("line\n\0\xff", 7);
  const auto mask = ::umask(077);
  CHECK(create_durably(path, octets, 0640));
  ::umask(mask);
  CHECK(content(path) == octets);
  CHECK(mode(path) == 0640);
  CHECK(files_in(directory) == 1);
}

TEST_CASE("a large file and an empty one") {
  const TemporaryDirectory directory;
  const std::string large(3'000'000, 'x');
  CHECK(create_durably(directory.file("large"), large, 0600));
  CHECK(content(directory.file("large")) == large);
  CHECK(create_durably(directory.file("empty"), "", 0600));
  CHECK(std::filesystem::file_size(directory.file("empty")) == 0);
}

TEST_CASE("what is there is never touched") {
  const TemporaryDirectory directory;
  const auto path = directory.file("old");
  std::ofstream(path) << "old";
  ::chmod(path.c_str(), 0604);
  CHECK_FALSE(create_durably(path, "new", 0600));
  CHECK(content(path) == "old");
  CHECK(mode(path) == 0604);
  CHECK(files_in(directory) == 1);
}

TEST_CASE("threats: key files - a link that stands there is not followed") {
  const TemporaryDirectory directory;
  const auto path = directory.file("link");
  REQUIRE(::symlink(directory.file("target").c_str(), path.c_str()) == 0);
  CHECK_FALSE(create_durably(path, "new", 0600));
  CHECK_FALSE(std::filesystem::exists(directory.file("target")));
  CHECK(files_in(directory) == 1);
}

TEST_CASE("content and directory are on disk, the content first") {
  const TemporaryDirectory directory;
  const Syncs syncs;
  CHECK(create_durably(directory.file("new"), "12345", 0600));
  CHECK(syncs.kinds() == "5 directory ");
}

TEST_CASE("content that does not reach the disk is not there at all") {
  const TemporaryDirectory directory;
  const auto path = directory.file("new");
  const Syncs syncs(0);
  CHECK_THROWS_WITH_AS(create_durably(path, "12345", 0600), doctest::Contains((path + ": cannot write").c_str()),
                       ConfigError);
  CHECK(files_in(directory) == 0);
}

TEST_CASE("a directory that does not reach the disk is an error") {
  const TemporaryDirectory directory;
  const auto path = directory.file("new");
  const Syncs syncs(1);
  CHECK_THROWS_WITH_AS(create_durably(path, "12345", 0600), doctest::Contains((path + ": cannot write").c_str()),
                       ConfigError);
}

TEST_CASE("a place that cannot be written is an error that names file and cause") {
  const TemporaryDirectory directory;
  const auto path = directory.file("nowhere/new");
  CHECK_THROWS_WITH_AS(create_durably(path, "x", 0600), (path + ": cannot write: " + std::strerror(ENOENT)).c_str(),
                       ConfigError);
}

TEST_CASE("threats: failing open - what fits only in part is not there at all") {
  const TemporaryDirectory directory;
  const auto path = directory.file("new");
  std::string said;
  {
    const FileSizeLimit limit(1000);
    try {
      create_durably(path, std::string(2500, 'x'), 0600);
    } catch (const ConfigError& error) {
      said = error.what();
    }
  }
  CHECK(said == path + ": cannot write: " + std::strerror(EFBIG));
  CHECK(files_in(directory) == 0);
}

TEST_CASE("a name that cannot be given is an error, and none that is taken") {
  const TemporaryDirectory directory;
  const auto path = directory.file("new");
  failing_links = EMLINK;
  CHECK_THROWS_WITH_AS(create_durably(path, "x", 0600), (path + ": cannot write: " + std::strerror(EMLINK)).c_str(),
                       ConfigError);
  failing_links = 0;
  CHECK(files_in(directory) == 0);
}

TEST_CASE("a path without a directory is in the one we are in") {
  const TemporaryDirectory directory;
  const auto here = std::filesystem::current_path();
  std::filesystem::current_path(directory.file(""));
  const Syncs syncs;
  const bool made = create_durably("new", "x", 0600);
  std::filesystem::current_path(here);
  CHECK(made);
  CHECK(syncs.kinds() == "1 directory ");
  CHECK(content(directory.file("new")) == "x");
}

TEST_CASE("no file stays open") {
  const TemporaryDirectory directory;
  const FileDescriptor before(::dup(STDERR_FILENO));
  CHECK(create_durably(directory.file("new"), "x", 0600));
  CHECK_FALSE(create_durably(directory.file("new"), "x", 0600));
  const FileDescriptor after(::dup(STDERR_FILENO));
  CHECK(after.get() == before.get() + 1);
}

TEST_CASE("a descriptor is closed once, by its last owner") {
  int number = -1;
  {
    FileDescriptor first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    number = first.get();
    REQUIRE(first);
    const FileDescriptor second(std::move(first));
    CHECK_FALSE(first);  // NOLINT(bugprone-use-after-move)
    CHECK(second.get() == number);
    CHECK(::fcntl(number, F_GETFD) >= 0);
  }
  CHECK(::fcntl(number, F_GETFD) == -1);
  CHECK_FALSE(FileDescriptor(-1));
}

TEST_CASE("X8 a file is replaced with its mode and owner kept, durably") {
  const TemporaryDirectory directory;
  const auto path = directory.file("key");
  REQUIRE(create_durably(path, "old", 0640));
  const bool root = ::geteuid() == 0;
  if (root) REQUIRE(::chown(path.c_str(), 12345, 54321) == 0);
  const Syncs syncs;
  replace_durably(path, "newer");
  CHECK(syncs.kinds() == "5 directory ");
  std::ifstream file(path);
  CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == "newer");
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0640);
  if (root) CHECK(status.st_uid == 12345);
  if (root) CHECK(status.st_gid == 54321);
}

TEST_CASE("X8 a file that cannot be replaced stays as it was, and nothing is left beside it") {
  const TemporaryDirectory directory;
  const auto path = directory.file("key");
  CHECK_THROWS_WITH_AS(replace_durably(path, "new"), doctest::Contains(path.c_str()), ConfigError);
  REQUIRE(create_durably(path, "old", 0600));
  {
    const Syncs failing(0);
    CHECK_THROWS_WITH_AS(replace_durably(path, "new"), doctest::Contains(path.c_str()), ConfigError);
  }
  std::ifstream file(path);
  CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == "old");
  const std::filesystem::directory_iterator files(std::filesystem::path(path).parent_path());
  CHECK(std::distance(begin(files), end(files)) == 1);
}

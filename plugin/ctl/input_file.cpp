#include "plugin/ctl/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "plugin/config/config_error.hpp"
#include "plugin/config/file_access.hpp"

namespace clientid::ctl {
namespace {

constexpr std::size_t buffer_size = std::size_t{64} * 1024;

[[noreturn]] void fail(const std::string& name, int error) {
  throw ConfigError(name + ": cannot read: " + std::strerror(error) +
                    (error == EACCES ? access_advice(name, Access::read) : ""));
}

}  // namespace

InputFile::InputFile(const std::string& path, const Interruption& interruption)
    : name_(path == "-" ? "standard input" : path),
      interruption_(interruption),
      opened_(path == "-" ? -1 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)),
      file_(path == "-" ? STDIN_FILENO : opened_.get()),
      buffer_(buffer_size) {
  if (file_ < 0) fail(name_, errno);
  struct stat status {};
  if (::fstat(file_, &status) == 0 && S_ISREG(status.st_mode) && path != "-") {
    size_ = static_cast<std::uint64_t>(status.st_size);
  }
}

bool InputFile::fill() {
  if (!interruption_.readable(file_)) throw Interrupted("interrupted");
  const auto got = ::read(file_, buffer_.octets().data(), buffer_.size());
  if (got < 0) fail(name_, errno);
  next_ = 0;
  filled_ = static_cast<std::size_t>(got);
  return filled_ > 0;
}

int InputFile::take() {
  if (next_ == filled_ && !fill()) return -1;
  const auto octet = static_cast<unsigned char>(buffer_.octets()[next_++]);
  ++position_;
  if (octet == '\n') ++line_;
  return octet;
}

Secret InputFile::tail(std::size_t most) const {
  if (!size_) return {};
  Secret tail(static_cast<std::size_t>(std::min<std::uint64_t>(most, *size_)));
  const auto got = ::pread(file_, tail.octets().data(), tail.size(), static_cast<off_t>(*size_ - tail.size()));
  if (got < 0) fail(name_, errno);
  tail.truncate(static_cast<std::size_t>(got));
  return tail;
}

}  // namespace clientid::ctl

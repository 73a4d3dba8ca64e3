#include "plugin/identity/secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "plugin/config/config_error.hpp"
#include "plugin/config/file_access.hpp"
#include "plugin/config/file_descriptor.hpp"

namespace clientid {
namespace {

constexpr std::size_t max_file_size = std::size_t{64} * 1024;

std::string mend_of(int error, const std::string& path, const std::string& absent) {
  switch (error) {
    case ENOENT: return absent;
    case EACCES: return access_advice(path, Access::read);
    case ELOOP: return "; links are not followed, so name the file that this prints: readlink -f " + path;
    default: return {};
  }
}

}  // namespace

Secret read_secret_file(const std::string& path, const std::string& what, const std::string& absent) {
  const auto fail = [&](const std::string& fault) { throw ConfigError(path + ": " + fault); };
  // Without following a link, and looking at the file that was opened rather than at its name.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!file) {
    const int error = errno;
    fail("cannot open the " + what + ": " + std::strerror(error) + mend_of(error, path, absent));
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) fail("the " + what + " is not a plain file");
  if ((status.st_mode & (S_IWGRP | S_IXGRP | S_IRWXO)) != 0) {
    fail("the " + what + " is open to others; mend it with: chmod u=rw,g=r,o= " + path);
  }
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
    fail("the " + what + " belongs to somebody else; mend it with: chown root " + path);
  }
  if (static_cast<std::size_t>(status.st_size) > max_file_size) fail("the " + what + " is larger than 64 KiB");
  Secret text(static_cast<std::size_t>(status.st_size));
  std::size_t filled = 0;
  while (filled < text.size()) {
    const auto got = ::read(file.get(), text.octets().data() + filled, text.size() - filled);
    if (got <= 0) fail("cannot read the " + what);
    filled += static_cast<std::size_t>(got);
  }
  return text;
}

}  // namespace clientid

#include "tests/fuzz/text_file.hpp"

#include <sys/mman.h>

#include "tests/fuzz/fuzz.hpp"

namespace clientid {

TextFile::TextFile()
    : file_(::memfd_create("fuzz", MFD_CLOEXEC)), path_("/proc/self/fd/" + std::to_string(file_.get())) {}

void TextFile::write(std::string_view content) const {
  const bool written = ::ftruncate(file_.get(), 0) == 0 &&
                       ::pwrite(file_.get(), content.data(), content.size(), 0) == static_cast<ssize_t>(content.size());
  require(written, "memory can be written");
}

}  // namespace clientid

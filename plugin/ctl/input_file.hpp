// A file, or standard input, read octet by octet, with the place where one is. Tokens pass through.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "plugin/config/file_descriptor.hpp"
#include "plugin/ctl/interruption.hpp"
#include "plugin/identity/secret.hpp"

namespace clientid::ctl {

class InputFile {
 public:
  // `path` of "-" is standard input. Throws ConfigError where it cannot be opened.
  InputFile(const std::string& path, const Interruption& interruption);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::string& name() const { return name_; }            // "standard input"
  std::optional<std::uint64_t> size() const { return size_; }  // of a plain file
  std::uint64_t position() const { return position_; }         // octets taken
  std::size_t line() const { return line_; }                   // of the next octet, from 1

  // The next octet; -1 at the end. Throws ConfigError where it cannot be read, Interrupted.
  int take();

  // Of a plain file, up to so many octets from its end. Nothing else is changed by it.
  Secret tail(std::size_t most) const;

  // "FILE:LINE"
  std::string where(std::size_t line) const { return name_ + ":" + std::to_string(line); }

 private:
  bool fill();

  std::string name_;
  const Interruption& interruption_;
  FileDescriptor opened_;
  int file_;
  std::optional<std::uint64_t> size_;
  Secret buffer_;
  std::size_t next_ = 0;
  std::size_t filled_ = 0;
  std::uint64_t position_ = 0;
  std::size_t line_ = 1;
};

// What is wrong with a line, without where it is; and nothing of what stands in it that might be a token.
class LineError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace clientid::ctl

// How far a long command has come, on standard error, for who waits at a terminal:
//
//     import [##########----------]  50%  51200
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "plugin/ctl/output.hpp"

namespace clientid::ctl {

class Progress {
 public:
  // Nothing is shown where standard error is no terminal, nor with --quiet or --json.
  Progress(const Output& output, std::string what);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }

  bool shown() const { return width_ > 0; }

  // `done` of `all`, in whatever unit, if `all` is known; `rows` is what stands at the end. Drawn a few times a second.
  void show(std::uint64_t done, std::optional<std::uint64_t> all, std::uint64_t rows);

  // Makes room for other lines.
  void clear();

 private:
  std::string what_;
  std::size_t width_ = 0;  // columns that may be used; 0: nothing is shown
  std::size_t drawn_ = 0;  // columns
  std::chrono::steady_clock::time_point next_;
};

}  // namespace clientid::ctl

#include "plugin/ctl/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <utility>

#include "plugin/ctl/terminal_text.hpp"

namespace clientid::ctl {
namespace {

constexpr std::chrono::milliseconds between_drawings{100};
constexpr std::size_t shortest_bar = 10;

// The last column is left free, since some terminals begin a new line behind it.
std::size_t columns_of_errors() {
  if (::isatty(STDERR_FILENO) == 0) return 0;
  winsize size{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return std::min<std::size_t>(known ? size.ws_col : 80, 80) - 1;
}

std::string bar(std::uint64_t done, std::uint64_t all, std::size_t width) {
  const double part = all == 0 ? 1 : std::min(1.0, static_cast<double>(done) / static_cast<double>(all));
  const auto full = static_cast<std::size_t>(part * static_cast<double>(width));
  const auto percent = std::to_string(static_cast<int>(part * 100));
  return " [" + std::string(full, '#') + std::string(width - full, '-') + "] " + std::string(3 - percent.size(), ' ') +
         percent + "%";
}

}  // namespace

Progress::Progress(const Output& output, std::string what)
    : what_(std::move(what)), width_(output.quiet() || output.json() ? 0 : columns_of_errors()) {}

void Progress::show(std::uint64_t done, std::optional<std::uint64_t> all, std::uint64_t rows) {
  const auto now = std::chrono::steady_clock::now();
  if (!shown() || now < next_) return;
  next_ = now + between_drawings;
  const auto end = "  " + std::to_string(rows);
  constexpr std::size_t around_bar = 8;  // its brackets, spaces, and "100%"
  const auto taken = what_.size() + around_bar + end.size();
  const bool room = taken + shortest_bar <= width_;
  auto line = what_ + (all && room ? bar(done, *all, std::min<std::size_t>(40, width_ - taken)) : "") + end;
  line = shortened(line, width_);
  const auto columns = display_width(line);
  std::cerr << "\r" + padded(line, drawn_) << std::flush;
  drawn_ = columns;
}

void Progress::clear() {
  if (drawn_ == 0) return;
  std::cerr << "\r" + std::string(drawn_, ' ') + "\r" << std::flush;
  drawn_ = 0;
}

}  // namespace clientid::ctl

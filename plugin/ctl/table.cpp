#include "plugin/ctl/table.hpp"

#include <algorithm>

#include "plugin/ctl/terminal_text.hpp"

namespace clientid::ctl {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest = 8;

using Widths = std::vector<std::size_t>;

Row names(const Heading& heading) {
  Row row;
  for (const auto& column : heading) row.push_back(column.name);
  return row;
}

Widths widths_of(const std::vector<Row>& lines, std::size_t columns) {
  Widths widths(columns);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], display_width(line[i]));
  }
  return widths;
}

// Takes from the widest text, column by column, until the line fits or there is nothing left to take.
void fit(Widths& widths, const Heading& heading, std::size_t available) {
  std::size_t taken = gap * (widths.size() - 1);
  for (const auto width : widths) taken += width;
  for (; taken > available; --taken) {
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (heading[i].kind != Column::Kind::text || widths[i] <= std::max(narrowest, heading[i].name.size())) continue;
      if (widest == nullptr || widths[i] > *widest) widest = &widths[i];
    }
    if (widest == nullptr) return;
    --*widest;
  }
}

}  // namespace

std::string laid_out(const Heading& heading, const std::vector<Row>& rows, bool with_heading,
                     const Terminal& terminal) {
  std::vector<Row> lines;
  if (with_heading) lines.push_back(names(heading));
  for (const auto& row : rows) {
    auto& line = lines.emplace_back();
    for (const auto& cell : row) line.push_back(cell.empty() ? "-" : printable(cell));
  }
  auto widths = widths_of(lines, heading.size());
  if (terminal.width > 0) fit(widths, heading, terminal.width);

  std::string text;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      auto cell = shortened(line[i], widths[i]);
      if (i + 1 < line.size()) cell = padded(cell, widths[i] + gap);
      const bool state = terminal.colours && heading[i].kind == Column::Kind::state;
      text += state ? coloured(cell, line[i]) : cell;
    }
    text += "\n";
  }
  return text;
}

}  // namespace clientid::ctl

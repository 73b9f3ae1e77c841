#include "reports/memory_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "reports/columns.h"
#include "reports/escape.h"
#include "reports/figure_text.h"
#include "reports/notes.h"
#include "reports/peak.h"
#include "reports/table.h"
#include "reports/units.h"

namespace flopstat {
namespace {

constexpr size_t kIndent = 2;
constexpr size_t kUsualLabel = std::string_view("9.999 MiB").size();
constexpr size_t kUsualLimit = 10;
constexpr size_t kLines = 16;         // of the map
constexpr size_t kUsualColumns = 80;  // where the width has no limit
constexpr size_t kEnoughName = 24;
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

std::string bytes_text(uint64_t bytes, const TerminalStyle& style, Form form = Form::column) {
  return figure_text(bytes, Quantity::bytes, false, form, style);
}

// ---- The map

/// Which placement most of each cell of the map belongs to.
class Map {
 public:
  static constexpr uint32_t kFree = UINT32_MAX;

  Map(const Report& report, size_t columns)
      : rows_(std::max<size_t>(report.rows.size(), 1)),
        columns_(std::min(rows_, std::max<size_t>(columns, 1))),
        height_(std::max<uint64_t>(report.totals.planned_activation_bytes.value_or(0), 1)),
        cells_(kLines * columns_, {kFree, 0}) {
    for (uint32_t i = 0; i < report.plan.size(); ++i) draw(report.plan[i], i);
  }

  size_t columns() const { return columns_; }
  size_t column_of(uint64_t row) const { return static_cast<size_t>(row * columns_ / rows_); }

  /// The placement in a cell; line 0 is the lowest.
  uint32_t at(size_t line, size_t column) const { return cells_[line * columns_ + column].placement; }

  /// The offset at which a line begins.
  uint64_t offset_of(size_t line) const {
    return static_cast<uint64_t>(static_cast<double>(height_) * static_cast<double>(line) / kLines);
  }

 private:
  struct Cell {
    uint32_t placement;
    double area;
  };

  static double overlap(double a_first, double a_end, double b_first, double b_end) {
    return std::max(0.0, std::min(a_end, b_end) - std::max(a_first, b_first));
  }

  void draw(const Placement& placement, uint32_t index) {
    const double line_bytes = static_cast<double>(height_) / kLines;
    const double column_rows = static_cast<double>(rows_) / static_cast<double>(columns_);
    const auto low = static_cast<double>(placement.offset);
    const auto high = static_cast<double>(placement.offset + placement.bytes);
    const size_t first_line = std::min(static_cast<size_t>(low / line_bytes), kLines - 1);
    const size_t last_line = std::min(static_cast<size_t>(high / line_bytes), kLines - 1);
    const size_t first_column = std::min(column_of(placement.first_row), columns_ - 1);
    const size_t last_column = std::min(column_of(placement.last_row), columns_ - 1);
    for (size_t line = first_line; line <= last_line; ++line) {
      const double bottom = static_cast<double>(line) * line_bytes;
      const double bytes = overlap(low, high, bottom, bottom + line_bytes);
      for (size_t column = first_column; column <= last_column && bytes > 0; ++column) {
        const double left = static_cast<double>(column) * column_rows;
        const double area = bytes * overlap(placement.first_row, placement.last_row + 1.0, left, left + column_rows);
        Cell& cell = cells_[line * columns_ + column];
        if (area > cell.area) cell = {index, area};
      }
    }
  }

  size_t rows_, columns_;
  uint64_t height_;
  std::vector<Cell> cells_;
};

/// The sign of each placement: a letter for those that the list below names, else one of three shades.
std::vector<std::string_view> signs_of(const Report& report, const std::vector<Placement>& named,
                                       const TerminalStyle& style) {
  constexpr std::string_view blocks[] = {"░", "▒", "▓"};
  constexpr std::string_view ascii[] = {":", "+", "%"};
  std::vector<std::string_view> signs;
  for (size_t i = 0; i < report.plan.size(); ++i) {
    const Placement& each = report.plan[i];
    const auto found = std::ranges::find_if(named, [&](const Placement& other) {
      return other.offset == each.offset && other.first_row == each.first_row && other.last_row == each.last_row;
    });
    const auto letter = static_cast<size_t>(found - named.begin());
    signs.push_back(letter < std::min(named.size(), kLetters.size()) ? kLetters.substr(letter, 1)
                                                                     : (style.utf8 ? blocks : ascii)[i % 3]);
  }
  return signs;
}

/// Repeats a column of the map where there are few operations.
void repeat(std::string_view sign, size_t times, std::string& out) {
  for (size_t i = 0; i < times; ++i) out += sign;
}

void write_map(const Report& report, const std::vector<Placement>& named, const TerminalStyle& style,
               std::string& out) {
  const uint64_t planned = report.totals.planned_activation_bytes.value_or(0);
  const size_t margin = kIndent + 2 + std::max(kUsualLabel, memory_text(planned, style).size());
  const size_t room = std::max((style.width == 0 ? kUsualColumns : style.width), margin + 8) - margin;
  const Map map(report, room);
  const size_t stretch = std::max<size_t>(1, std::min<size_t>(room / map.columns(), 8));
  const std::vector<std::string_view> signs = signs_of(report, named, style);
  const std::string_view edge = style.utf8 ? "│" : "|";
  for (size_t line = kLines; line-- > 0;) {
    const bool labelled = line == kLines - 1 || line % 4 == 0;
    const uint64_t label = line == kLines - 1 ? planned : map.offset_of(line);
    std::string text = fmt::format("{:>{}} {}", labelled ? memory_text(label, style) : "", margin - 2, edge);
    size_t blanks = 0;
    for (size_t column = 0; column < map.columns(); ++column) {
      const uint32_t placement = map.at(line, column);
      if (placement == Map::kFree) {
        blanks += stretch;
        continue;
      }
      text.append(blanks, ' ');
      blanks = 0;
      repeat(signs[placement], stretch, text);
    }
    out.append(text).append("\n");
  }
  const size_t width = map.columns() * stretch;
  out.append(margin - 1, ' ').append(style.utf8 ? "└" : "+");
  repeat(style.utf8 ? "─" : "-", width, out);
  out += '\n';
  const uint32_t peak_row = report.totals.peak_row.value_or(0);
  const size_t peak = map.column_of(peak_row) * stretch;
  const std::string label = fmt::format("#{}", peak_row);
  const bool fits = peak + stretch + 1 + label.size() + 5 <= width;
  out.append(margin + peak - (fits ? 0 : std::min(peak, label.size() + 6)), ' ');
  const std::string mark = paint(std::string(stretch, '^'), Emphasis::error, style);
  out += fits ? mark + " peak " + label : "peak " + label + " " + mark;
  out += '\n';
}

// ---- The list

Table peak_table(const Report& report, const std::vector<Placement>& alive, size_t limit, const TerminalStyle& style) {
  Table table;
  table.columns = {
      {.align = Table::Align::left},
      {.title = "Bytes"},
      {.title = "%", .priority = 3},
      {.title = "Offset", .priority = 1},
      {.title = "Ops", .align = Table::Align::left, .priority = 2},
      {.title = "Activation", .align = Table::Align::left, .enough = kEnoughName, .keep = Table::Keep::end}};
  const uint64_t peak = std::max<uint64_t>(report.totals.peak_activation_bytes.value_or(0), 1);
  const size_t shown = std::min(alive.size(), limit);
  uint64_t left_out = 0;
  for (size_t i = 0; i < alive.size(); ++i) {
    const Placement& each = alive[i];
    if (i >= shown) {
      left_out += each.bytes;
      continue;
    }
    table.rows.push_back({{i < kLetters.size() ? std::string(kLetters.substr(i, 1)) : "", bytes_text(each.bytes, style),
                           percent(each.bytes, peak), bytes_text(each.offset, style),
                           fmt::format("#{}-#{}", each.first_row, each.last_row), escape(each.name, !style.utf8)}});
  }
  if (shown < alive.size()) {
    table.rows.push_back({{"", bytes_text(left_out, style), percent(left_out, peak), "", "",
                           fmt::format("... {} more", thousands(alive.size() - shown))}});
  }
  table.rows.push_back({{"", bytes_text(peak, style), "100.0%", "", "", "TOTAL"}, Emphasis::bold});
  return table;
}

std::string total_text(std::string_view key, const Report& report, const TerminalStyle& style) {
  const Column& c = column(key);
  return figure_text(cell(c, report.totals), c.quantity, false, Form::sentence, style);
}

}  // namespace

void write_memory(const Report& report, std::optional<size_t> limit, const TerminalStyle& style, std::string& out) {
  write_file_line(report, style, out);
  out += '\n';
  std::string peak = "peak " + total_text("peak_activation_bytes", report, style);
  if (report.totals.peak_row && *report.totals.peak_row < report.rows.size()) {
    const Row& row = report.rows[*report.totals.peak_row];
    peak += fmt::format(" at #{} {}", row.index, escape(row.type, !style.utf8));
  }
  write_note(
      fmt::format("{} (lower bound), planned {}, state {}", peak, total_text("planned_activation_bytes", report, style),
                  total_text("state_bytes", report, style)),
      Emphasis::plain, style, out);
  if (!report.plan.empty() && report.totals.peak_row) {
    const std::vector<Placement> alive = alive_at_peak(report);
    const size_t shown = limit.value_or(kUsualLimit);
    const std::vector<Placement> named(alive.begin(),
                                       alive.begin() + static_cast<std::ptrdiff_t>(std::min(shown, alive.size())));
    out += '\n';
    write_map(report, named, style, out);
    out += '\n';
    peak_table(report, alive, shown, style).write(style, kIndent, out);
  } else if (!report.totals.planned_activation_bytes) {
    out += '\n';
    write_note("? there is no plan: the size of some activation is not known, or there are too many to place",
               Emphasis::warn, style, out);
  }
  std::string notes;
  write_unknown(report, style, notes);
  write_assumed(report, style, notes);
  if (!notes.empty()) out.append("\n").append(notes);
}

}  // namespace flopstat

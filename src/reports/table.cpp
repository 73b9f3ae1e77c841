#include "reports/table.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>

#include "reports/escape.h"

namespace flopstat {
namespace {

constexpr size_t kGap = 2;
constexpr size_t kShortest = 4;  // of a shortened cell: one character and the ellipsis

size_t width_of_column(const Table& table, size_t column) {
  size_t width = display_width(table.columns[column].title);
  for (const Table::Row& row : table.rows) width = std::max(width, display_width(row.cells[column]));
  return width;
}

size_t width_of_line(const std::vector<size_t>& shown, const std::vector<size_t>& widths, size_t indent) {
  const size_t cells = std::accumulate(shown.begin(), shown.end(), size_t{0},
                                       [&](size_t sum, size_t column) { return sum + widths[column]; });
  return indent + cells + (shown.empty() ? 0 : kGap * (shown.size() - 1));
}

/// Leaves out columns until a line fits, the least important first.
void drop_columns(const Table& table, const std::vector<size_t>& widths, size_t indent, size_t limit,
                  std::vector<size_t>& shown) {
  while (width_of_line(shown, widths, indent) > limit) {
    const auto least = std::ranges::min_element(
        shown, [&](size_t a, size_t b) { return table.columns[a].priority < table.columns[b].priority; });
    if (table.columns[*least].priority == Table::kAlways) return;
    shown.erase(least);
  }
}

/// Widths that columns need for their text to say enough.
std::vector<size_t> least_widths(const Table& table, const std::vector<size_t>& widths) {
  std::vector<size_t> least = widths;
  for (size_t column = 0; column < least.size(); ++column) {
    const size_t enough = table.columns[column].enough;
    if (enough > 0) least[column] = std::min(least[column], enough);
  }
  return least;
}

/// Shortens columns of text until a line fits, from the last one backwards, none below `least`.
void narrow_columns(const Table& table, const std::vector<size_t>& shown, size_t indent, size_t limit,
                    const std::vector<size_t>& least, std::vector<size_t>& widths) {
  for (auto column = shown.rbegin(); column != shown.rend(); ++column) {
    const size_t line = width_of_line(shown, widths, indent);
    if (line <= limit) return;
    if (table.columns[*column].align == Table::Align::right) continue;
    widths[*column] -= std::min(line - limit, widths[*column] - std::min(widths[*column], least[*column]));
  }
}

void write_line(const Table& table, const std::vector<std::string>& cells, Emphasis line_emphasis,
                const std::vector<size_t>& shown, const std::vector<size_t>& widths, const TerminalStyle& style,
                size_t indent, std::string& out) {
  std::string blanks(indent, ' ');
  for (const size_t column : shown) {
    const std::string text = table.columns[column].keep == Table::Keep::end
                                 ? shorten_front(cells[column], widths[column], ellipsis(style))
                                 : shorten(cells[column], widths[column], ellipsis(style));
    const size_t missing = widths[column] - display_width(text);
    if (table.columns[column].align == Table::Align::right) blanks.append(missing, ' ');
    const Emphasis emphasis = line_emphasis == Emphasis::plain ? table.columns[column].emphasis : line_emphasis;
    if (!text.empty()) out.append(std::exchange(blanks, {})).append(paint(text, emphasis, style));
    if (table.columns[column].align == Table::Align::left) blanks.append(missing, ' ');
    blanks.append(kGap, ' ');
  }
  out += '\n';
}

}  // namespace

void Table::write(const TerminalStyle& style, size_t indent, std::string& out) const {
  std::vector<size_t> widths(columns.size()), shown(columns.size());
  for (size_t column = 0; column < columns.size(); ++column) widths[column] = width_of_column(*this, column);
  std::iota(shown.begin(), shown.end(), size_t{0});
  if (style.width > 0) {
    const std::vector<size_t> least = least_widths(*this, widths);
    drop_columns(*this, least, indent, style.width, shown);
    narrow_columns(*this, shown, indent, style.width, least, widths);
    narrow_columns(*this, shown, indent, style.width, std::vector<size_t>(columns.size(), kShortest), widths);
    while (shown.size() > 1 && width_of_line(shown, widths, indent) > style.width) shown.pop_back();
  }
  std::vector<std::string> titles;
  titles.reserve(columns.size());
  for (const Column& column : columns) titles.push_back(column.title);
  write_line(*this, titles, Emphasis::dim, shown, widths, style, indent, out);
  for (const Row& row : rows) write_line(*this, row.cells, row.emphasis, shown, widths, style, indent, out);
}

void Table::write_markdown(std::string& out) const {
  std::vector<size_t> shown;
  for (size_t column = 0; column < columns.size(); ++column) {
    const bool filled = !columns[column].title.empty() ||
                        std::ranges::any_of(rows, [=](const Row& row) { return !row.cells[column].empty(); });
    if (filled) shown.push_back(column);
  }
  out += '|';
  for (const size_t column : shown) out.append(" ").append(markdown_text(columns[column].title)).append(" |");
  out += "\n|";
  for (const size_t column : shown) out += columns[column].align == Align::right ? " ---: |" : " :--- |";
  out += '\n';
  for (const Row& row : rows) {
    out += '|';
    for (const size_t column : shown) {
      const std::string_view mark = row.emphasis == Emphasis::bold && !row.cells[column].empty() ? "**" : "";
      out.append(" ").append(mark).append(markdown_text(row.cells[column])).append(mark).append(" |");
    }
    out += '\n';
  }
}

}  // namespace flopstat

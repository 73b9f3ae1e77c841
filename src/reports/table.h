#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reports/style.h"

namespace flopstat {

/// A table of text that fits a terminal: a row is never wrapped. Where it is too wide, columns are left out, the ones
/// with the lowest priority first, and columns of text are shortened, the last one first.
struct Table {
  enum class Align : uint8_t { left, right };
  enum class Keep : uint8_t { beginning, end };

  /// Columns with this priority are left out only where not even they fit when shortened: the last one first.
  static constexpr int kAlways = 100;

  struct Column {
    std::string title = {};
    Align align = Align::right;
    int priority = kAlways;
    Emphasis emphasis = Emphasis::plain;
    size_t enough = 0;            ///< width to which its text is shortened before columns are left out; 0: none
    Keep keep = Keep::beginning;  ///< of a shortened text
  };
  struct Row {
    std::vector<std::string> cells;  ///< one for each column, free of control characters
    Emphasis emphasis = Emphasis::plain;
  };

  std::vector<Column> columns;
  std::vector<Row> rows;

  /// Appends the header and the rows, each line with `indent` spaces in front and no spaces at its end.
  void write(const TerminalStyle& style, size_t indent, std::string& out) const;

  /// Appends it as GitHub's Markdown has tables; cells mean nothing in Markdown. Columns without a title and without a
  /// cell that has text are left out.
  void write_markdown(std::string& out) const;
};

}  // namespace flopstat

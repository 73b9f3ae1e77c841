#pragma once

#include <string>
#include <string_view>

#include "reports/columns.h"

namespace flopstat {

/// Appends a line of CSV to a text, field by field.
class CsvLine {
 public:
  explicit CsvLine(std::string& out) : out_(out) {}

  /// A text that needs no care: a key, a number, or nothing.
  void plain(std::string_view text);

  /// A text from a file. Escaped, it has no line ends, and no spreadsheet takes it for a formula.
  void text(std::string_view text);

  /// A number with all its digits; nothing where there is none.
  void cell(const Cell& cell);

  void fact(const Fact& fact);

  void end() { out_ += '\n'; }

 private:
  std::string& out_;
  bool first_ = true;
};

}  // namespace flopstat

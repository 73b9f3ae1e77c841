#pragma once

#include <string>

#include "flopstat/report.h"
#include "reports/style.h"

/// How figures came about, in words and formulas. A figure whose derivation does not come to it is called a bug.
namespace flopstat {

/// Appends one row: what it reads and writes, the letters, each kind of work, and what they come to. A row that is not
/// known says why. The report was made with `Options::derive`. `own`: the same row under the convention `flopstat`, to
/// be shown beside a report of another convention.
void write_row_derivation(const Report& report, const Row& row, const TerminalStyle& style, std::string& out,
                          const Row* own = nullptr);

/// Appends the totals as sums over the types of operations.
void write_totals_derivation(const Report& report, const TerminalStyle& style, std::string& out);

/// Appends operands, letters, work and operations of a row that is a worked example: no bytes, no parameters.
void write_example(const Report& report, const Row& row, const TerminalStyle& style, std::string& out);

/// Appends one line: the work of a row in letters, "mul_add |y|·k; bias add |y|", behind what is particular about it.
void write_formulas(std::string_view title, const Row& row, const TerminalStyle& style, std::string& out);

}  // namespace flopstat

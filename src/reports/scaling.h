#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "flopstat/scale.h"
#include "reports/style.h"
#include "reports/table.h"

namespace flopstat {

/// Key of a figure in the JSON and above a CSV: "macs", "traffic_bytes", ...
std::string_view key_of(ScaledFigure figure);

/// What stands for each dimension in formulas: its name, or a letter where that would be long or no word.
std::vector<std::string> symbols_of(const std::vector<std::string>& dims);

/// "8,294,400·N + 1/2·N·S²"; "0" for none. Without `utf8`: "8,294,400*N + 1/2*N*S^2".
std::string polynomial_text(const Polynomial& polynomial, const std::vector<std::string>& symbols, bool utf8);

/// A row for each line of the scaling's table: the sizes of the dimensions with a range, and the figures.
Table scaling_table(const Scaling& scaling, const TerminalStyle& style);

/// Appends the screen of `flopstat scale`: the file, a polynomial for each figure and where it holds, what is none or
/// not known, and the table if there is one.
void write_scaling(const Scaling& scaling, const TerminalStyle& style, std::string& out);

/// Appends the polynomials and the table as Markdown.
void write_scaling_markdown(const Scaling& scaling, const TerminalStyle& style, std::string& out);

/// Appends the document of `flopstat scale` (docs/scale.schema.json).
void write_scaling_json(const Scaling& scaling, std::string& out);

}  // namespace flopstat

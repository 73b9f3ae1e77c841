#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "flopstat/difference.h"
#include "flopstat/report.h"
#include "flopstat/scale.h"
#include "reports/selection.h"

/// CSV as RFC 4180 has it, but with LF: a header, then a line for each row, fields with a comma, quote or line end in
/// quotes. Numbers are plain; what is not known is empty. Texts from the file are escaped as on a terminal, and one
/// that a spreadsheet would take for a formula (it begins with = + - or @) has an apostrophe in front.
namespace flopstat {

/// Appends the header of `write_ops_csv`. `with_path`: a first column names the model.
void write_ops_csv_header(const Selection& selection, bool with_path, std::string& out);

/// Appends the selected rows with the figures of one run. No sums.
void write_ops_csv(const Report& report, const Selection& selection, bool with_path, std::string& out);

/// Appends the header of `write_types_csv`.
void write_types_csv_header(bool with_path, std::string& out);

/// Appends a line for each type of operation, of all its runs.
void write_types_csv(const Report& report, bool with_path, std::string& out);

/// Appends the table of a scaling with its header: a column for each free dimension, then every figure.
void write_scaling_csv(const Scaling& scaling, std::string& out);

/// Appends a header and a line for each node of a difference, at most `limit`, those that are the same, too: what each
/// side is, and the figures of all its runs as KEY_a and KEY_b.
void write_difference_csv(const Report& a, const Report& b, const Difference& difference, std::optional<size_t> limit,
                          std::string& out);

}  // namespace flopstat

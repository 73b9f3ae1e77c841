#pragma once

#include <string>
#include <string_view>

#include "flopstat/report.h"
#include "reports/style.h"

/// Lines in words that several screens share. Everything that comes from the file is escaped.
namespace flopstat {

/// Appends the line that names the file: format, types of the multiply-adds, operations, shapes of inputs and outputs.
/// `name` stands for that of the file where this is not enough to tell several models apart.
void write_file_line(const Report& report, const TerminalStyle& style, std::string& out, std::string_view name = {});

/// Appends a sentence, wrapped.
void write_note(std::string_view text, Emphasis emphasis, const TerminalStyle& style, std::string& out,
                size_t indent = 2);

/// Appends what is not known and why: rows of one type and one reason together. Nothing where all is known. `of_model`:
/// " of A", where the reader has to tell several models apart.
void write_unknown(const Report& report, const TerminalStyle& style, std::string& out, std::string_view of_model = {});

/// Appends which figures are bounds or usual formulas, if any are.
void write_certainty(const Report& report, const TerminalStyle& style, std::string& out);

/// Appends what in the file is no part of the model, if anything is.
void write_attached(const Report& report, const TerminalStyle& style, std::string& out);

/// Appends the sizes and the signature that were chosen, if the file leaves a choice. `of_model` as above.
void write_assumed(const Report& report, const TerminalStyle& style, std::string& out, std::string_view of_model = {});

}  // namespace flopstat

#pragma once

#include <string>

#include "flopstat/conventions.h"
#include "flopstat/report.h"
#include "reports/json_writer.h"
#include "reports/style.h"

namespace flopstat {

/// Appends what every convention says of the model (`Options::all_conventions`): a table with each number in its unit
/// and its parts, why a number may not be the tool's, and what makes the tools differ.
void write_conventions(const Report& report, const TerminalStyle& style, std::string& out);

/// Appends the member "conventions" of the report's document.
void write_conventions(JsonWriter& json, const Report& report);

/// Appends the list of conventions: what each counts, of which version, and where that is written down.
void write_convention_list(const TerminalStyle& style, std::string& out);

}  // namespace flopstat

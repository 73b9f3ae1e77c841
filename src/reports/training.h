#pragma once

#include <string>

#include "flopstat/report.h"
#include "reports/style.h"

namespace flopstat {

/// Appends what a step of training costs: its parts, its memory, and a table by type with a column for each part.
/// Nothing where training is not counted.
void write_training(const Report& report, const TerminalStyle& style, std::string& out);

/// Appends a table with a line for each row of the report and a column for each part of a step. Nothing where training
/// is not counted.
void write_training_ops(const Report& report, const TerminalStyle& style, std::string& out);

class JsonWriter;

/// Appends the member `training` of the JSON document. Nothing where training is not asked for.
void write_training_json(const Report& report, JsonWriter& json);

}  // namespace flopstat

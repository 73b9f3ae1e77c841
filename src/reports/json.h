#pragma once

#include <string>
#include <string_view>

#include "flopstat/error.h"
#include "flopstat/report.h"

namespace flopstat {

/// Appends the JSON document of a report as docs/count.schema.json describes it: raw numbers, null for what is not
/// known, ASCII only. The two outer levels are indented, an entry of a list is one line. No newline at the end.
void write_json(const Report& report, std::string& out);

/// Appends the JSON document of a file that could not be read.
void write_json(const Error& error, std::string_view path, std::string& out);

}  // namespace flopstat

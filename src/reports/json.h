#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "flopstat/error.h"
#include "flopstat/report.h"
#include "reports/json_writer.h"

namespace flopstat {

/// Appends the JSON document of a report as docs/count.schema.json describes it: raw numbers, null for what is not
/// known, ASCII only. The two outer levels are indented, an entry of a list is one line. No newline at the end.
/// `command`: "count" or "ops". With `drain`, `out` holds only the rest that was not drained.
void write_json(const Report& report, std::string& out, std::string_view command = "count", Drain drain = {});

/// Appends the document of the layers, docs/tree.schema.json. `depth`: levels below the model, if not all.
void write_tree_json(const Report& report, std::optional<uint32_t> depth, std::string& out);

/// Appends the document of the memory plan, docs/memory.schema.json.
void write_memory_json(const Report& report, std::string& out);

/// Appends the JSON document of a file that could not be read.
void write_json(const Error& error, std::string_view path, std::string& out);

}  // namespace flopstat

#pragma once

#include <string_view>
#include <vector>

#include "flopstat/report.h"
#include "reports/columns.h"
#include "reports/json_writer.h"

/// What the JSON documents of several commands have in common.
namespace flopstat::json_parts {

void write(JsonWriter& json, const Figure& figure);
void write(JsonWriter& json, const Cell& cell);
void text_or_null(JsonWriter& json, std::string_view key, std::string_view text);
void dtype_and_shape(JsonWriter& json, const TensorInfo& tensor);

/// The members up to "convention", with which every document begins.
void begin(JsonWriter& json, const Report& report, std::string_view command);

/// The members "dims" and "model".
void dims_and_model(JsonWriter& json, const Report& report);

/// The members up to "model", with which every document of one model begins.
void head(JsonWriter& json, const Report& report, std::string_view command);

/// An entry of "plan".
void placement(JsonWriter& json, const Placement& placement);

/// The member "warnings".
void warnings(JsonWriter& json, const Report& report);

/// The columns that rows have, too.
template <class Summary>
void figures(JsonWriter& json, const Summary& summary) {
  for (const Column& c : columns()) {
    if (!c.figure) continue;
    json.key(c.key);
    write(json, cell(c, summary));
  }
}

/// A list with a line for each entry.
template <class Entry>
void entries(JsonWriter& json, std::string_view key, const std::vector<Entry>& all,
             void (*write_entry)(JsonWriter&, const Entry&)) {
  json.key(key);
  json.list(JsonWriter::lines, [&] {
    for (const Entry& entry : all) write_entry(json, entry);
  });
}

}  // namespace flopstat::json_parts

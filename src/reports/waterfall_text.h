#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "reports/json_writer.h"
#include "reports/style.h"
#include "reports/waterfall.h"

namespace flopstat {

/// Layers that are shown where the user does not say how many.
inline constexpr size_t kWaterfallSteps = 20;

/// Appends both files and a line for each layer that differs, with a bar from the total before it to that behind it; of
/// these the `limit` that differ most, the others together as the last one.
void write_waterfall(const Report& a, const Report& b, const Waterfall& waterfall, std::optional<size_t> limit,
                     const TerminalStyle& style, std::string& out);

/// Appends the same as GitHub's Markdown has it.
void write_waterfall_markdown(const Report& a, const Report& b, const Waterfall& waterfall, std::optional<size_t> limit,
                              const TerminalStyle& style, std::string& out);

/// Appends a header and a line for each layer that differs, at most `limit` of them.
void write_waterfall_csv(const Waterfall& waterfall, std::optional<size_t> limit, std::string& out);

/// Appends the member "waterfall" with every layer that differs.
void write_waterfall_json(const Waterfall& waterfall, JsonWriter& json);

}  // namespace flopstat

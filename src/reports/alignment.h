#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "flopstat/report.h"

namespace flopstat {

/// The row of one report that stands for a row of another; none where there is none.
struct AlignedRows {
  std::optional<uint32_t> a = std::nullopt;
  std::optional<uint32_t> b = std::nullopt;
};

/// What decides first which rows stand for each other: names hold where a layer changes its size, costs where names
/// have shifted because a layer before them was put in or taken out.
enum class AlignBy : uint8_t { name, cost };

/// Pairs the rows of two reports, each row once, in the order of `b`; a row of `a` without a partner stands where it
/// was in `a`. Only rows of the same operation are paired. A name is a whole name, or of a fused name (`x;y`) the first
/// piece that one row of each report has; `:0` behind it and the name of a wrapping call before it mean nothing. Of
/// equal shapes and costs of two file formats channels may be first or last. Time is proportional to the rows.
std::vector<AlignedRows> align(const Report& a, const Report& b, AlignBy first);

/// What rows are grouped and aligned by: the canonical word, or the file's for an operation without a rule.
std::string_view operation_of(const Row& row);

/// Whether results have the same shape. `across_formats`: channels may be first or last.
bool same_shapes(const Row& a, const Row& b, bool across_formats);

}  // namespace flopstat

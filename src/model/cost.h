#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "flopstat/dtype.h"
#include "flopstat/work.h"
#include "model/count.h"

namespace flopstat {

/// What one run of one node costs.
struct Cost {
  std::vector<Work> work = {};
  std::vector<const Expression*> how = {};  ///< of each entry of `work`; empty where nothing is traced
  Count skippable = 0;                      ///< core mul_adds that the file alone shows to be zero: nominal - valid

  // Parameters that belong to the node and that no operand shows.
  Count parameters = 0;
  DType parameter_dtype = DType::unknown;  ///< of a fixed size where there are any

  /// Bytes moved. Absent: every operand once, every result once.
  std::optional<Count> read_bytes = std::nullopt;
  std::optional<Count> written_bytes = std::nullopt;

  /// Appends `count` units of work unless the count is 0.
  void add(Part part, Unit unit, DType dtype, Count count, Certainty certainty = Certainty::exact) {
    if (count.value() == 0) return;
    if (work.empty()) work.reserve(4);  // most operations have no more
    work.push_back({part, unit, dtype, certainty, Mark::none, count.value()});
    if (count.how() == nullptr && how.empty()) return;
    how.resize(work.size());
    how.back() = count.how();
  }

  /// Units of the i-th entry, and how they came about.
  Count units(size_t i) const { return {work[i].count, i < how.size() ? how[i] : nullptr}; }

  /// Appends the work of another cost; the bytes stay as they are.
  void append(const Cost& more) {
    for (size_t i = 0; i < more.work.size(); ++i) {
      const Work& each = more.work[i];
      add(each.part, each.unit, each.dtype, more.units(i), each.certainty);
    }
    skippable += more.skippable;
  }
};

}  // namespace flopstat

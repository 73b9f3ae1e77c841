#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flopstat/report.h"
#include "reports/sum.h"

namespace flopstat {

/// A part of the model: the whole, a layer, or one operation.
struct Layer {
  std::string name;                               ///< within its parent; empty for the whole model
  std::optional<uint32_t> parent = std::nullopt;  ///< position in the list; none for the whole model
  uint32_t depth = 0;                             ///< of the whole model: 0
  std::optional<uint32_t> row = std::nullopt;     ///< of the operation, if it is one
  Sum sum = {};                                   ///< it and everything below
};

/// The model as a tree: every layer before what is in it, in the order of the rows. Never empty: the whole model is the
/// first.
///
/// A row belongs where its scope says or, without one, where its name does: the parts between "/" but the last one, as
/// far as all pieces of a fused name "a/b/x;a/c/y" agree. A row without a name goes by its first result's. Rows of a
/// called graph are inside the row that calls it, without the path that both have. A layer that holds one thing only is
/// one with it. No layer is deeper than 64 levels before that.
std::vector<Layer> layers_of(const Report& report);

/// The path of the innermost layer that a row belongs to, by its scope or name as above; its own name where it is in
/// none. The graph that calls the row's has no part in it.
std::string layer_of(const Row& row);

}  // namespace flopstat

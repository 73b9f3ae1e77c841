#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "model/formula.h"

/// A convention of one's own: the contents of a convention file (docs/conventions.md).
namespace flopstat {

/// Sizes of a layer that its formulas may name, in the order of `FormulaStep::definition`.
inline constexpr std::array<std::string_view, 16> kLayerSizes = {
    "macs",      ///< multiply-adds
    "in",        ///< elements of what the layer is applied to
    "out",       ///< elements of its result
    "weights",   ///< elements of its weights, biases left out
    "bias",      ///< elements of its bias
    "biased",    ///< results that a bias is added to
    "channels",  ///< of the result
    "groups",    ///< of a convolution
    "taps",      ///< of a pool's window
    "length",    ///< of each sum of products
    "row",       ///< elements that are normalised together
    "batch",     ///< of convolutions, pools and dense layers
    "runs",      ///< of a recurrent cell
    "features",  ///< that a run of the cell reads
    "hidden",    ///< units of the cell
    "operands",  ///< of arithmetic
};

/// What one kind of layer, or one function of elements, counts.
struct LayerRule {
  std::string kind = {};
  Formula count = {};
};

struct UserConvention {
  std::string name = {};
  std::string unit = {};  ///< "FLOPs", "MACs" or "operations"
  std::string place = {};
  std::vector<LayerRule> rules = {};
};

}  // namespace flopstat

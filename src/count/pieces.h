#pragma once

#include <optional>
#include <vector>

#include "graph/frames.h"
#include "model/model.h"

/// What nodes were part of before an exporter or a converter took modules and layers apart.
namespace flopstat {

/// A module that is several nodes in some files.
enum class Whole : uint8_t { silu, gelu, mish, hard_swish, layer_norm, group_norm };

struct ModulePiece {
  std::optional<Whole> ends = std::nullopt;  ///< the module whose last node this is: it stands for all of it
  bool inside = false;                       ///< the last node of a module, or the product of a bias, stands for this
  TensorId x = kAbsent;                      ///< of the module that ends here: what it is applied to
  TensorId scale = kAbsent;                  ///< of a normalisation that ends here, if it has one
  TensorId bias = kAbsent;                   ///< that the next node adds to the results of this product
  std::optional<NodeIndex> behind = std::nullopt;  ///< gives the first operand, seen through views and biases
  bool in_attention = false;                       ///< one of two products with a softmax between them, or that softmax
};

/// One for each node of the frame's graph.
std::vector<ModulePiece> find_pieces(const Graph& graph, const Frame& frame);

}  // namespace flopstat

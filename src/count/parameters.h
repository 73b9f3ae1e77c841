#pragma once

#include <map>
#include <unordered_set>
#include <vector>

#include "graph/frames.h"
#include "graph/uses.h"

namespace flopstat {

/// A constant that the file stores, or that a fill makes: where a parameter is counted.
struct Source {
  const Tensor* tensor = nullptr;
  const Value* value = nullptr;
  bool made = false;  ///< by a fill: it has no storage
};

/// Parameters with their stored bytes and those of their separate scales and zero points.
struct Parameters {
  Count elements = 0;
  Count weight_bytes = 0;
  Count quantization_bytes = 0;
};

/// Follows constants from where they are stored to the operations that they reach as data.
///
/// A parameter is an element of a stored constant that reaches an operation as data or weight; through movement, casts,
/// dequantization and arithmetic on constants it counts at its source. A stored buffer counts once, however often it is
/// used. Booleans and constants without axes are none. Source: docs/counting.md, section 3.
class ParameterCounter {
 public:
  /// Where the constants among a frame's tensors come from.
  using Sources = std::map<TensorId, std::vector<Source>>;

  /// The sources of a constant operand: its own tensor if that is stored, else what it was computed from.
  static std::vector<Source> sources_of(const Graph& graph, const Frame& frame, const Sources& known_sources,
                                        TensorId id);

  /// Remembers where the results of a node on constants alone come from.
  static void pass_on(const Graph& graph, const Frame& frame, const Node& node, const Uses& uses, Sources& sources);

  /// Parameters that the node reaches and no node before it did.
  Parameters claim(const Graph& graph, const Frame& frame, const Node& node, const Uses& uses, const Sources& sources);

  /// Stored bytes of the scales and zero points that the node takes as operands and no node before it did.
  Count claim_scales(const Graph& graph, const Node& node);

 private:
  void claim(const Source& source, Parameters& claimed);

  std::unordered_set<uint32_t> claimed_storages_;
  std::unordered_set<const Tensor*> claimed_fills_;
};

}  // namespace flopstat

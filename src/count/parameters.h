#pragma once

#include <map>
#include <optional>
#include <unordered_map>
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

/// A constant that reaches a node as data, and the row that counts its parameters.
struct Claim {
  Source source;
  uint32_t row = 0;
};

/// Parameters with their stored bytes and those of their separate scales and zero points.
struct Parameters {
  Count elements = 0;
  Count weight_bytes = 0;
  Count quantization_bytes = 0;
  std::optional<Count> trainable = std::nullopt;  ///< elements, where the file says which
};

/// Follows constants from where they are stored to the operations that they reach as data.
///
/// A parameter is an element of a stored constant that reaches an operation as data or weight; through movement, casts,
/// dequantization and arithmetic on constants it counts at its source. A stored buffer counts once, however often it is
/// used. Booleans are none, nor are constants without axes unless the file says that they are trained. Source:
/// docs/counting.md, section 3.
class ParameterCounter {
 public:
  /// Where the constants among a frame's tensors come from.
  using Sources = std::map<TensorId, std::vector<Source>>;

  /// The sources of a constant operand: its own tensor if that is stored, else what it was computed from.
  static std::vector<Source> sources_of(const Graph& graph, const Frame& frame, const Sources& known_sources,
                                        TensorId id);

  /// Remembers where the results of a node on constants alone come from.
  static void pass_on(const Graph& graph, const Frame& frame, const Node& node, const Uses& uses, Sources& sources);

  /// Where constants come from that the node hands to a graph that it calls.
  static Sources handed_down(const Graph& graph, const Frame& frame, const Node& node, const Graph& callee,
                             const Sources& sources);

  /// Parameters that the node of the row reaches and no node before it did. `claims`, if given, gets every constant
  /// that it reaches, whichever row counts it.
  Parameters claim(const Graph& graph, const Frame& frame, const Node& node, const Uses& uses, const Sources& sources,
                   uint32_t row, std::vector<Claim>* claims = nullptr);

  /// Stored bytes of the scales and zero points that the node takes as operands and no node before it did.
  Count claim_scales(const Graph& graph, const Node& node, uint32_t row);

 private:
  void claim(const Source& source, uint32_t row, Parameters& claimed, std::vector<Claim>* claims);

  std::unordered_map<uint32_t, uint32_t> claimed_storages_;  ///< to the row that counts them
  std::unordered_map<const Tensor*, uint32_t> claimed_fills_;
};

}  // namespace flopstat

#include "graph/qdq.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "graph/uses.h"
#include "ops/requantize.h"

namespace flopstat {
namespace {

template <class... Ops>
bool is_one_of(const Op& op) {
  return (std::holds_alternative<Ops>(op) || ...);
}

/// Quantizes or dequantizes by a scale that is an operand, as ONNX does. Where scales belong to tensors (TensorFlow
/// Lite) the file has integer operations of its own, and real ones between such nodes are meant so.
template <class Conversion>
bool converts(const Node& node) {
  return std::holds_alternative<Conversion>(node.op) && node.inputs.size() > 1 && node.inputs[0] != kAbsent &&
         !node.outputs.empty() && node.outputs[0] != kAbsent;
}

/// Integers of this width are activations and weights; wider ones are accumulators.
bool is_narrow(DType dtype) { return is_integer(dtype) && bits_of(dtype) <= 16; }

bool stands_for_reals(const Tensor& tensor) { return is_integer(tensor.dtype) && tensor.quantization.scales > 0; }

bool same_quantization(const Tensor& a, const Tensor& b) {
  const Quantization& p = a.quantization;
  const Quantization& q = b.quantization;
  return a.dtype == b.dtype && p.scale == q.scale && p.zero_point == q.zero_point && p.scales == q.scales;
}

/// Elements of the result are elements of the first operand, and the other operands say which.
bool moves_elements(const Node& node) {
  if (std::holds_alternative<Identity>(node.op)) return node.inputs.size() == 1;
  return is_one_of<Reshape, Squeeze, Unsqueeze, Flatten, Transpose, Slice, SliceTo, StridedSlice, DynamicSlice, Gather,
                   GatherNd, GatherElements, Compress, Split, Unstack, Tile, Expand, Reverse, SpaceToDepth,
                   DepthToSpace, SpaceToBatch, BatchToSpace>(node.op);
}

/// As many elements as the operand has.
bool keeps_elements(const Node& node) {
  if (std::holds_alternative<Identity>(node.op)) return node.inputs.size() == 1;
  return is_one_of<Reshape, Squeeze, Unsqueeze, Flatten, Transpose>(node.op);
}

/// Reads a few elements of its operand.
bool picks_elements(const Op& op) {
  return is_one_of<Gather, GatherNd, GatherElements, Slice, SliceTo, StridedSlice, DynamicSlice>(op);
}

/// docs/counting.md, section 7, says what the operation costs on integers.
bool counts_on_integers(const Op& op) {
  if (const auto* pool = std::get_if<Pool>(&op)) return pool->fn == PoolFn::max || pool->fn == PoolFn::average;
  return is_one_of<Conv, ConvTranspose, GeneralConv, MatMul, Einsum, Unary, Binary, Select, Softmax, L2Norm, Reduce,
                   Concat, Stack, Pad, Resize>(op);
}

/// A constant may stand there as it is: engines bring it to the accumulator's scale, or make a clamp of it.
bool may_stay_real(const Op& op, size_t operand) {
  if (is_one_of<Conv, ConvTranspose, GeneralConv, MatMul>(op)) return operand == 2;
  const auto* unary = std::get_if<Unary>(&op);
  return unary != nullptr && unary->fn == UnaryFn::clip && operand > 0;
}

/// A number, and no list of sizes, index or condition.
bool is_computed_with(const Op& op, size_t operand) {
  if (std::holds_alternative<Select>(op) && operand == 0) return false;
  const Role role = role_of(op, operand);
  return role == Role::data || role == Role::weight;
}

/// Some exporters quantize a tensor once for each of its readers. Those of equal integers read the same ones from now
/// on. Returns how many nodes are of no use any more and gone.
uint64_t share_equal_integers(Graph& graph) {
  using Key = std::tuple<TensorId, DType, float, int64_t>;
  std::map<Key, TensorId> first;
  std::map<TensorId, TensorId> equal;
  const std::set<TensorId> results(graph.outputs.begin(), graph.outputs.end());
  const auto repeats_another = [&](const Node& node) {
    if (!converts<Quantize>(node)) return false;
    const TensorId y = node.outputs[0];
    const Tensor& integers = graph.tensors[y];
    const Quantization& q = integers.quantization;
    if (q.scales != 1 || std::isnan(q.scale) || results.contains(y)) return false;
    const auto [found, is_new] = first.try_emplace(Key{node.inputs[0], integers.dtype, q.scale, q.zero_point}, y);
    if (!is_new) equal.emplace(y, found->second);
    return !is_new;
  };
  const uint64_t gone = std::erase_if(graph.nodes, repeats_another);
  for (Node& node : graph.nodes) {
    for (TensorId& id : node.inputs) {
      if (const auto found = equal.find(id); found != equal.end()) id = found->second;
    }
  }
  return gone;
}

/// Folds the patterns of one graph, whose nodes are in an order in which they can run.
class Folder {
 public:
  explicit Folder(Graph& graph) : graph_(graph) {
    result_.nodes_folded = share_equal_integers(graph);
    gone_.resize(graph.nodes.size());
    behind_.resize(graph.nodes.size());
    for (const Tensor& tensor : graph.tensors) facts_.push_back({.constant = tensor.is_constant()});
    for (const TensorId id : graph.outputs) {
      if (id != kAbsent) ++facts_[id].uses;
    }
    for (NodeIndex i = 0; i < graph.nodes.size(); ++i) enter(i);
    for (Facts& facts : facts_) facts.read = facts.uses > 0;
  }

  QdqFolding fold() {
    for (NodeIndex i = 0; i < graph_.nodes.size(); ++i) {
      if (converts<Quantize>(graph_.nodes[i])) {
        fold_quantize(i);
      } else if (picks_from_table(graph_.nodes[i])) {
        integers_behind(graph_.nodes[i].outputs[0]);
      }
    }
    drop_unread();
    move_scales();
    rebuild();
    return result_;
  }

 private:
  /// What is known of a tensor.
  struct Facts {
    bool constant = false;  ///< the same in every run
    bool read = false;      ///< something read it before anything was folded
    uint32_t uses = 0;      ///< operands and results of the graph that it is
    std::optional<NodeIndex> producer = std::nullopt;
    std::optional<NodeIndex> dequantize = std::nullopt;  ///< makes real numbers of integers, which may be moved then
    TensorId integers = kAbsent;                         ///< those integers, once they are asked for
  };

  void enter(NodeIndex index) {
    const Node& node = graph_.nodes[index];
    bool of_constants = !node.inputs.empty() && !std::holds_alternative<Random>(node.op);
    for (const TensorId id : node.inputs) {
      if (id == kAbsent) continue;
      ++facts_[id].uses;
      of_constants = of_constants && facts_[id].constant;
    }
    const std::optional<NodeIndex> dequantize = dequantize_before(index);
    for (const TensorId id : node.outputs) {
      if (id == kAbsent || facts_[id].producer) continue;  // only a damaged file writes a tensor twice
      facts_[id].producer = index;
      facts_[id].constant |= of_constants;
      facts_[id].dequantize = dequantize;
    }
  }

  /// The node that made the results of this one real numbers.
  std::optional<NodeIndex> dequantize_before(NodeIndex index) const {
    const Node& node = graph_.nodes[index];
    if (node.inputs.empty() || node.inputs[0] == kAbsent) return std::nullopt;
    if (moves_elements(node)) return facts_[node.inputs[0]].dequantize;
    if (!converts<Dequantize>(node)) return std::nullopt;
    return stands_for_reals(graph_.tensors[node.inputs[0]]) ? std::optional(index) : std::nullopt;
  }

  /// Dequantized integers that activations and weights may be.
  bool is_dequantized(TensorId id) const {
    const std::optional<NodeIndex> dequantize = facts_[id].dequantize;
    return dequantize && is_narrow(graph_.tensors[graph_.nodes[*dequantize].inputs[0]].dtype);
  }

  bool picks_from_table(const Node& node) const {
    if (!picks_elements(node.op) || node.inputs.empty() || node.inputs[0] == kAbsent || node.outputs.empty())
      return false;
    const TensorId y = node.outputs[0];
    return y != kAbsent && !facts_[y].constant && facts_[node.inputs[0]].constant && is_dequantized(y);
  }

  /// Everything that it computes with is there as integers.
  bool may_run_on_integers(const Node& node) const {
    if (!counts_on_integers(node.op) || (node.activation && !moves_clamps(*node.activation))) return false;
    for (size_t i = 1; i < node.outputs.size(); ++i) {
      if (node.outputs[i] != kAbsent && facts_[node.outputs[i]].uses > 0) return false;
    }
    bool any = false;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const TensorId id = node.inputs[i];
      if (id == kAbsent || !is_computed_with(node.op, i)) continue;
      const bool may_be_wide = may_stay_real(node.op, i) && (facts_[id].constant || facts_[id].dequantize);
      if (!may_be_wide && !is_dequantized(id)) return false;
      any = true;
    }
    return any;
  }

  /// A clamp to bounds that are the same in every run.
  bool is_clamp(const Node& node) const {
    const auto* unary = std::get_if<Unary>(&node.op);
    if (unary == nullptr || !moves_clamps(unary->fn) || node.activation || node.inputs.empty()) return false;
    return std::all_of(node.inputs.begin() + 1, node.inputs.end(),
                       [&](TensorId id) { return id == kAbsent || facts_[id].constant; });
  }

  // ---- Integers behind dequantized tensors

  /// The integers that a dequantized tensor stands for. Nodes that move its elements move integers from now on.
  TensorId integers_behind(TensorId real) {
    std::vector<NodeIndex> movers;
    TensorId at = real;
    while (facts_[at].integers == kAbsent && facts_[at].producer != facts_[at].dequantize) {
      movers.push_back(*facts_[at].producer);
      at = graph_.nodes[movers.back()].inputs[0];
    }
    if (facts_[at].integers == kAbsent) facts_[at].integers = graph_.nodes[*facts_[at].producer].inputs[0];
    for (auto mover = movers.rbegin(); mover != movers.rend(); ++mover) move_integers(*mover);
    return facts_[real].integers;
  }

  /// For those who read the results as real numbers a node behind it dequantizes them.
  void move_integers(NodeIndex index) {
    Node& mover = graph_.nodes[index];
    const Node& dequantize = graph_.nodes[*facts_[mover.inputs[0]].dequantize];
    const TensorId integers = facts_[mover.inputs[0]].integers;
    replace(mover.inputs[0], integers);
    for (TensorId& output : mover.outputs) {
      if (output == kAbsent) continue;
      const TensorId moved = add_integers(output, integers, index);
      Node& back = behind_[index].emplace_back(dequantize);
      back.inputs[0] = moved;
      back.outputs = {output};
      facts_[output].integers = moved;
      output = moved;
    }
  }

  /// A tensor of the shape of `real` and the type and scale of `integers`.
  TensorId add_integers(TensorId real, TensorId integers, NodeIndex producer) {
    graph_.tensors.push_back(graph_.tensors[real]);
    graph_.tensors.back().dtype = graph_.tensors[integers].dtype;
    graph_.tensors.back().quantization = graph_.tensors[integers].quantization;
    facts_.push_back({.constant = facts_[real].constant, .producer = producer});
    return static_cast<TensorId>(graph_.tensors.size() - 1);
  }

  void replace(TensorId& operand, TensorId by) {
    --facts_[operand].uses;
    ++facts_[by].uses;
    operand = by;
  }

  // ---- From the nodes that quantize backwards

  void fold_quantize(NodeIndex index) {
    const Node& node = graph_.nodes[index];
    const Tensor& result = graph_.tensors[node.outputs[0]];
    if (!stands_for_reals(result) || !is_narrow(result.dtype)) return;
    if (is_dequantized(node.inputs[0])) {
      fold_requantize(index);
    } else {
      fold_operation(index);
    }
  }

  /// Integers go from one scale to another. What moved them to the same scale has the result itself.
  void fold_requantize(NodeIndex index) {
    Node& node = graph_.nodes[index];
    const TensorId real = node.inputs[0];
    replace(node.inputs[0], integers_behind(real));
    const TensorId integers = node.inputs[0];
    const bool moved = facts_[real].producer != facts_[real].dequantize;
    const bool read_again = facts_[integers].uses > 1 || facts_[real].uses > 0;
    const TensorId result = node.outputs[0];
    if (!moved || read_again || !same_quantization(graph_.tensors[integers], graph_.tensors[result])) return;
    std::vector<TensorId>& outputs = graph_.nodes[*facts_[integers].producer].outputs;
    std::replace(outputs.begin(), outputs.end(), integers, result);
    facts_[result].producer = facts_[integers].producer;
    drop(index);
  }

  /// Looks for the operation that a node quantizes the result of.
  void fold_operation(NodeIndex quantize) {
    std::vector<NodeIndex> between;
    std::optional<NodeIndex> clamp;
    TensorId at = graph_.nodes[quantize].inputs[0];
    while (facts_[at].uses == 1 && facts_[at].producer) {
      const NodeIndex index = *facts_[at].producer;
      const Node& node = graph_.nodes[index];
      if (node.outputs[0] != at || node.inputs.empty() || node.inputs[0] == kAbsent) return;
      if (may_run_on_integers(node)) return make_integer(index, clamp, between, quantize);
      if (!clamp && is_clamp(node)) {
        clamp = index;
      } else if (keeps_elements(node)) {
        between.push_back(index);
      } else {
        return;
      }
      at = node.inputs[0];
    }
  }

  /// `between` are the nodes that only show or move the result, the last one first.
  void make_integer(NodeIndex operation, std::optional<NodeIndex> clamp, const std::vector<NodeIndex>& between,
                    NodeIndex quantize) {
    Node& node = graph_.nodes[operation];
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      TensorId& operand = node.inputs[i];
      if (operand == kAbsent || !is_computed_with(node.op, i) || !facts_[operand].dequantize) continue;
      replace(operand, integers_behind(operand));
    }
    if (clamp) {
      node.activation = std::get<Unary>(graph_.nodes[*clamp].op).fn;
      drop(*clamp);
      for (const TensorId id : graph_.nodes[*clamp].inputs) {
        if (id != kAbsent) --facts_[id].uses;
      }
    }
    const TensorId result = graph_.nodes[quantize].outputs[0];
    NodeIndex last = operation;
    for (auto next = between.rbegin(); next != between.rend(); ++next) {
      Tensor& passed = graph_.tensors[graph_.nodes[last].outputs[0]];
      passed.dtype = graph_.tensors[result].dtype;
      passed.quantization = graph_.tensors[result].quantization;
      graph_.nodes[*next].inputs[0] = graph_.nodes[last].outputs[0];
      last = *next;
    }
    graph_.nodes[last].outputs[0] = result;
    facts_[result].producer = last;
    drop(quantize);
    ++result_.operations;
  }

  // ---- What is left

  void drop(NodeIndex index) {
    gone_[index] = true;
    ++result_.nodes_folded;
  }

  /// Nodes that dequantized for nobody but what reads integers now.
  void drop_unread() {
    const auto unread = [&](const Node& node) { return facts_[node.outputs[0]].uses == 0; };
    for (NodeIndex i = 0; i < graph_.nodes.size(); ++i) {
      const Node& node = graph_.nodes[i];
      std::erase_if(behind_[i], unread);
      if (converts<Dequantize>(node) && facts_[node.outputs[0]].read && unread(node)) drop(i);
    }
  }

  /// Scales and zero points that nodes had as operands are those of the stored integers themselves, each counted once.
  void move_scales() {
    std::set<uint32_t> counted;
    const auto remain = [&](const Node& node) {
      if (!converts<Quantize>(node) && !converts<Dequantize>(node)) return;
      for (size_t i = 1; i < node.inputs.size(); ++i) {
        if (node.inputs[i] != kAbsent) counted.insert(graph_.tensors[node.inputs[i]].storage);
      }
    };
    for (NodeIndex i = 0; i < graph_.nodes.size(); ++i) {
      if (!gone_[i]) remain(graph_.nodes[i]);
      std::for_each(behind_[i].begin(), behind_[i].end(), remain);
    }
    for (NodeIndex i = 0; i < graph_.nodes.size(); ++i) {
      const Node& node = graph_.nodes[i];
      if (!gone_[i] || !converts<Dequantize>(node)) continue;
      Tensor& integers = graph_.tensors[node.inputs[0]];
      for (size_t k = 1; k < node.inputs.size() && integers.storage != 0; ++k) {
        if (node.inputs[k] == kAbsent) continue;
        const Tensor& scale = graph_.tensors[node.inputs[k]];
        if (counted.insert(scale.storage).second) integers.quantization.stored_bytes += scale.stored_bytes;
      }
    }
  }

  void rebuild() {
    std::vector<Node> nodes;
    nodes.reserve(graph_.nodes.size());
    for (NodeIndex i = 0; i < graph_.nodes.size(); ++i) {
      if (!gone_[i]) nodes.push_back(std::move(graph_.nodes[i]));
      std::move(behind_[i].begin(), behind_[i].end(), std::back_inserter(nodes));
    }
    graph_.nodes = std::move(nodes);
  }

  Graph& graph_;
  std::vector<Facts> facts_;               // per tensor
  std::vector<bool> gone_;                 // per node
  std::vector<std::vector<Node>> behind_;  // per node: those that are put behind it
  QdqFolding result_;
};

}  // namespace

QdqFolding fold_qdq(Model& model) {
  QdqFolding result;
  for (Graph& graph : model.graphs) {
    if (std::none_of(graph.nodes.begin(), graph.nodes.end(), converts<Dequantize>)) continue;
    const QdqFolding folded = Folder(graph).fold();
    result.operations += folded.operations;
    result.nodes_folded += folded.nodes_folded;
  }
  return result;
}

}  // namespace flopstat

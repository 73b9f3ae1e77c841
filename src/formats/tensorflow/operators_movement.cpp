#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "formats/tensorflow/operators.h"
#include "formats/tensorflow/windows.h"

namespace flopstat::tensorflow {
namespace {

/// Results of one operation: no graph has more.
constexpr int64_t kMaxParts = 65'536;

template <class Operation>
Op plain(NodeReader&) {
  return Operation{};
}

/// Further operands say nothing about the result's shape.
template <class Operation, size_t operands>
Op first_operands(NodeReader& node) {
  std::vector<TensorId> inputs = node.inputs();
  inputs.resize(std::min(inputs.size(), operands));
  node.set_inputs(std::move(inputs));
  return Operation{};
}

Op reshape(NodeReader&) { return Reshape{.zero_is_zero = true}; }

Op squeeze(NodeReader& node) {
  std::vector<int64_t> axes = node.integers("squeeze_dims");
  if (axes.empty()) axes = node.integers("axis");
  if (!axes.empty()) node.set_inputs({node.input(0), node.constant(axes)});
  return Squeeze{};
}

/// The first operand is the axis.
Op concat_axis_first(NodeReader& node) {
  const auto axis = node.stored_integer(0);
  if (!axis) return Concat{.axis_first = true};
  std::vector<TensorId> inputs = node.inputs();
  inputs.erase(inputs.begin());
  node.set_inputs(std::move(inputs));
  return Concat{.axis = *axis};
}

/// The last operand is the axis.
Op concat(NodeReader& node) {
  std::vector<TensorId> inputs = node.inputs();
  std::ranges::rotate(inputs, inputs.end() - 1);
  node.set_inputs(std::move(inputs));
  return concat_axis_first(node);
}

void set_part_count(NodeReader& node, std::string_view attribute) {
  const int64_t count = node.integer(attribute, 0);
  if (count < 1 || count > kMaxParts) node.corrupt("it has " + std::to_string(count) + " results");
  node.set_result_count(static_cast<size_t>(count));
}

/// Axis, x.
Op split(NodeReader& node) {
  set_part_count(node, "num_split");
  node.set_inputs({node.input(1), node.input(0)});
  return Split{};
}

/// x, sizes, axis.
Op split_sizes(NodeReader& node) {
  set_part_count(node, "num_split");
  node.set_inputs({node.input(0), node.input(2), node.input(1)});
  return Split{};
}

Op stack(NodeReader& node) { return Stack{.axis = node.integer("axis", 0)}; }

Op unstack(NodeReader& node) {
  if (node.integer("num", 0) == 0) return Opaque{"it has no results"};
  set_part_count(node, "num");
  return Unstack{.axis = node.integer("axis", 0)};
}

uint32_t mask(const NodeReader& node, std::string_view name) { return static_cast<uint32_t>(node.integer(name, 0)); }

/// The numbers that a list is made of; none where it is not made of numbers one by one.
std::vector<TensorId> packed(const NodeReader& node, TensorId list) {
  const Node* producer = node.producer_of(list);
  return producer != nullptr && producer->type == "Pack" ? producer->inputs : std::vector<TensorId>{};
}

/// k, where the file computes `end` as begin + k with a k that is stored.
std::optional<int64_t> distance(const NodeReader& node, TensorId begin, TensorId end) {
  const Node* sum = node.producer_of(end);
  const auto* op = sum == nullptr ? nullptr : std::get_if<Binary>(&sum->op);
  if (op == nullptr || op->fn != BinaryFn::add || sum->inputs.size() != 2) return std::nullopt;
  if (sum->inputs[0] == begin) return node.integer_in(sum->inputs[1]);
  return sum->inputs[1] == begin ? node.integer_in(sum->inputs[0]) : std::nullopt;
}

/// How many elements x[b : b + 12] takes is in the file, whatever b is.
std::vector<int64_t> lengths(const NodeReader& node) {
  const std::vector<TensorId> begins = packed(node, node.input(1));
  const std::vector<TensorId> ends = packed(node, node.input(2));
  std::vector<int64_t> lengths;
  for (size_t i = 0; i < begins.size() && i < ends.size(); ++i) {
    lengths.push_back(distance(node, begins[i], ends[i]).value_or(-1));
  }
  return lengths;
}

Op strided_slice(NodeReader& node) {
  return StridedSlice{.begin_mask = mask(node, "begin_mask"),
                      .end_mask = mask(node, "end_mask"),
                      .ellipsis_mask = mask(node, "ellipsis_mask"),
                      .new_axis_mask = mask(node, "new_axis_mask"),
                      .shrink_axis_mask = mask(node, "shrink_axis_mask"),
                      .lengths = lengths(node)};
}

Op mirror_pad(NodeReader& node) {
  return Pad{.fn = node.text("mode", "REFLECT") == "SYMMETRIC" ? PadFn::symmetric : PadFn::reflect};
}

Op gather(NodeReader&) { return Gather{}; }

/// x, indices, axis.
Op gather_v2(NodeReader& node) {
  const auto axis = node.stored_integer(2);
  node.set_inputs({node.input(0), node.input(1), axis ? kAbsent : node.input(2)});
  return Gather{.axis = axis.value_or(0), .batch_dims = node.integer("batch_dims", 0)};
}

Op resource_gather(NodeReader& node) {
  const int64_t batch = node.integer("batch_dims", 0);
  return Gather{.axis = batch, .batch_dims = batch};
}

template <BinaryFn fn>
Op scatter(NodeReader&) {
  return ScatterReduce{.fn = fn};
}

/// Indices, updates, shape.
Op scatter_nd(NodeReader&) { return ScatterNd{}; }

Op space_to_depth(NodeReader& node) {
  return SpaceToDepth{.block = node.integer("block_size", 2), .layout = layout_of(node)};
}

Op depth_to_space(NodeReader& node) {
  return DepthToSpace{.block = node.integer("block_size", 2), .layout = layout_of(node)};
}

/// Blocks of the same size on height and width, by an attribute.
template <class Operation>
Op square_blocks(NodeReader& node) {
  const int64_t block = node.integer("block_size", 1);
  node.set_inputs({node.input(0), node.constant({block, block}), node.input(1)});
  return Operation{};
}

Op one_hot(NodeReader& node) { return OneHot{.axis = node.integer("axis", -1)}; }

Op non_zero(NodeReader&) { return NonZero{}; }

constexpr auto kOperators = std::to_array<Operator>({
    {"BatchToSpace", 2, square_blocks<BatchToSpace>},
    {"BatchToSpaceND", 3, plain<BatchToSpace>},
    {"BroadcastTo", 2, plain<Expand>},
    {"Concat", 2, concat_axis_first},
    {"ConcatV2", 2, concat},
    {"DepthToSpace", 1, depth_to_space},
    {"ExpandDims", 2, plain<Unsqueeze>},
    {"Gather", 2, gather},
    {"GatherNd", 2, plain<GatherNd>},
    {"GatherV2", 3, gather_v2},
    {"InvertPermutation", 1, plain<Reverse>},
    {"MatrixBandPart", 1, first_operands<Triangle, 1>},
    {"MatrixDiag", 1, first_operands<MatrixDiag, 1>},
    {"MatrixDiagV2", 1, first_operands<MatrixDiag, 1>},
    {"MatrixDiagV3", 1, first_operands<MatrixDiag, 1>},
    {"MatrixSetDiag", 2, first_operands<MatrixSetDiag, 2>},
    {"MatrixSetDiagV2", 2, first_operands<MatrixSetDiag, 2>},
    {"MatrixSetDiagV3", 2, first_operands<MatrixSetDiag, 2>},
    {"MirrorPad", 2, mirror_pad},
    {"OneHot", 4, one_hot},
    {"Pack", 1, stack},
    {"Pad", 2, first_operands<Pad, 2>},
    {"PadV2", 2, first_operands<Pad, 2>},
    {"ParallelConcat", 1, stack},
    {"RandomShuffle", 1, first_operands<Reverse, 1>},
    {"Reshape", 2, reshape},
    {"ResourceGather", 2, resource_gather},
    {"ResourceGatherNd", 2, plain<GatherNd>},
    {"Reverse", 2, plain<Reverse>},
    {"ReverseSequence", 2, plain<Reverse>},
    {"ReverseV2", 2, plain<Reverse>},
    {"Roll", 3, first_operands<Reverse, 2>},
    {"ScatterNd", 3, scatter_nd},
    {"Slice", 3, plain<Slice>},
    {"SpaceToBatch", 2, square_blocks<SpaceToBatch>},
    {"SpaceToBatchND", 3, plain<SpaceToBatch>},
    {"SpaceToDepth", 1, space_to_depth},
    {"SparseToDense", 4, plain<SparseToDense>},
    {"Split", 2, split},
    {"SplitV", 3, split_sizes},
    {"Squeeze", 1, squeeze},
    {"StatelessShuffle", 1, first_operands<Reverse, 1>},
    {"StridedSlice", 4, strided_slice},
    {"TensorScatterAdd", 3, scatter<BinaryFn::add>},
    {"TensorScatterMax", 3, scatter<BinaryFn::maximum>},
    {"TensorScatterMin", 3, scatter<BinaryFn::minimum>},
    {"TensorScatterSub", 3, scatter<BinaryFn::sub>},
    {"TensorScatterUpdate", 3, plain<ScatterInto>},
    {"Tile", 2, plain<Tile>},
    {"Transpose", 2, plain<Transpose>},
    {"Unpack", 1, unstack},
    {"Where", 1, non_zero},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> movement_operators() { return kOperators; }

}  // namespace flopstat::tensorflow

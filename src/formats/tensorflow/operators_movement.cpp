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

Opaque not_stored(std::string_view what) { return {std::string(what) + " is computed while running"}; }

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

/// The last operand is the axis.
Op concat(NodeReader& node) {
  const size_t last = node.input_count() - 1;
  const auto axis = node.stored_integer(last);
  if (!axis) return not_stored("the axis");
  std::vector<TensorId> inputs = node.inputs();
  inputs.pop_back();
  node.set_inputs(std::move(inputs));
  return Concat{.axis = *axis};
}

/// The first operand is the axis.
Op concat_axis_first(NodeReader& node) {
  const auto axis = node.stored_integer(0);
  if (!axis) return not_stored("the axis");
  std::vector<TensorId> inputs = node.inputs();
  inputs.erase(inputs.begin());
  node.set_inputs(std::move(inputs));
  return Concat{.axis = *axis};
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

Op strided_slice(NodeReader& node) {
  return StridedSlice{.begin_mask = mask(node, "begin_mask"),
                      .end_mask = mask(node, "end_mask"),
                      .ellipsis_mask = mask(node, "ellipsis_mask"),
                      .new_axis_mask = mask(node, "new_axis_mask"),
                      .shrink_axis_mask = mask(node, "shrink_axis_mask")};
}

Op mirror_pad(NodeReader& node) {
  return Pad{.fn = node.text("mode", "REFLECT") == "SYMMETRIC" ? PadFn::symmetric : PadFn::reflect};
}

Op gather(NodeReader&) { return Gather{}; }

/// x, indices, axis.
Op gather_v2(NodeReader& node) {
  const auto axis = node.stored_integer(2);
  if (!axis) return not_stored("the axis");
  node.set_inputs({node.input(0), node.input(1)});
  return Gather{.axis = *axis, .batch_dims = node.integer("batch_dims", 0)};
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

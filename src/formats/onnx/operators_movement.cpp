#include "formats/onnx/operators.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "flopstat/known.h"
#include "formats/onnx/schema.h"
#include "formats/onnx/tensor.h"

namespace flopstat::onnx {
namespace {

// --- views ----------------------------------------------------------------------------------------------------------

Op reshape(NodeReader& node) {
  node.set_inputs({node.input(0), node.needed_attribute_or_input("shape", 1)});
  return Reshape{.zero_is_zero = node.integer("allowzero", 0) != 0};
}

Op squeeze(NodeReader& node) {
  node.set_inputs({node.input(0), node.attribute_or_input("axes", 1)});
  return Squeeze{};
}

Op unsqueeze(NodeReader& node) {
  node.set_inputs({node.input(0), node.needed_attribute_or_input("axes", 1)});
  return Unsqueeze{};
}

Op flatten(NodeReader& node) { return Flatten{.axis = node.integer("axis", 1)}; }

Op identity(NodeReader&) { return Identity{}; }

/// At inference nothing is dropped; ratio and mode do not matter, and the mask is true everywhere.
Op dropout(NodeReader& node) {
  if (node.wants(1)) {
    const TensorId shape = node.emit(ShapeOf{}, {node.input(0)});
    const DType mask = node.version() < 10 ? DType::unknown : DType::boolean;
    node.emit_result(1, Fill{mask == DType::unknown ? DType::f32 : mask}, {shape});
  }
  node.set_inputs({node.input(0)});
  return Identity{};
}

// --- shape readers and generators -----------------------------------------------------------------------------------

Op shape(NodeReader& node) {
  ShapeOf op{.start = node.integer("start", 0)};
  if (node.has("end")) op.end = node.integer("end", 0);
  return op;
}

Op size(NodeReader&) { return SizeOf{}; }

Op constant_of_shape(NodeReader& node) {
  const Tensor* sizes = node.operand(0);
  const bool is_list = sizes != nullptr && sizes->is_constant() && sizes->dims && sizes->dims->size() == 1;
  if (is_list && sizes->dims->front().size <= static_cast<int64_t>(kMaxRank)) {
    node.set_result_rank(0, static_cast<size_t>(sizes->dims->front().size));
  }
  std::optional<Tensor> value = node.tensor("value");
  if (!value) return Fill{};
  const DType to = value->dtype;
  // The attribute has one axis of one element; the operand is that element.
  value->dims = std::vector<Dim>{};
  node.set_inputs({node.input(0), node.constant(std::move(*value))});
  return Fill{.to = to};
}

Op range(NodeReader&) { return Range{}; }

Op random(NodeReader& node) {
  const DType to = dtype_of(node.integer("dtype", 1));
  node.set_inputs({node.constant(node.integers("shape").value_or(std::vector<int64_t>{}))});
  return Random{to};
}

/// values holds off, then on: as both operands it gives their type, which is all that matters before a run.
Op one_hot(NodeReader& node) {
  node.set_inputs({node.input(0), node.input(1), node.input(2), node.input(2)});
  return OneHot{.axis = node.integer("axis", -1)};
}

// --- movement -------------------------------------------------------------------------------------------------------

Op transpose(NodeReader& node) {
  node.set_inputs({node.input(0), node.attribute_or_input("perm", 1)});
  return Transpose{};
}

Op concat(NodeReader& node) { return Concat{.axis = node.integer("axis", 1)}; }

/// Sizes as an attribute (2) or an operand (13); else equal parts, the last one smaller.
Op split(NodeReader& node) {
  const TensorId sizes = node.attribute_or_input("split", 1);
  node.set_inputs({node.input(0), node.scalar(node.integer("axis", 0)), sizes});
  return Split{};
}

/// Bounds as attributes (1) or operands (10).
Op slice(NodeReader& node) {
  const TensorId start = node.needed_attribute_or_input("starts", 1);
  const TensorId end = node.needed_attribute_or_input("ends", 2);
  node.set_inputs({node.input(0), start, end, node.attribute_or_input("axes", 3), node.attribute_or_input("steps", 4)});
  return SliceTo{};
}

/// Pads as an attribute (1: paddings, 2: pads) or an operand (11).
Op pad(NodeReader& node) {
  const std::string_view mode = node.text("mode", "constant");
  PadFn fn = PadFn::constant;
  if (mode == "reflect") fn = PadFn::reflect;
  if (mode == "edge") fn = PadFn::edge;
  if (mode == "wrap") fn = PadFn::wrap;
  const TensorId pads = node.needed_attribute_or_input(node.version() < 2 ? "paddings" : "pads", 1);
  node.set_inputs({node.input(0), pads, node.input(3)});
  return Pad{.fn = fn, .pairs = false};
}

Op gather(NodeReader& node) { return Gather{.axis = node.integer("axis", 0)}; }

Op gather_nd(NodeReader& node) { return GatherNd{.batch_dims = node.integer("batch_dims", 0)}; }

Op gather_elements(NodeReader& node) { return GatherElements{.axis = node.integer("axis", 0)}; }

/// Before 16 updates only replace.
Op scatter(NodeReader& node) {
  const std::string_view reduction = node.text("reduction", "none");
  if (reduction == "add") return ScatterReduce{BinaryFn::add};
  if (reduction == "mul") return ScatterReduce{BinaryFn::mul};
  if (reduction == "max") return ScatterReduce{BinaryFn::maximum};
  if (reduction == "min") return ScatterReduce{BinaryFn::minimum};
  return ScatterInto{};
}

Op tile(NodeReader& node) {
  if (node.version() < 6) return Opaque{"its form before operator set 6 is not followed"};
  return Tile{};
}

Op expand(NodeReader&) { return Expand{.two_way = true}; }

Op reverse(NodeReader&) { return Reverse{}; }

Op space_to_depth(NodeReader& node) {
  return SpaceToDepth{.block = node.integer("blocksize", 0), .layout = DataLayout::channels_first};
}

Op depth_to_space(NodeReader& node) {
  return DepthToSpace{.block = node.integer("blocksize", 0), .layout = DataLayout::channels_first};
}

Op non_zero(NodeReader&) { return NonZero{.transposed = true}; }

Op eye_like(NodeReader& node) { return EyeLike{dtype_of(node.integer("dtype", 0))}; }

Op multinomial(NodeReader& node) {
  node.set_inputs({node.input(0), node.scalar(node.integer("sample_size", 1))});
  return Multinomial{dtype_of(node.integer("dtype", 6))};
}

Op center_crop_pad(NodeReader& node) { return CenterCropPad{.axes = node.integers("axes")}; }

Op compress(NodeReader& node) {
  Compress op;
  if (node.has("axis")) op.axis = node.integer("axis", 0);
  return op;
}

Op triangle(NodeReader& node) { return Triangle{.upper = node.integer("upper", 1) != 0}; }

/// The update begins at the axis' index of each item; without them at 0.
Op tensor_scatter(NodeReader& node) {
  node.set_inputs({node.input(0), node.input(1), node.input(2)});
  return UpdateSlice{};
}

Op non_maximum_suppression(NodeReader&) { return Opaque{"how many boxes are selected depends on input data"}; }

constexpr auto kOperators = std::to_array<Operator>({
    {"CenterCropPad", 2, center_crop_pad},
    {"Compress", 2, compress},
    {"Concat", 1, concat},
    {"ConstantOfShape", 1, constant_of_shape},
    {"DepthToSpace", 1, depth_to_space},
    {"Dropout", 1, dropout},
    {"Expand", 2, expand},
    {"EyeLike", 1, eye_like},
    {"Flatten", 1, flatten},
    {"Gather", 2, gather},
    {"GatherElements", 2, gather_elements},
    {"GatherND", 2, gather_nd},
    {"Identity", 1, identity},
    {"Multinomial", 1, multinomial},
    {"NonMaxSuppression", 2, non_maximum_suppression},
    {"NonZero", 1, non_zero},
    {"OneHot", 3, one_hot},
    {"Pad", 1, pad},
    {"RandomNormal", 0, random},
    {"RandomUniform", 0, random},
    {"Range", 3, range},
    {"Reshape", 1, reshape},
    {"ReverseSequence", 2, reverse},
    {"Scatter", 3, scatter},
    {"ScatterElements", 3, scatter},
    {"ScatterND", 3, scatter},
    {"Shape", 1, shape},
    {"Size", 1, size},
    {"Slice", 1, slice},
    {"SpaceToDepth", 1, space_to_depth},
    {"Split", 1, split},
    {"Squeeze", 1, squeeze},
    {"TensorScatter", 2, tensor_scatter},
    {"Tile", 2, tile},
    {"Transpose", 1, transpose},
    {"Trilu", 1, triangle},
    {"Unsqueeze", 1, unsqueeze},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> movement_operators() { return kOperators; }

}  // namespace flopstat::onnx

#include <algorithm>
#include <array>

#include "formats/tensorflow/operators.h"

namespace flopstat::tensorflow {
namespace {

DType type_or(const NodeReader& node, std::string_view attribute, DType otherwise) {
  const DType type = node.type(attribute);
  return type == DType::unknown ? otherwise : type;
}

Op shape(NodeReader& node) { return ShapeOf{.to = type_or(node, "out_type", DType::i32)}; }

/// The shapes of several tensors, one result each.
Op shapes(NodeReader& node) {
  const std::vector<TensorId> inputs = node.inputs();
  node.set_result_count(inputs.size());
  for (size_t i = inputs.size(); i-- > 1;) node.emit_result(i, shape(node), {inputs[i]});
  node.set_inputs({inputs[0]});
  return shape(node);
}

Op size(NodeReader& node) { return SizeOf{.to = type_or(node, "out_type", DType::i32)}; }

Op rank(NodeReader&) { return SizeOf{.what = SizeOf::What::axes, .to = DType::i32}; }

/// Sizes, value: one stored number, as often as the sizes say.
Op fill(NodeReader& node) {
  node.set_inputs({node.input(1), node.input(0)});
  return Expand{};
}

Op zeros_like(NodeReader&) { return ZerosLike{}; }

Op range(NodeReader&) { return Range{}; }

/// Start, stop, number of points.
Op lin_space(NodeReader& node) {
  const TensorId number = node.emit(Reshape{}, {node.input(2), node.constant({1})});
  node.set_inputs({number});
  return Iota{.to = type_or(node, "T", DType::f32)};
}

/// Seeds and bounds behind the shape say nothing about the cost.
Op random(NodeReader& node) {
  DType to = type_or(node, "dtype", DType::f32);
  if (node.type("Tout") != DType::unknown) to = node.type("Tout");
  node.set_inputs({node.input(0)});
  return Random{.to = to};
}

/// A key of one number and a counter of two.
Op random_key(NodeReader& node) {
  node.emit_result(1, Random{DType::u64}, {node.constant({2})});
  node.set_inputs({node.constant({1})});
  return Random{DType::u64};
}

/// A key, a counter and the number of a way to draw.
Op random_key_and_way(NodeReader& node) {
  node.emit_result(2, Random{DType::i32}, {node.constant({})});
  return random_key(node);
}

/// The number of a way to draw.
Op random_way(NodeReader& node) {
  node.set_inputs({node.constant({})});
  return Random{DType::i32};
}

/// Memory of which nothing is known but its shape.
Op empty(NodeReader& node) { return Fill{.to = type_or(node, "dtype", DType::f32)}; }

/// The state of a generator: three numbers.
Op random_state(NodeReader& node) {
  node.set_inputs({node.constant({3})});
  return Random{DType::i64};
}

Op multinomial(NodeReader& node) {
  node.set_inputs({node.input(0), node.input(1)});
  return Multinomial{.to = type_or(node, "output_dtype", DType::i64)};
}

Op broadcast_shapes(NodeReader&) { return BroadcastShapes{}; }

constexpr auto kOperators = std::to_array<Operator>({
    {"BroadcastArgs", 2, broadcast_shapes},
    {"Empty", 1, empty},
    {"Fill", 2, fill},
    {"LinSpace", 3, lin_space},
    {"Multinomial", 2, multinomial},
    {"OnesLike", 1, zeros_like},
    {"ParameterizedTruncatedNormal", 1, random},
    {"RandomStandardNormal", 1, random},
    {"RandomUniform", 1, random},
    {"RandomUniformInt", 1, random},
    {"Range", 3, range},
    {"Rank", 1, rank},
    {"RngReadAndSkip", 1, random_state},
    {"Shape", 1, shape},
    {"ShapeN", 1, shapes},
    {"Size", 1, size},
    {"StatelessMultinomial", 2, multinomial},
    {"StatelessRandomGetAlg", 0, random_way},
    {"StatelessRandomGetKeyCounter", 1, random_key},
    {"StatelessRandomGetKeyCounterAlg", 1, random_key_and_way},
    {"StatelessRandomNormal", 1, random},
    {"StatelessRandomNormalV2", 1, random},
    {"StatelessRandomUniform", 1, random},
    {"StatelessRandomUniformFullInt", 1, random},
    {"StatelessRandomUniformFullIntV2", 1, random},
    {"StatelessRandomUniformInt", 1, random},
    {"StatelessRandomUniformIntV2", 1, random},
    {"StatelessRandomUniformV2", 1, random},
    {"StatelessTruncatedNormal", 1, random},
    {"StatelessTruncatedNormalV2", 1, random},
    {"TruncatedNormal", 1, random},
    {"ZerosLike", 1, zeros_like},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> generate_operators() { return kOperators; }

}  // namespace flopstat::tensorflow

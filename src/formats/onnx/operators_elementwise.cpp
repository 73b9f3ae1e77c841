#include "formats/onnx/operators.h"

#include <algorithm>
#include <array>
#include <string>

#include "flopstat/known.h"
#include "formats/onnx/schema.h"
#include "formats/onnx/tensor.h"

namespace flopstat::onnx {
namespace {

// --- element-wise ---------------------------------------------------------------------------------------------------

template <UnaryFn fn>
Op unary(NodeReader&) {
  return Unary{fn};
}

template <BinaryFn fn>
Op binary(NodeReader& node) {
  if (node.input_count() == 1) return Identity{};
  // Before 7 an attribute could place the second operand at an axis in the middle.
  if (node.version() < 7 && node.has("axis")) return Binary{fn, node.integer("axis", 0)};
  return Binary{fn};
}

/// Before 7 the slopes are those of the channels.
Op prelu(NodeReader& node) {
  const Tensor* slope = node.operand(1);
  const bool per_channel = node.version() < 7 && slope->dims && slope->dims->size() == 1 && (*slope->dims)[0].size != 1;
  return per_channel ? Binary{BinaryFn::prelu, 1} : Binary{BinaryFn::prelu};
}

Op bit_shift(NodeReader& node) {
  return Binary{node.text("direction", {}) == "LEFT" ? BinaryFn::shift_left : BinaryFn::shift_right};
}

Op mod(NodeReader& node) { return Binary{node.integer("fmod", 0) != 0 ? BinaryFn::mod : BinaryFn::floor_mod}; }

Op clip(NodeReader& node) {
  const auto bound = [&node](const char* name, size_t i) {
    if (!node.has(name)) return node.input(i);
    const float value = node.real(name, 0);
    return node.constant(constant_of(std::span(&value, 1), true));
  };
  node.set_inputs({node.input(0), bound("min", 1), bound("max", 2)});
  return Unary{UnaryFn::clip};
}

Op elu(NodeReader& node) { return Unary{node.real("alpha", 1) == 1 ? UnaryFn::elu : UnaryFn::elu_alpha}; }

Op gelu(NodeReader& node) {
  return Unary{node.text("approximate", "none") == "tanh" ? UnaryFn::gelu_tanh : UnaryFn::gelu_erf};
}

Op swish(NodeReader& node) { return Unary{node.real("alpha", 1) == 1 ? UnaryFn::silu : UnaryFn::quick_gelu}; }

Op select(NodeReader&) { return Select{}; }

/// A type by its name in TensorProto.DataType, as written before operator set 6.
DType dtype_named(std::string_view name) {
  constexpr std::array<std::string_view, 17> kNames{"",       "FLOAT",  "UINT8",     "INT8",       "UINT16",  "INT16",
                                                    "INT32",  "INT64",  "STRING",    "BOOL",       "FLOAT16", "DOUBLE",
                                                    "UINT32", "UINT64", "COMPLEX64", "COMPLEX128", "BFLOAT16"};
  const auto found = std::ranges::find(kNames, name);
  return found == kNames.end() ? DType::unknown : dtype_of(found - kNames.begin());
}

Op cast(NodeReader& node) {
  if (node.version() < 6) {
    const std::string_view word = node.text("to", {});
    const DType named = dtype_named(word);
    if (named == DType::unknown) return Opaque{"it casts to a type named '" + std::string(word.substr(0, 80)) + "'"};
    return Cast{named};
  }
  const DType to = dtype_of(node.integer("to", 0));
  if (to == DType::unknown) return Opaque{"it casts to type " + std::to_string(node.integer("to", 0))};
  return Cast{to};
}

Op cast_like(NodeReader& node) {
  const DType to = node.operand(1)->dtype;
  if (to != DType::unknown) node.set_inputs({node.input(0)});
  return Cast{to};
}

Op bit_cast(NodeReader& node) { return Bitcast{dtype_of(node.integer("to", 0))}; }

Op shrink(NodeReader&) { return Unary{UnaryFn::shrink}; }

/// y = swish(a) * b.
Op swiglu(NodeReader& node) {
  const TensorId gate = node.emit(swish(node), {node.input(0)});
  node.set_inputs({gate, node.input(1)});
  return Binary{BinaryFn::mul};
}

/// The random bits of Bernoulli are uniform numbers below the probabilities.
Op bernoulli(NodeReader& node) {
  const TensorId x = node.input(0);
  const TensorId random = node.emit(RandomLike{DType::f32}, {x});
  const TensorId truth = node.emit(Binary{BinaryFn::less}, {random, x});
  const DType to = dtype_of(node.integer("dtype", 0));
  node.set_inputs({truth, to == DType::unknown ? x : kAbsent});
  return Cast{to};
}

Op random_like(NodeReader& node) { return RandomLike{dtype_of(node.integer("dtype", 0))}; }

constexpr auto kOperators = std::to_array<Operator>({
    {"Abs", 1, unary<UnaryFn::abs>},
    {"Acos", 1, unary<UnaryFn::acos>},
    {"Acosh", 1, unary<UnaryFn::acosh>},
    {"Add", 2, binary<BinaryFn::add>},
    {"And", 2, binary<BinaryFn::logical_and>},
    {"Asin", 1, unary<UnaryFn::asin>},
    {"Asinh", 1, unary<UnaryFn::asinh>},
    {"Atan", 1, unary<UnaryFn::atan>},
    {"Atanh", 1, unary<UnaryFn::atanh>},
    {"Bernoulli", 1, bernoulli},
    {"BitCast", 1, bit_cast},
    {"BitShift", 2, bit_shift},
    {"BitwiseAnd", 2, binary<BinaryFn::bitwise_and>},
    {"BitwiseNot", 1, unary<UnaryFn::bitwise_not>},
    {"BitwiseOr", 2, binary<BinaryFn::bitwise_or>},
    {"BitwiseXor", 2, binary<BinaryFn::bitwise_xor>},
    {"Cast", 1, cast},
    {"CastLike", 2, cast_like},
    {"Ceil", 1, unary<UnaryFn::ceil>},
    {"Celu", 1, unary<UnaryFn::celu>},
    {"Clip", 1, clip},
    {"Cos", 1, unary<UnaryFn::cos>},
    {"Cosh", 1, unary<UnaryFn::cosh>},
    {"Div", 2, binary<BinaryFn::div>},
    {"Elu", 1, elu},
    {"Equal", 2, binary<BinaryFn::equal>},
    {"Erf", 1, unary<UnaryFn::erf>},
    {"Exp", 1, unary<UnaryFn::exp>},
    {"Floor", 1, unary<UnaryFn::floor>},
    {"Gelu", 1, gelu},
    {"Greater", 2, binary<BinaryFn::greater>},
    {"GreaterOrEqual", 2, binary<BinaryFn::greater_equal>},
    {"HardSigmoid", 1, unary<UnaryFn::hard_sigmoid>},
    {"HardSwish", 1, unary<UnaryFn::hard_swish>},
    {"IsInf", 1, unary<UnaryFn::is_inf>},
    {"IsNaN", 1, unary<UnaryFn::is_nan>},
    {"LeakyRelu", 1, unary<UnaryFn::leaky_relu>},
    {"Less", 2, binary<BinaryFn::less>},
    {"LessOrEqual", 2, binary<BinaryFn::less_equal>},
    {"Log", 1, unary<UnaryFn::log>},
    {"Max", 1, binary<BinaryFn::maximum>},
    {"Mean", 1, binary<BinaryFn::mean>},
    {"Min", 1, binary<BinaryFn::minimum>},
    {"Mish", 1, unary<UnaryFn::mish>},
    {"Mod", 2, mod},
    {"Mul", 2, binary<BinaryFn::mul>},
    {"Neg", 1, unary<UnaryFn::neg>},
    {"Not", 1, unary<UnaryFn::logical_not>},
    {"Or", 2, binary<BinaryFn::logical_or>},
    {"PRelu", 2, prelu},
    {"Pow", 2, binary<BinaryFn::pow>},
    {"RandomNormalLike", 1, random_like},
    {"RandomUniformLike", 1, random_like},
    {"Reciprocal", 1, unary<UnaryFn::reciprocal>},
    {"RegexFullMatch", 1, unary<UnaryFn::matches_text>},
    {"Relu", 1, unary<UnaryFn::relu>},
    {"Round", 1, unary<UnaryFn::round>},
    {"Selu", 1, unary<UnaryFn::selu>},
    {"Shrink", 1, shrink},
    {"Sigmoid", 1, unary<UnaryFn::sigmoid>},
    {"Sign", 1, unary<UnaryFn::sign>},
    {"Sin", 1, unary<UnaryFn::sin>},
    {"Sinh", 1, unary<UnaryFn::sinh>},
    {"Softplus", 1, unary<UnaryFn::softplus>},
    {"Softsign", 1, unary<UnaryFn::softsign>},
    {"Sqrt", 1, unary<UnaryFn::sqrt>},
    {"StringConcat", 2, binary<BinaryFn::join_text>},
    {"Sub", 2, binary<BinaryFn::sub>},
    {"Sum", 1, binary<BinaryFn::add>},
    {"SwiGLU", 2, swiglu},
    {"Swish", 1, swish},
    {"Tan", 1, unary<UnaryFn::tan>},
    {"Tanh", 1, unary<UnaryFn::tanh>},
    {"ThresholdedRelu", 1, unary<UnaryFn::thresholded_relu>},
    {"Where", 3, select},
    {"Xor", 2, binary<BinaryFn::logical_xor>},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> elementwise_operators() { return kOperators; }

}  // namespace flopstat::onnx

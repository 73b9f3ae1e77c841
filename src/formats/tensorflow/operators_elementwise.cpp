#include <algorithm>
#include <array>

#include "formats/tensorflow/operators.h"

namespace flopstat::tensorflow {
namespace {

template <UnaryFn fn>
Op unary(NodeReader& node) {
  node.set_inputs({node.input(0)});
  return Unary{fn};
}

template <BinaryFn fn>
Op binary(NodeReader& node) {
  node.set_inputs({node.input(0), node.input(1)});
  return Binary{fn};
}

/// Numbers as text.
Op to_text(NodeReader&) { return Cast{DType::string}; }

/// Each text is looked up by its hash.
Op hash_of_text(NodeReader& node) {
  node.set_inputs({node.input(0)});
  return MapValues{DType::i64};
}

/// (x - mean) * factor + mean, of height and width of [..., height, width, channels].
Op adjust_contrast(NodeReader& node) {
  const TensorId x = node.input(0);
  const TensorId mean = node.emit(Reduce{.fn = ReduceFn::mean}, {x, node.constant({-3, -2})});
  const TensorId rest = node.emit(Binary{BinaryFn::sub}, {x, mean});
  const TensorId scaled = node.emit(Binary{BinaryFn::mul}, {rest, node.input(1)});
  node.set_inputs({scaled, mean});
  return Binary{BinaryFn::add};
}

/// Any number of operands, added up.
Op add_n(NodeReader& node) {
  if (node.input_count() == 1) return Identity{};
  return Binary{BinaryFn::add};
}

/// A bias on the channels: the last axis, or axis 1.
Op bias_add(NodeReader& node) {
  node.set_inputs({node.input(0), node.input(1)});
  if (node.text("data_format", "NHWC").starts_with("NC")) return Binary{BinaryFn::add, 1};
  return Binary{BinaryFn::add};
}

Op cast(NodeReader& node) {
  const DType to = node.type("DstT");
  if (to == DType::unknown) return Opaque{"it casts to a type that the file does not tell"};
  return Cast{to};
}

Op bit_cast(NodeReader& node) { return Bitcast{node.type("type")}; }

Op clip(NodeReader&) { return Unary{UnaryFn::clip}; }

Op leaky_relu(NodeReader&) { return Unary{UnaryFn::leaky_relu}; }

Op gelu(NodeReader& node) { return Unary{node.flag("approximate", false) ? UnaryFn::gelu_tanh : UnaryFn::gelu_erf}; }

/// exp(x) - 1.
Op expm1(NodeReader& node) {
  const TensorId power = node.emit(Unary{UnaryFn::exp}, {node.input(0)});
  node.set_inputs({power, node.real_scalar(1)});
  return Binary{BinaryFn::sub};
}

/// log(1 + x).
Op log1p(NodeReader& node) {
  const TensorId sum = node.emit(Binary{BinaryFn::add}, {node.input(0), node.real_scalar(1)});
  node.set_inputs({sum});
  return Unary{UnaryFn::log};
}

/// 1 - erf(x).
Op erfc(NodeReader& node) {
  const TensorId erf = node.emit(Unary{UnaryFn::erf}, {node.input(0)});
  node.set_inputs({node.real_scalar(1), erf});
  return Binary{BinaryFn::sub};
}

/// x * log(y).
Op xlogy(NodeReader& node) {
  const TensorId log = node.emit(Unary{UnaryFn::log}, {node.input(1)});
  node.set_inputs({node.input(0), log});
  return Binary{BinaryFn::mul};
}

/// Not infinite and not NaN: one test of an element.
Op is_finite(NodeReader&) { return Unary{UnaryFn::is_inf}; }

/// The condition of the first kind may have one axis and pick whole rows.
Op select(NodeReader& node) {
  const Tensor* condition = node.operand(0);
  const Tensor* x = node.operand(1);
  const bool rows = condition->dims && condition->dims->size() == 1 && x->dims && x->dims->size() > 1;
  return Select{.rows = rows};
}

Op select_v2(NodeReader&) { return Select{}; }

/// A pattern that is an attribute, or an operand.
Op matches_text(NodeReader& node) {
  node.set_inputs({node.input(0)});
  return Unary{UnaryFn::matches_text};
}

constexpr auto kOperators = std::to_array<Operator>({
    {"Abs", 1, unary<UnaryFn::abs>},
    {"AccumulateNV2", 1, add_n},
    {"Acos", 1, unary<UnaryFn::acos>},
    {"Acosh", 1, unary<UnaryFn::acosh>},
    {"Add", 2, binary<BinaryFn::add>},
    {"AddN", 1, add_n},
    {"AddV2", 2, binary<BinaryFn::add>},
    {"AdjustContrastv2", 2, adjust_contrast},
    {"ApproximateEqual", 2, binary<BinaryFn::equal>},
    {"AsString", 1, to_text},
    {"Asin", 1, unary<UnaryFn::asin>},
    {"Asinh", 1, unary<UnaryFn::asinh>},
    {"Atan", 1, unary<UnaryFn::atan>},
    {"Atan2", 2, binary<BinaryFn::atan2>},
    {"Atanh", 1, unary<UnaryFn::atanh>},
    {"BiasAdd", 2, bias_add},
    {"BiasAddV1", 2, binary<BinaryFn::add>},
    {"Bitcast", 1, bit_cast},
    {"BitwiseAnd", 2, binary<BinaryFn::bitwise_and>},
    {"BitwiseOr", 2, binary<BinaryFn::bitwise_or>},
    {"BitwiseXor", 2, binary<BinaryFn::bitwise_xor>},
    {"Cast", 1, cast},
    {"Ceil", 1, unary<UnaryFn::ceil>},
    {"ClipByValue", 3, clip},
    {"ComplexAbs", 1, unary<UnaryFn::complex_abs>},
    {"Cos", 1, unary<UnaryFn::cos>},
    {"Cosh", 1, unary<UnaryFn::cosh>},
    {"Div", 2, binary<BinaryFn::div>},
    {"DivNoNan", 2, binary<BinaryFn::div>},
    {"Elu", 1, unary<UnaryFn::elu>},
    {"Equal", 2, binary<BinaryFn::equal>},
    {"Erf", 1, unary<UnaryFn::erf>},
    {"Erfc", 1, erfc},
    {"Exp", 1, unary<UnaryFn::exp>},
    {"Expm1", 1, expm1},
    {"Floor", 1, unary<UnaryFn::floor>},
    {"FloorDiv", 2, binary<BinaryFn::floor_div>},
    {"FloorMod", 2, binary<BinaryFn::floor_mod>},
    {"Gelu", 1, gelu},
    {"Greater", 2, binary<BinaryFn::greater>},
    {"GreaterEqual", 2, binary<BinaryFn::greater_equal>},
    {"Imag", 1, unary<UnaryFn::imag>},
    {"Inv", 1, unary<UnaryFn::reciprocal>},
    {"Invert", 1, unary<UnaryFn::bitwise_not>},
    {"IsFinite", 1, is_finite},
    {"IsInf", 1, unary<UnaryFn::is_inf>},
    {"IsNan", 1, unary<UnaryFn::is_nan>},
    {"LeakyRelu", 1, leaky_relu},
    {"LeftShift", 2, binary<BinaryFn::shift_left>},
    {"Less", 2, binary<BinaryFn::less>},
    {"LessEqual", 2, binary<BinaryFn::less_equal>},
    {"Log", 1, unary<UnaryFn::log>},
    {"Log1p", 1, log1p},
    {"LogicalAnd", 2, binary<BinaryFn::logical_and>},
    {"LogicalNot", 1, unary<UnaryFn::logical_not>},
    {"LogicalOr", 2, binary<BinaryFn::logical_or>},
    {"Maximum", 2, binary<BinaryFn::maximum>},
    {"Minimum", 2, binary<BinaryFn::minimum>},
    {"Mod", 2, binary<BinaryFn::mod>},
    {"Mul", 2, binary<BinaryFn::mul>},
    {"MulNoNan", 2, binary<BinaryFn::mul>},
    {"Neg", 1, unary<UnaryFn::neg>},
    {"NotEqual", 2, binary<BinaryFn::not_equal>},
    {"Pow", 2, binary<BinaryFn::pow>},
    {"Real", 1, unary<UnaryFn::real>},
    {"RealDiv", 2, binary<BinaryFn::div>},
    {"Reciprocal", 1, unary<UnaryFn::reciprocal>},
    {"RegexFullMatch", 1, matches_text},
    {"Relu", 1, unary<UnaryFn::relu>},
    {"Relu6", 1, unary<UnaryFn::relu6>},
    {"RightShift", 2, binary<BinaryFn::shift_right>},
    {"Rint", 1, unary<UnaryFn::round>},
    {"Round", 1, unary<UnaryFn::round>},
    {"Rsqrt", 1, unary<UnaryFn::rsqrt>},
    {"Select", 3, select},
    {"SelectV2", 3, select_v2},
    {"Selu", 1, unary<UnaryFn::selu>},
    {"Sigmoid", 1, unary<UnaryFn::sigmoid>},
    {"Sign", 1, unary<UnaryFn::sign>},
    {"Sin", 1, unary<UnaryFn::sin>},
    {"Sinh", 1, unary<UnaryFn::sinh>},
    {"Softplus", 1, unary<UnaryFn::softplus>},
    {"Softsign", 1, unary<UnaryFn::softsign>},
    {"Sqrt", 1, unary<UnaryFn::sqrt>},
    {"Square", 1, unary<UnaryFn::square>},
    {"SquaredDifference", 2, binary<BinaryFn::squared_difference>},
    {"StaticRegexFullMatch", 1, matches_text},
    {"StringToHashBucketFast", 1, hash_of_text},
    {"StringToHashBucketStrong", 1, hash_of_text},
    {"Sub", 2, binary<BinaryFn::sub>},
    {"Tan", 1, unary<UnaryFn::tan>},
    {"Tanh", 1, unary<UnaryFn::tanh>},
    {"TruncateDiv", 2, binary<BinaryFn::div>},
    {"TruncateMod", 2, binary<BinaryFn::mod>},
    {"Xdivy", 2, binary<BinaryFn::div>},
    {"Xlogy", 2, xlogy},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> elementwise_operators() { return kOperators; }

}  // namespace flopstat::tensorflow

#include "formats/onnx/operators.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <utility>

#include "flopstat/known.h"
#include "formats/onnx/schema.h"
#include "formats/onnx/tensor.h"

namespace flopstat::onnx {
namespace {

// --- element-wise ----------------------------------------------------------------------------------------------------

template <UnaryFn fn>
Op unary(NodeReader&) {
  return Unary{fn};
}

template <BinaryFn fn>
Op binary(NodeReader& node) {
  // Before 7 an attribute could place the second operand at an axis in the middle.
  if (node.version() < 7 && node.has("axis"))
    return Opaque{"broadcasting along a given axis (before operator set 7) is not followed"};
  if (node.input_count() == 1) return Identity{};
  return Binary{fn};
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

/// Before 6 the type was written as its name; those files are too old to be worth a table.
Op cast(NodeReader& node) {
  if (node.version() < 6) return Opaque{"a type given by name (before operator set 6) is not read"};
  const DType to = dtype_of(node.integer("to", 0));
  if (to == DType::unknown) return Opaque{"it casts to type " + std::to_string(node.integer("to", 0))};
  return Cast{to};
}

Op cast_like(NodeReader& node) {
  const DType to = node.operand(1)->dtype;
  if (to == DType::unknown) return Opaque{"it casts to the type of a tensor that is not known before inference"};
  node.set_inputs({node.input(0)});
  return Cast{to};
}

Op bit_cast(NodeReader& node) { return Bitcast{dtype_of(node.integer("to", 0))}; }

// --- quantization ----------------------------------------------------------------------------------------------------

Op quantize(NodeReader& node) {
  DType to = dtype_of(node.integer("output_dtype", 0));
  const Tensor* zero_point = node.operand(2);
  if (to == DType::unknown) to = zero_point == nullptr ? DType::u8 : zero_point->dtype;
  return Quantize{to};
}

Op dequantize(NodeReader& node) {
  DType to = dtype_of(node.integer("output_dtype", 0));
  if (to == DType::unknown) to = node.operand(1)->dtype;
  return Dequantize{to == DType::unknown ? DType::f32 : to};
}

// --- windows ---------------------------------------------------------------------------------------------------------

/// Kernels, strides and dilations that counting accepts.
constexpr int64_t kMaxStep = int64_t{1} << 20;

/// Number of spatial axes by the first attribute that has one value for each, else by the weight.
std::optional<size_t> spatial_rank(const NodeReader& node) {
  for (const char* name : {"kernel_shape", "strides", "dilations"}) {
    if (const auto values = node.integers(name)) return values->size();
  }
  if (const auto pads = node.integers("pads")) return pads->size() / 2;
  const Tensor* weight = node.operand(1);
  if (weight != nullptr && weight->dims && weight->dims->size() > 2) return weight->dims->size() - 2;
  return std::nullopt;
}

/// One value per axis, or `otherwise` for each where the attribute is absent.
std::vector<int64_t> per_axis(const NodeReader& node, const char* name, size_t count, int64_t otherwise) {
  std::vector<int64_t> values = node.integers(name).value_or(std::vector<int64_t>(count, otherwise));
  if (values.size() == count) return values;
  node.corrupt("expected " + std::to_string(count) + " values in " + name + ", found " + std::to_string(values.size()));
}

Padding padding(const NodeReader& node) {
  const std::string_view word = node.text("auto_pad", "NOTSET");
  if (word == "SAME_UPPER") return Padding::same_upper;
  if (word == "SAME_LOWER") return Padding::same_lower;
  if (word == "VALID") return Padding::valid;
  if (word == "NOTSET" || word.empty()) return Padding::given;
  node.corrupt("auto_pad has the unknown value '" + std::string(word.substr(0, 80)) + "'");
}

/// The attributes that convolutions and pools share. Unknown: no attribute tells how many axes there are, or one is out
/// of range.
Known<Window> window_of(const NodeReader& node) {
  const std::optional<size_t> rank = spatial_rank(node);
  if (!rank) return Unknown{"it has no kernel_shape and its weight has no stored shape"};
  if (*rank > kMaxRank) node.corrupt("its window has " + std::to_string(*rank) + " axes");
  const std::vector<int64_t> kernel = per_axis(node, "kernel_shape", *rank, 1);
  const std::vector<int64_t> strides = per_axis(node, "strides", *rank, 1);
  const std::vector<int64_t> dilations = per_axis(node, "dilations", *rank, 1);
  const std::vector<int64_t> pads = per_axis(node, "pads", 2 * *rank, 0);

  Window window;
  window.padding = padding(node);
  window.ceil = node.integer("ceil_mode", 0) != 0;
  for (size_t i = 0; i < *rank; ++i) {
    const Axis axis{.kernel = kernel[i],
                    .stride = strides[i],
                    .dilation = dilations[i],
                    .pad_before = pads[i],
                    .pad_after = pads[*rank + i]};
    for (const int64_t value : {axis.kernel, axis.stride, axis.dilation}) {
      if (value < 1 || value > kMaxStep) {
        return Unknown{"its kernel, stride or dilation is " + std::to_string(value) + ", expected 1 to " +
                       std::to_string(kMaxStep)};
      }
    }
    window.axes.push_back(axis);
  }
  return window;
}

/// A convolution's kernel is its weight's; an attribute that says otherwise is a contradiction.
void check_kernel(const NodeReader& node) {
  const auto kernel = node.integers("kernel_shape");
  const Tensor* weight = node.operand(1);
  if (!kernel || !weight->is_constant() || !weight->dims) return;
  if (weight->dims->size() != kernel->size() + 2) {
    node.corrupt("kernel_shape has " + std::to_string(kernel->size()) + " values, the weight has rank " +
                 std::to_string(weight->dims->size()));
  }
  for (size_t i = 0; i < kernel->size(); ++i) {
    if ((*weight->dims)[i + 2].size == (*kernel)[i]) continue;
    node.corrupt("kernel_shape says " + std::to_string((*kernel)[i]) + " on axis " + std::to_string(i) +
                 ", the weight has " + std::to_string((*weight->dims)[i + 2].size));
  }
}

Op conv(NodeReader& node) {
  check_kernel(node);
  Known<Window> window = window_of(node);
  if (!known(window)) return Opaque{reason(window).why};
  return Conv{.window = std::move(*known(window))};
}

Op conv_transpose(NodeReader& node) {
  if (node.has("output_shape")) return Opaque{"the attribute output_shape is not followed"};
  check_kernel(node);
  Known<Window> window = window_of(node);
  if (!known(window)) return Opaque{reason(window).why};
  const size_t rank = known(window)->axes.size();
  return ConvTranspose{.window = std::move(*known(window)),
                       .groups = node.integer("group", 1),
                       .output_padding = per_axis(node, "output_padding", rank, 0)};
}

template <PoolFn fn>
Op pool(NodeReader& node) {
  if (!node.has("kernel_shape")) node.corrupt("the attribute kernel_shape is missing");
  Known<Window> window = window_of(node);
  if (!known(window)) return Opaque{reason(window).why};
  return Pool{.fn = fn, .window = std::move(*known(window))};
}

Op lp_pool(NodeReader& node) {
  if (node.integer("p", 2) != 2) return Opaque{"a norm other than 2 has no rule"};
  return pool<PoolFn::l2>(node);
}

/// A pool over all spatial axes is a reduction: the same work whatever the format calls it.
template <ReduceFn fn>
Op global_pool(NodeReader&) {
  return Reduce{.fn = fn, .spatial = true};
}

Op global_lp_pool(NodeReader& node) {
  const int64_t p = node.integer("p", 2);
  if (p != 1 && p != 2) return Opaque{"a norm other than 1 and 2 has no rule"};
  return Reduce{.fn = p == 1 ? ReduceFn::l1 : ReduceFn::l2, .spatial = true};
}

Op lrn(NodeReader& node) { return Lrn{.size = node.integer("size", 0)}; }

Op resize_by(NodeReader& node, TensorId sizes, TensorId scales) {
  const std::string_view mode = node.text("mode", "nearest");
  ResizeFn fn = ResizeFn::nearest;
  if (mode == "linear" || mode == "bilinear") fn = ResizeFn::linear;
  if (mode == "cubic") fn = ResizeFn::cubic;
  if (sizes == kAbsent && scales == kAbsent) node.corrupt("it has neither sizes nor scales");
  node.set_inputs({node.input(0), sizes, scales});
  return Resize{.fn = fn, .axes = node.integers("axes").value_or(std::vector<int64_t>{})};
}

/// Operator set 10: x, scales. From 11: x, roi, scales, sizes, of which one of the last two is given.
Op resize(NodeReader& node) {
  if (node.version() < 11) return resize_by(node, kAbsent, node.input(1));
  const std::string_view policy = node.text("keep_aspect_ratio_policy", "stretch");
  if (policy != "stretch") return Opaque{"keeping the aspect ratio is not followed"};
  const TensorId sizes = node.filled_input(3);
  const TensorId scales = node.filled_input(2);
  if (sizes == kAbsent && node.text("coordinate_transformation_mode", {}) == "tf_crop_and_resize") {
    return Opaque{"resizing a region by scales is not followed"};
  }
  return resize_by(node, sizes, scales);
}

/// Scales as an operand (9), or as an attribute (7).
Op upsample(NodeReader& node) {
  if (node.version() < 7) return Opaque{"its form before operator set 7 is not followed"};
  const std::optional<std::vector<float>> scales = node.reals("scales");
  return resize_by(node, kAbsent, scales ? node.constant(constant_of(std::span(*scales), false)) : node.input(1));
}

// --- contractions ----------------------------------------------------------------------------------------------------

Op gemm(NodeReader& node) {
  return MatMul{.transpose_a = node.integer("transA", 0) != 0,
                .transpose_b = node.integer("transB", 0) != 0,
                .scales_product = node.real("alpha", 1) != 1,
                .scales_bias = node.real("beta", 1) != 1};
}

Op matmul(NodeReader&) { return MatMul{}; }

Op einsum(NodeReader& node) { return Einsum{.equation = std::string(node.text("equation", {}))}; }

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

/// The cell's functions per direction must be the usual ones: the work of others has no rule.
bool usual_activations(const NodeReader& node, std::initializer_list<std::string_view> usual) {
  const std::vector<std::string_view> words = node.texts("activations");
  for (size_t i = 0; i < words.size(); ++i) {
    if (!same_word(words[i], usual.begin()[i % usual.size()])) return false;
  }
  return true;
}

Op recurrent(NodeReader& node, Recurrent::Cell cell, std::initializer_list<std::string_view> activations) {
  if (!usual_activations(node, activations)) return Opaque{"its activations are not the default ones"};
  const std::string_view direction = node.text("direction", "forward");
  Recurrent result{.cell = cell,
                   .batch_major = node.integer("layout", 0) != 0,
                   .linear_before_reset = node.integer("linear_before_reset", 0) != 0,
                   .coupled_gates = node.integer("input_forget", 0) != 0,
                   .clip = node.has("clip")};
  if (direction == "reverse") result.direction = Direction::reverse;
  if (direction == "bidirectional") result.direction = Direction::bidirectional;
  return result;
}

Op gru(NodeReader& node) { return recurrent(node, Recurrent::Cell::gru, {"Sigmoid", "Tanh"}); }
Op lstm(NodeReader& node) { return recurrent(node, Recurrent::Cell::lstm, {"Sigmoid", "Tanh", "Tanh"}); }
Op rnn(NodeReader& node) { return recurrent(node, Recurrent::Cell::rnn, {"Tanh"}); }

// --- normalisation ---------------------------------------------------------------------------------------------------

/// Results behind the first are the running statistics, which only training updates.
Op batch_norm(NodeReader& node) {
  if (node.integer("training_mode", 0) != 0) return Opaque{"training mode is not followed"};
  if (node.integer("spatial", 1) == 0) return Opaque{"normalising per element (spatial = 0) has no rule"};
  node.keep_outputs(1);
  return BatchNorm{};
}

/// Before 13: over all axes from `axis` on, by default 1. Since then: over that axis, by default the last.
Op softmax(NodeReader& node) {
  const bool flatten = node.version() < 13;
  return Softmax{.axis = node.integer("axis", flatten ? 1 : -1), .flatten = flatten};
}

Op log_softmax(NodeReader& node) {
  const bool flatten = node.version() < 13;
  return Softmax{.axis = node.integer("axis", flatten ? 1 : -1), .log = true, .flatten = flatten};
}

Op lp_norm(NodeReader& node) {
  if (node.integer("p", 2) != 2) return Opaque{"a norm other than 2 has no rule"};
  return L2Norm{.axis = node.integer("axis", -1)};
}

// --- reductions ------------------------------------------------------------------------------------------------------

template <ReduceFn fn>
Op reduce(NodeReader& node) {
  node.set_inputs({node.input(0), node.attribute_or_input("axes", 1)});
  return Reduce{.fn = fn,
                .keep_dims = node.integer("keepdims", 1) != 0,
                .none_means_none = node.integer("noop_with_empty_axes", 0) != 0};
}

template <bool max>
Op arg_reduce(NodeReader& node) {
  node.set_inputs({node.input(0), node.scalar(node.integer("axis", 0))});
  return ArgReduce{.max = max, .keep_dims = node.integer("keepdims", 1) != 0};
}

template <bool product>
Op cumulate(NodeReader&) {
  return Cumulate{.product = product};
}

/// k was an attribute before 10.
Op top_k(NodeReader& node) {
  if (node.has("k")) node.set_inputs({node.input(0), node.scalar(node.integer("k", 0))});
  if (node.input(1) == kAbsent) node.corrupt("it has no k");
  return TopK{.axis = node.integer("axis", -1)};
}

// --- views -----------------------------------------------------------------------------------------------------------

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

/// At inference nothing is dropped; ratio and mode do not matter, and there is no mask.
Op dropout(NodeReader& node) {
  node.set_inputs({node.input(0)});
  node.keep_outputs(1);
  return Identity{};
}

// --- shape readers and generators ------------------------------------------------------------------------------------

Op shape(NodeReader& node) {
  ShapeOf op{.start = node.integer("start", 0)};
  if (node.has("end")) op.end = node.integer("end", 0);
  return op;
}

Op size(NodeReader&) { return SizeOf{}; }

Op constant_of_shape(NodeReader& node) {
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

// --- movement --------------------------------------------------------------------------------------------------------

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
  if (node.input(3) != kAbsent) return Opaque{"padding of chosen axes is not followed"};
  const std::string_view mode = node.text("mode", "constant");
  PadFn fn = PadFn::constant;
  if (mode == "reflect") fn = PadFn::reflect;
  if (mode == "edge") fn = PadFn::edge;
  if (mode == "wrap") fn = PadFn::wrap;
  const TensorId pads = node.needed_attribute_or_input(node.version() < 2 ? "paddings" : "pads", 1);
  node.set_inputs({node.input(0), pads});
  return Pad{.fn = fn, .pairs = false};
}

Op gather(NodeReader& node) { return Gather{.axis = node.integer("axis", 0)}; }

Op gather_nd(NodeReader& node) { return GatherNd{.batch_dims = node.integer("batch_dims", 0)}; }

Op gather_elements(NodeReader& node) { return GatherElements{.axis = node.integer("axis", 0)}; }

Op scatter(NodeReader&) { return ScatterInto{}; }

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

/// One row per operator, in the specification's order, which is alphabetical: it is searched by halving.
constexpr auto kOperators = std::to_array<Operator>({
    {"Abs", 1, unary<UnaryFn::abs>},
    {"Acos", 1, unary<UnaryFn::acos>},
    {"Acosh", 1, unary<UnaryFn::acosh>},
    {"Add", 2, binary<BinaryFn::add>},
    {"And", 2, binary<BinaryFn::logical_and>},
    {"ArgMax", 1, arg_reduce<true>},
    {"ArgMin", 1, arg_reduce<false>},
    {"Asin", 1, unary<UnaryFn::asin>},
    {"Asinh", 1, unary<UnaryFn::asinh>},
    {"Atan", 1, unary<UnaryFn::atan>},
    {"Atanh", 1, unary<UnaryFn::atanh>},
    {"AveragePool", 1, pool<PoolFn::average>},
    {"BatchNormalization", 5, batch_norm},
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
    {"Concat", 1, concat},
    {"ConstantOfShape", 1, constant_of_shape},
    {"Conv", 2, conv},
    {"ConvTranspose", 2, conv_transpose},
    {"Cos", 1, unary<UnaryFn::cos>},
    {"Cosh", 1, unary<UnaryFn::cosh>},
    {"CumProd", 2, cumulate<true>},
    {"CumSum", 2, cumulate<false>},
    {"DepthToSpace", 1, depth_to_space},
    {"DequantizeLinear", 2, dequantize},
    {"Div", 2, binary<BinaryFn::div>},
    {"Dropout", 1, dropout},
    {"Einsum", 1, einsum},
    {"Elu", 1, elu},
    {"Equal", 2, binary<BinaryFn::equal>},
    {"Erf", 1, unary<UnaryFn::erf>},
    {"Exp", 1, unary<UnaryFn::exp>},
    {"Expand", 2, expand},
    {"Flatten", 1, flatten},
    {"Floor", 1, unary<UnaryFn::floor>},
    {"GRU", 3, gru},
    {"Gather", 2, gather},
    {"GatherElements", 2, gather_elements},
    {"GatherND", 2, gather_nd},
    {"Gelu", 1, gelu},
    {"Gemm", 2, gemm},
    {"GlobalAveragePool", 1, global_pool<ReduceFn::mean>},
    {"GlobalLpPool", 1, global_lp_pool},
    {"GlobalMaxPool", 1, global_pool<ReduceFn::max>},
    {"Greater", 2, binary<BinaryFn::greater>},
    {"GreaterOrEqual", 2, binary<BinaryFn::greater_equal>},
    {"HardSigmoid", 1, unary<UnaryFn::hard_sigmoid>},
    {"HardSwish", 1, unary<UnaryFn::hard_swish>},
    {"Identity", 1, identity},
    {"IsInf", 1, unary<UnaryFn::is_inf>},
    {"IsNaN", 1, unary<UnaryFn::is_nan>},
    {"LRN", 1, lrn},
    {"LSTM", 3, lstm},
    {"LeakyRelu", 1, unary<UnaryFn::leaky_relu>},
    {"Less", 2, binary<BinaryFn::less>},
    {"LessOrEqual", 2, binary<BinaryFn::less_equal>},
    {"Log", 1, unary<UnaryFn::log>},
    {"LogSoftmax", 1, log_softmax},
    {"LpNormalization", 1, lp_norm},
    {"LpPool", 1, lp_pool},
    {"MatMul", 2, matmul},
    {"Max", 1, binary<BinaryFn::maximum>},
    {"MaxPool", 1, pool<PoolFn::max>},
    {"Mean", 1, binary<BinaryFn::mean>},
    {"Min", 1, binary<BinaryFn::minimum>},
    {"Mish", 1, unary<UnaryFn::mish>},
    {"Mod", 2, mod},
    {"Mul", 2, binary<BinaryFn::mul>},
    {"Neg", 1, unary<UnaryFn::neg>},
    {"NonZero", 1, non_zero},
    {"Not", 1, unary<UnaryFn::logical_not>},
    {"OneHot", 3, one_hot},
    {"Or", 2, binary<BinaryFn::logical_or>},
    {"PRelu", 2, binary<BinaryFn::prelu>},
    {"Pad", 1, pad},
    {"Pow", 2, binary<BinaryFn::pow>},
    {"QuantizeLinear", 2, quantize},
    {"RNN", 3, rnn},
    {"RandomNormal", 0, random},
    {"RandomUniform", 0, random},
    {"Range", 3, range},
    {"Reciprocal", 1, unary<UnaryFn::reciprocal>},
    {"ReduceL1", 1, reduce<ReduceFn::l1>},
    {"ReduceL2", 1, reduce<ReduceFn::l2>},
    {"ReduceLogSum", 1, reduce<ReduceFn::log_sum>},
    {"ReduceLogSumExp", 1, reduce<ReduceFn::log_sum_exp>},
    {"ReduceMax", 1, reduce<ReduceFn::max>},
    {"ReduceMean", 1, reduce<ReduceFn::mean>},
    {"ReduceMin", 1, reduce<ReduceFn::min>},
    {"ReduceProd", 1, reduce<ReduceFn::prod>},
    {"ReduceSum", 1, reduce<ReduceFn::sum>},
    {"ReduceSumSquare", 1, reduce<ReduceFn::sum_square>},
    {"Relu", 1, unary<UnaryFn::relu>},
    {"Reshape", 1, reshape},
    {"Resize", 1, resize},
    {"ReverseSequence", 2, reverse},
    {"Round", 1, unary<UnaryFn::round>},
    {"Scatter", 3, scatter},
    {"ScatterElements", 3, scatter},
    {"ScatterND", 3, scatter},
    {"Selu", 1, unary<UnaryFn::selu>},
    {"Shape", 1, shape},
    {"Sigmoid", 1, unary<UnaryFn::sigmoid>},
    {"Sign", 1, unary<UnaryFn::sign>},
    {"Sin", 1, unary<UnaryFn::sin>},
    {"Sinh", 1, unary<UnaryFn::sinh>},
    {"Size", 1, size},
    {"Slice", 1, slice},
    {"Softmax", 1, softmax},
    {"Softplus", 1, unary<UnaryFn::softplus>},
    {"Softsign", 1, unary<UnaryFn::softsign>},
    {"SpaceToDepth", 1, space_to_depth},
    {"Split", 1, split},
    {"Sqrt", 1, unary<UnaryFn::sqrt>},
    {"Squeeze", 1, squeeze},
    {"Sub", 2, binary<BinaryFn::sub>},
    {"Sum", 1, binary<BinaryFn::add>},
    {"Swish", 1, swish},
    {"Tan", 1, unary<UnaryFn::tan>},
    {"Tanh", 1, unary<UnaryFn::tanh>},
    {"ThresholdedRelu", 1, unary<UnaryFn::thresholded_relu>},
    {"Tile", 2, tile},
    {"TopK", 1, top_k},
    {"Transpose", 1, transpose},
    {"Unsqueeze", 1, unsqueeze},
    {"Upsample", 1, upsample},
    {"Where", 3, select},
    {"Xor", 2, binary<BinaryFn::logical_xor>},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

const Operator* find_operator(std::string_view name) {
  const auto row = std::ranges::lower_bound(kOperators, name, {}, &Operator::name);
  return row != kOperators.end() && row->name == name ? &*row : nullptr;
}

}  // namespace flopstat::onnx

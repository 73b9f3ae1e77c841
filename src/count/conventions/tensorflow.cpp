#include "count/conventions/families.h"

#include <algorithm>
#include <array>

namespace flopstat {
namespace {

constexpr std::string_view kLoop = "a loop: the profiler counts what TensorFlow's shape functions tell of its body";
constexpr std::string_view kFunction =
    "a function: whether the profiler knows the size of what it gives, the file hides";
constexpr std::string_view kLowering =
    "a layer that each version of Keras makes other operators of, or of which they have not been read";

constexpr std::string_view kOnlyInference = "ValueError: of a fused batch norm it only supports inference mode";

/// What is combined when n elements become fewer: one less for each that remains.
Count steps(const CountedLayer& l) { return l.x > l.y ? l.x - l.y : Count{0}; }

bool one_of(std::string_view type, std::span<const std::string_view> types) {
  return std::ranges::find(types, type) != types.end();
}

/// Registered with one operation per element of the result.
constexpr auto kPerResult = std::to_array<std::string_view>(
    {"Add", "AddV2", "Sub", "Mul", "RealDiv", "Maximum", "Minimum", "Pow", "Less", "LessEqual", "Greater",
     "GreaterEqual", "Equal", "NotEqual", "LogicalAnd", "LogicalOr", "BiasAdd"});

/// Registered with as many operations per element.
struct PerElement {
  std::string_view type;
  uint64_t operations;
};
constexpr std::array kPerElement = {
    PerElement{"Rsqrt", 2},
    PerElement{"Log", 1},
    PerElement{"Neg", 1},
    PerElement{"Square", 1},
    PerElement{"Reciprocal", 1},
    PerElement{"Softmax", 5},
    PerElement{"SquaredDifference", 2},
};

/// By the graph's own operators. Source: tensorflow/python/profiler/internal/flops_registry.py, python/ops/nn_ops.py.
Said of_operator(const CountedLayer& l, std::string_view type) {
  if (type == "Conv2D" || type == "Conv3D" || type == "DepthwiseConv2dNative") return {.core = l.macs * 2};
  if (type == "MatMul" || type.starts_with("BatchMatMul")) return {.core = l.macs * 2};
  if (type == "Conv2DBackpropInput") {
    if (l.channels == 0) return {};
    return {.core = l.y * l.w * 2 / (l.channels * l.stride)};
  }
  if (type == "MaxPool" || type == "AvgPool") return {.core = l.taps * l.y};
  if (type == "Mean") return {.core = l.x};
  if (type == "Sum" || type == "ArgMax" || type == "ArgMin") return {.core = steps(l)};
  if (type == "AddN") return {.core = l.operands == 0 ? Count{0} : (l.operands - 1) * l.y};
  if (one_of(type, kPerResult)) return {.core = l.y};
  for (const PerElement& each : kPerElement) {
    if (each.type == type) return {.core = l.y * each.operations};
  }
  return {};
}

/// Registered operators that both versions of Keras make of a function. Source: tensorflow/python/ops/nn_ops.py (gelu),
/// nn_impl.py (swish).
Count of_function(const CountedLayer& l) {
  switch (l.function) {
    case UnaryFn::hard_swish: return l.y;
    case UnaryFn::silu: return l.y * 2;       // x * sigmoid(beta * x)
    case UnaryFn::gelu_erf: return l.y * 4;   // 0.5 * x * (1 + erf(x / sqrt 2))
    case UnaryFn::gelu_tanh: return l.y * 7;  // 0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x ^ 3)))
    case UnaryFn::rsqrt: return l.y * 2;
    case UnaryFn::log:
    case UnaryFn::neg:
    case UnaryFn::square:
    case UnaryFn::reciprocal: return l.y;
    default: return 0;
  }
}

Count of_arithmetic(const CountedLayer& l) {
  switch (l.arithmetic) {
    case BinaryFn::squared_difference: return l.y * 2;
    case BinaryFn::prelu: return l.y * 3 + l.w;  // max(x, 0) + -w * max(-x, 0)
    case BinaryFn::floor_div:
    case BinaryFn::mod:
    case BinaryFn::floor_mod:
    case BinaryFn::atan2:
    case BinaryFn::bitwise_and:
    case BinaryFn::bitwise_or:
    case BinaryFn::bitwise_xor:
    case BinaryFn::shift_left:
    case BinaryFn::shift_right:
    case BinaryFn::logical_xor:
    case BinaryFn::join_text: return 0;
    default: return l.operands < 2 ? l.y : (l.operands - 1) * l.y;
  }
}

/// Keras 2 makes a function of these with its own functions: the profiler does not look into it.
bool is_a_function(const CountedLayer& l) { return l.keras == 2 && l.cell != Recurrent::Cell::rnn; }

/// Both versions of Keras make the same operators of these.
bool is_agreed(UnaryFn fn) {
  switch (fn) {
    case UnaryFn::gelu_erf:
    case UnaryFn::gelu_tanh:
    case UnaryFn::silu:
    case UnaryFn::identity:
    case UnaryFn::relu:
    case UnaryFn::relu6:
    case UnaryFn::leaky_relu:
    case UnaryFn::elu:
    case UnaryFn::selu:
    case UnaryFn::sigmoid:
    case UnaryFn::tanh:
    case UnaryFn::softplus:
    case UnaryFn::softsign:
    case UnaryFn::exp: return true;
    default: return false;
  }
}

/// tf.nn.batch_normalization: x * inv + (beta - mean * inv), with inv = gamma / sqrt(variance + epsilon).
Count of_batch_norm(const CountedLayer& l) { return l.x * 2 + l.channels * (l.affine ? 6 : 5); }

/// Keras 2 has one operator for pictures and volumes, which is not registered.
bool is_fused_batch_norm(const CountedLayer& l) { return l.keras == 2 && (l.axes == 2 || l.axes == 3); }

/// Sizes that are multiplied by a factor while the model runs: of 2-D those of Keras 2 and what Keras 3 repeats.
Count of_upsampling(const CountedLayer& l) {
  const bool repeats = l.keras == 3 && l.resize == ResizeFn::nearest;
  if (l.node->type == "UpSampling2D") return l.keras == 2 || repeats ? 2 : 0;
  if (l.node->type == "UpSampling1D") return repeats ? 1 : 0;
  if (l.node->type == "UpSampling3D") return repeats ? 3 : 0;
  return 0;
}

/// A layer of another format, as the operators that Keras makes of it: 2 or 3, which the file tells, else 2.
Said of_layer(const CountedLayer& l) {
  const bool einsum = std::holds_alternative<Einsum>(l.node->op);
  switch (l.kind) {
    case LayerKind::convolution:
      // The profiler does not look into a function.
      return {.core = l.is_function ? Count{0} : l.blocked_y * l.length * 2, .bias = l.biased};
    case LayerKind::transposed_convolution: {
      if (l.channels == 0 || l.stride == 0) return {};
      return {.core = l.y * l.w * 2 / (l.channels * l.stride), .bias = l.biased};
    }
    case LayerKind::dense:
    case LayerKind::product: return {.core = einsum ? Count{0} : l.macs * 2, .bias = l.biased};
    case LayerKind::attention: return {.core = l.x + l.scores * 5};  // scaled queries, softmax
    case LayerKind::recurrent: return {.inexact = is_a_function(l) ? std::string_view() : kLoop};
    case LayerKind::batch_norm:
      if (l.keras < 2) return {.inexact = kLowering};
      return {.core = is_fused_batch_norm(l) ? Count{0} : of_batch_norm(l)};
    case LayerKind::layer_norm:
    case LayerKind::group_norm:
    case LayerKind::instance_norm: return {.inexact = kLowering};
    case LayerKind::activation:
      return {.core = of_function(l), .inexact = is_agreed(l.function) ? std::string_view() : kLowering};
    case LayerKind::softmax: return {.core = l.y * 5};
    case LayerKind::max_pool:
    case LayerKind::average_pool: return {.core = l.taps * l.y};
    case LayerKind::global_average_pool: return {.core = l.x};
    case LayerKind::reduction:
      if (l.reduction == ReduceFn::mean) return {.core = l.x};
      if (l.reduction == ReduceFn::sum) return {.core = steps(l)};
      return {};
    case LayerKind::arithmetic: return {.core = of_arithmetic(l)};
    case LayerKind::resize: return {.core = of_upsampling(l)};
    default: return {};
  }
}

bool is_graph(const CountedLayer& l) { return l.format.starts_with("tensorflow"); }

/// Registered in the version of that year under another name, or not yet.
bool is_new_since_1_15(std::string_view type) {
  constexpr auto kTypes = std::to_array<std::string_view>({"AddV2", "BatchMatMulV2", "BatchMatMulV3", "Conv3D"});
  return one_of(type, kTypes);
}

Said said_by_tf_profiler(const CountedLayer& l) {
  if (is_graph(l)) {
    Said said = l.in_function || l.size_is_open ? Said{} : of_operator(l, l.node->type);
    if (l.behind_function && said.core != 0) said.inexact = kFunction;
    return said;
  }
  Said said = of_layer(l);
  if (l.in_loop && said.value() != 0) said.inexact = kLoop;
  return said;
}

Said said_by_tf_profiler_1_15(const CountedLayer& l) {
  if (is_graph(l) && is_new_since_1_15(l.node->type)) return {};
  return said_by_tf_profiler(l);
}

/// Two more operators are registered. Sizes get lost behind a function: the graph is not read from a file, where they
/// are inferred anew. Source: keras_flops/flops_registory.py, flops_calculation.py.
Said said_by_keras_flops(const CountedLayer& l) {
  const bool largest = is_graph(l) ? l.node->type == "Max" : l.kind == LayerKind::global_max_pool;
  const bool norm =
      l.kind == LayerKind::batch_norm && (is_graph(l) ? l.node->type == "FusedBatchNormV3" : is_fused_batch_norm(l));
  const bool lost = l.behind_any_function && l.kind != LayerKind::resize;  // of which only the sizes are multiplied
  if (l.in_function || lost) return {};
  if (!largest && !norm) {
    Said said = said_by_tf_profiler(l);
    if (l.is_function) said.bias = 0;
    return said;
  }
  if (norm && l.trains) return {.fails = kOnlyInference};
  return {.core = norm ? l.x * 2 + l.channels * 6 : steps(l)};
}

}  // namespace

std::vector<Convention> tensorflow_conventions() {
  return {
      {.info = {.name = "tf-profiler",
                .rule = "the 46 operators that TensorFlow's profiler knows; no activations but softmax (5)",
                .source = "tensorflow/tensorflow, tensorflow/python/profiler/internal/flops_registry.py",
                .version = "2.19"},
       .say = said_by_tf_profiler,
       .counts_loops = false,
       .skips_unknown = true,
       .lowers_keras = true,
       .formats = "tensorflow keras"},
      {.info = {.name = "tf-profiler@1.15",
                .rule = "the profiler of TensorFlow 1.15: AddV2 and BatchMatMulV2 count nothing",
                .source = "tensorflow/tensorflow v1.15, tensorflow/python/profiler/internal/flops_registry.py",
                .version = "1.15"},
       .say = said_by_tf_profiler_1_15,
       .counts_loops = false,
       .skips_unknown = true,
       .formats = "tensorflow"},
      {.info = {.name = "keras-flops",
                .rule = "tf-profiler, a fused batch norm 2 per element and 6 per channel, the largest of n n - 1",
                .source = "tokusumi/keras-flops, keras_flops/flops_registory.py",
                .version = "0.1.2"},
       .say = said_by_keras_flops,
       .counts_loops = false,
       .skips_unknown = true,
       .lowers_keras = true,
       .formats = "tensorflow keras"},
  };
}

}  // namespace flopstat

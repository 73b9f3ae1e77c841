#include <algorithm>
#include <array>
#include <string>

#include "formats/onnx/operators.h"
#include "formats/onnx/schema.h"
#include "formats/onnx/tensor.h"

/// Operators that ONNX Runtime puts in the place of several of ai.onnx: each is translated into what it stands for.
namespace flopstat::onnx {
namespace {

/// The function that a fused operator names.
std::optional<UnaryFn> activation(const NodeReader& node) {
  const std::string_view word = node.text("activation", {});
  if (word == "Relu") return UnaryFn::relu;
  if (word == "Tanh") return UnaryFn::tanh;
  if (word == "Sigmoid") return UnaryFn::sigmoid;
  if (word == "LeakyRelu") return UnaryFn::leaky_relu;
  if (word == "HardSigmoid") return UnaryFn::hard_sigmoid;
  if (word == "HardSwish") return UnaryFn::hard_swish;
  if (word == "Clip") return UnaryFn::hard_tanh;
  if (word == "Gelu") return UnaryFn::gelu_erf;
  return std::nullopt;
}

// --- convolutions and products ---------------------------------------------------------------------------------------

/// x, w, bias, summand: the convolution, the sum, the activation.
Op fused_conv(NodeReader& node, DataLayout layout) {
  const TensorId summand = node.input(3);
  node.set_inputs({node.input(0), node.input(1), node.input(2)});
  Op op = read_as(node, "Conv");
  if (Conv* conv = std::get_if<Conv>(&op)) conv->axes.data = layout;
  node.set_activation(activation(node));
  if (summand == kAbsent) return op;
  const TensorId y = node.emit(std::move(op), {node.input(0), node.input(1), node.input(2)});
  node.set_inputs({y, summand});
  return Binary{BinaryFn::add};
}

Op conv_and_activation(NodeReader& node) { return fused_conv(node, DataLayout::channels_first); }
Op conv_channels_last(NodeReader& node) { return fused_conv(node, DataLayout::channels_last); }

Op fused_matmul(NodeReader& node) {
  if (node.integer("transBatchA", 0) != 0 || node.integer("transBatchB", 0) != 0) {
    return Opaque{"transposing the batch axes is not followed"};
  }
  node.set_activation(activation(node));
  return MatMul{.transpose_a = node.integer("transA", 0) != 0,
                .transpose_b = node.integer("transB", 0) != 0,
                .scales_product = node.real("alpha", 1) != 1};
}

Op fused_gemm(NodeReader& node) {
  node.set_activation(activation(node));
  return read_as(node, "Gemm");
}

Op gemm_fast_gelu(NodeReader& node) {
  node.set_activation(UnaryFn::gelu_tanh);
  return MatMul{};
}

/// A weight [n, k] whose numbers of `bits` bits lie packed in blocks, as what it is.
void unpack_weight(NodeReader& node, size_t operand, int64_t bits, const std::vector<int64_t>& shape) {
  const DType type = bits == 2 ? DType::u2 : bits == 4 ? DType::u4 : DType::u8;
  node.set_type(node.input(operand), type, shape);
}

/// a, packed b, scales, zero points, order of the groups, bias. The weight is decoded while it runs.
Op matmul_n_bits(NodeReader& node) {
  const int64_t k = node.integer("K", 0);
  const int64_t n = node.integer("N", 0);
  const int64_t bits = node.integer("bits", 4);
  if (k < 1 || n < 1) node.corrupt("K is " + std::to_string(k) + " and N " + std::to_string(n) + ", expected sizes");
  if (bits != 2 && bits != 4 && bits != 8) return Opaque{"weights of " + std::to_string(bits) + " bits are not read"};
  unpack_weight(node, 1, bits, {n, k});
  const Tensor* scales = node.operand(2);
  const DType real = scales != nullptr && is_float(scales->dtype) ? scales->dtype : DType::f32;
  const TensorId weight = node.emit(Dequantize{real}, {node.input(1), node.input(2), node.input(3)});
  node.set_inputs({node.input(0), weight, node.input(5)});
  return MatMul{.transpose_b = true};
}

/// a, packed b, absolute largest of each block: 4-bit floating point or normal floats by a table.
Op matmul_four_bit(NodeReader& node) {
  const int64_t k = node.integer("K", 0);
  const int64_t n = node.integer("N", 0);
  if (k < 1 || n < 1) node.corrupt("K is " + std::to_string(k) + " and N " + std::to_string(n) + ", expected sizes");
  unpack_weight(node, 1, 4, {n, k});
  const TensorId weight = node.emit(Dequantize{DType::f32}, {node.input(1), node.input(2)});
  node.set_inputs({node.input(0), weight});
  return MatMul{.transpose_b = true};
}

// --- functions of one element ----------------------------------------------------------------------------------------

/// x, bias? -> fn of their sum.
template <UnaryFn fn>
Op of_biased(NodeReader& node) {
  if (node.input(1) == kAbsent) return Unary{fn};
  const TensorId sum = node.emit(Binary{BinaryFn::add}, {node.input(0), node.input(1)});
  node.set_inputs({sum});
  return Unary{fn};
}

Op quick_gelu(NodeReader& node) { return Unary{node.real("alpha", 1.702F) == 1 ? UnaryFn::silu : UnaryFn::quick_gelu}; }

/// x, bias, skip: both sums.
Op bias_add(NodeReader&) { return Binary{BinaryFn::add}; }

// --- normalisation ---------------------------------------------------------------------------------------------------

/// The sum of x, skip and a bias, which is the last result, normalised.
Op skip_norm(NodeReader& node, size_t bias, bool root_mean_square) {
  TensorId sum = kAbsent;
  std::vector<TensorId> summands{node.input(0), node.input(1)};
  if (node.input(bias) != kAbsent) summands.push_back(node.input(bias));
  if (const TensorId wanted = node.take_result(3); wanted != kAbsent) {
    node.emit_into(wanted, Binary{BinaryFn::add}, summands);
    sum = wanted;
  } else {
    sum = node.emit(Binary{BinaryFn::add}, summands);
  }
  const TensorId shift = root_mean_square ? kAbsent : node.input(3);
  node.set_inputs({sum, node.input(2), shift});
  return Normalize{.root_mean_square = root_mean_square};
}

Op skip_layer_norm(NodeReader& node) { return skip_norm(node, 4, false); }
Op skip_rms_norm(NodeReader& node) { return skip_norm(node, 3, true); }

/// ids, segments?, words, positions, segments' table?, scale, shift, mask?, position ids? -> y, length of each mask,
/// sum.
Op embed_layer_norm(NodeReader& node) {
  const TensorId ids = node.input(0);
  const TensorId place = node.input(8) == kAbsent ? ids : node.input(8);
  TensorId sum = node.emit(Gather{}, {node.input(2), ids});
  std::vector<TensorId> summands{sum, node.emit(Gather{}, {node.input(3), place})};
  if (node.input(1) != kAbsent && node.input(4) != kAbsent) {
    summands.push_back(node.emit(Gather{}, {node.input(4), node.input(1)}));
  }
  if (const TensorId wanted = node.take_result(2); wanted != kAbsent) {
    node.emit_into(wanted, Binary{BinaryFn::add}, summands);
    sum = wanted;
  } else {
    sum = node.emit(Binary{BinaryFn::add}, summands);
  }
  const TensorId mask = node.input(7) == kAbsent ? ids : node.input(7);
  node.emit_result(1, Reduce{.fn = ReduceFn::sum, .keep_dims = false}, {mask, node.constant({1})});
  node.set_inputs({sum, node.input(5), node.input(6)});
  return Normalize{};
}

/// x [N, ..., C] with an activation behind.
Op group_norm(NodeReader& node) {
  if (node.integer("channels_last", 1) != 0) return Opaque{"groups of channels on the last axis are not followed"};
  if (node.integer("activation", 0) != 0) node.set_activation(UnaryFn::silu);
  return Normalize{.rows = Normalize::Rows::channels, .groups = node.integer("groups", 1)};
}

// --- attention -------------------------------------------------------------------------------------------------------

/// The three equal parts of a tensor's last axis, or those of these sizes.
std::vector<TensorId> three_parts(NodeReader& node, TensorId x, const std::vector<int64_t>& sizes) {
  const TensorId lengths = sizes.empty() ? kAbsent : node.constant(sizes);
  return node.emit_several(Split{}, {x, node.scalar(-1), lengths}, 3);
}

struct Cache {
  TensorId keys = kAbsent;
  TensorId values = kAbsent;
};

/// Keys and values in one tensor [2, ...].
Cache unstacked(NodeReader& node, TensorId past) {
  if (past == kAbsent) return {};
  return {node.emit(Gather{}, {past, node.scalar(0)}), node.emit(Gather{}, {past, node.scalar(1)})};
}

Attention attention_of(const NodeReader& node, const char* heads) {
  return {.heads = node.integer(heads, 0), .causal = node.integer("unidirectional", 0) != 0};
}

/// q, k and v from one product with `projected`; the caches of keys and values are one tensor.
Op self_attention(NodeReader& node, TensorId projected, TensorId mask, TensorId past) {
  const std::vector<int64_t> sizes = node.integers("qkv_hidden_sizes").value_or(std::vector<int64_t>{});
  const std::vector<TensorId> parts = three_parts(node, projected, sizes);
  const Cache cache = unstacked(node, past);
  Attention op = attention_of(node, "num_heads");
  op.past_full = node.integer("past_present_share_buffer", 0) != 0;
  const std::vector<TensorId> operands{parts[0], parts[1], parts[2], mask, cache.keys, cache.values};
  if (!node.wants(1)) {
    node.set_inputs(operands);
    return op;
  }
  const std::vector<TensorId> results = node.emit_several(op, operands, 3);
  node.emit_result(1, Stack{}, {results[1], results[2]});
  node.set_inputs({results[0]});
  return Identity{};
}

/// x, weights [I, 3 * H], bias, mask, past, summand of the scores.
Op attention(NodeReader& node) {
  const TensorId projected = node.emit(MatMul{}, {node.input(0), node.input(1), node.input(2)});
  const TensorId mask = node.input(5) == kAbsent ? node.input(3) : node.input(5);
  return self_attention(node, projected, mask, node.input(4));
}

/// x, weights, bias, both scales, mask, both zero points, past: the product is one of integers, its result real.
Op quantized_attention(NodeReader& node) {
  node.set_quantization(node.input(0), node.quantization_by(3, 6));
  node.set_quantization(node.input(1), node.quantization_by(4, 7));
  const TensorId projected = node.emit(MatMul{}, {node.input(0), node.input(1), node.input(2)});
  node.set_type(projected, DType::f32);
  return self_attention(node, projected, node.input(5), node.input(8));
}

/// [B, S, heads, parts, D] -> the parts [B, S, heads * D].
std::vector<TensorId> unpacked(NodeReader& node, TensorId x, size_t parts) {
  std::vector<TensorId> result = node.emit_several(Split{}, {x, node.scalar(3)}, parts);
  for (TensorId& part : result) part = node.emit(Reshape{}, {part, node.constant({0, 0, -1})});
  return result;
}

/// Heads may be packed: q with k and v, or k with v.
struct Projections {
  TensorId q = kAbsent;
  TensorId k = kAbsent;
  TensorId v = kAbsent;
};

Projections projections(NodeReader& node) {
  if (node.input(1) == kAbsent) {
    const std::vector<TensorId> parts = unpacked(node, node.input(0), 3);
    return {parts[0], parts[1], parts[2]};
  }
  if (node.input(2) == kAbsent) {
    const std::vector<TensorId> parts = unpacked(node, node.input(1), 2);
    return {node.input(0), parts[0], parts[1]};
  }
  return {node.input(0), node.input(1), node.input(2)};
}

/// The bias of all three projections, split and added to each.
void add_bias(NodeReader& node, Projections& x, TensorId bias) {
  if (bias == kAbsent) return;
  const std::vector<TensorId> parts = three_parts(node, bias, {});
  x.q = node.emit(Binary{BinaryFn::add}, {x.q, parts[0]});
  x.k = node.emit(Binary{BinaryFn::add}, {x.k, parts[1]});
  x.v = node.emit(Binary{BinaryFn::add}, {x.v, parts[2]});
}

/// q, k, v, bias, mask of the keys, summand of the scores, past keys, past values.
Op multi_head_attention(NodeReader& node) {
  Projections x = projections(node);
  add_bias(node, x, node.input(3));
  const TensorId mask = node.input(5) == kAbsent ? node.input(4) : node.input(5);
  const Attention op = attention_of(node, "num_heads");
  node.set_inputs({x.q, x.k, x.v, mask, node.input(6), node.input(7)});
  return op;
}

/// q, k, v, mask, summand of the scores, past keys, past values, ..., bias (10): one token.
Op decoder_attention(NodeReader& node) {
  Projections x{node.input(0), node.input(1), node.input(2)};
  if (x.k == kAbsent || x.v == kAbsent) return Opaque{"heads packed into one operand are not followed"};
  add_bias(node, x, node.input(10));
  Attention op = attention_of(node, "num_heads");
  op.past_full = node.integer("past_present_share_buffer", 0) != 0;
  const TensorId mask = node.input(4) == kAbsent ? node.input(3) : node.input(4);
  node.set_inputs({x.q, x.k, x.v, mask, node.input(5), node.input(6)});
  return op;
}

/// q, k, v, past keys, past values, lengths, total length, cosines, sines, positions, summand of the scores.
Op group_query_attention(NodeReader& node) {
  const int64_t heads = node.integer("num_heads", 0);
  const int64_t kv_heads = node.integer("kv_num_heads", 0);
  if (heads < 1 || kv_heads < 1) node.corrupt("it has no num_heads or no kv_num_heads");
  Projections x{node.input(0), node.input(1), node.input(2)};
  if (x.k == kAbsent) {
    const TensorId packed = node.emit(Reshape{}, {x.q, node.constant({0, 0, heads + 2 * kv_heads, -1})});
    std::vector<TensorId> parts =
        node.emit_several(Split{}, {packed, node.scalar(2), node.constant({heads, kv_heads, kv_heads})}, 3);
    for (TensorId& part : parts) part = node.emit(Reshape{}, {part, node.constant({0, 0, -1})});
    x = {parts[0], parts[1], parts[2]};
  }
  if (node.integer("do_rotary", 0) != 0) {
    x.q = node.emit(RotaryEmbedding{.heads = heads}, {x.q, node.input(7), node.input(8)});
    x.k = node.emit(RotaryEmbedding{.heads = kv_heads}, {x.k, node.input(7), node.input(8)});
  }
  const Attention op{.heads = heads,
                     .kv_heads = kv_heads,
                     .causal = true,
                     .window = node.integer("local_window_size", -1),
                     .softcap = node.real("softcap", 0) != 0};
  node.set_inputs({x.q, x.k, x.v, node.input(10), node.input(3), node.input(4)});
  return op;
}

/// x, positions, cosines, sines.
Op rotary_embedding(NodeReader& node) {
  node.set_inputs({node.input(0), node.input(2), node.input(3), node.input(1)});
  return RotaryEmbedding{.heads = node.integer("num_heads", 0), .width = node.integer("rotary_embedding_dim", 0)};
}

// --- experts ---------------------------------------------------------------------------------------------------------

/// The first `k` of the experts' tensors, which stand for the k that each token chooses.
TensorId chosen(NodeReader& node, TensorId experts, int64_t k) {
  return node.emit(SliceTo{}, {experts, node.constant(std::vector<int64_t>{0}), node.constant(std::vector<int64_t>{k}),
                               node.constant(std::vector<int64_t>{0})});
}

struct Layer {
  TensorId weight = kAbsent;
  TensorId bias = kAbsent;
};

/// x [T, I] or [k, T, I] by the chosen experts' weights -> [k, T, O].
TensorId expert_layer(NodeReader& node, TensorId x, const Layer& layer, int64_t k, bool transposed) {
  const TensorId weight = chosen(node, layer.weight, k);
  TensorId bias = kAbsent;
  if (layer.bias != kAbsent) {
    bias = node.emit(Unsqueeze{}, {chosen(node, layer.bias, k), node.constant(std::vector<int64_t>{1})});
  }
  return node.emit(MatMul{.transpose_b = transposed}, {x, weight, bias});
}

/// Each token goes through the `k` best of the experts; their results are added up by the router's probabilities.
Op experts(NodeReader& node, const Layer& first, const Layer& second, const Layer& gate, bool transposed) {
  const int64_t k = node.integer("k", 1);
  if (k < 1) node.corrupt("k is " + std::to_string(k));
  if (second.weight == kAbsent) node.corrupt("its experts have no second layer");
  const TensorId x = node.input(0);
  const TensorId tokens = node.emit(Flatten{.axis = -1}, {x});
  const TensorId shape = node.emit(ShapeOf{}, {x});
  const TensorId probabilities = node.emit(Softmax{}, {node.input(1)});
  const std::vector<TensorId> best = node.emit_several(TopK{}, {probabilities, node.scalar(k)}, 2);
  const std::string_view word = node.text("activation_type", "relu");
  UnaryFn fn = UnaryFn::relu;
  if (word == "gelu") fn = UnaryFn::gelu_tanh;
  if (word == "silu" || word == "swiglu") fn = UnaryFn::silu;
  if (word == "identity") fn = UnaryFn::identity;
  TensorId hidden = expert_layer(node, tokens, first, k, transposed);
  TensorId factor = kAbsent;
  if (gate.weight != kAbsent) {
    factor = expert_layer(node, tokens, gate, k, transposed);
  } else if (word == "swiglu") {
    const std::vector<TensorId> halves = node.emit_several(Split{}, {hidden, node.scalar(-1)}, 2);
    hidden = halves[0];
    factor = halves[1];
  }
  hidden = node.emit(Unary{fn}, {hidden});
  if (factor != kAbsent) hidden = node.emit(Binary{BinaryFn::mul}, {hidden, factor});
  const TensorId results = expert_layer(node, hidden, second, k, transposed);
  // The router's probabilities [T, k] as [k, T, 1].
  const TensorId turned = node.emit(Transpose{}, {best[0]});
  const TensorId weights = node.emit(Unsqueeze{}, {turned, node.constant(std::vector<int64_t>{2})});
  const TensorId weighted = node.emit(Binary{BinaryFn::mul}, {results, weights});
  const TensorId sum = node.emit(Reduce{.keep_dims = false}, {weighted, node.constant(std::vector<int64_t>{0})});
  node.set_inputs({sum, shape});
  return Reshape{};
}

Op mixture(NodeReader& node) {
  return experts(node, {node.input(2), node.input(3)}, {node.input(4), node.input(5)}, {node.input(6), node.input(7)},
                 false);
}

/// Experts' weights [E, O, I], packed; scales behind each.
Op quantized_mixture(NodeReader& node) {
  const int64_t bits = node.integer("expert_weight_bits", 4);
  if (bits != 4 && bits != 8) return Opaque{"weights of " + std::to_string(bits) + " bits are not read"};
  const auto decoded = [&](size_t weight, size_t scale, size_t bias) -> Layer {
    const Tensor* tensor = node.operand(weight);
    if (tensor == nullptr) return {};
    if (tensor->dims && tensor->dims->size() == 3 && tensor->dtype == DType::u8 && bits == 4) {
      std::vector<int64_t> shape;
      for (const Dim& dim : *tensor->dims) shape.push_back(dim.size);
      shape.back() *= 2;
      unpack_weight(node, weight, bits, shape);
    }
    return {node.emit(Dequantize{DType::f32}, {node.input(weight), node.input(scale)}), node.input(bias)};
  };
  return experts(node, decoded(2, 3, 4), decoded(5, 6, 7), decoded(8, 9, 10), true);
}

// --- quantization ----------------------------------------------------------------------------------------------------

void quantize_operand(NodeReader& node, size_t operand, size_t scale, size_t zero_point) {
  node.set_quantization(node.input(operand), node.quantization_by(scale, zero_point));
}

void quantize_result(NodeReader& node, size_t scale, size_t zero_point) {
  const Tensor* zero = node.operand(zero_point);
  node.set_result(0, zero == nullptr ? DType::unknown : zero->dtype, node.quantization_by(scale, zero_point));
}

/// x, scale, zero point, the same of a second operand and of the result.
template <BinaryFn fn>
Op quantized_binary(NodeReader& node) {
  quantize_operand(node, 0, 1, 2);
  quantize_operand(node, 3, 4, 5);
  quantize_result(node, 6, 7);
  node.set_inputs({node.input(0), node.input(3)});
  return Binary{fn};
}

/// x, scale, zero point, scale and zero point of the result.
void quantize_unary(NodeReader& node) {
  quantize_operand(node, 0, 1, 2);
  quantize_result(node, 3, 4);
  node.set_inputs({node.input(0)});
}

template <UnaryFn fn>
Op quantized_unary(NodeReader& node) {
  quantize_unary(node);
  return Unary{fn};
}

Op quantized_softmax(NodeReader& node) {
  quantize_unary(node);
  return Softmax{.axis = node.integer("axis", -1), .flatten = node.integer("opset", 13) < 13};
}

Op quantized_average_pool(NodeReader& node) {
  quantize_unary(node);
  Op op = read_as(node, "AveragePool");
  if (Pool* pool = std::get_if<Pool>(&op); pool != nullptr && node.integer("channels_last", 0) != 0) {
    pool->layout = DataLayout::channels_last;
  }
  return op;
}

Op quantized_global_pool(NodeReader& node) {
  quantize_unary(node);
  if (node.integer("channels_last", 0) != 0) return Opaque{"channels on the last axis are not followed"};
  return read_as(node, "GlobalAveragePool");
}

Op quantized_reduce_mean(NodeReader& node) {
  quantize_unary(node);
  return read_as(node, "ReduceMean");
}

/// Scale and zero point of the result, then x, scale, zero point of each operand.
Op quantized_concat(NodeReader& node) {
  quantize_result(node, 0, 1);
  std::vector<TensorId> inputs;
  for (size_t i = 2; i < node.input_count(); i += 3) {
    quantize_operand(node, i, i + 1, i + 2);
    inputs.push_back(node.input(i));
  }
  node.set_inputs(std::move(inputs));
  return Concat{.axis = node.integer("axis", 0)};
}

/// Condition, x, scale, zero point, y, scale, zero point, scale and zero point of the result.
Op quantized_where(NodeReader& node) {
  quantize_operand(node, 1, 2, 3);
  quantize_operand(node, 4, 5, 6);
  quantize_result(node, 7, 8);
  node.set_inputs({node.input(0), node.input(1), node.input(4)});
  return Select{};
}

/// a, scale, zero point, b, scale, zero point, bias, scale and zero point of the result (none: it is real).
Op quantized_gemm(NodeReader& node) {
  quantize_operand(node, 0, 1, 2);
  quantize_operand(node, 3, 4, 5);
  if (node.input(7) == kAbsent) {
    node.set_result(0, DType::f32);
  } else {
    quantize_result(node, 7, 8);
  }
  node.set_inputs({node.input(0), node.input(3), node.input(6)});
  return read_as(node, "Gemm");
}

/// a, b, both scales, both zero points, bias -> real.
Op integers_to_float(NodeReader& node) {
  quantize_operand(node, 0, 2, 4);
  quantize_operand(node, 1, 3, 5);
  node.set_result(0, DType::f32);
  node.set_inputs({node.input(0), node.input(1), node.input(6)});
  return MatMul{};
}

/// Real a, integer b, its scale and zero point, bias: a is quantized while it runs.
Op dynamic_quantize_matmul(NodeReader& node) {
  quantize_operand(node, 1, 2, 3);
  node.set_result(0, DType::f32);
  node.set_inputs({node.input(0), node.input(1), node.input(4)});
  return MatMul{.asymmetric_inputs = true};
}

Op standard_quantize(NodeReader& node) { return read_as(node, "QuantizeLinear"); }
Op standard_dequantize(NodeReader& node) { return read_as(node, "DequantizeLinear"); }
Op pad(NodeReader& node) { return read_as(node, "Pad"); }
Op triangle(NodeReader& node) { return read_as(node, "Trilu"); }
Op grid_sample(NodeReader& node) { return read_as(node, "GridSample"); }
Op inverse_sqrt(NodeReader&) { return Unary{UnaryFn::rsqrt}; }

constexpr auto kOperators = std::to_array<Operator>({
    {"Attention", 2, attention},
    {"BiasAdd", 2, bias_add},
    {"BiasGelu", 2, of_biased<UnaryFn::gelu_erf>},
    {"DecoderMaskedMultiHeadAttention", 1, decoder_attention},
    {"DequantizeLinear", 2, standard_dequantize},
    {"DynamicQuantizeMatMul", 3, dynamic_quantize_matmul},
    {"EmbedLayerNormalization", 7, embed_layer_norm},
    {"FastGelu", 1, of_biased<UnaryFn::gelu_tanh>},
    {"FusedConv", 2, conv_and_activation},
    {"FusedGemm", 2, fused_gemm},
    {"FusedMatMul", 2, fused_matmul},
    {"FusedMatMulActivation", 2, fused_matmul},
    {"Gelu", 1, of_biased<UnaryFn::gelu_erf>},
    {"GemmFastGelu", 2, gemm_fast_gelu},
    {"GridSample", 2, grid_sample},
    {"GroupNorm", 3, group_norm},
    {"GroupQueryAttention", 1, group_query_attention},
    {"MatMulBnb4", 3, matmul_four_bit},
    {"MatMulFpQ4", 2, matmul_four_bit},
    {"MatMulIntegerToFloat", 4, integers_to_float},
    {"MatMulNBits", 3, matmul_n_bits},
    {"MoE", 3, mixture},
    {"MultiHeadAttention", 1, multi_head_attention},
    {"NhwcFusedConv", 2, conv_channels_last},
    {"Pad", 1, pad},
    {"QAttention", 5, quantized_attention},
    {"QGemm", 6, quantized_gemm},
    {"QLinearAdd", 8, quantized_binary<BinaryFn::add>},
    {"QLinearAveragePool", 4, quantized_average_pool},
    {"QLinearConcat", 5, quantized_concat},
    {"QLinearGlobalAveragePool", 4, quantized_global_pool},
    {"QLinearLeakyRelu", 4, quantized_unary<UnaryFn::leaky_relu>},
    {"QLinearMul", 8, quantized_binary<BinaryFn::mul>},
    {"QLinearReduceMean", 4, quantized_reduce_mean},
    {"QLinearSigmoid", 4, quantized_unary<UnaryFn::sigmoid>},
    {"QLinearSoftmax", 4, quantized_softmax},
    {"QLinearWhere", 9, quantized_where},
    {"QMoE", 4, quantized_mixture},
    {"QuantizeLinear", 2, standard_quantize},
    {"QuickGelu", 1, quick_gelu},
    {"RotaryEmbedding", 4, rotary_embedding},
    {"Rsqrt", 1, inverse_sqrt},
    {"SkipLayerNormalization", 3, skip_layer_norm},
    {"SkipSimplifiedLayerNormalization", 3, skip_rms_norm},
    {"TransposeMatMul", 2, fused_matmul},
    {"Trilu", 1, triangle},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> microsoft_operators() { return kOperators; }

}  // namespace flopstat::onnx

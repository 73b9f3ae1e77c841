#pragma once

// Writes TFLite files from a description in C++, so that a test can make the model it needs, valid or hostile:
//
//     TfliteBuilder b;
//     int x = b.tensor({.name = "x", .shape = {1, 4}});
//     int w = b.constant({.name = "w", .shape = {2, 4}}, std::vector<float>(8));
//     int y = b.tensor({.name = "y", .shape = {1, 2}});
//     b.op({.code = builtin::fully_connected, .inputs = {x, w, -1}, .outputs = {y},
//           .options = {options::fully_connected, {{{0, int8_t{1}}}}}});   // slot 0: fused relu
//     b.inputs({x});
//     b.outputs({y});
//     std::vector<std::byte> file = b.finish();
//
// Nothing is checked: an index out of range, an unknown type or a graph that calls itself is written as given. For what
// no description can say, change the bytes: resize() cuts the tail.
// Slots and enum values: scripts/tflite.fbs.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace flopstat::test {

// ---- FlatBuffers of any schema

/// A vector of scalars: its little-endian bytes. Its first element stands at a multiple of `alignment`.
struct FlatVector {
  std::vector<std::byte> bytes = {};
  size_t element_size = 1;
  size_t alignment = 1;
};

/// The bytes of `values` as they lie in memory.
template <class T>
std::vector<std::byte> bytes_of(const std::vector<T>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

template <class T>
FlatVector flat_vector(const std::vector<T>& values) {
  return {bytes_of(values), sizeof(T), sizeof(T)};
}

struct FlatField;

/// A table: what stands in its slots. Fields are written even where they equal the schema's default.
struct FlatTable {
  std::vector<FlatField> fields;
};

/// What a slot can hold. An enum is written as the integer under it, a union as two slots: uint8_t and FlatTable.
using FlatValue = std::variant<bool, int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, int64_t, uint64_t, float,
                               double, std::string, FlatVector, FlatTable, std::vector<FlatTable>>;

struct FlatField {
  uint16_t slot = 0;
  FlatValue value = {};
};

/// Puts `value` into `slot`, in place of what stands there.
void set(FlatTable& table, uint16_t slot, FlatValue value);

/// The file whose root is `root`. `identifier` has four characters.
std::vector<std::byte> write_flatbuffer(const FlatTable& root, const std::string& identifier);

// ---- TFLite

// clang-format off: tables of numbers

/// Any other value can be cast to it, for files that no converter writes.
enum class TensorType : int8_t {
    float32 = 0, float16 = 1, int32 = 2, uint8 = 3, int64 = 4, string = 5, boolean = 6, int16 = 7, complex64 = 8,
    int8 = 9, float64 = 10, complex128 = 11, uint64 = 12, resource = 13, variant = 14, uint32 = 15, uint16 = 16,
    int4 = 17, bfloat16 = 18, int2 = 19, uint4 = 20, float8_e4m3fn = 21, float8_e5m2 = 22
};

/// BuiltinOperator.
namespace builtin {
enum : int32_t {
    add = 0, average_pool_2d = 1, concatenation = 2, conv_2d = 3, depthwise_conv_2d = 4, depth_to_space = 5,
    dequantize = 6, embedding_lookup = 7, floor = 8, fully_connected = 9, hashtable_lookup = 10, l2_normalization = 11,
    l2_pool_2d = 12, local_response_normalization = 13, logistic = 14, lsh_projection = 15, lstm = 16, max_pool_2d = 17,
    mul = 18, relu = 19, relu_n1_to_1 = 20, relu6 = 21, reshape = 22, resize_bilinear = 23, rnn = 24, softmax = 25,
    space_to_depth = 26, svdf = 27, tanh = 28, concat_embeddings = 29, skip_gram = 30, call = 31, custom = 32,
    embedding_lookup_sparse = 33, pad = 34, unidirectional_sequence_rnn = 35, gather = 36, batch_to_space_nd = 37,
    space_to_batch_nd = 38, transpose = 39, mean = 40, sub = 41, div = 42, squeeze = 43,
    unidirectional_sequence_lstm = 44, strided_slice = 45, bidirectional_sequence_rnn = 46, exp = 47, topk_v2 = 48,
    split = 49, log_softmax = 50, delegate = 51, bidirectional_sequence_lstm = 52, cast = 53, prelu = 54, maximum = 55,
    arg_max = 56, minimum = 57, less = 58, neg = 59, padv2 = 60, greater = 61, greater_equal = 62, less_equal = 63,
    select = 64, slice = 65, sin = 66, transpose_conv = 67, sparse_to_dense = 68, tile = 69, expand_dims = 70,
    equal = 71, not_equal = 72, log = 73, sum = 74, sqrt = 75, rsqrt = 76, shape = 77, pow = 78, arg_min = 79,
    fake_quant = 80, reduce_prod = 81, reduce_max = 82, pack = 83, logical_or = 84, one_hot = 85, logical_and = 86,
    logical_not = 87, unpack = 88, reduce_min = 89, floor_div = 90, reduce_any = 91, square = 92, zeros_like = 93,
    fill = 94, floor_mod = 95, range = 96, resize_nearest_neighbor = 97, leaky_relu = 98, squared_difference = 99,
    mirror_pad = 100, abs = 101, split_v = 102, unique = 103, ceil = 104, reverse_v2 = 105, add_n = 106,
    gather_nd = 107, cos = 108, where = 109, rank = 110, elu = 111, reverse_sequence = 112, matrix_diag = 113,
    quantize = 114, matrix_set_diag = 115, round = 116, hard_swish = 117, if_ = 118, while_ = 119,
    non_max_suppression_v4 = 120, non_max_suppression_v5 = 121, scatter_nd = 122, select_v2 = 123, densify = 124,
    segment_sum = 125, batch_matmul = 126, placeholder_for_greater_op_codes = 127, cumsum = 128, call_once = 129,
    broadcast_to = 130, rfft2d = 131, conv_3d = 132, imag = 133, real = 134, complex_abs = 135, hashtable = 136,
    hashtable_find = 137, hashtable_import = 138, hashtable_size = 139, reduce_all = 140, conv_3d_transpose = 141,
    var_handle = 142, read_variable = 143, assign_variable = 144, broadcast_args = 145, random_standard_normal = 146,
    bucketize = 147, random_uniform = 148, multinomial = 149, gelu = 150, dynamic_update_slice = 151, relu_0_to_1 = 152,
    unsorted_segment_prod = 153, unsorted_segment_max = 154, unsorted_segment_sum = 155, atan2 = 156,
    unsorted_segment_min = 157, sign = 158, bitcast = 159, bitwise_xor = 160, right_shift = 161,
    stablehlo_logistic = 162, stablehlo_add = 163, stablehlo_divide = 164, stablehlo_multiply = 165,
    stablehlo_maximum = 166, stablehlo_reshape = 167, stablehlo_clamp = 168, stablehlo_concatenate = 169,
    stablehlo_broadcast_in_dim = 170, stablehlo_convolution = 171, stablehlo_slice = 172, stablehlo_custom_call = 173,
    stablehlo_reduce = 174, stablehlo_abs = 175, stablehlo_and = 176, stablehlo_cosine = 177,
    stablehlo_exponential = 178, stablehlo_floor = 179, stablehlo_log = 180, stablehlo_minimum = 181,
    stablehlo_negate = 182, stablehlo_or = 183, stablehlo_power = 184, stablehlo_remainder = 185, stablehlo_rsqrt = 186,
    stablehlo_select = 187, stablehlo_subtract = 188, stablehlo_tanh = 189, stablehlo_scatter = 190,
    stablehlo_compare = 191, stablehlo_convert = 192, stablehlo_dynamic_slice = 193,
    stablehlo_dynamic_update_slice = 194, stablehlo_pad = 195, stablehlo_iota = 196, stablehlo_dot_general = 197,
    stablehlo_reduce_window = 198, stablehlo_sort = 199, stablehlo_while = 200, stablehlo_gather = 201,
    stablehlo_transpose = 202, dilate = 203, stablehlo_rng_bit_generator = 204, reduce_window = 205,
    stablehlo_composite = 206
};
}  // namespace builtin

/// The tags of the union BuiltinOptions.
namespace options {
enum : uint8_t {
    none = 0, conv_2d = 1, depthwise_conv_2d = 2, concat_embeddings = 3, lsh_projection = 4, pool_2d = 5, svdf = 6,
    rnn = 7, fully_connected = 8, softmax = 9, concatenation = 10, add = 11, l2_norm = 12,
    local_response_normalization = 13, lstm = 14, resize_bilinear = 15, call = 16, reshape = 17, skip_gram = 18,
    space_to_depth = 19, embedding_lookup_sparse = 20, mul = 21, pad = 22, gather = 23, batch_to_space_nd = 24,
    space_to_batch_nd = 25, transpose = 26, reducer = 27, sub = 28, div = 29, squeeze = 30, sequence_rnn = 31,
    strided_slice = 32, exp = 33, topk_v2 = 34, split = 35, log_softmax = 36, cast = 37, dequantize = 38,
    maximum_minimum = 39, arg_max = 40, less = 41, neg = 42, pad_v2 = 43, greater = 44, greater_equal = 45,
    less_equal = 46, select = 47, slice = 48, transpose_conv = 49, sparse_to_dense = 50, tile = 51, expand_dims = 52,
    equal = 53, not_equal = 54, shape = 55, pow = 56, arg_min = 57, fake_quant = 58, pack = 59, logical_or = 60,
    one_hot = 61, logical_and = 62, logical_not = 63, unpack = 64, floor_div = 65, square = 66, zeros_like = 67,
    fill = 68, bidirectional_sequence_lstm = 69, bidirectional_sequence_rnn = 70, unidirectional_sequence_lstm = 71,
    floor_mod = 72, range = 73, resize_nearest_neighbor = 74, leaky_relu = 75, squared_difference = 76, mirror_pad = 77,
    abs = 78, split_v = 79, unique = 80, reverse_v2 = 81, add_n = 82, gather_nd = 83, cos = 84, where = 85, rank = 86,
    reverse_sequence = 87, matrix_diag = 88, quantize = 89, matrix_set_diag = 90, hard_swish = 91, if_ = 92,
    while_ = 93, depth_to_space = 94, non_max_suppression_v4 = 95, non_max_suppression_v5 = 96, scatter_nd = 97,
    select_v2 = 98, densify = 99, segment_sum = 100, batch_matmul = 101, cumsum = 102, call_once = 103,
    broadcast_to = 104, rfft2d = 105, conv_3d = 106, hashtable = 107, hashtable_find = 108, hashtable_import = 109,
    hashtable_size = 110, var_handle = 111, read_variable = 112, assign_variable = 113, random = 114, bucketize = 115,
    gelu = 116, dynamic_update_slice = 117, unsorted_segment_prod = 118, unsorted_segment_max = 119,
    unsorted_segment_min = 120, unsorted_segment_sum = 121, atan2 = 122, sign = 123, bitcast = 124, bitwise_xor = 125,
    right_shift = 126
};
}  // namespace options

/// The tags of the union BuiltinOptions2.
namespace options_2 {
enum : uint8_t {
    none = 0, stablehlo_concatenate = 1, stablehlo_broadcast_in_dim = 2, stablehlo_slice = 3,
    stablehlo_convolution = 4, stablehlo_custom_call = 5, stablehlo_reduce = 6, stablehlo_scatter = 7,
    stablehlo_compare = 8, stablehlo_dynamic_slice = 9, stablehlo_pad = 10, stablehlo_iota = 11,
    stablehlo_dot_general = 12, stablehlo_reduce_window = 13, stablehlo_sort = 14, stablehlo_while = 15,
    stablehlo_gather = 16, stablehlo_transpose = 17, dilate = 18, stablehlo_rng_bit_generator = 19, reduce_window = 20,
    stablehlo_composite = 21, stablehlo_shift_left = 22
};
}  // namespace options_2

// clang-format on

/// A union's tag and table. Tag 0: none.
struct UnionSpec {
  uint8_t tag = 0;
  FlatTable table = {};
};

/// Empty vectors are left out.
struct QuantizationSpec {
  std::vector<float> scale = {};
  std::vector<int64_t> zero_point = {};
  int32_t quantized_dimension = 0;
  std::vector<float> min = {}, max = {};
  UnionSpec details = {};
};

struct TensorSpec {
  std::string name = {};
  std::vector<int32_t> shape = {};
  TensorType type = TensorType::float32;
  uint32_t buffer = 0;
  std::optional<std::vector<int32_t>> shape_signature = {};
  bool has_rank = true;
  bool is_variable = false;
  std::optional<QuantizationSpec> quantization = {};
  std::vector<FlatField> extra = {};  ///< written too, in place of a field above with the same slot
};

struct OpSpec {
  int32_t code = 0;
  std::string custom_code = {};  ///< with code = builtin::custom
  int32_t version = 1;
  std::optional<int8_t> deprecated_code = {};  ///< by default what converters write: min(code, 127)
  std::vector<int32_t> inputs = {}, outputs = {};
  UnionSpec options = {}, options_2 = {};
  std::optional<std::vector<uint8_t>> custom_options = {};
  std::vector<int32_t> intermediates = {};
  std::vector<FlatField> extra = {};  ///< as in TensorSpec; slot 0 is the index of the operator code
};

struct SignatureSpec {
  std::string key = {};
  std::vector<std::pair<std::string, uint32_t>> inputs = {}, outputs = {};  ///< name, tensor
  uint32_t subgraph = 0;
};

/// Puts a model together; buffer 0 (empty) and subgraph 0 ("main") are there from the start. Tensors, operators, inputs
/// and outputs go to the subgraph begun last.
class TfliteBuilder {
 public:
  TfliteBuilder();

  /// Each returns the index of what it adds.
  uint32_t subgraph(std::string name);
  int32_t tensor(const TensorSpec& spec);
  int32_t op(const OpSpec& spec);
  uint32_t operator_code(FlatTable code);
  uint32_t buffer(std::vector<std::byte> data);
  /// A buffer whose data stands elsewhere in the file, at `offset` (from its start), where finish() puts nothing.
  uint32_t buffer_at(uint64_t offset, uint64_t size);
  /// A buffer whose data finish() appends behind the flatbuffer, as in files above 2 GB.
  uint32_t outside_buffer(std::vector<std::byte> data);

  /// A tensor with a buffer of its own that holds `values`; spec.buffer is not used.
  template <class T>
  int32_t constant(TensorSpec spec, const std::vector<T>& values) {
    spec.buffer = buffer(bytes_of(values));
    return tensor(spec);
  }

  void inputs(std::vector<int32_t> tensors);
  void outputs(std::vector<int32_t> tensors);
  void signature(const SignatureSpec& spec);
  void metadata(std::string name, uint32_t buffer);

  /// Any field of Model, or of the subgraph begun last, in place of what the builder would write there.
  void model_field(uint16_t slot, FlatValue value);
  void subgraph_field(uint16_t slot, FlatValue value);

  /// The file. May be called again after more was added.
  std::vector<std::byte> finish() const;

 private:
  struct Subgraph {
    std::string name = {};
    std::vector<FlatTable> tensors = {}, operators = {};
    std::vector<int32_t> inputs = {}, outputs = {};
    std::vector<FlatField> extra = {};
  };
  struct Outside {
    uint32_t buffer = 0;
    std::vector<std::byte> data = {};
  };

  FlatTable model(uint64_t outside_offset) const;

  std::vector<Subgraph> subgraphs_ = {};
  std::vector<FlatTable> operator_codes_ = {}, buffers_ = {}, signatures_ = {}, metadata_ = {};
  std::vector<Outside> outside_ = {};
  std::vector<FlatField> extra_ = {};
};

}  // namespace flopstat::test

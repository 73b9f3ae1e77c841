// Every builtin operator of TensorFlow Lite that calculates, in a file of its own, against its work by
// docs/counting.md.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "flopstat/analyze.h"
#include "formats/tflite/operators.h"
#include "support/tflite_writer.h"

namespace flopstat {
namespace {

using test::OpSpec;
using test::TensorType;
using test::TfliteBuilder;
using test::UnionSpec;
namespace options = test::options;
namespace options_2 = test::options_2;

using Shape32 = std::vector<int32_t>;

/// Work of one part, by unit.
struct Units {
  uint64_t mul_add = 0;
  uint64_t add = 0;
  uint64_t mul = 0;
  uint64_t div = 0;
  uint64_t compare = 0;
  uint64_t transcendental = 0;

  bool operator==(const Units&) const = default;
};

void PrintTo(const Units& units, std::ostream* out) {
  *out << "mul_add " << units.mul_add << ", add " << units.add << ", mul " << units.mul << ", div " << units.div
       << ", compare " << units.compare << ", transcendental " << units.transcendental;
}

enum class Kind : uint8_t { activation, weight, list, number, state, absent };

struct Input {
  Kind kind = Kind::activation;
  Shape32 shape = {};
  TensorType type = TensorType::float32;
  Shape32 values = {};
};

Input x(Shape32 shape, TensorType type = TensorType::float32) { return {Kind::activation, std::move(shape), type}; }
Input quantized(Shape32 shape) { return x(std::move(shape), TensorType::int8); }
Input w(Shape32 shape) { return {Kind::weight, std::move(shape)}; }
Input list(Shape32 values) {
  const auto size = static_cast<int32_t>(values.size());
  return {Kind::list, {size}, TensorType::int32, std::move(values)};
}
Input number(int32_t value) { return {Kind::number, {}, TensorType::int32, {value}}; }
Input state(Shape32 shape) { return {Kind::state, std::move(shape)}; }
Input none() { return {Kind::absent}; }

UnionSpec slots(uint8_t tag, const std::vector<test::FlatField>& fields) { return {tag, {fields}}; }
test::FlatVector longs(const std::vector<int64_t>& values) { return test::flat_vector(values); }

/// VALID, stride 2 both ways, windows of 2 x 2: 2 x 2 of them on each of 2 channels of a 4 x 4 image, 8 in all.
UnionSpec pool_2x2() {
  return slots(options::pool_2d, {{0, int8_t{1}}, {1, int32_t{2}}, {2, int32_t{2}}, {3, int32_t{2}}, {4, int32_t{2}}});
}

/// VALID. Convolutions of images have padding and strides in the same slots.
UnionSpec valid_2d(int32_t stride = 1) { return slots(options::conv_2d, {{0, int8_t{1}}, {1, stride}, {2, stride}}); }

UnionSpec valid_3d() {
  return slots(options::conv_3d, {{0, int8_t{1}}, {1, int32_t{1}}, {2, int32_t{1}}, {3, int32_t{1}}});
}

/// Channels last, filters [h, w, I, O].
UnionSpec hlo_convolution() {
  return slots(options_2::stablehlo_convolution, {{5, int64_t{0}},
                                                  {6, int64_t{3}},
                                                  {7, longs({1, 2})},
                                                  {8, int64_t{2}},
                                                  {9, int64_t{3}},
                                                  {10, longs({0, 1})},
                                                  {11, int64_t{0}},
                                                  {12, int64_t{3}},
                                                  {13, longs({1, 2})}});
}

/// Weights and biases of the gates of 4 units that read 3 inputs, without peepholes and projection.
void append_gates(std::vector<Input>& inputs) {
  inputs.insert(inputs.end(), 4, w({4, 3}));
  inputs.insert(inputs.end(), 4, w({4, 4}));
  inputs.insert(inputs.end(), 3, none());
  inputs.insert(inputs.end(), 4, w({4}));
  inputs.insert(inputs.end(), 2, none());
}

std::vector<Input> lstm(Shape32 of_x) {
  std::vector<Input> inputs{x(std::move(of_x))};
  append_gates(inputs);
  inputs.insert(inputs.end(), 2, state({2, 4}));
  return inputs;
}

std::vector<Input> bidirectional_lstm(Shape32 of_x) {
  std::vector<Input> inputs{x(std::move(of_x))};
  append_gates(inputs);
  append_gates(inputs);
  inputs.insert(inputs.end(), 4, state({2, 4}));
  inputs.insert(inputs.end(), 9, none());
  return inputs;
}

/// `runs` of the cell above: per unit three sigmoids (t, add, div), two tanhs (t), three products and a sum.
Units lstm_work(uint64_t runs) {
  const uint64_t units = runs * 4;
  return {.mul_add = runs * 4 * 4 * (3 + 4),
          .add = units * (3 + 1),
          .mul = units * 3,
          .div = units * 3,
          .transcendental = units * (3 + 2)};
}

struct Derivation {
  std::string name;
  std::vector<Input> inputs;
  Units core;
  uint64_t bias = 0;  ///< additions
  UnionSpec options = {};
  UnionSpec options_2 = {};
  int results = 1;
  Shape32 stated = {};  ///< shape of the results in the file, where the data decide on it
  TensorType type = TensorType::float32;
};

// clang-format off
const std::vector<Derivation> kDerivations{
    {"ADD", {x({2, 3}), x({3})}, {.add = 2 * 3}},
    {"AVERAGE_POOL_2D", {x({1, 4, 4, 2})}, {.add = 8 * (4 - 1), .div = 8}, 0, pool_2x2()},
    {"CONV_2D", {x({1, 4, 4, 3}), w({5, 3, 3, 3}), w({5})}, {.mul_add = (2 * 2 * 5) * (3 * 3 * 3)}, 2 * 2 * 5,
     valid_2d()},
    {"DEPTHWISE_CONV_2D", {x({1, 4, 4, 3}), w({1, 3, 3, 6}), w({6})}, {.mul_add = (2 * 2 * 6) * (3 * 3)},
     2 * 2 * 6, valid_2d()},
    {"DEQUANTIZE", {quantized({2, 3})}, {.add = 6, .mul = 6}},
    {"FLOOR", {x({2, 3})}, {.compare = 6}},
    {"FULLY_CONNECTED", {x({2, 4}), w({3, 4}), w({3})}, {.mul_add = (2 * 3) * 4}, 2 * 3},
    {"L2_NORMALIZATION", {x({2, 5})}, {.add = 2 * 4, .mul = 2 * 5, .div = 2 * 5, .compare = 2, .transcendental = 2}},
    {"L2_POOL_2D", {x({1, 4, 4, 2})}, {.add = 8 * (4 - 1), .mul = 8 * 4, .div = 8, .transcendental = 8}, 0,
     pool_2x2()},
    {"LOCAL_RESPONSE_NORMALIZATION", {x({1, 1, 1, 3})},
     {.add = 2 + 3 + 2, .mul = 2 * 3, .div = 3, .transcendental = 3}, 0,
     slots(options::local_response_normalization, {{0, int32_t{1}}})},
    {"LOGISTIC", {x({2, 3})}, {.add = 6, .div = 6, .transcendental = 6}},
    {"LSH_PROJECTION", {w({3, 2}), x({5})}, {.add = (3 * 2) * 5, .compare = 3 * 2}, 0,
     slots(options::lsh_projection, {{0, int8_t{2}}})},
    {"LSTM", lstm({2, 3}), lstm_work(2), 2 * 4 * 4},
    {"MAX_POOL_2D", {x({1, 4, 4, 2})}, {.compare = 8 * (4 - 1)}, 0, pool_2x2()},
    {"MUL", {x({2, 3}), x({3})}, {.mul = 6}},
    {"RELU", {x({2, 3})}, {.compare = 6}},
    {"RELU_N1_TO_1", {x({2, 3})}, {.compare = 2 * 6}},
    {"RELU6", {x({2, 3})}, {.compare = 2 * 6}},
    {"RESIZE_BILINEAR", {x({1, 2, 2, 3}), list({4, 4})}, {.add = (4 * 4 * 3) * 6, .mul = (4 * 4 * 3) * 3}},
    {"RNN", {x({2, 3}), w({4, 3}), w({4, 4}), w({4}), state({2, 4})}, {.mul_add = 2 * 4 * (3 + 4)}, 2 * 4},
    {"SOFTMAX", {x({2, 5})}, {.add = 2 * (2 * 5 - 1), .div = 2 * 5, .compare = 2 * (5 - 1), .transcendental = 2 * 5}},
    {"SVDF", {x({2, 3}), w({4, 3}), w({4, 5}), w({2}), state({2, 4 * 5})},
     {.mul_add = 2 * (4 * 3 + 4 * 5), .add = (2 * 2) * (2 - 1)}, 2 * 2, slots(options::svdf, {{0, int32_t{2}}})},
    {"TANH", {x({2, 3})}, {.transcendental = 6}},
    {"EMBEDDING_LOOKUP_SPARSE",
     {x({6}, TensorType::int32), x({6, 2}, TensorType::int32), list({2, 3}), x({6}), w({10, 8})},
     {.add = 6 * 8, .mul = 6 * 8}},
    {"UNIDIRECTIONAL_SEQUENCE_RNN", {x({2, 5, 3}), w({4, 3}), w({4, 4}), w({4}), state({2, 4})},
     {.mul_add = (2 * 5) * 4 * (3 + 4)}, (2 * 5) * 4},
    {"MEAN", {x({2, 12}), list({1})}, {.add = 2 * (12 - 1), .div = 2}},
    {"SUB", {x({2, 3}), x({3})}, {.add = 6}},
    {"DIV", {x({2, 3}), x({3})}, {.div = 6}},
    {"UNIDIRECTIONAL_SEQUENCE_LSTM", lstm({2, 5, 3}), lstm_work(2 * 5), (2 * 5) * 4 * 4},
    {"BIDIRECTIONAL_SEQUENCE_RNN",
     {x({2, 5, 3}), w({4, 3}), w({4, 4}), w({4}), state({2, 4}), w({4, 3}), w({4, 4}), w({4}), state({2, 4}), none(),
      none(), none()},
     {.mul_add = 2 * (2 * 5) * 4 * (3 + 4)}, 2 * (2 * 5) * 4, {}, {}, 2},
    {"EXP", {x({2, 3})}, {.transcendental = 6}},
    {"TOPK_V2", {x({2, 5}), number(2)}, {.compare = 2 * (5 * 2)}, 0, {}, {}, 2},
    {"LOG_SOFTMAX", {x({2, 5})}, {.add = 2 * (3 * 5 - 1), .compare = 2 * (5 - 1), .transcendental = 2 * (5 + 1)}},
    {"BIDIRECTIONAL_SEQUENCE_LSTM", bidirectional_lstm({5, 2, 3}), lstm_work(2 * (5 * 2)), 2 * (5 * 2) * 4 * 4,
     {}, {}, 2},
    {"PRELU", {x({2, 3}), w({3})}, {.mul = 6, .compare = 6}},
    {"MAXIMUM", {x({2, 3}), x({3})}, {.compare = 6}},
    {"ARG_MAX", {x({2, 5}), number(1)}, {.compare = 2 * (5 - 1)}},
    {"MINIMUM", {x({2, 3}), x({3})}, {.compare = 6}},
    {"LESS", {x({2, 3}), x({3})}, {.compare = 6}},
    {"NEG", {x({2, 3})}, {.add = 6}},
    {"GREATER", {x({2, 3}), x({3})}, {.compare = 6}},
    {"GREATER_EQUAL", {x({2, 3}), x({3})}, {.compare = 6}},
    {"LESS_EQUAL", {x({2, 3}), x({3})}, {.compare = 6}},
    {"SELECT", {x({2, 3}, TensorType::boolean), x({2, 3}), x({2, 3})}, {.compare = 6}},
    {"SIN", {x({2, 3})}, {.transcendental = 6}},
    {"TRANSPOSE_CONV", {list({1, 4, 4, 5}), w({5, 2, 2, 3}), x({1, 2, 2, 3}), w({5})},
     {.mul_add = (2 * 2 * 3) * 5 * (2 * 2)}, 4 * 4 * 5, valid_2d(2)},
    {"EQUAL", {x({2, 3}), x({3})}, {.compare = 6}},
    {"NOT_EQUAL", {x({2, 3}), x({3})}, {.compare = 6}},
    {"LOG", {x({2, 3})}, {.transcendental = 6}},
    {"SUM", {x({2, 12}), list({1})}, {.add = 2 * (12 - 1)}},
    {"SQRT", {x({2, 3})}, {.transcendental = 6}},
    {"RSQRT", {x({2, 3})}, {.transcendental = 6}},
    {"POW", {x({2, 3}), x({3})}, {.transcendental = 6}},
    {"ARG_MIN", {x({2, 5}), number(1)}, {.compare = 2 * (5 - 1)}},
    {"FAKE_QUANT", {x({2, 3})}, {.add = 2 * 6, .mul = 6, .div = 6, .compare = 3 * 6}},
    {"REDUCE_PROD", {x({2, 12}), list({1})}, {.mul = 2 * (12 - 1)}},
    {"REDUCE_MAX", {x({2, 12}), list({1})}, {.compare = 2 * (12 - 1)}},
    {"REDUCE_MIN", {x({2, 12}), list({1})}, {.compare = 2 * (12 - 1)}},
    {"FLOOR_DIV", {x({2, 3}), x({3})}, {.div = 6}},
    {"SQUARE", {x({2, 3})}, {.mul = 6}},
    {"FLOOR_MOD", {x({2, 3}), x({3})}, {.div = 6}},
    {"LEAKY_RELU", {x({2, 3})}, {.mul = 6, .compare = 6}},
    {"SQUARED_DIFFERENCE", {x({2, 3}), x({3})}, {.add = 6, .mul = 6}},
    {"ABS", {x({2, 3})}, {.compare = 6}},
    {"UNIQUE", {x({10})}, {.compare = 10 * 4}, 0, {}, {}, 2, {7}},
    {"CEIL", {x({2, 3})}, {.compare = 6}},
    {"ADD_N", {x({2, 3}), x({2, 3}), x({2, 3})}, {.add = 2 * 6}},
    {"COS", {x({2, 3})}, {.transcendental = 6}},
    {"ELU", {x({2, 3})}, {.add = 6, .compare = 6, .transcendental = 6}},
    {"QUANTIZE", {x({2, 3})}, {.add = 6, .div = 6, .compare = 3 * 6}, 0, {}, {}, 1, {}, TensorType::int8},
    {"ROUND", {x({2, 3})}, {.compare = 6}},
    {"HARD_SWISH", {x({2, 3})}, {.add = 6, .mul = 2 * 6, .compare = 2 * 6}},
    {"NON_MAX_SUPPRESSION_V4", {x({100, 4}), x({100}), number(10), x({}), x({})},
     {.add = 1000 * 4, .mul = 1000, .div = 1000, .compare = 100 + 100 * 7 + 1000 * 7}, 0, {}, {}, 2},
    {"NON_MAX_SUPPRESSION_V5", {x({100, 4}), x({100}), number(10), x({}), x({}), x({})},
     {.add = 1000 * 4, .mul = 1000 * (1 + 3), .div = 1000, .compare = 100 + 100 * 7 + 1000 * 7,
      .transcendental = 1000},
     0, {}, {}, 3},
    {"SCATTER_ND", {x({3, 1}, TensorType::int32), x({3, 4}), list({5, 4})}, {.add = 3 * 4}},
    {"SELECT_V2", {x({2, 3}, TensorType::boolean), x({2, 3}), x({2, 3})}, {.compare = 6}},
    {"SEGMENT_SUM", {x({6, 4}), list({0, 0, 1, 1, 2, 2})}, {.add = 6 * 4}},
    {"BATCH_MATMUL", {x({2, 3, 4}), x({2, 4, 5})}, {.mul_add = (2 * 3 * 5) * 4}},
    {"CUMSUM", {x({2, 5}), number(1)}, {.add = 2 * (5 - 1)}},
    {"RFFT2D", {x({6, 8}), list({1, 8})}, {.add = 3 * 8 * 3 / 2, .mul = 2 * 8 * 3 / 2}},
    {"CONV_3D", {x({1, 3, 3, 3, 2}), w({2, 2, 2, 2, 5}), w({5})}, {.mul_add = (2 * 2 * 2 * 5) * 2 * (2 * 2 * 2)},
     2 * 2 * 2 * 5, valid_3d()},
    {"COMPLEX_ABS", {x({2, 3}, TensorType::complex64)}, {.add = 6, .mul = 2 * 6, .transcendental = 6}},
    {"CONV_3D_TRANSPOSE", {list({1, 3, 3, 3, 5}), w({2, 2, 2, 5, 2}), x({1, 2, 2, 2, 2}), w({5})},
     {.mul_add = (2 * 2 * 2 * 2) * 5 * (2 * 2 * 2)}, 3 * 3 * 3 * 5, valid_3d()},
    {"BUCKETIZE", {x({2, 3})}, {.compare = 6 * 2}, 0,
     slots(options::bucketize, {{0, test::flat_vector(std::vector<float>{1, 2, 3})}})},
    {"MULTINOMIAL", {x({2, 5}), number(3)},
     {.add = 2 * (2 * 5 - 1), .compare = 2 * (5 - 1) + (2 * 3) * 3, .transcendental = 2 * 5}},
    {"GELU", {x({2, 3})}, {.add = 6, .mul = 3 * 6, .transcendental = 6}},
    {"RELU_0_TO_1", {x({2, 3})}, {.compare = 2 * 6}},
    {"UNSORTED_SEGMENT_PROD", {x({6, 4}), x({6}, TensorType::int32), number(3)}, {.mul = 6 * 4}},
    {"UNSORTED_SEGMENT_MAX", {x({6, 4}), x({6}, TensorType::int32), number(3)}, {.compare = 6 * 4}},
    {"UNSORTED_SEGMENT_SUM", {x({6, 4}), x({6}, TensorType::int32), number(3)}, {.add = 6 * 4}},
    {"ATAN2", {x({2, 3}), x({2, 3})}, {.transcendental = 6}},
    {"UNSORTED_SEGMENT_MIN", {x({6, 4}), x({6}, TensorType::int32), number(3)}, {.compare = 6 * 4}},
    {"SIGN", {x({2, 3})}, {.compare = 6}},
    {"STABLEHLO_LOGISTIC", {x({2, 3})}, {.add = 6, .div = 6, .transcendental = 6}},
    {"STABLEHLO_ADD", {x({2, 3}), x({2, 3})}, {.add = 6}},
    {"STABLEHLO_DIVIDE", {x({2, 3}), x({2, 3})}, {.div = 6}},
    {"STABLEHLO_MULTIPLY", {x({2, 3}), x({2, 3})}, {.mul = 6}},
    {"STABLEHLO_MAXIMUM", {x({2, 3}), x({2, 3})}, {.compare = 6}},
    {"STABLEHLO_CLAMP", {x({}), x({2, 3}), x({})}, {.compare = 2 * 6}},
    {"STABLEHLO_CONVOLUTION", {x({1, 4, 4, 3}), w({3, 3, 3, 5})}, {.mul_add = (2 * 2 * 5) * (3 * 3 * 3)}, 0, {},
     hlo_convolution()},
    {"STABLEHLO_REDUCE", {x({2, 12}), x({})}, {.add = 2 * (12 - 1)}, 0, {},
     slots(options_2::stablehlo_reduce, {{0, longs({1})}, {1, int32_t{1}}})},
    {"STABLEHLO_ABS", {x({2, 3})}, {.compare = 6}},
    {"STABLEHLO_COSINE", {x({2, 3})}, {.transcendental = 6}},
    {"STABLEHLO_EXPONENTIAL", {x({2, 3})}, {.transcendental = 6}},
    {"STABLEHLO_FLOOR", {x({2, 3})}, {.compare = 6}},
    {"STABLEHLO_LOG", {x({2, 3})}, {.transcendental = 6}},
    {"STABLEHLO_MINIMUM", {x({2, 3}), x({2, 3})}, {.compare = 6}},
    {"STABLEHLO_NEGATE", {x({2, 3})}, {.add = 6}},
    {"STABLEHLO_POWER", {x({2, 3}), x({2, 3})}, {.transcendental = 6}},
    {"STABLEHLO_REMAINDER", {x({2, 3}), x({2, 3})}, {.div = 6}},
    {"STABLEHLO_RSQRT", {x({2, 3})}, {.transcendental = 6}},
    {"STABLEHLO_SELECT", {x({2, 3}, TensorType::boolean), x({2, 3}), x({2, 3})}, {.compare = 6}},
    {"STABLEHLO_SUBTRACT", {x({2, 3}), x({2, 3})}, {.add = 6}},
    {"STABLEHLO_TANH", {x({2, 3})}, {.transcendental = 6}},
    {"STABLEHLO_SCATTER", {x({5, 4}), x({3, 1}, TensorType::int32), x({3, 4})}, {.add = 3 * 4}, 0, {},
     slots(options_2::stablehlo_scatter, {{6, int32_t{1}}})},
    {"STABLEHLO_COMPARE", {x({2, 3}), x({2, 3})}, {.compare = 6}, 0, {},
     slots(options_2::stablehlo_compare, {{0, uint32_t{4}}})},
    {"STABLEHLO_DOT_GENERAL", {x({2, 3, 4}), x({2, 4, 5})}, {.mul_add = (2 * 3 * 5) * 4}, 0, {},
     slots(options_2::stablehlo_dot_general, {{0, longs({0})}, {1, longs({0})}, {2, longs({2})}, {3, longs({1})}})},
    {"STABLEHLO_REDUCE_WINDOW", {x({4, 4}), x({})}, {.add = 4 * 4 - 2 * 2}, 0, {},
     slots(options_2::stablehlo_reduce_window, {{0, longs({2, 2})}, {1, longs({2, 2})}, {5, int32_t{1}}})},
    {"STABLEHLO_SORT", {x({3, 10})}, {.compare = 3 * 10 * 4}, 0, {},
     slots(options_2::stablehlo_sort, {{0, int64_t{1}}})},
    {"REDUCE_WINDOW", {x({4, 4}), x({}), list({2, 2}), list({2, 2}), list({1, 1})}, {.add = 4 * 4 - 2 * 2}, 0, {},
     slots(options_2::reduce_window, {{0, int32_t{1}}})},
    {"STABLEHLO_CBRT", {x({2, 3})}, {.transcendental = 6}},
};
// clang-format on

int32_t code_of(std::string_view name) {
  for (uint32_t code = 0; code < tflite::builtin_count() + 3; ++code) {
    if (tflite::builtin_name(code) == name) return static_cast<int32_t>(code);
  }
  ADD_FAILURE() << name << " is no builtin operator";
  return 0;
}

/// int8 tensors have a scale and a zero point.
std::optional<test::QuantizationSpec> quantization_of(TensorType type) {
  if (type != TensorType::int8) return std::nullopt;
  return test::QuantizationSpec{.scale = {0.5F}, .zero_point = {3}};
}

int32_t add_input(TfliteBuilder& b, const Input& input) {
  const test::TensorSpec spec{.name = "x",
                              .shape = input.shape,
                              .type = input.type,
                              .is_variable = input.kind == Kind::state,
                              .quantization = quantization_of(input.type)};
  switch (input.kind) {
    case Kind::absent: return -1;
    case Kind::activation:
    case Kind::state: return b.tensor(spec);
    case Kind::list:
    case Kind::number: return b.constant(spec, input.values);
    case Kind::weight: break;
  }
  size_t elements = 1;
  for (const int32_t size : input.shape) elements *= static_cast<size_t>(size);
  return b.constant(spec, std::vector<float>(elements));
}

/// A file with the operator alone; its second graph is the body of reductions, an ADD.
std::vector<std::byte> file_of(const Derivation& derivation) {
  TfliteBuilder b;
  OpSpec spec{.code = code_of(derivation.name), .options = derivation.options, .options_2 = derivation.options_2};
  std::vector<int32_t> fed;
  for (const Input& input : derivation.inputs) {
    spec.inputs.push_back(add_input(b, input));
    if (input.kind == Kind::activation) fed.push_back(spec.inputs.back());
  }
  for (int i = 0; i < derivation.results; ++i) {
    spec.outputs.push_back(b.tensor({.name = "y",
                                     .shape = derivation.stated,
                                     .type = derivation.type,
                                     .has_rank = !derivation.stated.empty(),
                                     .quantization = quantization_of(derivation.type)}));
  }
  b.op(spec);
  b.inputs(fed);
  b.outputs(spec.outputs);
  b.subgraph("body");
  const int32_t left = b.tensor({.name = "a", .shape = {}});
  const int32_t right = b.tensor({.name = "b", .shape = {}});
  const int32_t sum = b.tensor({.name = "c", .shape = {}});
  b.op({.code = test::builtin::add, .inputs = {left, right}, .outputs = {sum}});
  b.inputs({left, right});
  b.outputs({sum});
  return b.finish();
}

Units units_of(const Figures& figures, Part part) {
  Units units;
  for (const Work& work : figures.work) {
    if (work.part != part || work.mark != Mark::none) continue;
    switch (work.unit) {
      case Unit::mul_add: units.mul_add += work.count; break;
      case Unit::add: units.add += work.count; break;
      case Unit::mul: units.mul += work.count; break;
      case Unit::div: units.div += work.count; break;
      case Unit::compare: units.compare += work.count; break;
      case Unit::transcendental: units.transcendental += work.count; break;
    }
  }
  return units;
}

class BuiltinWork : public ::testing::TestWithParam<Derivation> {};

TEST_P(BuiltinWork, equals_its_derivation) {
  const Report report = analyze(file_of(GetParam()), GetParam().name + ".tflite");
  ASSERT_EQ(report.rows.size(), 1U);
  const Row& row = report.rows[0];
  ASSERT_EQ(row.type, GetParam().name);
  ASSERT_EQ(row.unknown, "");
  EXPECT_EQ(units_of(row.figures, Part::core), GetParam().core);
  EXPECT_EQ(units_of(row.figures, Part::bias), Units{.add = GetParam().bias});
  EXPECT_EQ(units_of(row.figures, Part::activation), Units{});
  EXPECT_EQ(units_of(row.figures, Part::requantize), Units{});
  EXPECT_EQ(row.figures.macs, GetParam().core.mul_add);
}

// The list of builtin operators (builtins_test.cpp) finds the tests by these names.
INSTANTIATE_TEST_SUITE_P(Tflite, BuiltinWork, ::testing::ValuesIn(kDerivations),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace flopstat

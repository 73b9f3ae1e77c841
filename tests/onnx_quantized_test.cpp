// Quantized ONNX graphs, from the file to the report.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "flopstat/analyze.h"
#include "support/invariants.h"
#include "support/onnx_writer.h"
#include "support/tflite_writer.h"

namespace flopstat {
namespace {

using namespace test;  // NOLINT: the writer's words
using ::testing::ElementsAre;

/// A graph whose integers stand for real numbers. A scale "s" is two constants: s and s_zero.
struct QuantizedGraph : OnnxGraph {
  QuantizedGraph& input(std::string_view name, const std::vector<OnnxDim>& dims) {
    return OnnxGraph::input(name, dims), *this;
  }
  QuantizedGraph& output(std::string_view name) { return OnnxGraph::output(name), *this; }
  QuantizedGraph& node(const Proto& node) { return OnnxGraph::node(node), *this; }
  QuantizedGraph& initializer(const Proto& tensor) { return OnnxGraph::initializer(tensor), *this; }
  QuantizedGraph& real_weight(std::string_view name, const std::vector<int64_t>& dims) {
    return OnnxGraph::weight(name, dims), *this;
  }

  QuantizedGraph& scale(const std::string& name, float value, int zero_point = 0, int64_t type = kOnnxInt8) {
    std::string bytes(sizeof(value), '\0');
    std::memcpy(bytes.data(), &value, sizeof(value));
    initializer(onnx_raw(name, kOnnxFloat, {}, bytes));
    const size_t width = type == kOnnxInt32 ? 4 : type == kOnnxInt16 ? 2 : 1;
    std::string zero(width, '\0');
    zero[0] = static_cast<char>(zero_point);
    initializer(onnx_raw(name + "_zero", type, {}, zero));
    return *this;
  }

  /// x_q -> x
  QuantizedGraph& dequantize(const std::string& x, const std::string& scale) {
    node(onnx_node("DequantizeLinear", {x + "_q", scale, scale + "_zero"}, {x}, {}, "dequantize_" + x));
    return *this;
  }

  /// x -> x_q -> x_d
  QuantizedGraph& quantize(const std::string& x, const std::string& scale) {
    node(onnx_node("QuantizeLinear", {x, scale, scale + "_zero"}, {x + "_q"}, {}, "quantize_" + x));
    node(onnx_node("DequantizeLinear", {x + "_q", scale, scale + "_zero"}, {x + "_d"}, {}, "dequantize_" + x));
    return *this;
  }

  /// An integer weight and the node that dequantizes it.
  QuantizedGraph& weight(const std::string& name, const std::vector<int64_t>& dims, const std::string& scale,
                         int64_t type = kOnnxInt8) {
    size_t bytes = type == kOnnxInt32 ? 4 : 1;
    for (const int64_t size : dims) bytes *= static_cast<size_t>(size);
    if (type == kOnnxInt4 || type == kOnnxUint4) bytes = (bytes + 1) / 2;
    initializer(onnx_raw(name + "_q", type, dims, std::string(bytes, '\1')));
    return dequantize(name, scale);
  }

  QuantizedGraph& integer_input(const std::string& name, const std::vector<OnnxDim>& dims, int64_t type = kOnnxInt8) {
    proto.message(11, onnx_value_info(name, type, dims));
    return *this;
  }
};

Report report_of(const OnnxGraph& graph, const Options& options = {}) {
  Report report = analyze(bytes_of(graph.model(21)), "test.onnx", options);
  check_invariants(report);
  return report;
}

std::vector<std::string_view> types_of(const Report& report) {
  std::vector<std::string_view> types;
  for (const Row& row : report.rows) types.push_back(row.type);
  return types;
}

const Row& row_of(const Report& report, std::string_view type) {
  const auto found =
      std::find_if(report.rows.begin(), report.rows.end(), [&](const Row& row) { return row.type == type; });
  if (found == report.rows.end()) throw std::runtime_error("there is no row of type " + std::string(type));
  return *found;
}

/// "core mul_add i8 5184": what an operation does, sorted.
std::vector<std::string> work_of(const Row& row) {
  std::map<std::string, uint64_t> sums;
  for (const Work& work : row.figures.work) {
    EXPECT_EQ(work.mark, Mark::none);
    sums[std::string(name_of(work.part)) + " " + std::string(name_of(work.unit)) + " " +
         std::string(name_of(work.dtype))] += work.count;
  }
  std::vector<std::string> lines;
  for (const auto& [kind, count] : sums) lines.push_back(kind + " " + std::to_string(count));
  return lines;
}

// ---- The same network in two formats

/// 8x8x3 -> 3x3 convolution to 6x6x4 and relu -> 144 -> 10, all int8, weights with a scale per tensor.
Report tflite_network() {
  const QuantizationSpec q{.scale = {0.5F}, .zero_point = {3}};
  const QuantizationSpec symmetric{.scale = {0.25F}, .zero_point = {0}};
  TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1, 8, 8, 3}, .type = TensorType::int8, .quantization = q});
  const int32_t w =
      b.constant({.name = "w", .shape = {4, 3, 3, 3}, .type = TensorType::int8, .quantization = symmetric},
                 std::vector<int8_t>(4 * 27));
  const int32_t c = b.constant({.name = "c", .shape = {4}, .type = TensorType::int32, .quantization = symmetric},
                               std::vector<int32_t>(4));
  const int32_t h = b.tensor({.name = "h", .shape = {1, 6, 6, 4}, .type = TensorType::int8, .quantization = q});
  const int32_t shape =
      b.constant({.name = "s", .shape = {2}, .type = TensorType::int32}, std::vector<int32_t>{1, 144});
  const int32_t flat = b.tensor({.name = "f", .shape = {1, 144}, .type = TensorType::int8, .quantization = q});
  const int32_t v = b.constant({.name = "v", .shape = {10, 144}, .type = TensorType::int8, .quantization = symmetric},
                               std::vector<int8_t>(1440));
  const int32_t d = b.constant({.name = "d", .shape = {10}, .type = TensorType::int32, .quantization = symmetric},
                               std::vector<int32_t>(10));
  const int32_t y = b.tensor({.name = "y", .shape = {1, 10}, .type = TensorType::int8, .quantization = q});
  const FlatTable window{{{0, int8_t{1}}, {1, int32_t{1}}, {2, int32_t{1}}, {3, int8_t{1}}}};  // valid, relu
  b.op({.code = builtin::conv_2d, .inputs = {x, w, c}, .outputs = {h}, .options = {options::conv_2d, window}});
  b.op({.code = builtin::reshape, .inputs = {h, shape}, .outputs = {flat}});
  b.op({.code = builtin::fully_connected, .inputs = {flat, v, d}, .outputs = {y}});
  b.inputs({x});
  b.outputs({y});
  return analyze(b.finish(), "network.tflite");
}

/// The same with dequantized operands and quantized results.
QuantizedGraph qdq_network() {
  QuantizedGraph graph;
  graph.scale("s", 0.5F, 3).scale("sw", 0.25F).scale("sb", 0.125F, 0, kOnnxInt32);
  graph.integer_input("x_q", {1, 3, 8, 8}).dequantize("x", "s");
  graph.weight("w", {4, 3, 3, 3}, "sw").weight("c", {4}, "sb", kOnnxInt32);
  graph.node(onnx_node("Conv", {"x", "w", "c"}, {"conv"}, {}, "conv"));
  graph.node(onnx_node("Relu", {"conv"}, {"h"}, {}, "relu")).quantize("h", "s");
  graph.node(onnx_node("Flatten", {"h_d"}, {"f"}));
  graph.weight("v", {10, 144}, "sw").weight("d", {10}, "sb", kOnnxInt32);
  graph.node(onnx_node("Gemm", {"f", "v", "d"}, {"y"}, {onnx_integer("transB", 1)}, "dense"));
  graph.node(onnx_node("QuantizeLinear", {"y", "s", "s_zero"}, {"y_q"}));
  graph.proto.message(12, onnx_value_info("y_q", kOnnxInt8, {1, 10}));
  return graph;
}

TEST(OnnxQuantized, the_network_of_a_qdq_graph_is_that_of_the_integer_graph) {
  const Report integer = tflite_network();
  const Report qdq = report_of(qdq_network());
  for (const Row& row : qdq.rows) EXPECT_EQ(row.unknown, "");
  EXPECT_THAT(types_of(qdq), ElementsAre("Conv", "Flatten", "Gemm"));
  ASSERT_EQ(qdq.rows.size(), integer.rows.size());
  for (size_t i = 0; i < qdq.rows.size(); ++i) {
    SCOPED_TRACE(qdq.rows[i].type);
    EXPECT_EQ(work_of(qdq.rows[i]), work_of(integer.rows[i]));
    EXPECT_EQ(qdq.rows[i].figures.read_bytes, integer.rows[i].figures.read_bytes);
    EXPECT_EQ(qdq.rows[i].figures.written_bytes, integer.rows[i].figures.written_bytes);
    EXPECT_EQ(qdq.rows[i].figures.params, integer.rows[i].figures.params);
    EXPECT_EQ(qdq.rows[i].figures.weight_bytes, integer.rows[i].figures.weight_bytes);
  }
  // 144 and 10 results; each has 5 operations to its scale and the addition of its bias.
  EXPECT_EQ(qdq.totals.figures.macs, 144U * 27 + 10 * 144);
  EXPECT_EQ(qdq.totals.figures.int_ops, 2U * (144 * 27 + 10 * 144) + (144 + 10) * (5 + 1));
  EXPECT_EQ(qdq.totals.figures.flops, 0U);
  EXPECT_EQ(qdq.totals.peak_activation_bytes, 8U * 8 * 3 + 144);
  EXPECT_EQ(qdq.totals.peak_activation_bytes, integer.totals.peak_activation_bytes);
  EXPECT_EQ(qdq.totals.planned_activation_bytes, integer.totals.planned_activation_bytes);
}

TEST(OnnxQuantized, before_quantization_both_are_the_same_network) {
  const Options options{.float_equivalent = true};
  const Report qdq = report_of(qdq_network(), options);
  // The relu of 144 elements is work again, and nothing else but products and biases is.
  const uint64_t flops = 2 * (144 * 27 + 10 * 144) + 144 + 10 + 144;
  EXPECT_EQ(qdq.totals.float_equivalent_flops, flops);
  const Report plain = report_of(qdq_network(), {.as_float = true});
  EXPECT_EQ(plain.totals.figures.flops, flops);
  EXPECT_EQ(plain.totals.figures.int_ops, 0U);
  const Report written = report_of(qdq_network(), {.qdq = Qdq::as_written, .float_equivalent = true});
  EXPECT_EQ(written.totals.float_equivalent_flops, flops);
}

TEST(OnnxQuantized, as_it_is_written_the_operation_is_real_and_its_borders_count) {
  const Report written = report_of(qdq_network(), {.qdq = Qdq::as_written});
  EXPECT_EQ(written.rows.size(), 12U);
  EXPECT_EQ(written.totals.figures.int_ops, 0U);
  // Dequantized: x and h with a zero point, weights and biases without; quantized: h and y with one.
  const uint64_t dequantized = 2 * (192 + 144) + (4 * 27 + 4 + 1440 + 10);
  const uint64_t quantized = 5 * (144 + 10);
  EXPECT_EQ(written.totals.figures.flops, 2 * (144 * 27 + 10 * 144) + 144 + 10 + 144 + dequantized + quantized);
}

bool says_that_it_folded(const Report& report) {
  return std::any_of(report.warnings.begin(), report.warnings.end(),
                     [](const ReportWarning& each) { return each.code == "qdq"; });
}

TEST(OnnxQuantized, the_report_says_which_reading_it_has) {
  EXPECT_TRUE(says_that_it_folded(report_of(qdq_network())));
  EXPECT_FALSE(says_that_it_folded(report_of(qdq_network(), {.as_float = true})));
  EXPECT_FALSE(says_that_it_folded(report_of(qdq_network(), {.qdq = Qdq::as_written})));
}

TEST(OnnxQuantized, the_row_of_an_integer_operation_has_its_name_and_place) {
  const Report qdq = report_of(qdq_network());
  const Report written = report_of(qdq_network(), {.qdq = Qdq::as_written});
  EXPECT_EQ(row_of(qdq, "Conv").name, "conv");
  EXPECT_EQ(row_of(qdq, "Conv").offset, row_of(written, "Conv").offset);
  EXPECT_EQ(row_of(qdq, "Conv").outputs[0].name, "h_q");
  EXPECT_EQ(row_of(qdq, "Conv").outputs[0].dtype, DType::i8);
}

// ---- Borders

TEST(OnnxQuantized, what_quantizes_at_the_border_counts_as_itself) {
  QuantizedGraph graph;
  graph.input("x", {1, 6}).scale("s", 0.5F, 3).scale("sw", 0.25F).quantize("x", "s").weight("w", {6, 4}, "sw");
  graph.node(onnx_node("MatMul", {"x_d", "w"}, {"y"})).quantize("y", "s").output("y_d");
  const Report report = report_of(graph);
  EXPECT_THAT(types_of(report), ElementsAre("QuantizeLinear", "MatMul", "DequantizeLinear"));
  EXPECT_EQ(report.totals.figures.flops, 5U * 6 + 2 * 4);
  EXPECT_EQ(report.totals.figures.int_ops, 2U * 24 + 5 * 4);
  // The matrix has its scale and zero point with it; those of x and y stay operands of what counts as itself.
  EXPECT_EQ(report.totals.quantization_bytes, 2U * (4 + 1));
}

TEST(OnnxQuantized, a_real_reader_keeps_the_dequantization_that_an_integer_one_does_not_need) {
  QuantizedGraph graph;
  graph.input("x", {1, 6}).scale("s", 0.5F, 3).scale("sw", 0.25F).quantize("x", "s").weight("w", {6, 4}, "sw");
  graph.node(onnx_node("MatMul", {"x_d", "w"}, {"y"})).quantize("y", "s").output("y_d");
  graph.node(onnx_node("Erf", {"x_d"}, {"e"})).output("e");
  const Report report = report_of(graph);
  EXPECT_THAT(types_of(report), ElementsAre("QuantizeLinear", "DequantizeLinear", "MatMul", "DequantizeLinear", "Erf"));
  EXPECT_EQ(report.totals.figures.flops, 5U * 6 + 2 * 6 + 2 * 4 + 6);
}

TEST(OnnxQuantized, an_operation_with_a_real_operand_stays_real) {
  QuantizedGraph graph;
  graph.input("x", {1, 6}).input("z", {1, 6}).scale("s", 0.5F, 3).quantize("x", "s");
  graph.node(onnx_node("Add", {"x_d", "z"}, {"y"})).quantize("y", "s").output("y_d");
  const Report report = report_of(graph);
  EXPECT_EQ(report.rows.size(), 5U);
  EXPECT_EQ(report.totals.figures.int_ops, 0U);
  EXPECT_EQ(report.totals.figures.flops, (5U + 2 + 1 + 5 + 2) * 6);
  EXPECT_FALSE(says_that_it_folded(report));
}

TEST(OnnxQuantized, a_result_that_something_real_reads_too_stays_real) {
  QuantizedGraph graph;
  graph.integer_input("x_q", {1, 6}).scale("s", 0.5F, 3).dequantize("x", "s");
  graph.node(onnx_node("Sigmoid", {"x"}, {"y"})).quantize("y", "s").output("y_d").output("y");
  EXPECT_EQ(row_of(report_of(graph), "Sigmoid").figures.int_ops, 0U);
}

// ---- Operations one by one

/// x_q [1, 4, 6, 6] -> the operation -> y_q, of scales s and t; both have a zero point.
QuantizedGraph unary(const std::string& type, const std::vector<Proto>& attributes = {}, const std::string& t = "s") {
  QuantizedGraph graph;
  graph.integer_input("x_q", {1, 4, 6, 6}).scale("s", 0.5F, 3).scale("t", 0.75F, 5).dequantize("x", "s");
  graph.node(onnx_node(type, {"x"}, {"y"}, attributes)).quantize("y", t).output("y_d");
  return graph;
}

/// The row of an integer operation: it is the first, a node that dequantizes for the graph's output follows.
std::vector<std::string> integer_work(const QuantizedGraph& graph) {
  const Report report = report_of(graph);
  EXPECT_THAT(report.rows, ::testing::SizeIs(2));
  EXPECT_EQ(report.rows.back().type, "DequantizeLinear");
  return work_of(report.rows.front());
}

std::string work(std::string_view part, std::string_view unit, std::string_view dtype, uint64_t count) {
  return std::string(part) + " " + std::string(unit) + " " + std::string(dtype) + " " + std::to_string(count);
}

TEST(OnnxQuantized, a_function_of_one_operand_is_a_table_of_its_units) {
  EXPECT_THAT(integer_work(unary("Sigmoid")),
              ElementsAre(work("core", "add", "i8", 144), work("core", "div", "i8", 144),
                          work("core", "transcendental", "i8", 144)));
}

TEST(OnnxQuantized, a_maximum_is_rescaled_only_where_the_scales_differ) {
  const std::vector<Proto> window{onnx_integers("kernel_shape", {2, 2}), onnx_integers("strides", {2, 2})};
  const uint64_t y = 4 * 3 * 3;
  EXPECT_THAT(integer_work(unary("MaxPool", window)), ElementsAre(work("core", "compare", "i8", 3 * y)));
  // The zero point of x, then 5 to the scale of y.
  EXPECT_THAT(integer_work(unary("MaxPool", window, "t")),
              ElementsAre(work("core", "compare", "i8", 3 * y), work("requantize", "add", "i32", y + 2 * y),
                          work("requantize", "compare", "i32", 2 * y), work("requantize", "mul", "i32", y)));
}

TEST(OnnxQuantized, averages_round_and_means_are_rescaled) {
  const std::vector<Proto> window{onnx_integers("kernel_shape", {2, 2}), onnx_integers("strides", {2, 2})};
  const uint64_t y = 4 * 3 * 3;
  EXPECT_THAT(integer_work(unary("AveragePool", window)),
              ElementsAre(work("core", "add", "i8", 3 * y), work("core", "div", "i8", y),
                          work("requantize", "add", "i32", y), work("requantize", "compare", "i32", 2 * y)));
  EXPECT_THAT(integer_work(unary("GlobalAveragePool")),
              ElementsAre(work("core", "add", "i8", 4 * 35), work("core", "div", "i8", 4),
                          work("requantize", "add", "i32", 2 * 4), work("requantize", "compare", "i32", 2 * 4),
                          work("requantize", "mul", "i32", 4)));
}

TEST(OnnxQuantized, softmax_of_integers_keeps_its_units) {
  // 24 rows of 6: 5 compare, 6 + 5 add, 6 exp, 6 div each.
  EXPECT_THAT(integer_work(unary("Softmax", {onnx_integer("axis", -1)})),
              ElementsAre(work("core", "add", "i8", 24 * 11), work("core", "compare", "i8", 24 * 5),
                          work("core", "div", "i8", 24 * 6), work("core", "transcendental", "i8", 24 * 6)));
}

TEST(OnnxQuantized, a_relu_alone_is_an_integer_operation) {
  EXPECT_THAT(integer_work(unary("Relu")), ElementsAre(work("core", "compare", "i8", 144)));
}

TEST(OnnxQuantized, views_and_movement_between_are_of_integers) {
  QuantizedGraph graph;
  graph.integer_input("x_q", {2, 6}).scale("s", 0.5F, 3).scale("sw", 0.25F).dequantize("x", "s");
  graph.weight("w", {4, 6}, "sw");
  graph.node(onnx_node("Transpose", {"w"}, {"turned"})).node(onnx_node("MatMul", {"x", "turned"}, {"y"}));
  graph.initializer(onnx_int64s("shape", {4, 2})).node(onnx_node("Reshape", {"y", "shape"}, {"r"}));
  graph.node(onnx_node("Relu", {"r"}, {"z"})).quantize("z", "s").output("z_d");
  const Report report = report_of(graph);
  EXPECT_THAT(types_of(report), ElementsAre("Transpose", "MatMul", "Reshape", "DequantizeLinear"));
  EXPECT_THAT(work_of(report.rows[1]),
              ElementsAre(work("core", "mul_add", "i8", 2 * 4 * 6), work("requantize", "add", "i32", 2 * 8),
                          work("requantize", "compare", "i32", 2 * 8), work("requantize", "mul", "i32", 8)));
  EXPECT_EQ(report.rows[2].outputs[0].dtype, DType::i8);
  EXPECT_EQ(report.totals.figures.weight_bytes, 24U);
}

TEST(OnnxQuantized, movement_to_the_same_scale_is_no_work_and_to_another_one_is_rescaled_behind_it) {
  const Report same = report_of(unary("Transpose"));
  EXPECT_THAT(types_of(same), ElementsAre("Transpose", "DequantizeLinear"));
  EXPECT_EQ(same.totals.figures.int_ops, 0U);
  const Report other = report_of(unary("Transpose", {}, "t"));
  EXPECT_THAT(types_of(other), ElementsAre("Transpose", "QuantizeLinear", "DequantizeLinear"));
  EXPECT_EQ(other.totals.figures.int_ops, (1U + 5) * 144);
}

TEST(OnnxQuantized, a_sum_brings_each_operand_to_one_scale) {
  QuantizedGraph graph;
  graph.integer_input("a_q", {1, 6}).integer_input("b_q", {1, 6}).scale("s", 0.5F, 3).scale("t", 0.75F, 5);
  graph.dequantize("a", "s").dequantize("b", "t").node(onnx_node("Add", {"a", "b"}, {"sum"}));
  graph.node(onnx_node("Relu", {"sum"}, {"y"})).quantize("y", "s").output("y_d");
  // Each input: zero point, mul, rounding add; output: mul, 2 add, 2 compare. The relu moves the clamps.
  EXPECT_THAT(integer_work(graph),
              ElementsAre(work("core", "add", "i8", 6), work("requantize", "add", "i32", 6 * (2 + 2 + 2)),
                          work("requantize", "compare", "i32", 6 * 2), work("requantize", "mul", "i32", 6 * 3)));
}

TEST(OnnxQuantized, a_concatenation_rescales_the_operands_of_another_scale) {
  QuantizedGraph graph;
  graph.integer_input("a_q", {1, 6}).integer_input("b_q", {1, 4}).scale("s", 0.5F, 3).scale("t", 0.75F, 5);
  graph.dequantize("a", "s").dequantize("b", "t");
  graph.node(onnx_node("Concat", {"a", "b"}, {"y"}, {onnx_integer("axis", 1)})).quantize("y", "s").output("y_d");
  EXPECT_THAT(integer_work(graph),
              ElementsAre(work("requantize", "add", "i32", 4 * 3), work("requantize", "compare", "i32", 4 * 2),
                          work("requantize", "mul", "i32", 4)));
}

TEST(OnnxQuantized, a_product_of_two_activations_takes_their_zero_points) {
  QuantizedGraph graph;
  graph.integer_input("a_q", {2, 6}).integer_input("b_q", {6, 4}).scale("s", 0.5F, 3).scale("t", 0.75F);
  graph.dequantize("a", "s").dequantize("b", "t").node(onnx_node("MatMul", {"a", "b"}, {"y"}));
  graph.quantize("y", "s").output("y_d");
  EXPECT_THAT(integer_work(graph),
              ElementsAre(work("core", "mul_add", "i8", 2 * 4 * 6), work("requantize", "add", "i32", 12 + 2 * 8),
                          work("requantize", "compare", "i32", 2 * 8), work("requantize", "mul", "i32", 8)));
}

TEST(OnnxQuantized, sixteen_bits_have_no_zero_point_and_accumulate_in_64) {
  QuantizedGraph graph;
  graph.integer_input("x_q", {1, 6}, kOnnxInt16).scale("s", 0.5F, 0, kOnnxInt16).scale("sw", 0.25F);
  graph.dequantize("x", "s").weight("w", {6, 4}, "sw").node(onnx_node("MatMul", {"x", "w"}, {"y"}));
  graph.quantize("y", "s").output("y_d");
  EXPECT_THAT(integer_work(graph),
              ElementsAre(work("core", "mul_add", "i16", 24), work("requantize", "add", "i64", 4),
                          work("requantize", "compare", "i64", 2 * 4), work("requantize", "mul", "i64", 4)));
}

TEST(OnnxQuantized, unsigned_activations_of_four_bit_weights_multiply_in_the_wider_type) {
  QuantizedGraph graph;
  graph.integer_input("x_q", {1, 6}, kOnnxUint8).scale("s", 0.5F, 128, kOnnxUint8).scale("sw", 0.25F, 0, kOnnxInt4);
  graph.dequantize("x", "s").weight("w", {6, 4}, "sw", kOnnxInt4).node(onnx_node("MatMul", {"x", "w"}, {"y"}));
  graph.quantize("y", "s").output("y_d");
  const Report report = report_of(graph);
  EXPECT_THAT(work_of(report.rows[0]),
              ElementsAre(work("core", "mul_add", "u8", 24), work("requantize", "add", "i32", 2 * 4),
                          work("requantize", "compare", "i32", 2 * 4), work("requantize", "mul", "i32", 4)));
  EXPECT_EQ(report.totals.figures.weight_bytes, 24U / 2);
  EXPECT_EQ(report.rows[0].figures.read_bytes, 6U + 24 / 2);
}

TEST(OnnxQuantized, a_real_constant_bias_is_part_of_the_integer_operation) {
  QuantizedGraph graph;
  graph.integer_input("x_q", {1, 6})
      .scale("s", 0.5F, 3)
      .scale("sw", 0.25F)
      .dequantize("x", "s")
      .weight("w", {6, 4}, "sw");
  graph.real_weight("b", {4}).node(onnx_node("Gemm", {"x", "w", "b"}, {"y"})).quantize("y", "s").output("y_d");
  const Report report = report_of(graph);
  EXPECT_EQ(report.rows[0].figures.int_ops, 2U * 24 + 4 + 5 * 4);
  EXPECT_EQ(report.rows[0].figures.flops, 0U);
  EXPECT_EQ(report.totals.figures.params, 24U + 4);
}

TEST(OnnxQuantized, a_clip_between_constants_moves_the_clamps) {
  QuantizedGraph graph;
  graph.integer_input("x_q", {1, 6})
      .scale("s", 0.5F, 3)
      .scale("sw", 0.25F)
      .dequantize("x", "s")
      .weight("w", {6, 4}, "sw");
  graph.scale("low", 0).scale("high", 6).node(onnx_node("MatMul", {"x", "w"}, {"y"}));
  graph.node(onnx_node("Clip", {"y", "low", "high"}, {"z"})).quantize("z", "s").output("z_d");
  EXPECT_EQ(report_of(graph).totals.figures.int_ops, 2U * 24 + 5 * 4);
}

TEST(OnnxQuantized, the_bounds_of_a_clip_may_be_dequantized_too) {
  QuantizedGraph graph;
  graph.integer_input("x_q", {1, 6}).scale("s", 0.5F, 3).scale("sw", 0.25F).dequantize("x", "s");
  graph.weight("w", {6, 4}, "sw").weight("low", {}, "s").weight("high", {}, "s");
  graph.node(onnx_node("MatMul", {"x", "w"}, {"y"})).node(onnx_node("Clip", {"y", "low", "high"}, {"z"}));
  EXPECT_THAT(types_of(report_of(graph.quantize("z", "s").output("z_d"))), ElementsAre("MatMul", "DequantizeLinear"));
}

TEST(OnnxQuantized, transposed_convolutions_and_resizes_run_on_integers) {
  QuantizedGraph graph;
  graph.integer_input("x_q", {1, 4, 6, 6}).scale("s", 0.5F, 3).scale("sw", 0.25F).dequantize("x", "s");
  graph.weight("w", {4, 2, 2, 2}, "sw");
  graph.node(onnx_node("ConvTranspose", {"x", "w"}, {"y"}, {onnx_integers("strides", {2, 2})})).quantize("y", "s");
  graph.initializer(onnx_int64s("sizes", {1, 2, 24, 24}));
  graph.node(onnx_node("Resize", {"y_d", "", "", "sizes"}, {"z"}, {onnx_text("mode", "linear")})).quantize("z", "s");
  graph.output("z_d");
  const Report report = report_of(graph);
  EXPECT_THAT(types_of(report), ElementsAre("ConvTranspose", "Resize", "DequantizeLinear"));
  EXPECT_EQ(report.rows[0].figures.int_ops, 2U * 144 * 2 * 4 + 5 * 2 * 144);
  EXPECT_EQ(report.rows[1].figures.int_ops, 9U * 2 * 576);  // 3 blends of mul and 2 add
}

TEST(OnnxQuantized, numbers_of_float8_stay_floating_point) {
  QuantizedGraph graph;
  graph.input("x", {1, 6}).scale("s", 0.5F, 0, kOnnxFloat8E4M3).quantize("x", "s");
  graph.weight("w", {6, 4}, "s", kOnnxFloat8E4M3);
  graph.node(onnx_node("MatMul", {"x_d", "w"}, {"y"})).quantize("y", "s").output("y_d");
  const Report report = report_of(graph);
  EXPECT_EQ(report.totals.figures.int_ops, 0U);
  EXPECT_EQ(row_of(report, "MatMul").figures.flops, 2U * 24);
}

// ---- Integer weights of real operations

TEST(OnnxQuantized, weights_that_a_real_operation_reads_are_decoded_in_every_run) {
  QuantizedGraph graph;
  graph.input("x", {2, 6}).scale("s", 0.25F).scale("t", 0.25F, 7).weight("w", {6, 4}, "s").weight("v", {6, 4}, "t");
  graph.node(onnx_node("MatMul", {"x", "w"}, {"y"})).node(onnx_node("MatMul", {"x", "v"}, {"z"}));
  graph.output("y").output("z");
  const Report report = report_of(graph);
  EXPECT_THAT(work_of(report.rows[0]), ElementsAre(work("core", "mul", "f32", 24)));
  EXPECT_THAT(work_of(report.rows[1]), ElementsAre(work("core", "add", "f32", 24), work("core", "mul", "f32", 24)));
  EXPECT_THAT(work_of(report.rows[2]), ElementsAre(work("core", "mul_add", "f32", 2 * 4 * 6)));
  // They are read as they are packed, by the operation; what decodes them reads their scale and zero point.
  EXPECT_EQ(report.rows[0].figures.read_bytes, 4U + 1);
  EXPECT_EQ(report.rows[0].figures.written_bytes, 0U);
  EXPECT_EQ(report.rows[2].figures.read_bytes, 4U * 12 + 24);
  EXPECT_EQ(report.totals.figures.weight_bytes, 2U * 24);
  EXPECT_EQ(report.totals.quantization_bytes, 2U * (4 + 1));
  EXPECT_EQ(report.totals.peak_activation_bytes, 4U * (12 + 8 + 8));
}

TEST(OnnxQuantized, blocks_of_four_bits_have_a_scale_each_and_are_decoded_one_by_one) {
  for (const bool zero_points : {false, true}) {
    OnnxGraph graph;
    graph.input("x", {1, 64}).initializer(onnx_raw("w_q", kOnnxUint4, {64, 8}, std::string(64 * 8 / 2, '\1')));
    graph.weight("scales", {2, 8}).initializer(onnx_raw("zeros", kOnnxUint4, {2, 8}, std::string(8, '\x88')));
    std::vector<std::string> operands{"w_q", "scales"};
    if (zero_points) operands.emplace_back("zeros");
    graph.node(
        onnx_node("DequantizeLinear", operands, {"w"}, {onnx_integer("axis", 0), onnx_integer("block_size", 32)}));
    graph.node(onnx_node("MatMul", {"x", "w"}, {"y"})).output("y");
    const Report report = report_of(graph);
    EXPECT_EQ(report.totals.figures.flops, 2U * 512 + 512 + (zero_points ? 512 : 0));
    EXPECT_EQ(report.totals.figures.weight_bytes, 512U / 2);
    EXPECT_EQ(report.rows[1].figures.read_bytes, 4U * 64 + 512 / 2);
    EXPECT_EQ(report.totals.quantization_bytes, 16U * 4 + (zero_points ? 16 / 2 : 0));
  }
}

TEST(OnnxQuantized, a_table_is_gathered_from_before_it_is_decoded) {
  QuantizedGraph graph;
  graph.scale("s", 0.25F).weight("table", {1000, 8}, "s");
  graph.proto.message(11, onnx_value_info("ids", kOnnxInt64, {5}));
  graph.node(onnx_node("Gather", {"table", "ids"}, {"y"})).output("y");
  const Report report = report_of(graph);
  EXPECT_THAT(types_of(report), ElementsAre("Gather", "DequantizeLinear"));
  EXPECT_EQ(report.totals.figures.flops, 5U * 8);
  EXPECT_EQ(report.totals.figures.params, 8000U);
  EXPECT_EQ(report.rows[0].figures.read_bytes, 5U * 8 + 5 * 8);
}

TEST(OnnxQuantized, half_precision_weights_are_only_cast) {
  OnnxGraph graph;
  graph.input("x", {1, 6}).initializer(onnx_raw("w", kOnnxFloat16, {6, 4}, std::string(48, '\0')));
  graph.node(onnx_node("Cast", {"w"}, {"wide"}, {onnx_integer("to", kOnnxFloat)}));
  graph.node(onnx_node("MatMul", {"x", "wide"}, {"y"})).output("y");
  EXPECT_EQ(report_of(graph).totals.figures.flops, 2U * 24);
}

// ---- Operators on integers

Report microsoft_report(const OnnxGraph& graph) {
  const Proto file = graph.model(21).message(8, Proto{}.text(1, "com.microsoft").integer(2, 1));
  Report report = analyze(bytes_of(file), "test.onnx");
  check_invariants(report);
  return report;
}

Proto microsoft(std::string_view type, const std::vector<std::string>& inputs,
                const std::vector<Proto>& attributes = {}) {
  return onnx_node(type, inputs, {"y"}, attributes, "", "com.microsoft");
}

/// a_q [2, 6], b_q [6, 4] of two activations; constants w_q [6, 4] and bias [4]; scales s (zero point 3) and t (5).
QuantizedGraph operands() {
  QuantizedGraph graph;
  graph.integer_input("a_q", {2, 6}).integer_input("b_q", {6, 4}).scale("s", 0.5F, 3).scale("t", 0.75F, 5);
  graph.initializer(onnx_raw("w_q", kOnnxInt8, {6, 4}, std::string(24, '\1')));
  graph.initializer(onnx_raw("bias", kOnnxInt32, {4}, std::string(16, '\1'))).real_weight("real_bias", {4});
  graph.output("y");
  return graph;
}

const std::vector<std::string> kRequantized = {work("requantize", "add", "i32", 2 * 8),
                                               work("requantize", "compare", "i32", 2 * 8),
                                               work("requantize", "mul", "i32", 8)};

std::vector<std::string> with(std::vector<std::string> lines, const std::vector<std::string>& more) {
  lines.insert(lines.end(), more.begin(), more.end());
  std::sort(lines.begin(), lines.end());
  return lines;
}

TEST(OnnxQuantized, a_qlinear_product_is_requantized) {
  QuantizedGraph graph = operands();
  graph.node(onnx_node("QLinearMatMul", {"a_q", "s", "s_zero", "w_q", "t", "t_zero", "s", "s_zero"}, {"y"}));
  EXPECT_EQ(work_of(report_of(graph).rows[0]), with(kRequantized, {work("core", "mul_add", "i8", 2 * 4 * 6)}));
}

TEST(OnnxQuantized, a_qgemm_adds_its_bias_to_the_accumulators) {
  QuantizedGraph graph = operands();
  graph.node(microsoft("QGemm", {"a_q", "s", "s_zero", "w_q", "t", "t_zero", "bias", "s", "s_zero"}));
  EXPECT_EQ(work_of(microsoft_report(graph).rows[0]),
            with(kRequantized, {work("bias", "add", "i32", 8), work("core", "mul_add", "i8", 48)}));
}

TEST(OnnxQuantized, a_qgemm_without_a_scale_for_its_result_leaves_it_real) {
  QuantizedGraph graph = operands();
  graph.node(microsoft("QGemm", {"a_q", "s", "s_zero", "w_q", "t", "t_zero", "bias"}));
  EXPECT_THAT(work_of(microsoft_report(graph).rows[0]),
              ElementsAre(work("bias", "add", "i32", 8), work("core", "mul_add", "i8", 48),
                          work("requantize", "mul", "f32", 8)));
}

TEST(OnnxQuantized, an_integer_product_is_scaled_to_float_and_a_real_bias_added_there) {
  QuantizedGraph graph = operands();
  graph.node(microsoft("MatMulIntegerToFloat", {"a_q", "w_q", "s", "t", "s_zero", "t_zero", "real_bias"}));
  EXPECT_THAT(work_of(microsoft_report(graph).rows[0]),
              ElementsAre(work("bias", "add", "f32", 8), work("core", "mul_add", "i8", 48),
                          work("requantize", "mul", "f32", 8)));
}

TEST(OnnxQuantized, an_integer_product_of_activations_takes_their_zero_points) {
  QuantizedGraph graph = operands();
  graph.node(onnx_node("MatMulInteger", {"a_q", "b_q", "s_zero", "t_zero"}, {"y"}));
  EXPECT_THAT(work_of(report_of(graph).rows[0]),
              ElementsAre(work("core", "mul_add", "i8", 48), work("requantize", "add", "i32", 12 + 24)));
}

TEST(OnnxQuantized, an_integer_convolution_by_a_constant_is_its_products) {
  QuantizedGraph graph;
  graph.integer_input("x_q", {1, 3, 8, 8}).scale("s", 0.5F, 3).output("y");
  graph.initializer(onnx_raw("w_q", kOnnxInt8, {4, 3, 3, 3}, std::string(108, '\1')));
  graph.node(onnx_node("ConvInteger", {"x_q", "w_q", "s_zero"}, {"y"}));
  EXPECT_THAT(work_of(report_of(graph).rows[0]), ElementsAre(work("core", "mul_add", "i8", 4 * 36 * 27)));
}

TEST(OnnxQuantized, a_product_that_quantizes_its_input_does_so_in_float) {
  QuantizedGraph graph = operands();
  graph.input("x", {2, 6}).node(microsoft("DynamicQuantizeMatMul", {"x", "w_q", "s", "", "real_bias"}));
  // Per element of x: 2 compare (range), div, round, 2 compare, zero point; per row div and add; per result mul, and an
  // integer mul and add for the zero point.
  EXPECT_THAT(work_of(microsoft_report(graph).rows[0]),
              ElementsAre(work("bias", "add", "f32", 8), work("core", "mul_add", "i8", 48),
                          work("requantize", "add", "f32", 12 + 2), work("requantize", "add", "i32", 8),
                          work("requantize", "compare", "f32", 12 * 5), work("requantize", "div", "f32", 12 + 2),
                          work("requantize", "mul", "f32", 8), work("requantize", "mul", "i32", 8)));
}

TEST(OnnxQuantized, quantizing_by_the_range_of_the_data_is_float) {
  OnnxGraph graph;
  graph.input("x", {2, 6}).node(onnx_node("DynamicQuantizeLinear", {"x"}, {"y", "scale", "zero"})).output("y");
  EXPECT_THAT(work_of(report_of(graph).rows[0]),
              ElementsAre(work("core", "add", "f32", 12), work("core", "compare", "f32", 12 * (2 + 3)),
                          work("core", "div", "f32", 12 + 2)));
}

TEST(OnnxQuantized, qlinear_sums_and_products_bring_their_operands_together) {
  const std::vector<std::string> inputs{"a_q", "s", "s_zero", "c_q", "t", "t_zero", "s", "s_zero"};
  for (const bool sum : {true, false}) {
    QuantizedGraph graph = operands();
    graph.integer_input("c_q", {2, 6}).node(microsoft(sum ? "QLinearAdd" : "QLinearMul", inputs));
    // Each of 12: the core; 5 to the result; per input 3 (sum) or the zero point (product).
    const Report report = microsoft_report(graph);
    EXPECT_EQ(report.rows[0].figures.int_ops, 12U * (1 + 5 + 2 * (sum ? 3 : 1)));
    EXPECT_EQ(report.rows[0].figures.flops, 0U);
  }
}

TEST(OnnxQuantized, qlinear_movement_and_functions_see_whether_the_scales_differ) {
  for (const bool same : {true, false}) {
    const std::string t = same ? "s" : "t";
    QuantizedGraph joined = operands();
    joined.integer_input("c_q", {2, 3});
    joined.node(microsoft("QLinearConcat", {"s", "s_zero", "a_q", "s", "s_zero", "c_q", t, t + "_zero"},
                          {onnx_integer("axis", 1)}));
    EXPECT_EQ(microsoft_report(joined).rows[0].figures.int_ops, same ? 0U : 6U * (1 + 5));
    QuantizedGraph leaky = operands();
    leaky.node(microsoft("QLinearLeakyRelu", {"a_q", "s", "s_zero", t, t + "_zero"}));
    EXPECT_EQ(microsoft_report(leaky).rows[0].figures.int_ops, 12U * (2 + (same ? 0 : 1 + 5)));
    QuantizedGraph sigmoid = operands();
    sigmoid.node(microsoft("QLinearSigmoid", {"a_q", "s", "s_zero", t, t + "_zero"}));
    EXPECT_EQ(microsoft_report(sigmoid).rows[0].figures.int_ops, 12U * 3);
  }
}

TEST(OnnxQuantized, qlinear_pools_average_in_integers) {
  QuantizedGraph graph = operands();
  graph.integer_input("x_q", {1, 4, 6, 6});
  graph.node(microsoft("QLinearGlobalAveragePool", {"x_q", "s", "s_zero", "t", "t_zero"}));
  EXPECT_EQ(microsoft_report(graph).rows[0].figures.int_ops, 4U * (35 + 1 + 5));
  QuantizedGraph windows = operands();
  windows.integer_input("x_q", {1, 4, 6, 6});
  windows.node(microsoft("QLinearAveragePool", {"x_q", "s", "s_zero", "t", "t_zero"},
                         {onnx_integers("kernel_shape", {2, 2}), onnx_integers("strides", {2, 2})}));
  EXPECT_EQ(microsoft_report(windows).rows[0].figures.int_ops, 4U * 9 * (3 + 1 + 3));
}

TEST(OnnxQuantized, attention_with_integer_weights_projects_in_integers_and_attends_in_float) {
  // Batch 1, 5 tokens of 8, 2 heads: 24 projected numbers for each token.
  QuantizedGraph graph;
  graph.integer_input("x_q", {1, 5, 8}).scale("s", 0.5F, 3).scale("t", 0.25F).output("y");
  graph.initializer(onnx_raw("w_q", kOnnxInt8, {8, 24}, std::string(192, '\1'))).real_weight("bias", {24});
  graph.node(microsoft("QAttention", {"x_q", "w_q", "bias", "s", "t", "", "s_zero", "t_zero"},
                       {onnx_integer("num_heads", 2)}));
  const Report report = microsoft_report(graph);
  EXPECT_THAT(work_of(report.rows[0]),
              ElementsAre(work("bias", "add", "f32", 120), work("core", "mul_add", "i8", 120 * 8),
                          work("requantize", "mul", "f32", 120)));
  EXPECT_EQ(report.totals.figures.macs, 120U * 8 + 2 * 5 * 5 * (4 + 4));
  EXPECT_EQ(report.totals.figures.int_ops, 2U * 120 * 8);
}

TEST(OnnxQuantized, a_packed_weight_is_decoded_in_every_run) {
  OnnxGraph graph;
  graph.input("x", {3, 32}).initializer(onnx_raw("b", kOnnxUint8, {8, 1, 16}, std::string(8 * 16, '\1')));
  graph.weight("scales", {8}).initializer(onnx_raw("zeros", kOnnxUint8, {8, 1}, std::string(8, '\x88')));
  graph.output("y");
  const std::vector<Proto> sizes{onnx_integer("K", 32), onnx_integer("N", 8), onnx_integer("bits", 4),
                                 onnx_integer("block_size", 32)};
  OnnxGraph offset = graph;
  const Report symmetric = microsoft_report(graph.node(microsoft("MatMulNBits", {"x", "b", "scales"}, sizes)));
  EXPECT_EQ(symmetric.totals.figures.flops, 2U * 3 * 8 * 32 + 8 * 32);
  EXPECT_EQ(symmetric.rows[1].figures.read_bytes, 4U * 3 * 32 + 8 * 16);
  const Report asymmetric =
      microsoft_report(offset.node(microsoft("MatMulNBits", {"x", "b", "scales", "zeros"}, sizes)));
  EXPECT_EQ(asymmetric.totals.figures.flops, 2U * 3 * 8 * 32 + 2 * 8 * 32);
}

}  // namespace
}  // namespace flopstat

// The models in examples/, whose every number can be derived by hand (examples/README.md, docs/counting.md).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>
#include <vector>

#include "flopstat/analyze.h"
#include "reports/json.h"
#include "support/corpus.h"
#include "support/invariants.h"

namespace flopstat {
namespace {

Report report_of(const std::string& name, const Options& options = {}) {
  Report report = analyze(FLOPSTAT_SOURCE_DIR "/examples/" + name + ".tflite", options);
  test::check_invariants(report);
  return report;
}

// ---- Work as the rules of counting give it, entry by entry

using Works = std::vector<Work>;

Works operator+(Works a, const Works& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Works units(Part part, Unit unit, DType dtype, uint64_t count) {
  return {{.part = part, .unit = unit, .dtype = dtype, .count = count}};
}

/// A contraction in f32: its multiply-adds and a bias for each of `outputs`.
Works contraction(uint64_t mul_adds, uint64_t outputs) {
  return units(Part::core, Unit::mul_add, DType::f32, mul_adds) + units(Part::bias, Unit::add, DType::f32, outputs);
}

/// One comparison with 0 for each output.
Works relu(uint64_t outputs) { return units(Part::activation, Unit::compare, DType::f32, outputs); }

/// A contraction of int8 values: multiply-adds of int8, the bias on the int32 accumulator, and per output the way back
/// to int8: product with the scale, rounding, zero point, two sides of a clamp. A relu only moves the clamp.
Works contraction_int8(uint64_t mul_adds, uint64_t outputs) {
  return units(Part::core, Unit::mul_add, DType::i8, mul_adds) + units(Part::bias, Unit::add, DType::i32, outputs) +
         units(Part::requantize, Unit::mul, DType::i32, outputs) +
         units(Part::requantize, Unit::add, DType::i32, outputs * 2) +
         units(Part::requantize, Unit::compare, DType::i32, outputs * 2);
}

/// One row of n: n - 1 comparisons for the largest, n differences and n - 1 sums, n exp, n divisions.
Works softmax(uint64_t n, DType dtype) {
  return units(Part::core, Unit::compare, dtype, n - 1) + units(Part::core, Unit::add, dtype, n + (n - 1)) +
         units(Part::core, Unit::transcendental, dtype, n) + units(Part::core, Unit::div, dtype, n);
}

/// Windows of 2x2 that do not overlap: 3 comparisons for each output.
Works max_pool_2x2(uint64_t outputs, DType dtype) {
  return units(Part::core, Unit::compare, dtype, outputs * (2 * 2 - 1));
}

/// Windows of 2x2 that do not overlap: 3 sums and a division for each output.
Works average_pool_2x2(uint64_t outputs, DType dtype) {
  return units(Part::core, Unit::add, dtype, outputs * (2 * 2 - 1)) + units(Part::core, Unit::div, dtype, outputs);
}

/// An average of int8 values is rounded and clamped.
Works round_and_clamp(uint64_t outputs) {
  return units(Part::requantize, Unit::add, DType::i32, outputs) +
         units(Part::requantize, Unit::compare, DType::i32, outputs * 2);
}

std::string text_of(const Work& work) {
  return std::string(name_of(work.part)) + " " + std::string(name_of(work.unit)) + " " +
         std::string(name_of(work.dtype)) + " " + std::to_string(work.count) + " " +
         std::string(name_of(work.certainty)) + " " + std::string(name_of(work.mark));
}

std::vector<std::string> texts_of(const Works& works) {
  std::vector<std::string> texts;
  for (const Work& work : works) texts.push_back(text_of(work));
  std::sort(texts.begin(), texts.end());
  return texts;
}

void expect_work(const Report& report, const std::vector<Works>& rows) {
  ASSERT_EQ(report.rows.size(), rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(texts_of(report.rows[i].figures.work), texts_of(rows[i])) << "row " << i << " of " << report.path;
  }
}

/// 2 operations a multiply-add, 1 any other unit.
uint64_t operations(const std::vector<Works>& rows) {
  uint64_t sum = 0;
  for (const Works& works : rows) {
    for (const Work& work : works) sum += work.count * (work.unit == Unit::mul_add ? 2 : 1);
  }
  return sum;
}

void expect_float_model(const Report& report, uint64_t macs, uint64_t params, const std::vector<Works>& rows) {
  const Figures& figures = report.totals.figures;
  EXPECT_EQ(figures.macs, macs);
  EXPECT_EQ(figures.params, params);
  EXPECT_EQ(figures.weight_bytes, params * sizeof(float));
  EXPECT_EQ(figures.flops, operations(rows));
  EXPECT_EQ(figures.int_ops, 0U);
  EXPECT_TRUE(report.totals.complete);
  expect_work(report, rows);
}

/// Weights take 1 byte each, the biases (int32) 4.
void expect_int8_model(const Report& report, uint64_t macs, uint64_t weights, uint64_t biases,
                       const std::vector<Works>& rows) {
  const Figures& figures = report.totals.figures;
  EXPECT_EQ(figures.macs, macs);
  EXPECT_EQ(figures.params, weights + biases);
  EXPECT_EQ(figures.weight_bytes, weights + biases * sizeof(int32_t));
  EXPECT_EQ(figures.flops, 0U);
  EXPECT_EQ(figures.int_ops, operations(rows));
  EXPECT_TRUE(report.totals.complete);
  expect_work(report, rows);
}

// ---- Dense networks

TEST(Examples, mnist_mlp_is_a_network_of_dense_layers_784_100_100_10) {
  const uint64_t macs = 784 * 100 + 100 * 100 + 100 * 10;
  const uint64_t outputs = 100 + 100 + 10;
  const std::vector<Works> rows = {contraction(784 * 100, 100) + relu(100), contraction(100 * 100, 100) + relu(100),
                                   contraction(100 * 10, 10), softmax(10, DType::f32)};
  EXPECT_EQ(macs, 89'400U);
  EXPECT_EQ(macs + outputs, 89'610U);
  EXPECT_EQ(operations(rows), 2 * macs + outputs + (100 + 100) + (5 * 10 - 2));
  expect_float_model(report_of("mnist_mlp"), macs, macs + outputs, rows);
}

TEST(Examples, mnist_mlp_50_is_a_network_of_dense_layers_784_50_50_10) {
  const uint64_t macs = 784 * 50 + 50 * 50 + 50 * 10;
  const std::vector<Works> rows = {contraction(784 * 50, 50) + relu(50), contraction(50 * 50, 50) + relu(50),
                                   contraction(50 * 10, 10), softmax(10, DType::f32)};
  EXPECT_EQ(macs, 42'200U);
  EXPECT_EQ(macs + 50 + 50 + 10, 42'310U);
  expect_float_model(report_of("mnist_mlp_50"), macs, macs + 50 + 50 + 10, rows);
}

TEST(Examples, sine_is_a_network_of_dense_layers_1_16_16_1) {
  const std::vector<Works> rows = {contraction(1 * 16, 16) + relu(16), contraction(16 * 16, 16) + relu(16),
                                   contraction(16 * 1, 1)};
  const uint64_t macs = 1 * 16 + 16 * 16 + 16 * 1;
  expect_float_model(report_of("sine"), macs, macs + 16 + 16 + 1, rows);
}

TEST(Examples, sine_8_is_a_network_of_dense_layers_1_8_1) {
  const std::vector<Works> rows = {contraction(1 * 8, 8) + relu(8), contraction(8 * 1, 1)};
  const uint64_t macs = 1 * 8 + 8 * 1;
  expect_float_model(report_of("sine_8"), macs, macs + 8 + 1, rows);
}

TEST(Examples, the_int8_twins_of_dense_networks_do_the_same_multiply_adds_on_integers) {
  expect_int8_model(report_of("mnist_mlp_int8"), 784 * 100 + 100 * 100 + 100 * 10, 89'400, 100 + 100 + 10,
                    {contraction_int8(784 * 100, 100), contraction_int8(100 * 100, 100), contraction_int8(100 * 10, 10),
                     softmax(10, DType::i8)});
  expect_int8_model(report_of("mnist_mlp_50_int8"), 784 * 50 + 50 * 50 + 50 * 10, 42'200, 50 + 50 + 10,
                    {contraction_int8(784 * 50, 50), contraction_int8(50 * 50, 50), contraction_int8(50 * 10, 10),
                     softmax(10, DType::i8)});
  expect_int8_model(report_of("sine_int8"), 1 * 16 + 16 * 16 + 16 * 1, 288, 16 + 16 + 1,
                    {contraction_int8(1 * 16, 16), contraction_int8(16 * 16, 16), contraction_int8(16 * 1, 1)});
  expect_int8_model(report_of("sine_8_int8"), 1 * 8 + 8 * 1, 16, 8 + 1,
                    {contraction_int8(1 * 8, 8), contraction_int8(8 * 1, 1)});
}

// ---- Convolutional networks

TEST(Examples, digits_cnn_has_a_convolution_of_12_without_padding_and_a_dense_layer_behind_its_pool) {
  const uint64_t points = 26 * 26 * 12;  // 28 - 3 + 1 = 26
  const uint64_t pooled = 13 * 13 * 12;
  const uint64_t macs = points * (3 * 3 * 1) + pooled * 10;
  const Report report = report_of("digits_cnn");
  EXPECT_EQ(macs, 93'288U);
  expect_float_model(report, macs, (12 * 9 + 12) + (pooled * 10 + 10),
                     {contraction(points * 9, points) + relu(points),
                      max_pool_2x2(pooled, DType::f32),
                      {},
                      contraction(pooled * 10, 10)});
  EXPECT_EQ(report.totals.figures.valid_macs, macs) << "there is no padding";
  expect_int8_model(
      report_of("digits_cnn_int8"), macs, 12 * 9 + pooled * 10, 12 + 10,
      {contraction_int8(points * 9, points), max_pool_2x2(pooled, DType::i8), {}, contraction_int8(pooled * 10, 10)});
}

TEST(Examples, small_cnn_counts_taps_on_padding_as_nominal_and_leaves_them_out_as_valid) {
  const uint64_t first = 32 * 32 * 8;
  const uint64_t depthwise = 16 * 16 * 8;
  const uint64_t pointwise = 16 * 16 * 16;
  const uint64_t pooled = 8 * 8 * 16;
  const uint64_t macs = first * (3 * 3 * 3) + depthwise * (3 * 3) + pointwise * 8 + pooled * 10;
  EXPECT_EQ(macs, 282'624U);
  // Along a side of n points 2 of the 3n taps of a 3x3 filter miss the image.
  const uint64_t valid =
      (3 * 32 - 2) * (3 * 32 - 2) * 3 * 8 + (3 * 16 - 2) * (3 * 16 - 2) * 8 + pointwise * 8 + pooled * 10;
  const uint64_t weights = 8 * 27 + 8 * 9 + 16 * 8 + pooled * 10;
  const uint64_t biases = 8 + 8 + 16 + 10;

  const Report report = report_of("small_cnn");
  expect_float_model(report, macs, weights + biases,
                     {contraction(first * 27, first) + relu(first),
                      max_pool_2x2(depthwise, DType::f32),
                      contraction(depthwise * 9, depthwise) + relu(depthwise),
                      contraction(pointwise * 8, pointwise) + relu(pointwise),
                      average_pool_2x2(pooled, DType::f32),
                      {},
                      contraction(pooled * 10, 10),
                      softmax(10, DType::f32)});
  EXPECT_EQ(report.totals.figures.valid_macs, valid);

  const Report int8 = report_of("small_cnn_int8");
  expect_int8_model(int8, macs, weights, biases,
                    {contraction_int8(first * 27, first),
                     max_pool_2x2(depthwise, DType::i8),
                     contraction_int8(depthwise * 9, depthwise),
                     contraction_int8(pointwise * 8, pointwise),
                     average_pool_2x2(pooled, DType::i8) + round_and_clamp(pooled),
                     {},
                     contraction_int8(pooled * 10, 10),
                     softmax(10, DType::i8)});
  EXPECT_EQ(int8.totals.figures.valid_macs, valid);
}

TEST(Examples, a_batch_of_8_multiplies_the_work_and_leaves_the_weights) {
  for (const char* name : {"digits_cnn", "digits_cnn_int8"}) {
    const Report one = report_of(name);
    const Report eight = report_of(name, {.dims = {{"batch", 8}}});
    EXPECT_EQ(one.dims.at("batch"), 1);
    EXPECT_EQ(eight.dims.at("batch"), 8);
    EXPECT_EQ(eight.totals.figures.macs, 8 * *one.totals.figures.macs);
    EXPECT_EQ(eight.totals.figures.flops, 8 * *one.totals.figures.flops);
    EXPECT_EQ(eight.totals.figures.int_ops, 8 * *one.totals.figures.int_ops);
    EXPECT_EQ(eight.totals.figures.written_bytes, 8 * *one.totals.figures.written_bytes);
    EXPECT_EQ(eight.totals.figures.params, one.totals.figures.params);
    EXPECT_EQ(eight.totals.figures.weight_bytes, one.totals.figures.weight_bytes);
  }
}

TEST(Examples, the_int8_twins_cost_the_float_operations_of_their_originals_before_quantization) {
  for (const std::string name : {"digits_cnn", "mnist_mlp", "mnist_mlp_50", "sine", "sine_8", "small_cnn"}) {
    const Options options{.float_equivalent = true};
    const Report original = report_of(name, options);
    EXPECT_EQ(original.totals.float_equivalent_flops, std::nullopt) << name << " is not quantized";
    EXPECT_EQ(report_of(name + "_int8", options).totals.float_equivalent_flops, original.totals.figures.flops) << name;
  }
}

// ---- Bytes and memory

TEST(Examples, the_peak_of_mnist_mlp_is_the_first_layer_with_its_input_and_output) {
  const Report report = report_of("mnist_mlp");
  const uint64_t first_layer = (784 + 100) * sizeof(float);
  EXPECT_EQ(first_layer, 3'536U);
  EXPECT_EQ(report.totals.peak_activation_bytes, first_layer);
  EXPECT_EQ(report.totals.peak_row, 0U);
  EXPECT_EQ(report.totals.planned_activation_bytes, first_layer) << "784 * 4 is a multiple of 16";
}

TEST(Examples, every_operand_is_read_once_and_every_result_written_once) {
  const Report report = report_of("mnist_mlp");
  const uint64_t weights = 89'610 * sizeof(float);
  EXPECT_EQ(report.totals.figures.weight_bytes, weights);
  EXPECT_EQ(report.totals.figures.read_bytes, weights + (784 + 100 + 100 + 10) * sizeof(float));
  EXPECT_EQ(report.totals.figures.written_bytes, (100 + 100 + 10 + 10) * sizeof(float));
}

/// DESIGN.md, section 4.
TEST(Examples, the_json_of_mnist_mlp_has_the_numbers_that_the_contract_shows) {
  std::string text;
  write_json(report_of("mnist_mlp"), text);
  const nlohmann::json document = nlohmann::json::parse(text);
  const nlohmann::json expected_totals = nlohmann::json::parse(R"({
      "nodes": 4, "unknown_nodes": 0, "complete": true,
      "macs": 89400, "valid_macs": 89400, "flops": 179258, "int_ops": 0, "float_equivalent_flops": null,
      "params": 89610, "trainable_params": null, "buffer_elements": 0, "weight_bytes": 358440,
      "quantization_bytes": 0, "state_bytes": 0, "training_peak_bytes": null,
      "read_bytes": 362416, "written_bytes": 880,
      "peak_activation_bytes": 3536, "planned_activation_bytes": 3536})");
  for (const auto& [key, value] : expected_totals.items()) EXPECT_EQ(document["totals"][key], value) << key;
  EXPECT_NEAR(document["totals"]["intensity"], 0.493, 0.0005);
  EXPECT_THAT(document["totals"]["work"],
              testing::Contains(nlohmann::json::parse(R"({"unit": "mul_add", "dtype": "f32", "count": 89400})")));

  const nlohmann::json expected_op = nlohmann::json::parse(R"({
      "index": 0, "graph": 0, "type": "FULLY_CONNECTED", "op": "matmul", "repeat": 1,
      "macs": 78400, "valid_macs": 78400, "flops": 157000, "int_ops": 0, "params": 78500, "weight_bytes": 314000,
      "read_bytes": 317136, "written_bytes": 400, "certainty": "exact", "unknown": null})");
  const nlohmann::json& op = document["ops"][0];
  for (const auto& [key, value] : expected_op.items()) EXPECT_EQ(op[key], value) << key;
  EXPECT_NEAR(op["intensity"], 0.494, 0.0005);
  EXPECT_EQ(op["inputs"][0], nlohmann::json::parse(R"({"dtype": "f32", "shape": [1, 784]})"));
  EXPECT_EQ(op["outputs"], nlohmann::json::parse(R"([{"dtype": "f32", "shape": [1, 100]}])"));

  EXPECT_EQ(document["schema"], "flopstat/1");
  EXPECT_EQ(document["command"], "count");
  EXPECT_EQ(document["kind"], "counted");
  EXPECT_EQ(document["convention"], "flopstat");
  EXPECT_EQ(document["model"]["format"], "tflite");
  EXPECT_EQ(document["model"]["inputs"][0]["shape"], nlohmann::json::parse("[1, 784]"));
  EXPECT_EQ(document["model"]["outputs"][0]["shape"], nlohmann::json::parse("[1, 10]"));
}

/// tiny_gpt: 2 layers of width 16 with 4 · 16 in between, 256 tokens.
TEST(Examples, a_decoder_costs_its_prompt_at_once_and_its_tokens_one_by_one) {
  constexpr uint64_t width = 16, layers = 2, tokens = 256, positions = 64;
  constexpr uint64_t square = width * width;
  constexpr uint64_t per_token = layers * (3 + 1 + 4 + 4) * square + width * tokens;
  constexpr uint64_t per_pair = layers * (width + width);  // of a token and a key: scores and blend
  constexpr uint64_t per_layer = 12 * square + (3 + 1 + 4 + 1) * width + 2 * (2 * width);
  for (const auto& [batch, past, seq] : {std::tuple{1, 0, 32}, {1, 32, 1}, {2, 7, 5}}) {
    const Report report = analyze(FLOPSTAT_SOURCE_DIR "/examples/tiny_gpt.onnx",
                                  {.dims = {{"batch", batch}, {"past", past}, {"seq", seq}}});
    test::check_invariants(report);
    EXPECT_TRUE(report.totals.complete);
    const uint64_t new_tokens = static_cast<uint64_t>(batch) * static_cast<uint64_t>(seq);
    EXPECT_EQ(report.totals.figures.macs, new_tokens * (per_token + per_pair * static_cast<uint64_t>(past + seq)));
    EXPECT_EQ(report.totals.figures.params, (tokens + positions) * width + layers * per_layer + 2 * width);
    EXPECT_THAT(*report.outputs.back().shape, testing::ElementsAre(batch, seq, 256));
  }
}

/// custom_op: 16 positions of 64 channels, each mixed with 5 around it, then 10 classes.
TEST(Examples, an_operator_that_nobody_knows_costs_what_its_rule_says) {
  const std::string folder = FLOPSTAT_SOURCE_DIR "/examples/";
  const Report without = analyze(folder + "custom_op.onnx");
  EXPECT_EQ(without.totals.unknown_nodes, 2u);  // what follows has no shape either
  EXPECT_FALSE(without.totals.complete);

  const Report report = analyze(folder + "custom_op.onnx", {.rules = {folder + "custom_op.toml"}});
  test::check_invariants(report);
  EXPECT_TRUE(report.totals.complete);
  EXPECT_EQ(report.totals.figures.macs, 16u * 64 * 5 + 16 * 64 * 10);
  EXPECT_EQ(report.totals.figures.params, 5u * 64 + 64 * 10);
}

TEST(Examples, are_what_the_scripts_write) {
  for (const std::string script : {"make_examples", "make_onnx_examples"}) {
    const std::string command = "'" FLOPSTAT_PYTHON "' '" FLOPSTAT_SOURCE_DIR "/scripts/" + script + "' --check";
    EXPECT_EQ(std::system(command.c_str()), 0) << script;
  }
}

TEST(Examples, every_example_is_tested_here) {
  const std::vector<std::string> tested = {"digits_cnn", "mnist_mlp", "mnist_mlp_50", "sine", "sine_8", "small_cnn"};
  std::vector<std::string> compared = tested;
  compared.emplace_back("tiny_lstm");
  std::vector<std::string> expected;
  for (const std::string& name : tested) expected.push_back(name + "_int8.tflite");
  for (const std::string& name : compared) {  // in cross_format_test.cpp
    for (const char* ending : {".tflite", ".keras", ".h5", ".json", ".pb", ".onnx"}) expected.push_back(name + ending);
  }
  std::vector<std::string> found;
  for (const std::string& file : test::files_in(FLOPSTAT_SOURCE_DIR "/examples")) {
    if (file.find('.') != std::string::npos && !file.ends_with(".md")) found.push_back(file);
  }
  for (const char* other : {"tiny_gpt.onnx", "custom_op.onnx", "custom_op.toml", "mac_rule.toml", "accuracy.csv"})
    expected.emplace_back(other);
  EXPECT_THAT(found, testing::UnorderedElementsAreArray(expected));
}

}  // namespace
}  // namespace flopstat

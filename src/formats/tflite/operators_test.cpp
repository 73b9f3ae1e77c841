#include "formats/tflite/operators.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "flopstat/analyze.h"
#include "formats/tflite/tflite.h"
#include "ops/operands.h"
#include "support/tflite_writer.h"

namespace flopstat {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A file with one operator on `operands` tensors, 0, 1, 2, ..., whose result is the tensor behind them.
std::vector<std::byte> file_with(OpSpec spec, int32_t operands) {
  TfliteBuilder b;
  for (int32_t i = 0; i < operands; ++i) {
    spec.inputs.push_back(b.tensor({.name = "x" + std::to_string(i), .shape = {1, 4, 4, 2}}));
  }
  spec.outputs = {b.tensor({.name = "y", .shape = {1, 4, 4, 2}, .type = TensorType::int32})};
  b.op(spec);
  b.inputs(spec.inputs);
  return b.finish();
}

Model read(const OpSpec& spec, int32_t operands) {
  return read_tflite(File::from_bytes(file_with(spec, operands), "test.tflite"));
}

Node node_of(const OpSpec& spec, int32_t operands = 2) { return read(spec, operands).graphs[0].nodes[0]; }

template <class Operation>
Operation op_of(const OpSpec& spec, int32_t operands = 2) {
  return std::get<Operation>(node_of(spec, operands).op);
}

template <class... Values>
UnionSpec slots(uint8_t tag, Values... values) {
  UnionSpec result{tag, {}};
  uint16_t slot = 0;
  (set(result.table, slot++, values), ...);
  return result;
}

// --- the table -------------------------------------------------------------------------------------------------------

TEST(TfliteOperators, every_row_reads_an_operator_without_options_and_operands) {
  for (uint32_t code = 0; code < tflite::builtin_count(); ++code) {
    SCOPED_TRACE(tflite::builtin_name(code));
    const Model model = read({.code = static_cast<int32_t>(code)}, 0);
    ASSERT_EQ(model.graphs[0].nodes.size(), 1u);
    const Node& node = model.graphs[0].nodes[0];
    EXPECT_EQ(node.type, code == builtin::custom ? "" : tflite::builtin_name(code));
    const auto* opaque = std::get_if<Opaque>(&node.op);
    EXPECT_TRUE(opaque == nullptr || !opaque->why.empty());
  }
}

TEST(TfliteOperators, every_row_has_a_name_of_its_own) {
  std::set<std::string_view> names;
  for (uint32_t code = 0; code < tflite::builtin_count(); ++code) {
    EXPECT_TRUE(names.insert(tflite::builtin_name(code)).second) << code;
  }
  EXPECT_EQ(names.size(), size_t{builtin::stablehlo_composite} + 1);
}

TEST(TfliteOperators, rows_stand_at_the_numbers_of_the_schema) {
  const std::vector<std::pair<int32_t, std::string_view>> some{
      {builtin::fully_connected, "FULLY_CONNECTED"},
      {builtin::relu6, "RELU6"},
      {builtin::mean, "MEAN"},
      {builtin::select, "SELECT"},
      {builtin::arg_min, "ARG_MIN"},
      {builtin::leaky_relu, "LEAKY_RELU"},
      {builtin::hard_swish, "HARD_SWISH"},
      {builtin::batch_matmul, "BATCH_MATMUL"},
      {builtin::var_handle, "VAR_HANDLE"},
      {builtin::gelu, "GELU"},
      {builtin::right_shift, "RIGHT_SHIFT"},
      {builtin::stablehlo_while, "STABLEHLO_WHILE"},
      {builtin::dilate, "DILATE"},
      {builtin::reduce_window, "REDUCE_WINDOW"},
  };
  for (const auto& [code, name] : some) EXPECT_EQ(tflite::builtin_name(static_cast<uint32_t>(code)), name);
}

// --- operands in another order ---------------------------------------------------------------------------------------

TEST(TfliteOperators, transposed_convolutions_put_data_and_weights_first) {
  const UnionSpec strides = slots(options::transpose_conv, int8_t{0}, int32_t{2}, int32_t{2});
  EXPECT_THAT(node_of({.code = builtin::transpose_conv, .options = strides}, 3).inputs,
              ElementsAre(2, 1, kAbsent, 0));  // the file: output shape 0, w 1, x 2
  EXPECT_THAT(node_of({.code = builtin::transpose_conv, .options = strides}, 4).inputs, ElementsAre(2, 1, 3, 0));
  const UnionSpec strides_3d = slots(options::conv_3d, int8_t{0}, int32_t{1}, int32_t{1}, int32_t{1});
  EXPECT_THAT(node_of({.code = builtin::conv_3d_transpose, .options = strides_3d}, 4).inputs, ElementsAre(2, 1, 3, 0));
}

TEST(TfliteOperators, splits_put_data_first_then_the_axis_then_the_sizes) {
  EXPECT_THAT(node_of({.code = builtin::split}, 2).inputs, ElementsAre(1, 0));       // axis 0, x 1
  EXPECT_THAT(node_of({.code = builtin::split_v}, 3).inputs, ElementsAre(0, 2, 1));  // x 0, sizes 1, axis 2
}

TEST(TfliteOperators, an_embedding_lookup_is_a_gather_from_its_table) {
  const Node node = node_of({.code = builtin::embedding_lookup}, 2);
  EXPECT_THAT(node.inputs, ElementsAre(1, 0));  // ids 0, table 1
  EXPECT_EQ(std::get<Gather>(node.op).axis, 0);
}

TEST(TfliteOperators, operands_that_are_missing_are_absent_after_reordering) {
  EXPECT_THAT(node_of({.code = builtin::split}, 0).inputs, ElementsAre(kAbsent, kAbsent));
  EXPECT_THAT(node_of({.code = builtin::split_v}, 1).inputs, ElementsAre(0, kAbsent, kAbsent));
}

// --- options ---------------------------------------------------------------------------------------------------------

TEST(TfliteOperators, a_convolution_reads_height_before_width) {
  const auto conv = op_of<Conv>(
      {.code = builtin::conv_2d,
       .options = slots(options::conv_2d, int8_t{1}, int32_t{2}, int32_t{3}, int8_t{0}, int32_t{4}, int32_t{5})});
  ASSERT_EQ(conv.window.axes.size(), 2u);
  EXPECT_EQ(conv.window.padding, Padding::valid);
  EXPECT_EQ(conv.window.axes[0].stride, 3);  // the file: width 2, height 3
  EXPECT_EQ(conv.window.axes[1].stride, 2);
  EXPECT_EQ(conv.window.axes[0].dilation, 5);
  EXPECT_EQ(conv.window.axes[1].dilation, 4);
}

TEST(TfliteOperators, a_convolution_without_dilations_has_dilation_1_and_without_padding_is_same) {
  const auto conv =
      op_of<Conv>({.code = builtin::conv_2d, .options = {options::conv_2d, {{{1, int32_t{1}}, {2, int32_t{1}}}}}});
  EXPECT_EQ(conv.window.padding, Padding::same_upper);
  for (const Axis& axis : conv.window.axes) EXPECT_EQ(axis.dilation, 1);
}

TEST(TfliteOperators, a_depthwise_convolution_has_its_dilations_one_slot_later) {
  const auto conv = op_of<Conv>({.code = builtin::depthwise_conv_2d,
                                 .options = slots(options::depthwise_conv_2d, int8_t{0}, int32_t{1}, int32_t{1},
                                                  int32_t{8}, int8_t{0}, int32_t{2}, int32_t{3})});
  EXPECT_EQ(conv.axes.filter, FilterLayout::depthwise);
  EXPECT_EQ(conv.window.axes[0].dilation, 3);
  EXPECT_EQ(conv.window.axes[1].dilation, 2);
}

TEST(TfliteOperators, a_pool_reads_its_kernel_height_before_width) {
  const auto pool =
      op_of<Pool>({.code = builtin::max_pool_2d,
                   .options = slots(options::pool_2d, int8_t{1}, int32_t{2}, int32_t{3}, int32_t{4}, int32_t{5})});
  EXPECT_EQ(pool.fn, PoolFn::max);
  EXPECT_EQ(pool.window.axes[0].kernel, 5);
  EXPECT_EQ(pool.window.axes[1].kernel, 4);
}

TEST(TfliteOperators, a_window_of_no_size_is_no_window) {
  for (const int32_t size : {0, -1, (1 << 20) + 1, INT32_MAX, INT32_MIN}) {
    const auto opaque =
        op_of<Opaque>({.code = builtin::conv_2d, .options = slots(options::conv_2d, int8_t{0}, size, int32_t{1})});
    EXPECT_THAT(opaque.why, HasSubstr(std::to_string(size)));
    EXPECT_THAT(opaque.why, HasSubstr("no window"));
  }
  EXPECT_NO_THROW(op_of<Conv>(
      {.code = builtin::conv_2d, .options = slots(options::conv_2d, int8_t{0}, int32_t{1 << 20}, int32_t{1})}));
}

TEST(TfliteOperators, every_fused_activation_is_read_and_another_number_is_corrupt) {
  const std::vector<std::optional<UnaryFn>> by_number{std::nullopt,   UnaryFn::relu, UnaryFn::relu_n1_to_1,
                                                      UnaryFn::relu6, UnaryFn::tanh, UnaryFn::sign_bit};
  const auto add = [](int8_t activation) {
    return OpSpec{.code = builtin::add, .options = slots(options::add, activation)};
  };
  for (size_t i = 0; i < by_number.size(); ++i)
    EXPECT_EQ(node_of(add(static_cast<int8_t>(i))).activation, by_number[i]);
  try {
    node_of(add(6));
    FAIL() << "activation 6 was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.code, ErrorCode::corrupt);
    EXPECT_EQ(error.message, "an unknown fused activation, 6");
  }
}

TEST(TfliteOperators, each_operator_finds_its_activation_in_its_own_slot) {
  struct Case {
    int32_t code;
    uint16_t slot;
  };
  for (const Case& each : {Case{builtin::conv_2d, 3}, Case{builtin::depthwise_conv_2d, 4}, Case{builtin::conv_3d, 4},
                           Case{builtin::fully_connected, 0}, Case{builtin::concatenation, 1},
                           Case{builtin::average_pool_2d, 5}, Case{builtin::mul, 0}, Case{builtin::l2_normalization, 0},
                           Case{builtin::svdf, 1}, Case{builtin::rnn, 0}, Case{builtin::transpose_conv, 3}}) {
    const OpSpec spec{.code = each.code, .options = {options::add, {{{each.slot, int8_t{3}}}}}};
    EXPECT_EQ(node_of(spec).activation, UnaryFn::relu6) << tflite::builtin_name(static_cast<uint32_t>(each.code));
  }
}

TEST(TfliteOperators, an_lstm_has_no_activation_behind_it) {
  const Node node = node_of({.code = builtin::lstm, .options = {options::lstm, {{{0, int8_t{4}}, {3, int8_t{1}}}}}});
  EXPECT_TRUE(std::holds_alternative<BasicLstm>(node.op));
  EXPECT_EQ(node.activation, std::nullopt);
  EXPECT_TRUE(op_of<Lstm>({.code = builtin::lstm}).single_step);
}

TEST(TfliteOperators, a_matmul_is_told_by_its_options) {
  const auto dense = op_of<MatMul>(
      {.code = builtin::fully_connected, .options = slots(options::fully_connected, int8_t{0}, int8_t{0}, true, true)});
  EXPECT_TRUE(dense.transpose_b);
  EXPECT_FALSE(dense.collapse_rows) << "keep_num_dims";
  EXPECT_TRUE(dense.asymmetric_inputs);
  EXPECT_TRUE(op_of<MatMul>({.code = builtin::fully_connected}).collapse_rows);
  const auto batch =
      op_of<MatMul>({.code = builtin::batch_matmul, .options = slots(options::batch_matmul, true, false)});
  EXPECT_TRUE(batch.transpose_a);
  EXPECT_FALSE(batch.transpose_b);
}

TEST(TfliteOperators, a_reshape_takes_its_shape_from_the_operand_or_else_from_the_option) {
  const UnionSpec option = slots(options::reshape, flat_vector(std::vector<int32_t>{4, -1}));
  const Model model = read({.code = builtin::reshape, .options = option}, 1);
  const Graph& graph = model.graphs[0];
  ASSERT_EQ(graph.nodes[0].inputs.size(), 2u);
  const Tensor& shape = graph.tensors[graph.nodes[0].inputs[1]];
  ASSERT_NE(shape.elements, nullptr);
  EXPECT_EQ(integers(*shape.elements), (std::vector<int64_t>{4, -1}));
  EXPECT_THAT(node_of({.code = builtin::reshape, .options = option}, 2).inputs, ElementsAre(0, 1));
}

TEST(TfliteOperators, a_squeeze_without_axes_takes_all_of_size_1) {
  EXPECT_THAT(node_of({.code = builtin::squeeze}, 1).inputs, ElementsAre(0));
  const UnionSpec axes = slots(options::squeeze, flat_vector(std::vector<int32_t>{0}));
  EXPECT_EQ(node_of({.code = builtin::squeeze, .options = axes}, 1).inputs.size(), 2u);
}

TEST(TfliteOperators, types_come_from_the_result) {
  for (const int32_t code : {int32_t{builtin::cast}, int32_t{builtin::arg_max}, int32_t{builtin::shape}}) {
    const Node node = node_of({.code = code});
    const DType to = std::visit(
        [](const auto& op) {
          if constexpr (requires { op.to; }) return op.to;
          return DType::unknown;
        },
        node.op);
    EXPECT_EQ(to, DType::i32) << code;
  }
}

TEST(TfliteOperators, calls_name_their_graphs) {
  const auto graphs_of = [](int32_t code, const UnionSpec& options) {
    TfliteBuilder b;
    const int32_t x = b.tensor({.name = "x", .shape = {1}, .type = TensorType::boolean});
    b.op({.code = code, .inputs = {x}, .outputs = {x}, .options = options});
    b.subgraph("one");
    b.subgraph("two");
    return read_tflite(File::from_bytes(b.finish(), "test.tflite")).graphs[0].nodes[0].op;
  };
  const Op branch = graphs_of(builtin::if_, slots(options::if_, int32_t{1}, int32_t{2}));
  EXPECT_EQ(std::get<If>(branch).then_graph, 1u);
  EXPECT_EQ(std::get<If>(branch).else_graph, 2u);
  const Op loop = graphs_of(builtin::while_, slots(options::while_, int32_t{2}, int32_t{1}));
  EXPECT_EQ(std::get<While>(loop).condition, 2u);
  EXPECT_EQ(std::get<While>(loop).body, 1u);
  EXPECT_EQ(std::get<Call>(graphs_of(builtin::call, slots(options::call, uint32_t{2}))).body, 2u);
  EXPECT_EQ(std::get<CallOnce>(graphs_of(builtin::call_once, slots(options::call_once, int32_t{1}))).body, 1u);
}

TEST(TfliteOperators, a_composite_is_a_call_of_the_graph_that_defines_it) {
  TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1}});
  b.op({.code = builtin::stablehlo_composite,
        .inputs = {x},
        .outputs = {x},
        .options_2 = slots(options_2::stablehlo_composite, std::string("odml.rms_norm"), int32_t{1})});
  b.subgraph("definition");
  const Model model = read_tflite(File::from_bytes(b.finish(), "test.tflite"));
  EXPECT_EQ(std::get<Call>(model.graphs[0].nodes[0].op).body, 1u);
}

TEST(TfliteOperators, a_variable_is_known_by_its_shared_name) {
  const UnionSpec names = slots(options::var_handle, std::string("container"), std::string("counter"));
  EXPECT_EQ(op_of<VarHandle>({.code = builtin::var_handle, .options = names}, 0).variable, "counter");
}

// --- custom operators ------------------------------------------------------------------------------------------------

TEST(TfliteOperators, a_transposed_convolution_with_bias_reads_its_three_integers) {
  std::vector<uint8_t> params(3 * sizeof(int32_t));
  const std::vector<int32_t> values{2, 3, 5};  // VALID, stride across, stride down
  std::memcpy(params.data(), values.data(), params.size());
  OpSpec spec{.code = builtin::custom, .custom_code = "Convolution2DTransposeBias", .custom_options = params};
  const auto conv = op_of<ConvTranspose>(spec);
  EXPECT_EQ(conv.window.padding, Padding::valid);
  EXPECT_EQ(conv.window.axes[0].stride, 5);
  EXPECT_EQ(conv.window.axes[1].stride, 3);
  params.pop_back();
  spec.custom_options = params;
  EXPECT_EQ(op_of<Opaque>(spec).why, "its options are cut short");
}

/// A FlexBuffer map of small numbers by sorted keys: the texts, the vector of keys, the values, their types, the root.
std::vector<uint8_t> flexbuffer(const std::vector<std::pair<std::string, uint8_t>>& entries) {
  std::vector<uint8_t> flex;
  std::vector<size_t> texts;
  for (const auto& [key, value] : entries) {
    texts.push_back(flex.size());
    flex.insert(flex.end(), key.begin(), key.end());
    flex.push_back(0);
  }
  const auto number = static_cast<uint8_t>(entries.size());
  flex.push_back(number);
  const size_t keys = flex.size();
  for (const size_t text : texts) flex.push_back(static_cast<uint8_t>(flex.size() - text));  // distance back
  flex.push_back(static_cast<uint8_t>(flex.size() - keys));
  flex.insert(flex.end(), {1, number});  // the keys' width, as many values
  for (const auto& [key, value] : entries) flex.push_back(value);
  flex.insert(flex.end(), number, 1 << 2);                                 // integers of one byte
  flex.insert(flex.end(), {static_cast<uint8_t>(2 * number), 9 << 2, 1});  // a map so far back, one byte wide
  return flex;
}

OpSpec custom(const std::string& name, const std::vector<std::pair<std::string, uint8_t>>& options) {
  return {.code = builtin::custom, .custom_code = name, .custom_options = flexbuffer(options)};
}

TEST(TfliteOperators, a_custom_operator_that_nobody_knows_keeps_the_numbers_of_its_options) {
  const auto opaque = op_of<Opaque>(custom("Mystery", {{"depth", 3}, {"width", 5}}));
  ASSERT_NE(opaque.attributes, nullptr);
  ASSERT_EQ(opaque.attributes->size(), 2U);
  EXPECT_EQ((*opaque.attributes)[0].name, "depth");
  EXPECT_EQ(std::get<std::vector<int64_t>>((*opaque.attributes)[0].value), std::vector<int64_t>{3});
  OpSpec other{.code = builtin::custom, .custom_code = "Mystery", .custom_options = std::vector<uint8_t>{1, 2, 3, 4}};
  EXPECT_TRUE(op_of<Opaque>(other).attributes->empty()) << "options of another form";
}

TEST(TfliteOperators, steps_of_the_audio_front_end_read_their_options) {
  const auto framer = op_of<Signal>(custom("SignalFramer", {{"frame_size", 100}, {"frame_step", 40}}), 1);
  EXPECT_EQ(framer.fn, SignalFn::framer);
  EXPECT_EQ(framer.size, 100);
  EXPECT_EQ(framer.step, 40);
  const auto stacker = op_of<Signal>(
      custom("SignalStacker", {{"num_channels", 40}, {"stacker_left_context", 1}, {"stacker_right_context", 2}}), 1);
  EXPECT_EQ(stacker.size, 40 * (1 + 1 + 2));
  EXPECT_EQ(op_of<Signal>(custom("SignalOverlapAdd", {{"frame_step", 40}}), 1).step, 40);
  EXPECT_EQ(op_of<Signal>(custom("SignalIrfft", {{"fft_length", 64}}), 1).size, 64);
  EXPECT_EQ(op_of<Signal>(custom("SignalDelay", {{"delay_length", 3}}), 1).fn, SignalFn::delay);
}

TEST(TfliteOperators, audio_features_read_their_options) {
  const auto spectrogram = op_of<AudioSpectrogram>(
      custom("AudioSpectrogram", {{"magnitude_squared", 1}, {"stride", 40}, {"window_size", 100}}), 1);
  EXPECT_EQ(spectrogram.window, 100);
  EXPECT_EQ(spectrogram.stride, 40);
  EXPECT_TRUE(spectrogram.squared);
  const auto mfcc = op_of<Mfcc>(custom("Mfcc", {{"dct_coefficient_count", 13},
                                                {"filterbank_channel_count", 40},
                                                {"lower_frequency_limit", 20},
                                                {"upper_frequency_limit", 100}}),
                                2);
  EXPECT_EQ(mfcc.coefficients, 13);
  EXPECT_EQ(mfcc.filters, 40);
  EXPECT_EQ(mfcc.lower_frequency, 20);
  EXPECT_EQ(mfcc.upper_frequency, 100);
}

TEST(TfliteOperators, a_detection_reads_its_options_from_a_flexbuffer) {
  const auto detection =
      op_of<DetectionPostProcess>(custom("TFLite_Detection_PostProcess", {{"max_detections", 10}}), 3);
  EXPECT_EQ(detection.max_detections, 10);
  EXPECT_EQ(detection.classes_per_detection, 1) << "the default";
}

}  // namespace
}  // namespace flopstat

// Operators of TensorFlow as its exporters and Keras' layers write them, from the file to the report.

#include <gtest/gtest.h>

#include "flopstat/analyze.h"
#include "support/invariants.h"
#include "support/tensorflow_writer.h"

namespace flopstat {
namespace {

using namespace test;  // NOLINT: the writer's words

using Sizes = std::vector<int64_t>;

Report report_of(const TfGraph& graph) {
  Report report = analyze(bytes_of(graph.proto), "test.pb", {});
  check_invariants(report);
  return report;
}

Sizes sizes_of(const Report& report, size_t output = 0) {
  const auto& shape = report.outputs.at(output).shape;
  return shape ? Sizes(shape->begin(), shape->end()) : Sizes{-1};
}

Proto real_number(float value) { return tf_empty(kTfFloat, {}).real32(5, value); }

// --- sizes that are computed -----------------------------------------------------------------------------------------

/// Keras' CategoryEncoding: its size is min(12, max(12, largest number + 1)), which is 12 whatever the numbers are.
TfGraph category_encoding(int64_t least, int64_t most) {
  return TfGraph()
      .node("Placeholder", "x", {}, {tf_type("dtype", kTfInt32), tf_shape("shape", {1, 5})})
      .numbers("axes", {0, 1})
      .number("one", 1)
      .number("least", least)
      .number("most", most)
      .weight("none", {0})
      .node("Max", "Max", {"x", "axes"})
      .node("AddV2", "add", {"Max", "one"})
      .node("Maximum", "Maximum", {"least", "add"})
      .node("Minimum", "Minimum", {"most", "Maximum"})
      .node("DenseBincount", "y", {"x", "Minimum", "none"}, {tf_flag("binary_output", true)});
}

TEST(TensorFlowOperators, a_size_between_two_equal_bounds_is_known) {
  const Report report = report_of(category_encoding(12, 12));
  EXPECT_EQ(sizes_of(report), (Sizes{1, 12}));
  EXPECT_TRUE(report.totals.complete);
}

TEST(TensorFlowOperators, a_size_between_two_bounds_that_differ_is_unknown) {
  EXPECT_EQ(sizes_of(report_of(category_encoding(11, 12))), (Sizes{-1}));
  EXPECT_EQ(sizes_of(report_of(category_encoding(13, 12))), (Sizes{1, 12}));
}

/// Keras' RandomCrop: x[:, r : r + 12, q : q + 12, :] with r and q drawn while running.
TfGraph random_crop(bool same_begin) {
  const auto list = [](const char* name, const std::vector<std::string>& entries) {
    return tf_node("Pack", name, entries, {tf_integer("axis", 0)});
  };
  TfGraph graph;
  graph.placeholder("x", {1, 16, 16, 3}).number("zero", 0).number("one", 1).number("twelve", 12).numbers("scalar", {});
  for (const char* name : {"r", "q"}) {
    graph.node("RandomUniform", std::string(name) + "/u", {"scalar"}, {tf_type("dtype", kTfFloat)});
    graph.node("Cast", name, {std::string(name) + "/u"}, {tf_type("DstT", kTfInt32)});
  }
  graph.node("AddV2", "r/end", {"r", "twelve"}).node("AddV2", "q/end", {"twelve", "q"});
  graph.node(list("begin", {"zero", "r", same_begin ? "q" : "r", "zero"}));
  graph.node(list("end", {"zero", "r/end", "q/end", "zero"})).node(list("strides", {"one", "one", "one", "one"}));
  const int64_t first_and_last = 1 << 0 | 1 << 3;
  return graph.node("StridedSlice", "y", {"x", "begin", "end", "strides"},
                    {tf_integer("begin_mask", first_and_last), tf_integer("end_mask", first_and_last)});
}

TEST(TensorFlowOperators, a_slice_from_anywhere_to_twelve_further_on_has_twelve_elements) {
  const Report report = report_of(random_crop(true));
  EXPECT_EQ(sizes_of(report), (Sizes{1, 12, 12, 3}));
  EXPECT_TRUE(report.totals.complete);
}

TEST(TensorFlowOperators, a_slice_between_numbers_that_have_nothing_to_do_with_each_other_is_unknown) {
  EXPECT_EQ(sizes_of(report_of(random_crop(false))), (Sizes{-1}));
}

/// An axis that shapes give, as tf.linspace and tf.signal.frame have it.
TEST(TensorFlowOperators, an_axis_may_be_computed_from_shapes) {
  const auto graph = [] {
    return TfGraph()
        .placeholder("x", {2, 3})
        .number("one", 1)
        .numbers("indices", {0, 2, 1, 1})
        .node("Rank", "rank", {"x"})
        .node("Sub", "last", {"rank", "one"});
  };
  EXPECT_EQ(sizes_of(report_of(graph().node("ConcatV2", "y", {"x", "x", "last"}))), (Sizes{2, 3 + 3}));
  EXPECT_EQ(sizes_of(report_of(graph().node("Concat", "y", {"last", "x", "x"}))), (Sizes{2, 3 + 3}));
  EXPECT_EQ(sizes_of(report_of(graph().node("GatherV2", "y", {"x", "indices", "last"}))), (Sizes{2, 4}));
}

// --- images ----------------------------------------------------------------------------------------------------------

TEST(TensorFlowOperators, a_projection_blends_four_points_for_each_element) {
  const auto projected = [](const char* how) {
    return report_of(TfGraph()
                         .placeholder("x", {1, 16, 16, 3})
                         .placeholder("transforms", {1, 8})
                         .numbers("size", {16, 16})
                         .node("Const", "fill", {}, {tf_tensor("value", real_number(0))})
                         .node("ImageProjectiveTransformV3", "y", {"x", "transforms", "size", "fill"},
                               {tf_text("interpolation", how), tf_text("fill_mode", "REFLECT")}));
  };
  const Report report = projected("BILINEAR");
  EXPECT_EQ(sizes_of(report), (Sizes{1, 16, 16, 3}));
  EXPECT_EQ(report.totals.figures.flops, 16U * 16 * 3 * (3 + 6));
  EXPECT_EQ(report.totals.figures.macs, 0U);
  EXPECT_EQ(report.totals.figures.params, 0U);
  EXPECT_EQ(projected("NEAREST").totals.figures.flops, 0U);
}

TEST(TensorFlowOperators, boxes_are_cut_out_and_resized) {
  const Report report = report_of(TfGraph()
                                      .placeholder("x", {2, 16, 16, 3})
                                      .placeholder("boxes", {5, 4})
                                      .numbers("image", {0, 1, 0, 1, 1})
                                      .numbers("size", {7, 8})
                                      .node("CropAndResize", "y", {"x", "boxes", "image", "size"}));
  EXPECT_EQ(sizes_of(report), (Sizes{5, 7, 8, 3}));
  EXPECT_EQ(report.totals.figures.flops, 5U * 7 * 8 * 3 * (3 + 6));
}

TEST(TensorFlowOperators, a_dilation_has_rates_and_weights) {
  const Report report = report_of(TfGraph()
                                      .placeholder("x", {1, 9, 9, 2})
                                      .weight("w", {3, 3, 2})
                                      .node("Dilation2D", "y", {"x", "w"},
                                            {tf_integers("strides", {1, 1, 1, 1}), tf_integers("rates", {1, 2, 2, 1}),
                                             tf_text("padding", "VALID")}));
  EXPECT_EQ(sizes_of(report), (Sizes{1, 9 - 4, 9 - 4, 2}));
  EXPECT_EQ(report.totals.figures.params, 3U * 3 * 2);
}

// --- recurrent layers ------------------------------------------------------------------------------------------------

/// 5 steps of 2 sequences, 10 inputs, 20 units.
TfGraph block_lstm(const char* op, bool peephole) {
  TfGraph graph;
  graph.placeholder("x", {5, 2, 10}).placeholder("c", {2, 20}).placeholder("h", {2, 20}).number("steps", 5);
  graph.weight("w", {10 + 20, 4 * 20}).weight("b", {4 * 20});
  for (const char* name : {"wci", "wcf", "wco"}) graph.weight(name, {20});
  return graph
      .node(op, "lstm", {"steps", "x", "c", "h", "w", "wci", "wcf", "wco", "b"}, {tf_flag("use_peephole", peephole)})
      .node("Identity", "y", {"lstm:6"});
}

TEST(TensorFlowOperators, a_block_lstm_is_an_lstm) {
  const uint64_t units = 5U * 2 * 20;
  const Report report = report_of(block_lstm("BlockLSTMV2", false));
  EXPECT_EQ(sizes_of(report), (Sizes{5, 2, 20}));
  EXPECT_EQ(report.totals.figures.macs, 5U * 2 * 4 * 20 * (10 + 20));
  EXPECT_EQ(report.totals.figures.params, (10U + 20) * 4 * 20 + 4 * 20);
  // The first version adds 1 to its forget gates and clips its cell states, unless it says otherwise.
  const Report first = report_of(block_lstm("BlockLSTM", false));
  EXPECT_EQ(*first.totals.figures.flops, *report.totals.figures.flops + units * (1 + 2));
  const Report peeping = report_of(block_lstm("BlockLSTMV2", true));
  EXPECT_EQ(*peeping.totals.figures.flops, *report.totals.figures.flops + units * 3 * 2);
  EXPECT_EQ(peeping.totals.figures.params, (10U + 20) * 4 * 20 + 4 * 20 + 3 * 20);
}

TEST(TensorFlowOperators, a_block_lstm_of_one_step_names_its_results_in_functions) {
  const Proto step = tf_function_def(
      "step", {"x", "c", "h", "w", "p", "b"}, {{"y", "cell:h:0"}},
      {tf_node("LSTMBlockCell", "cell", {"x", "c", "h", "w", "p", "p", "p", "b"}, {tf_flag("use_peephole", false)})});
  const Report report =
      report_of(TfGraph()
                    .placeholder("x", {2, 10})
                    .placeholder("c", {2, 20})
                    .placeholder("h", {2, 20})
                    .weight("w", {10 + 20, 4 * 20})
                    .weight("p", {20})
                    .weight("b", {4 * 20})
                    .node("PartitionedCall", "y", {"x", "c", "h", "w", "p", "b"}, {tf_function("f", "step")})
                    .function(step));
  EXPECT_EQ(sizes_of(report), (Sizes{2, 20}));
  EXPECT_EQ(report.totals.figures.macs, 2U * 4 * 20 * (10 + 20));
}

TEST(TensorFlowOperators, a_cudnn_layer_has_all_its_parameters_in_one_list) {
  const auto layers = [](const char* op, const char* cell, bool time_major) {
    const std::vector<int64_t> x = time_major ? std::vector<int64_t>{5, 2, 10} : std::vector<int64_t>{2, 5, 10};
    const std::vector<int64_t> state = time_major ? std::vector<int64_t>{4, 2, 20} : std::vector<int64_t>{2, 4, 20};
    const int64_t gates = std::string_view(cell) == "lstm" ? 4 : 3;
    const int64_t parameters = 2 * gates * 20 * (10 + 20 + 2) + 2 * gates * 20 * (40 + 20 + 2);
    std::vector<TfAttribute> attributes{tf_text("rnn_mode", cell), tf_text("direction", "bidirectional"),
                                        tf_text("input_mode", "linear_input")};
    if (!time_major) attributes.push_back(tf_flag("time_major", false));
    return report_of(TfGraph()
                         .placeholder("x", x)
                         .placeholder("h", state)
                         .placeholder("c", state)
                         .weight("w", {parameters})
                         .numbers("lengths", {5, 5})
                         .node(op, "rnn", {"x", "h", "c", "w", "lengths"}, attributes)
                         .node("Identity", "y", {"rnn"}));
  };
  const uint64_t runs = 5U * 2 * 2;
  for (const char* op : {"CudnnRNN", "CudnnRNNV2", "CudnnRNNV3"}) {
    const Report lstm = layers(op, "lstm", true);
    EXPECT_EQ(sizes_of(lstm), (Sizes{5, 2, 40}));
    EXPECT_EQ(lstm.totals.figures.macs, runs * 4 * 20 * (10 + 20) + runs * 4 * 20 * (40 + 20));
    EXPECT_EQ(lstm.totals.figures.params, 2U * 4 * 20 * (10 + 20 + 2) + 2 * 4 * 20 * (40 + 20 + 2));
  }
  const Report gru = layers("CudnnRNNV3", "gru", false);
  EXPECT_EQ(sizes_of(gru), (Sizes{2, 5, 40}));
  EXPECT_EQ(gru.totals.figures.macs, runs * 3 * 20 * (10 + 20) + runs * 3 * 20 * (40 + 20));
}

// --- examples --------------------------------------------------------------------------------------------------------

/// Two texts and a picture parsed of examples; the picture goes into the network.
TfGraph parsing(const std::vector<int64_t>& texts) {
  constexpr int64_t kText = 7;
  const int64_t dense = 3 * 2;  // behind places, values and sizes of two sparse features
  return TfGraph()
      .node("Placeholder", "texts", {}, {tf_type("dtype", kText), tf_shape("shape", texts)})
      .weight("w", {28, 10})
      .node("ParseExampleV2", "parse", {"texts"},
            {tf_types("sparse_types", {kText, kText}), tf_types("Tdense", {kTfInt32, kTfFloat}),
             tf_shapes("dense_shapes", {{1}, {28, 28}})})
      .node("BatchMatMulV2", "y", {"parse:" + std::to_string(dense + 1), "w"});
}

TEST(TensorFlowOperators, dense_features_of_examples_are_inputs) {
  const Report report = report_of(parsing({-1}));
  EXPECT_EQ(sizes_of(report), (Sizes{1, 28, 10}));
  EXPECT_EQ(report.totals.figures.macs, 28U * 28 * 10);
  ASSERT_FALSE(report.inputs.empty());
  EXPECT_EQ(report.inputs.back().name, "parse:7");
  Options options;
  options.dims["batch"] = 3;
  EXPECT_EQ(analyze(bytes_of(parsing({-1}).proto), "test.pb", options).totals.figures.macs, 3U * 28 * 28 * 10);
}

TEST(TensorFlowOperators, a_single_example_has_no_batch) {
  EXPECT_EQ(sizes_of(report_of(parsing({}))), (Sizes{28, 10}));
}

// --- numbers that are drawn ------------------------------------------------------------------------------------------

TEST(TensorFlowOperators, what_is_drawn_has_the_shape_that_is_asked_for) {
  const auto drawn = [](const char* op, const std::vector<TfAttribute>& attributes) {
    TfGraph graph;
    graph.placeholder("x", {4})
        .numbers("shape", {3, 4})
        .numbers("seed", {1, 2})
        .node(op, "drawn", {"shape", "seed"}, attributes);
    return sizes_of(report_of(
        graph.node("Cast", "cast", {"drawn"}, {tf_type("DstT", kTfFloat)}).node("AddV2", "y", {"cast", "x"})));
  };
  EXPECT_EQ(drawn("ParameterizedTruncatedNormal", {tf_type("dtype", kTfFloat)}), (Sizes{3, 4}));
  EXPECT_EQ(drawn("StatelessRandomUniformFullInt", {tf_type("dtype", kTfInt32)}), (Sizes{3, 4}));
  EXPECT_EQ(drawn("Empty", {tf_type("dtype", kTfFloat)}), (Sizes{3, 4}));
}

TEST(TensorFlowOperators, what_is_shuffled_keeps_its_shape) {
  for (const char* op : {"RandomShuffle", "StatelessShuffle"}) {
    const Report report = report_of(TfGraph().placeholder("x", {3, 4}).numbers("key", {1}).node(op, "y", {"x", "key"}));
    EXPECT_EQ(sizes_of(report), (Sizes{3, 4}));
    EXPECT_EQ(report.totals.figures.flops, 0U);
  }
}

TEST(TensorFlowOperators, counts_of_all_numbers_have_one_axis) {
  const Report report =
      report_of(TfGraph()
                    .node("Placeholder", "x", {}, {tf_type("dtype", kTfInt32), tf_shape("shape", {3, 4})})
                    .number("size", 7)
                    .weight("none", {0})
                    .node("Bincount", "y", {"x", "size", "none"}));
  EXPECT_EQ(sizes_of(report), (Sizes{7}));
}

}  // namespace
}  // namespace flopstat

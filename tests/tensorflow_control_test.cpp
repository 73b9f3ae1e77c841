// Functions, variables, conditions and loops of TensorFlow, from the file to the report.

#include <gtest/gtest.h>

#include "flopstat/analyze.h"
#include "support/invariants.h"
#include "support/tensorflow_writer.h"

namespace flopstat {
namespace {

using namespace test;  // NOLINT: the writer's words

Report report_of(const Proto& proto, const Options& options = {}) {
  Report report = analyze(bytes_of(proto), "test.pb", options);
  check_invariants(report);
  return report;
}

Report report_of(const TfGraph& graph, const Options& options = {}) { return report_of(graph.proto, options); }

/// y = x [1, 10] by w [10, 10], written like the body of a loop of TensorFlow 1, `trips` times.
TfGraph frame_loop(int64_t trips) {
  const auto enter = [](const char* name, const char* from, bool constant) {
    return tf_node("Enter", name, {from}, {tf_text("frame_name", "loop"), tf_flag("is_constant", constant)});
  };
  TfGraph graph;
  graph.placeholder("x", {1, 10}).weight("w", {10, 10}).number("zero", 0).number("limit", trips);
  graph.node(enter("i/Enter", "zero", false)).node(enter("x/Enter", "x", false));
  graph.node(enter("limit/Enter", "limit", true)).node(enter("w/Enter", "w", true));
  graph.node("Merge", "i/Merge", {"i/Enter", "i/Next"}).node("Merge", "x/Merge", {"x/Enter", "x/Next"});
  graph.node("Less", "Less", {"i/Merge", "limit/Enter"}).node("LoopCond", "LoopCond", {"Less"});
  graph.node("Switch", "i/Switch", {"i/Merge", "LoopCond"}).node("Switch", "x/Switch", {"x/Merge", "LoopCond"});
  graph.node("Const", "one", {"^i/Switch"}, {tf_tensor("value", tf_numbers({}, {1}))});
  graph.node("AddV2", "i/Add", {"i/Switch:1", "one"}).node("MatMul", "MatMul", {"x/Switch:1", "w/Enter"});
  graph.node("NextIteration", "i/Next", {"i/Add"}).node("NextIteration", "x/Next", {"MatMul"});
  graph.node("Exit", "x/Exit", {"x/Switch"}).node("Identity", "y", {"x/Exit"});
  return graph;
}

TEST(TensorFlowControl, a_loop_of_frames_counts_its_body_once_per_trip) {
  const Report report = report_of(frame_loop(7));
  EXPECT_EQ(report.totals.figures.macs, 7U * 10 * 10);
  EXPECT_EQ(report.totals.figures.params, 10U * 10);
  EXPECT_TRUE(report.totals.complete);
}

TEST(TensorFlowControl, a_loop_of_functions_counts_its_body_once_per_trip) {
  const Proto condition = tf_function_def("more", {"i", "x", "w"}, {{"y", "Less:z:0"}},
                                          {tf_node("Const", "limit", {}, {tf_tensor("value", tf_numbers({}, {7}))}),
                                           tf_node("Less", "Less", {"i", "limit:output:0"})});
  const Proto body =
      tf_function_def("trip", {"i", "x", "w"}, {{"i2", "Add:z:0"}, {"x2", "MatMul:product:0"}, {"w2", "w"}},
                      {tf_node("Const", "one", {}, {tf_tensor("value", tf_numbers({}, {1}))}),
                       tf_node("AddV2", "Add", {"i", "one:output:0"}), tf_node("MatMul", "MatMul", {"x", "w"})});
  const Report report = report_of(TfGraph()
                                      .placeholder("x", {1, 10})
                                      .weight("w", {10, 10})
                                      .number("zero", 0)
                                      .node("StatelessWhile", "while", {"zero", "x", "w"},
                                            {tf_function("cond", "more"), tf_function("body", "trip")})
                                      .node("Identity", "y", {"while:1"})
                                      .function(condition)
                                      .function(body));
  EXPECT_EQ(report.totals.figures.macs, 7U * 10 * 10);
  EXPECT_EQ(report.totals.figures.params, 10U * 10);
}

/// A list of 5 entries, whose shape the first one tells: each trip sets one, then all are stacked.
TEST(TensorFlowControl, a_list_that_a_loop_fills_has_as_many_entries_as_were_reserved) {
  const Proto condition = tf_function_def("more", {"i", "list", "x"}, {{"y", "Less:z:0"}},
                                          {tf_node("Const", "limit", {}, {tf_tensor("value", tf_numbers({}, {5}))}),
                                           tf_node("Less", "Less", {"i", "limit:output:0"})});
  const Proto body =
      tf_function_def("trip", {"i", "list", "x"}, {{"i2", "Add:z:0"}, {"list2", "Set:output_handle:0"}, {"x2", "x"}},
                      {tf_node("Const", "one", {}, {tf_tensor("value", tf_numbers({}, {1}))}),
                       tf_node("AddV2", "Add", {"i", "one:output:0"}), tf_node("Relu", "Relu", {"x"}),
                       tf_node("TensorListSetItem", "Set", {"list", "i", "Relu:activations:0"})});
  const Report report = report_of(
      TfGraph()
          .placeholder("x", {1, 10})
          .number("zero", 0)
          .number("five", 5)
          .numbers("entry", {-1, 10})
          .node("TensorListReserve", "list", {"entry", "five"}, {tf_type("element_dtype", 1)})
          .node("While", "while", {"zero", "list", "x"}, {tf_function("cond", "more"), tf_function("body", "trip")})
          .node("TensorListStack", "y", {"while:1", "entry"})
          .function(condition)
          .function(body));
  const auto& shape = *report.outputs.at(0).shape;
  EXPECT_EQ(std::vector<int64_t>(shape.begin(), shape.end()), (std::vector<int64_t>{5, 1, 10}));
  EXPECT_TRUE(report.totals.complete);
}

/// y = x by one of two weights, with Switch and Merge.
TfGraph choice(const Proto& predicate) {
  return TfGraph()
      .placeholder("x", {1, 10})
      .node(predicate)
      .weight("wide", {10, 50})
      .weight("narrow", {10, 5})
      .node("Switch", "Switch", {"x", "predicate"})
      .node("MatMul", "no", {"Switch:0", "wide"})
      .node("MatMul", "yes", {"Switch:1", "narrow"})
      .node("Merge", "Merge", {"yes", "no"})
      .node("Identity", "y", {"Merge"});
}

TEST(TensorFlowControl, a_condition_that_is_stored_takes_its_branch) {
  const auto stored = [](int64_t truth) {
    return tf_node("Const", "predicate", {}, {tf_tensor("value", tf_empty(10, {}).packed(11, {truth}))});
  };
  EXPECT_EQ(report_of(choice(stored(1))).totals.figures.macs, 10U * 5);
  EXPECT_EQ(report_of(choice(stored(0))).totals.figures.macs, 10U * 50);
}

/// Two conditions on one predicate, one behind the other, and one inside a branch of the first: y = x by wide, narrow.
TEST(TensorFlowControl, conditions_behind_and_inside_each_other_are_told_apart) {
  const auto graph = [](int64_t outer, int64_t inner) {
    const auto truth = [](const char* name, int64_t value) {
      return tf_node("Const", name, {}, {tf_tensor("value", tf_empty(10, {}).packed(11, {value}))});
    };
    return TfGraph()
        .placeholder("x", {1, 10})
        .node(truth("p", outer))
        .node(truth("q", inner))
        .weight("w10", {10, 10})
        .weight("w20", {10, 20})
        .weight("w30", {10, 30})
        .weight("w40", {10, 40})
        .node("Switch", "s", {"x", "p"})
        .node("Switch", "inner/s", {"s:1", "q"})
        .node("MatMul", "inner/no", {"inner/s:0", "w20"})
        .node("MatMul", "inner/yes", {"inner/s:1", "w30"})
        .node("Merge", "inner/m", {"inner/no", "inner/yes"})
        .node("MatMul", "no", {"s:0", "w10"})
        .node("Merge", "m", {"no", "inner/m"})
        .node("Switch", "again/s", {"x", "p"})
        .node("MatMul", "again/no", {"again/s:0", "w40"})
        .node("Identity", "again/yes", {"again/s:1"})
        .node("Merge", "again/m", {"again/no", "again/yes"})
        .node("MatMul", "y", {"again/m", "m"}, {tf_flag("transpose_a", true)});
  };
  const auto macs_of = [&](int64_t outer, int64_t inner) { return report_of(graph(outer, inner)).totals.figures.macs; };
  EXPECT_EQ(macs_of(0, 0), 10U * 10 + 10 * 40 + 40 * 1 * 10);
  EXPECT_EQ(macs_of(1, 0), 10U * 20 + 10 * 1 * 20);
  EXPECT_EQ(macs_of(1, 1), 10U * 30 + 10 * 1 * 30);
}

TEST(TensorFlowControl, a_variable_that_a_function_takes_is_a_parameter_once) {
  const TfGraph graph =
      TfGraph()
          .variable("w", {3, 4})
          .placeholder("serve_x", {-1, 3})
          .node("StatefulPartitionedCall", "call", {"serve_x", "w"}, {tf_function("f", "served")})
          .function(tf_function_def(
              "served", {"x", "resource"}, {{"y", "Add:z:0"}},
              {tf_node("ReadVariableOp", "Read", {"resource"}), tf_node("ReadVariableOp", "Again", {"resource"}),
               tf_node("MatMul", "MatMul", {"x", "Read:value:0"}), tf_node("MatMul", "Second", {"x", "Again:value:0"}),
               tf_node("AddV2", "Add", {"MatMul:product:0", "Second:product:0"})}));
  const TfSignature signature{"serving_default", {{"x", "serve_x:0"}}, {{"y", "call:0"}}};
  const Report report = report_of(tf_saved_model({tf_meta_graph(graph, {signature})}));
  EXPECT_EQ(report.totals.figures.macs, 2U * 3 * 4);
  EXPECT_EQ(report.totals.figures.params, 3U * 4);
}

TEST(TensorFlowControl, a_free_batch_is_bound_by_its_name) {
  const TfGraph graph = TfGraph().placeholder("x", {-1, 3}).weight("w", {3, 4}).node("MatMul", "y", {"x", "w"});
  Options options;
  options.dims["batch"] = 8;
  EXPECT_EQ(report_of(graph, options).totals.figures.macs, 8U * 3 * 4);
}

TEST(TensorFlowControl, a_depthwise_convolution_has_a_group_per_channel) {
  const TfGraph graph = TfGraph()
                            .placeholder("x", {1, 8, 8, 6})
                            .weight("w", {3, 3, 6, 2})
                            .node("DepthwiseConv2dNative", "y", {"x", "w"},
                                  {tf_integers("strides", {1, 1, 1, 1}), tf_text("padding", "SAME")});
  EXPECT_EQ(report_of(graph).totals.figures.macs, uint64_t{8} * 8 * (6 * 2) * (3 * 3));
}

TEST(TensorFlowControl, what_is_fused_behind_a_convolution_counts_too) {
  Proto operations;
  operations.text(2, "BiasAdd").text(2, "Relu");
  const TfGraph graph = TfGraph()
                            .placeholder("x", {1, 8, 8, 3})
                            .weight("w", {3, 3, 3, 4})
                            .weight("b", {4})
                            .node("_FusedConv2D", "y", {"x", "w", "b"},
                                  {tf_integers("strides", {1, 1, 1, 1}),
                                   tf_text("padding", "VALID"),
                                   {"fused_ops", Proto().message(1, operations)}});
  const uint64_t outputs = 6 * 6 * 4;
  const Report report = report_of(graph);
  EXPECT_EQ(report.totals.figures.macs, outputs * (3 * 3 * 3));
  EXPECT_EQ(report.totals.figures.flops, 2 * outputs * (3 * 3 * 3) + outputs + outputs);
  EXPECT_EQ(report.totals.figures.params, 3U * 3 * 3 * 4 + 4);
}

}  // namespace
}  // namespace flopstat

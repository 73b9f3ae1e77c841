// Graphs inside ONNX operators, from the file to the report.

#include <gtest/gtest.h>

#include "flopstat/analyze.h"
#include "support/invariants.h"
#include "support/onnx_writer.h"

namespace flopstat {
namespace {

using namespace test;  // NOLINT: the writer's words

Report report_of(const OnnxGraph& graph, const Options& options = {}) {
  Report report = analyze(bytes_of(graph.model()), "test.onnx", options);
  check_invariants(report);
  return report;
}

Proto onnx_graph(std::string_view name, const OnnxGraph& graph) {
  return Proto{}.text(1, name).integer(20, 5).message(6, graph.proto);
}

/// y = x by w, with names of its own.
OnnxGraph product(const char* weight, const char* y) {
  return OnnxGraph().node(onnx_node("MatMul", {"x", weight}, {y})).output(y);
}

OnnxGraph choice(const Proto& condition_or_none = {}) {
  OnnxGraph graph;
  if (condition_or_none.bytes.empty()) {
    graph.proto.message(11, onnx_value_info("condition", 9, {}));
  } else {
    graph.initializer(condition_or_none);
  }
  return graph.input("x", {1, 10})
      .weight("wide", {10, 50})
      .weight("narrow", {10, 5})
      .node(onnx_node("If", {"condition"}, {"y"},
                      {onnx_graph("then_branch", product("narrow", "small")),
                       onnx_graph("else_branch", product("wide", "large"))}));
}

TEST(OnnxControl, a_branch_that_is_not_known_counts_as_the_dearer_one) {
  const Report report = report_of(choice().output("x"));
  EXPECT_EQ(report.totals.figures.macs, 10U * 50);
}

TEST(OnnxControl, a_constant_condition_takes_its_branch) {
  const Proto yes = onnx_raw("condition", 9, {}, std::string(1, '\1'));
  const Report report = report_of(choice(yes).output("y"));
  EXPECT_EQ(report.totals.figures.macs, 10U * 5);
  EXPECT_EQ(report.outputs.at(0).shape->back(), 5);
}

TEST(OnnxControl, a_weight_captured_by_a_branch_is_a_parameter_once) {
  const Proto yes = onnx_raw("condition", 9, {}, std::string(1, '\1'));
  OnnxGraph graph = choice(yes);
  graph.node(onnx_node("MatMul", {"x", "narrow"}, {"again"})).output("again").output("y");
  EXPECT_EQ(report_of(graph).totals.figures.params, 10U * 5 + 10 * 50);
}

/// state = state by w, collecting each; the condition is handed on.
OnnxGraph body() {
  OnnxGraph graph;
  graph.proto.message(11, onnx_value_info("trip", kOnnxInt64, {}));
  graph.proto.message(11, onnx_value_info("goes_on", 9, {}));
  graph.input("state", {2, 4});
  return graph.node(onnx_node("Identity", {"goes_on"}, {"still"}))
      .node(onnx_node("MatMul", {"state", "w"}, {"next"}))
      .node(onnx_node("Identity", {"next"}, {"part"}))
      .output("still")
      .output("next")
      .output("part");
}

TEST(OnnxControl, a_loop_with_a_constant_number_of_trips_repeats_its_body) {
  const Report report =
      report_of(OnnxGraph()
                    .input("x", {2, 4})
                    .weight("w", {4, 4})
                    .initializer(onnx_raw("trips", kOnnxInt64, {}, std::string("\7\0\0\0\0\0\0\0", 8)))
                    .initializer(onnx_raw("yes", 9, {}, std::string(1, '\1')))
                    .node(onnx_node("Loop", {"trips", "yes", "x"}, {"last", "all"}, {onnx_graph("body", body())}))
                    .output("last")
                    .output("all"));
  EXPECT_EQ(report.totals.figures.macs, 7U * 2 * 4 * 4);
  EXPECT_TRUE(report.totals.complete);
  const std::vector<int64_t> all(report.outputs.at(1).shape->begin(), report.outputs.at(1).shape->end());
  EXPECT_EQ(all, (std::vector<int64_t>{7, 2, 4}));
}

TEST(OnnxControl, a_loop_whose_trips_are_an_input_is_not_known_until_they_are_given) {
  OnnxGraph graph;
  graph.proto.message(11, onnx_value_info("trips", kOnnxInt64, {}));
  graph.input("x", {2, 4})
      .weight("w", {4, 4})
      .node(onnx_node("Loop", {"trips", "", "x"}, {"last", "all"}, {onnx_graph("body", body())}))
      .output("last");
  const Report unknown = report_of(graph);
  EXPECT_FALSE(unknown.totals.complete);
  Options options;
  options.contents["trips"] = {int64_t{3}};
  EXPECT_EQ(report_of(graph, options).totals.figures.macs, 3U * 2 * 4 * 4);
}

TEST(OnnxControl, contents_that_do_not_fit_their_input_are_a_usage_error) {
  OnnxGraph graph;
  graph.proto.message(11, onnx_value_info("sizes", kOnnxInt64, {2}));
  graph.weight("value", {}).node(onnx_node("ConstantOfShape", {"sizes"}, {"y"})).output("y");
  Options options;
  options.contents["sizes"] = {int64_t{3}, int64_t{4}};
  const Report report = report_of(graph, options);
  const std::vector<int64_t> shape(report.outputs.at(0).shape->begin(), report.outputs.at(0).shape->end());
  EXPECT_EQ(shape, (std::vector<int64_t>{3, 4}));
  options.contents["sizes"] = {int64_t{3}};
  EXPECT_THROW(report_of(graph, options), Error);
  EXPECT_THROW(report_of(graph, Options{.contents = {{"size", {int64_t{3}}}}}), Error);
}

TEST(OnnxControl, a_scan_runs_once_per_entry_of_its_sequence) {
  const OnnxGraph step = OnnxGraph()
                             .input("sum", {4})
                             .input("entry", {4})
                             .node(onnx_node("Add", {"sum", "entry"}, {"next"}))
                             .node(onnx_node("MatMul", {"next", "w"}, {"part"}))
                             .output("next")
                             .output("part");
  const Report report = report_of(OnnxGraph()
                                      .input("start", {4})
                                      .input("x", {9, 4})
                                      .weight("w", {4, 6})
                                      .node(onnx_node("Scan", {"start", "x"}, {"last", "all"},
                                                      {onnx_graph("body", step), onnx_integer("num_scan_inputs", 1)}))
                                      .output("all"));
  EXPECT_EQ(report.totals.figures.macs, 9U * 4 * 6);
  EXPECT_EQ(report.totals.figures.flops, 9U * (2 * 4 * 6 + 4));
  const std::vector<int64_t> all(report.outputs.at(0).shape->begin(), report.outputs.at(0).shape->end());
  EXPECT_EQ(all, (std::vector<int64_t>{9, 6}));
}

TEST(OnnxControl, a_function_counts_where_it_is_called) {
  const Proto dense = Proto{}
                          .text(1, "Dense")
                          .text(10, "local")
                          .text(4, "in")
                          .text(4, "weight")
                          .text(5, "out")
                          .message(7, onnx_node("MatMul", {"in", "weight"}, {"out"}))
                          .message(9, Proto{}.integer(2, 17));
  const OnnxGraph graph = OnnxGraph()
                              .input("x", {3, 4})
                              .weight("a", {4, 4})
                              .weight("b", {4, 8})
                              .node(onnx_node("Dense", {"x", "a"}, {"h"}, {}, "", "local"))
                              .node(onnx_node("Dense", {"h", "b"}, {"y"}, {}, "", "local"))
                              .output("y");
  const Report report = analyze(bytes_of(graph.model().message(25, dense)), "test.onnx");
  check_invariants(report);
  EXPECT_EQ(report.totals.figures.macs, 3U * 4 * 4 + 3 * 4 * 8);
  EXPECT_EQ(report.totals.figures.params, 4U * 4 + 4 * 8);
}

/// Each token goes through 2 of 4 experts of 8 -> 16 -> 8.
TEST(OnnxControl, experts_count_those_that_are_chosen_and_all_their_parameters) {
  const OnnxGraph graph =
      OnnxGraph()
          .input("x", {5, 8})
          .input("router", {5, 4})
          .weight("up", {4, 8, 16})
          .weight("down", {4, 16, 8})
          .node(onnx_node("MoE", {"x", "router", "up", "", "down"}, {"y"}, {onnx_integer("k", 2)}, "", "com.microsoft"))
          .output("y");
  const Report report =
      analyze(bytes_of(graph.model().message(8, Proto{}.text(1, "com.microsoft").integer(2, 1))), "test.onnx");
  check_invariants(report);
  EXPECT_EQ(report.totals.figures.macs, 5U * 2 * (8 * 16 + 16 * 8));
  EXPECT_EQ(report.totals.figures.params, 4U * (8 * 16 + 16 * 8));
  EXPECT_EQ(report.outputs.at(0).shape->front(), 5);
}

}  // namespace
}  // namespace flopstat

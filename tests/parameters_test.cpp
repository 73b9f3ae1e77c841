// Parameters follow from the constants alone: what is not known of a model's inputs does not hide them.

#include <gtest/gtest.h>

#include "flopstat/analyze.h"
#include "support/invariants.h"
#include "support/onnx_writer.h"
#include "support/tflite_writer.h"

namespace flopstat {
namespace {

TEST(Parameters, are_counted_where_the_size_of_an_input_is_not_known) {
  test::TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1, 1, 4}, .shape_signature = {{1, -1, 4}}});
  const int32_t w = b.constant({.name = "w", .shape = {2, 4}}, std::vector<float>(2 * 4));
  const int32_t bias = b.constant({.name = "bias", .shape = {2}}, std::vector<float>(2));
  const int32_t y = b.tensor({.name = "y", .shape = {1, 1, 2}, .shape_signature = {{1, -1, 2}}});
  b.op({.code = test::builtin::fully_connected, .inputs = {x, w, bias}, .outputs = {y}});
  b.inputs({x});
  b.outputs({y});
  const Report report = analyze(b.finish(), "free.tflite");
  test::check_invariants(report);
  EXPECT_FALSE(report.totals.complete);
  EXPECT_EQ(report.totals.figures.params, 2 * 4 + 2);
  EXPECT_EQ(report.totals.figures.weight_bytes, (2 * 4 + 2) * sizeof(float));
}

/// A GRU of 2 units on x [1, batch, 2]; `start` computes its initial state `h` from the constant `c` [1, 1, 2].
Report gru_with_state(const std::vector<test::Proto>& start) {
  test::OnnxGraph graph;
  graph.input("x", {1, "batch", 2}).weight("w", {1, 3 * 2, 2}).weight("r", {1, 3 * 2, 2}).weight("c", {1, 1, 2});
  for (const test::Proto& node : start) graph.node(node);
  graph.node(test::onnx_node("GRU", {"x", "w", "r", "", "", "h"}, {"y"}, {test::onnx_integer("hidden_size", 2)}));
  graph.output("y");
  Report report = analyze(test::bytes_of(graph.model()), "gru.onnx");
  test::check_invariants(report);
  EXPECT_TRUE(report.totals.complete);
  return report;
}

TEST(Parameters, a_stored_initial_state_is_none_though_it_is_expanded_to_the_batch) {
  const Report report =
      gru_with_state({test::onnx_node("Shape", {"x"}, {"s"}), test::onnx_node("Expand", {"c", "s"}, {"h"})});
  EXPECT_EQ(report.totals.figures.params, 2 * (3 * 2 * 2));
}

TEST(Parameters, a_layer_that_computes_an_initial_state_has_its_own) {
  const Report report = gru_with_state({test::onnx_node("Add", {"x", "c"}, {"h"})});
  EXPECT_EQ(report.totals.figures.params, 2 * (3 * 2 * 2) + 2);
}

}  // namespace
}  // namespace flopstat

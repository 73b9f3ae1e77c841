// Models without their weights: nodes make them, of constants.

#include <gtest/gtest.h>

#include "flopstat/analyze.h"
#include "support/invariants.h"
#include "support/onnx_writer.h"

namespace flopstat {
namespace {

using test::onnx_node;

/// A convolution and a dense layer behind it.
test::OnnxGraph network() {
  test::OnnxGraph graph;
  graph.input("x", {1, 3, 8, 8});
  return graph.node(onnx_node("Conv", {"x", "kernels"}, {"features"}))
      .node(onnx_node("Flatten", {"features"}, {"flat"}))
      .node(onnx_node("MatMul", {"flat", "weights"}, {"y"}))
      .output("y", {1, 10});
}

Report report_of(const test::OnnxGraph& graph) {
  Report report = analyze(test::bytes_of(graph.model()), "test.onnx");
  test::check_invariants(report);
  return report;
}

TEST(OnnxLight, weights_that_nodes_make_count_like_stored_ones) {
  const Report full = report_of(network().weight("kernels", {4, 3, 3, 3}).weight("weights", {4 * 6 * 6, 10}));
  test::OnnxGraph light = network();
  light.initializer(test::onnx_int64s("of_kernels", {4, 3, 3, 3}))
      .initializer(test::onnx_int64s("of_weights", {144, 10}));
  light.node(onnx_node("ConstantOfShape", {"of_kernels"}, {"kernels"}));
  light.node(onnx_node("ConstantOfShape", {"of_weights"}, {"weights"}));
  const Figures made = report_of(light).totals.figures;
  const Figures& stored = full.totals.figures;
  EXPECT_EQ(stored.macs, 6u * 6 * 4 * 27 + 144 * 10);
  EXPECT_EQ(stored.params, 4u * 27 + 144 * 10);
  EXPECT_EQ(made.macs, stored.macs);
  EXPECT_EQ(made.valid_macs, stored.valid_macs);
  EXPECT_EQ(made.flops, stored.flops);
  EXPECT_EQ(made.params, stored.params);
  EXPECT_EQ(made.weight_bytes, stored.weight_bytes);
  EXPECT_EQ(made.read_bytes, stored.read_bytes);
  EXPECT_EQ(made.written_bytes, stored.written_bytes);
}

}  // namespace
}  // namespace flopstat

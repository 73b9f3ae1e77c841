#include "flopstat/difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "reports/common_subsequence.h"
#include "support/report_builder.h"

namespace flopstat {
namespace {

using test::ReportBuilder;
using test::RowSpec;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A dense layer: in * out multiply-adds, in * out weights of 4 bytes.
RowSpec dense(const std::string& name, uint64_t in, uint64_t out) {
  return {.type = "FULLY_CONNECTED",
          .op = "matmul",
          .name = name,
          .outputs = {{"y", DType::f32, {{1, static_cast<int64_t>(out)}}}},
          .work = {{.unit = Unit::mul_add, .dtype = DType::f32, .count = in * out}},
          .params = in * out,
          .weight_bytes = 4 * in * out,
          .read_bytes = 4 * (in + in * out),
          .written_bytes = 4 * out};
}

RowSpec elementwise(const std::string& name, const std::string& type, const std::string& op, Unit unit,
                    uint64_t elements) {
  return {.type = type,
          .op = op,
          .name = name,
          .outputs = {{"y", DType::f32, {{1, static_cast<int64_t>(elements)}}}},
          .work = {{.unit = unit, .dtype = DType::f32, .count = elements}},
          .read_bytes = 4 * elements,
          .written_bytes = 4 * elements};
}

/// A convolution of 3x3 taps, its result in the order of axes that is given.
RowSpec conv(const std::string& type, const std::vector<int64_t>& result) {
  uint64_t elements = 1;
  for (const int64_t size : result) elements *= static_cast<uint64_t>(size);
  return {.type = type,
          .op = "conv",
          .outputs = {{"y", DType::f32, result}},
          .work = {{.unit = Unit::mul_add, .dtype = DType::f32, .count = elements * 9}}};
}

Report report_of(const std::vector<RowSpec>& rows, const std::string& format = "tflite") {
  ReportBuilder builder("model." + format);
  for (const RowSpec& row : rows) builder.row(row);
  Report report = builder.finish();
  report.format = format == "onnx" ? "onnx" : "tflite";
  return report;
}

const ComparedFigure& figure(const std::vector<ComparedFigure>& figures, std::string_view key) {
  return *std::ranges::find(figures, key, &ComparedFigure::key);
}

std::optional<int64_t> total(const Difference& difference, std::string_view key) {
  return figure(difference.totals, key).difference();
}

/// "same 0 0", "changed 1 2", "added - 3": every node in order.
std::vector<std::string> nodes_of(const Difference& difference) {
  const auto text = [](const std::optional<uint32_t>& index) { return index ? std::to_string(*index) : "-"; };
  std::vector<std::string> nodes;
  for (const ComparedNode& node : difference.nodes) {
    nodes.push_back(std::string(name_of(node.status)) + " " + text(node.a) + " " + text(node.b));
  }
  return nodes;
}

TEST(Difference, of_a_model_and_itself_is_nothing) {
  for (const Report& report : {test::mnist_mlp(), test::incomplete_model()}) {
    const Difference difference = diff(report, report);
    EXPECT_EQ(difference.nodes.size(), report.rows.size());
    for (const ComparedNode& node : difference.nodes) EXPECT_EQ(node.status, NodeStatus::same);
    for (const ComparedFigure& each : difference.totals) EXPECT_TRUE(each.is_same()) << each.key;
  }
  EXPECT_EQ(total(diff(test::mnist_mlp(), test::mnist_mlp()), "macs"), 0);
}

TEST(Difference, of_a_wider_layer_is_in_it_and_in_the_layer_behind_it) {
  const Report a = report_of({dense("first", 8, 16), dense("second", 16, 16), dense("third", 16, 4)});
  const Report b = report_of({dense("first", 8, 16), dense("second", 16, 24), dense("third", 24, 4)});
  const Difference difference = diff(a, b);
  EXPECT_THAT(nodes_of(difference), ElementsAre("same 0 0", "changed 1 1", "changed 2 2"));
  EXPECT_EQ(total(difference, "macs"), (16 * 24 + 24 * 4) - (16 * 16 + 16 * 4));
  EXPECT_EQ(total(difference, "weight_bytes"), 4 * *total(difference, "params"));
  EXPECT_EQ(figure(difference.nodes[1].figures, "macs").difference(), 16 * (24 - 16));
  EXPECT_EQ(figure(difference.nodes[2].figures, "macs").difference(), (24 - 16) * 4);
  EXPECT_THAT(difference.nodes[1].changed, ElementsAre("shape", "macs", "valid_macs", "flops", "params", "weight_bytes",
                                                       "read_bytes", "written_bytes"));
  EXPECT_THAT(difference.nodes[2].changed,
              ElementsAre("macs", "valid_macs", "flops", "params", "weight_bytes", "read_bytes"));
}

TEST(Difference, names_a_layer_that_was_put_in_though_all_names_behind_it_have_shifted) {
  const Report a = report_of({dense("dense", 8, 16), dense("dense_1", 16, 32), dense("dense_2", 32, 64)});
  const Report b =
      report_of({dense("dense", 8, 16), dense("dense_1", 16, 16), dense("dense_2", 16, 32), dense("dense_3", 32, 64)});
  EXPECT_THAT(nodes_of(diff(a, b)), ElementsAre("same 0 0", "added - 1", "same 1 2", "same 2 3"));
  EXPECT_THAT(nodes_of(diff(b, a)), ElementsAre("same 0 0", "removed 1 -", "same 2 1", "same 3 2"));
}

TEST(Difference, names_the_layer_that_was_taken_out_of_equal_ones) {
  const Report a = report_of({dense("a", 8, 8), dense("b", 8, 8), dense("c", 8, 8), dense("d", 8, 8)});
  const Report b = report_of({dense("a", 8, 8), dense("c", 8, 8), dense("d", 8, 8)});
  EXPECT_THAT(nodes_of(diff(a, b)), ElementsAre("same 0 0", "removed 1 -", "same 2 1", "same 3 2"));
}

TEST(Difference, aligns_by_order_and_shape_where_nothing_has_a_name) {
  const Report a = report_of({dense("", 8, 16), dense("", 16, 32), dense("", 32, 4)});
  const Report b = report_of({dense("", 8, 16), elementwise("", "RELU", "unary", Unit::compare, 16), dense("", 16, 32),
                              dense("", 32, 4), elementwise("", "SOFTMAX", "softmax", Unit::transcendental, 4)});
  EXPECT_THAT(nodes_of(diff(a, b)), ElementsAre("same 0 0", "added - 1", "same 1 2", "same 2 3", "added - 4"));
}

TEST(Difference, knows_a_shape_with_channels_first_from_another_format) {
  const Report tflite = report_of({conv("CONV_2D", {1, 32, 24, 16}), conv("CONV_2D", {1, 16, 12, 32})});
  const Report onnx = report_of({conv("Conv", {1, 16, 32, 24}), conv("Conv", {1, 32, 16, 12})}, "onnx");
  EXPECT_THAT(nodes_of(diff(tflite, onnx)), ElementsAre("same 0 0", "same 1 1"));
  const Report transposed = report_of({conv("Conv", {1, 16, 24, 32}), conv("Conv", {1, 32, 16, 12})}, "onnx");
  const Difference other = diff(tflite, transposed);
  EXPECT_THAT(nodes_of(other), ElementsAre("changed 0 0", "same 1 1"));
  EXPECT_THAT(other.nodes[0].changed, ElementsAre("shape"));
  const Report same_format = report_of({conv("CONV_2D", {1, 16, 32, 24}), conv("CONV_2D", {1, 16, 12, 32})});
  EXPECT_THAT(nodes_of(diff(tflite, same_format)), ElementsAre("changed 0 0", "same 1 1"));
}

TEST(Difference, finds_a_piece_of_a_fused_name_without_what_converters_put_around_it) {
  const Report a = report_of({dense("net/relu;net/a/MatMul;net/shared", 8, 8), dense("net/b/MatMul;net/shared", 8, 8),
                              dense("net/c/MatMul;net/shared", 8, 8)});
  const Report b = report_of(
      {dense("StatefulPartitionedCall/net/a/MatMul:0", 8, 8), dense("StatefulPartitionedCall/net/c/MatMul:0", 8, 8)},
      "onnx");
  EXPECT_THAT(nodes_of(diff(a, b)), ElementsAre("same 0 0", "removed 1 -", "same 2 1"));
}

TEST(Difference, leaves_branches_that_are_stored_in_another_order_the_same) {
  const Report a = report_of({dense("in", 4, 8), dense("left", 8, 16), dense("right", 8, 32), dense("out", 48, 4)});
  const Report b = report_of({dense("in", 4, 8), dense("right", 8, 32), dense("left", 8, 16), dense("out", 48, 4)});
  for (const std::string& node : nodes_of(diff(a, b))) EXPECT_TRUE(node.starts_with("same")) << node;
}

TEST(Difference, never_pairs_two_operations) {
  const Report a = report_of({dense("layer", 8, 8)});
  const Report b = report_of({elementwise("layer", "TANH", "unary", Unit::transcendental, 8)});
  EXPECT_THAT(nodes_of(diff(a, b)), ElementsAre("removed 0 -", "added - 0"));
}

TEST(Difference, sees_another_function_of_the_same_cost) {
  const Report add = report_of({elementwise("y", "ADD", "binary", Unit::add, 8)});
  const Report sub = report_of({elementwise("y", "SUB", "binary", Unit::add, 8)});
  EXPECT_THAT(diff(add, sub).nodes[0].changed, ElementsAre("type"));
  const Report mul = report_of({elementwise("y", "Mul", "binary", Unit::mul, 8)}, "onnx");
  EXPECT_THAT(diff(add, mul).nodes[0].changed, ElementsAre("work"));
}

TEST(Difference, counts_all_runs_of_a_loop_and_parameters_once) {
  RowSpec three = dense("body", 4, 4), five = three;
  three.repeat = 3;
  five.repeat = 5;
  const Difference difference = diff(report_of({three}), report_of({five}));
  EXPECT_EQ(figure(difference.nodes[0].figures, "macs").difference(), (5 - 3) * 4 * 4);
  EXPECT_EQ(figure(difference.nodes[0].figures, "params").difference(), 0);
  EXPECT_EQ(difference.nodes[0].changed.front(), "repeat");
}

TEST(Difference, with_something_unknown_is_unknown_and_never_0) {
  const Report known = report_of({dense("a", 4, 4)});
  RowSpec mystery{.type = "Mystery", .op = "opaque", .name = "m", .unknown = "nobody knows it"};
  const Report unknown = report_of({dense("a", 4, 4), mystery});
  const Difference difference = diff(known, unknown);
  for (const std::string_view key : {"macs", "flops", "params", "weight_bytes", "read_bytes"}) {
    EXPECT_EQ(total(difference, key), std::nullopt) << key;
    EXPECT_FALSE(figure(difference.totals, key).is_same()) << key;
  }
  EXPECT_EQ(total(difference, "nodes"), 1);
  EXPECT_THAT(nodes_of(difference), ElementsAre("same 0 0", "added - 1"));
  EXPECT_EQ(figure(difference.nodes[1].figures, "macs").b, std::nullopt);
  EXPECT_EQ(difference.by_op[0].op, "Mystery");
  EXPECT_EQ(figure(difference.by_op[0].figures, "macs").difference(), std::nullopt);
}

TEST(Difference, leaves_out_totals_that_a_file_does_not_have) {
  Report a = report_of({dense("a", 4, 4)}), b = a;
  a.totals.trainable_params = 16;
  const Difference difference = diff(a, b);
  EXPECT_EQ(std::ranges::count(difference.totals, "trainable_params", &ComparedFigure::key), 0);
  b.totals.trainable_params = 12;
  EXPECT_EQ(total(diff(a, b), "trainable_params"), 12 - 16);
}

TEST(Difference, of_more_than_63_bits_is_not_told) {
  constexpr uint64_t most = INT64_MAX;
  const ComparedFigure down{.key = "macs", .a = UINT64_MAX, .b = 0};
  EXPECT_EQ(down.difference(), std::nullopt);
  EXPECT_EQ((ComparedFigure{.key = "macs", .a = most, .b = 0}.difference()), -INT64_MAX);
  EXPECT_EQ((ComparedFigure{.key = "macs", .a = most + 1, .b = 2 * most + 1}.difference()), INT64_MAX);
}

TEST(Difference, is_refused_under_two_conventions) {
  const Report a = test::mnist_mlp();
  Report b = a;
  b.convention = "another";
  EXPECT_THROW(diff(a, b), Error);
}

/// Layers with some of everything, so that alignments have something to do.
std::vector<RowSpec> random_layers(std::mt19937& random, size_t most) {
  std::vector<RowSpec> layers(random() % most);
  for (RowSpec& layer : layers) {
    const uint64_t width = 1 + random() % 3;
    const std::string name = random() % 2 == 0 ? "" : "n" + std::to_string(random() % 8);
    if (random() % 2 == 0) {
      layer = dense(name, 2, width);
    } else {
      layer = elementwise(name, "ADD", "binary", Unit::add, width);
    }
    layer.repeat = random() % 4;
  }
  return layers;
}

TEST(Difference, of_the_nodes_and_of_the_operations_adds_up_to_that_of_the_totals) {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    const Report a = report_of(random_layers(random, 30));
    const Report b = report_of(random_layers(random, 30), round % 2 == 0 ? "tflite" : "onnx");
    const Difference difference = diff(a, b);
    std::map<std::string_view, int64_t> of_nodes, of_ops;
    std::vector<int> seen_a(a.rows.size()), seen_b(b.rows.size());
    for (const ComparedNode& node : difference.nodes) {
      if (node.a) ++seen_a[*node.a];
      if (node.b) ++seen_b[*node.b];
      for (const ComparedFigure& each : node.figures) of_nodes[each.key] += each.difference().value();
    }
    for (const ComparedOp& op : difference.by_op) {
      for (const ComparedFigure& each : op.figures) of_ops[each.key] += each.difference().value();
    }
    EXPECT_TRUE(std::ranges::all_of(seen_a, [](int times) { return times == 1; }));
    EXPECT_TRUE(std::ranges::all_of(seen_b, [](int times) { return times == 1; }));
    for (const auto& [key, sum] : of_nodes) {
      if (key == "params" || key == "weight_bytes") continue;  // the builder's totals have them for each run
      EXPECT_EQ(sum, total(difference, key)) << key;
      EXPECT_EQ(of_ops[key], sum) << key;
    }
    EXPECT_EQ(of_ops["nodes"], static_cast<int64_t>(b.rows.size()) - static_cast<int64_t>(a.rows.size()));
  }
}

TEST(Difference, of_ten_thousand_nodes_is_exact_where_more_in_a_row_differ_than_are_searched) {
  constexpr size_t layers = 10'000, begin = 4'000, removed = 2 * kMostEdits;
  std::vector<RowSpec> all, rest;
  for (size_t i = 0; i < layers; ++i) all.push_back(dense("layer" + std::to_string(i), 4, 4));
  for (size_t i = 0; i < layers; ++i) {
    if (i < begin || i >= begin + removed) rest.push_back(all[i]);
  }
  const Difference difference = diff(report_of(all), report_of(rest));
  size_t gone = 0;
  for (const ComparedNode& node : difference.nodes) {
    if (node.status == NodeStatus::same) continue;
    EXPECT_EQ(node.status, NodeStatus::removed);
    EXPECT_GE(node.a.value(), begin);
    EXPECT_LT(node.a.value(), begin + removed);
    ++gone;
  }
  EXPECT_EQ(gone, removed);
}

}  // namespace
}  // namespace flopstat

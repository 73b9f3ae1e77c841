#include "graph/qdq.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/model_builder.h"

namespace flopstat::test {
namespace {

using ::testing::ElementsAre;

/// A graph with a scale for everything: quantizing and dequantizing take it as an operand.
struct QuantizedBuilder : ModelBuilder {
  TensorId scale = stored({});

  TensorId integers(const std::string& name, const Shape& shape, DType dtype = DType::i8) {
    const TensorId id = input(name, shape, dtype);
    tensor(id).quantization = {.scales = 1, .scale = 0.5F};
    return id;
  }
  TensorId weights(const Shape& shape) {
    const TensorId id = stored(shape, DType::i8);
    tensor(id).quantization = {.scales = 1, .scale = 0.25F};
    return id;
  }
  TensorId dequantize(TensorId x, const std::string& name = "dequantize") {
    return node(Dequantize{DType::f32}, {x, scale}, name);
  }
  TensorId quantize(TensorId x, float by = 0.5F) {
    const TensorId y = node(Quantize{DType::i8}, {x, scale}, "quantize");
    tensor(y).dtype = DType::i8;
    tensor(y).quantization = {.scales = 1, .scale = by};
    return y;
  }
};

std::vector<std::string> names(const Model& model) {
  std::vector<std::string> result;
  for (const flopstat::Node& node : model.graphs[0].nodes) result.emplace_back(node.name);
  return result;
}

TEST(Qdq, a_dequantization_with_several_integer_readers_goes_with_the_last) {
  QuantizedBuilder b;
  const TensorId x = b.dequantize(b.integers("x", {2, 2}));
  const TensorId y = b.quantize(b.node(Unary{UnaryFn::tanh}, {x}, "tanh"));
  const TensorId z = b.quantize(b.node(Unary{UnaryFn::exp}, {x}, "exp"));
  b.outputs({y, z});
  Model model = b.finish();
  const QdqFolding folded = fold_qdq(model);
  EXPECT_THAT(names(model), ElementsAre("tanh", "exp"));
  EXPECT_EQ(folded.operations, 2U);
  EXPECT_EQ(folded.nodes_folded, 1U + 2);
  EXPECT_EQ(model.graphs[0].nodes[0].outputs, std::vector<TensorId>{y});
}

TEST(Qdq, a_relu_between_becomes_the_activation) {
  QuantizedBuilder b;
  const TensorId product =
      b.node(MatMul{}, {b.dequantize(b.integers("x", {2, 3})), b.dequantize(b.weights({3, 4}))}, "product");
  b.outputs({b.quantize(b.node(Unary{UnaryFn::relu}, {product}, "relu"))});
  Model model = b.finish();
  fold_qdq(model);
  EXPECT_THAT(names(model), ElementsAre("product"));
  EXPECT_EQ(model.graphs[0].nodes[0].activation, UnaryFn::relu);
}

TEST(Qdq, a_function_between_that_moves_no_clamp_leaves_all_as_it_is) {
  QuantizedBuilder b;
  const TensorId product =
      b.node(MatMul{}, {b.dequantize(b.integers("x", {2, 3})), b.dequantize(b.weights({3, 4}))}, "product");
  b.outputs({b.quantize(b.node(Unary{UnaryFn::sigmoid}, {product}, "sigmoid"))});
  Model model = b.finish();
  EXPECT_EQ(fold_qdq(model).nodes_folded, 0U);
  EXPECT_THAT(names(model), ElementsAre("dequantize", "dequantize", "product", "sigmoid", "quantize"));
}

TEST(Qdq, what_is_split_is_dequantized_for_real_readers_only) {
  QuantizedBuilder b;
  const TensorId left = b.computed("left");
  const TensorId right = b.computed("right");
  b.node_to(Split{}, {b.dequantize(b.integers("x", {2, 4})), b.stored_values({}, {1})}, {left, right}, "split");
  const TensorId y = b.quantize(b.node(Unary{UnaryFn::tanh}, {left}, "tanh"));
  const TensorId z = b.node(Unary{UnaryFn::exp}, {right}, "exp");
  b.outputs({y, z});
  Model model = b.finish();
  fold_qdq(model);
  EXPECT_THAT(names(model), ElementsAre("split", "dequantize", "tanh", "exp"));
  const Counted all = counted(std::move(model));
  EXPECT_EQ(row_named(all.report, "split").outputs[0].dtype, DType::i8);
  EXPECT_EQ(row_named(all.report, "exp").inputs[0].dtype, DType::f32);
}

TEST(Qdq, two_quantizations_of_one_result_leave_it_real) {
  QuantizedBuilder b;
  const TensorId y = b.node(Unary{UnaryFn::tanh}, {b.dequantize(b.integers("x", {2, 4}))}, "tanh");
  b.outputs({b.quantize(y, 0.5F), b.quantize(y, 0.25F)});
  Model model = b.finish();
  EXPECT_EQ(fold_qdq(model).operations, 0U);
}

TEST(Qdq, a_result_that_is_quantized_alike_for_each_reader_is_quantized_once) {
  QuantizedBuilder b;
  const TensorId y = b.node(Unary{UnaryFn::tanh}, {b.dequantize(b.integers("x", {2, 4}))}, "tanh");
  const TensorId left = b.node(Unary{UnaryFn::exp}, {b.dequantize(b.quantize(y))}, "left");
  const TensorId right = b.node(Unary{UnaryFn::exp}, {b.dequantize(b.quantize(y))}, "right");
  b.outputs({b.quantize(left), b.quantize(right)});
  Model model = b.finish();
  EXPECT_EQ(fold_qdq(model).operations, 3U);
  EXPECT_THAT(names(model), ElementsAre("tanh", "left", "right"));
}

TEST(Qdq, accumulators_are_no_activations) {
  QuantizedBuilder b;
  b.outputs({b.quantize(b.node(Unary{UnaryFn::tanh}, {b.dequantize(b.integers("x", {2, 4}, DType::i32))}, "tanh"))});
  Model model = b.finish();
  EXPECT_EQ(fold_qdq(model).operations, 0U);
}

TEST(Qdq, scales_that_belong_to_tensors_are_not_looked_at) {
  QuantizedBuilder b;
  const TensorId x = b.node(Dequantize{}, {b.integers("x", {2, 4})});
  const TensorId y = b.node(Quantize{}, {b.node(Unary{UnaryFn::tanh}, {x})});
  b.tensor(y).dtype = DType::i8;
  b.tensor(y).quantization = {.scales = 1};
  b.outputs({y});
  Model model = b.finish();
  EXPECT_EQ(fold_qdq(model).nodes_folded, 0U);
}

TEST(Qdq, scales_of_weights_stay_with_them_each_counted_once) {
  QuantizedBuilder b;
  const TensorId x = b.integers("x", {2, 3});
  const TensorId w = b.weights({3, 3});
  const TensorId v = b.weights({3, 3});
  const TensorId h = b.quantize(b.node(MatMul{}, {b.dequantize(x), b.dequantize(w)}));
  b.outputs({b.quantize(b.node(MatMul{}, {b.dequantize(h), b.dequantize(v)}))});
  Model model = b.finish();
  fold_qdq(model);
  EXPECT_EQ(counted(std::move(model)).report.totals.quantization_bytes, sizeof(float));
}

TEST(Qdq, a_damaged_graph_that_reads_its_own_results_ends) {
  QuantizedBuilder b;
  const TensorId x = b.integers("x", {2, 2});
  const TensorId t = b.computed();
  const TensorId u = b.computed();
  b.node_to(Dequantize{}, {x, b.scale}, {t});
  b.node_to(Transpose{}, {t}, {u});
  b.node_to(Transpose{}, {u}, {t});
  b.node_to(Transpose{}, {u}, {u});
  b.outputs({b.quantize(b.node(Unary{UnaryFn::tanh}, {u}))});
  Model model = b.finish();
  fold_qdq(model);
  SUCCEED();
}

}  // namespace
}  // namespace flopstat::test

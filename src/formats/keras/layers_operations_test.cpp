#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "formats/keras/layer.h"
#include "support/keras_layer.h"

namespace flopstat::test {
namespace {

using Shape = std::vector<int64_t>;

/// A function called on tensors: the shape of its result and its multiply-adds.
struct Case {
  KerasLayer layer;
  Shape output;
  uint64_t macs = 0;
};

KerasLayer call(std::string class_name, std::string config, std::vector<KerasInput> inputs, std::string args = {},
                std::string kwargs = {}) {
  return {std::move(class_name), std::move(config), std::move(inputs),
          std::move(args),       std::move(kwargs), "keras.src.ops.numpy"};
}

KerasLayer lambda(const std::string& function, std::vector<KerasInput> inputs, std::string kwargs,
                  std::string args = {}) {
  return {"TFOpLambda", "'trainable': true, 'function': '" + function + "'", std::move(inputs), std::move(args),
          std::move(kwargs)};
}

std::vector<KerasInput> one(Shape sizes, std::string dtype = "float32") {
  return {{std::move(sizes), std::move(dtype)}};
}
std::vector<KerasInput> two(Shape first, Shape second) { return {{std::move(first)}, {std::move(second)}}; }

/// Functions that keep the shape of their operand, or of both.
const std::vector<const char*> kOfOne = {"Absolute",     "Arccos",
                                         "Arccosh",      "Arcsin",
                                         "Arcsinh",      "Arctan",
                                         "Arctanh",      "Cbrt",
                                         "Ceil",         "Celu",
                                         "Copy",         "Cos",
                                         "Cosh",         "Elu",
                                         "Erf",          "Exp",
                                         "Expm1",        "Floor",
                                         "Gelu",         "HardShrink",
                                         "HardSigmoid",  "HardSilu",
                                         "HardTanh",     "Identity",
                                         "Isinf",        "Isnan",
                                         "LeakyRelu",    "Log",
                                         "Log10",        "Log1p",
                                         "Log2",         "LogSigmoid",
                                         "LogSoftmax",   "Negative",
                                         "Normalize",    "OnesLike",
                                         "Reciprocal",   "Relu",
                                         "Relu6",        "Round",
                                         "Rsqrt",        "Selu",
                                         "Sigmoid",      "Sign",
                                         "Silu",         "Sin",
                                         "Sinh",         "SoftShrink",
                                         "Softmax",      "Softplus",
                                         "Softsign",     "Sort",
                                         "SparsePlus",   "SparseSigmoid",
                                         "Sqrt",         "Square",
                                         "Squareplus",   "StochasticDepth",
                                         "StopGradient", "Tan",
                                         "Tanh",         "TanhShrink",
                                         "Threshold",    "ZerosLike"};
const std::vector<const char*> kOfTwo = {"Add",       "AddN",        "Arctan2",           "Divide",       "DivideNoNan",
                                         "Equal",     "FloorDivide", "Greater",           "GreaterEqual", "Less",
                                         "LessEqual", "Maximum",     "Minimum",           "Mod",          "Multiply",
                                         "NotEqual",  "Power",       "SquaredDifference", "Subtract",     "TrueDivide"};

std::vector<Case> all_cases() {
  std::vector<Case> cases = {
      {call("All", "'axis': 1", one({5, 8}, "bool")), {1, 8}},
      {call("Amax", "'axis': [1]", one({5, 8})), {1, 8}},
      {call("Amin", "'axis': -1, 'keepdims': true", one({5, 8})), {1, 5, 1}},
      {call("Any", "'axis': 1", one({5, 8}, "bool")), {1, 8}},
      {call("Argmax", "'axis': -1", one({5, 8})), {1, 5}},
      {call("Argmin", "'axis': -1, 'keepdims': true", one({5, 8})), {1, 5, 1}},
      {call("AveragePool", "'pool_size': 2, 'padding': 'same'", one({5, 6, 8})), {1, 3, 3, 8}},
      {call("BitwiseAnd", "", {{{5}, "int32"}, {{5}, "int32"}}), {1, 5}},
      {call("BitwiseNot", "", one({5}, "int32")), {1, 5}},
      {call("BitwiseOr", "", {{{5}, "int32"}, {{5}, "int32"}}), {1, 5}},
      {call("BitwiseXor", "", {{{5}, "int32"}, {{5}, "int32"}}), {1, 5}},
      {call("BroadcastTo", "'shape': [1, 4, 8]", one({1, 8})), {1, 4, 8}},
      {call("Cast", "'dtype': 'float16'", one({5})), {1, 5}},
      {call("Clip", "'x_min': 0, 'x_max': 1", one({5})), {1, 5}},
      {call("Concatenate", "'axis': -1", two({5, 8}, {5, 3}), "[$0, $1]"), {1, 5, 11}},
      {call("Conv", "'strides': 2, 'padding': 'same'", two({9, 8}, {8, 4}), "$0, $1"), {1, 5, 4}, 5 * 4 * 8},
      {call("Cumprod", "'axis': 1", one({5, 8})), {1, 5, 8}},
      {call("Cumsum", "'axis': 1", one({5, 8})), {1, 5, 8}},
      {call("CustomScaleLayer", "'scale': 0.2", two({5, 8}, {5, 8}), "[$0, $1]"), {1, 5, 8}},
      {call("DepthToSpace", "'block_size': 2", one({3, 4, 8})), {1, 6, 8, 2}},
      {call("DepthwiseConv", "", two({9, 8}, {8, 2}), "$0, $1"), {1, 9, 16}, 9 * 16},
      {call("Dot", "", two({5, 8}, {8, 3}), "$0, $1"), {1, 5, 3}, 5 * 8 * 3},
      {call("DotProductAttention", "", {{{5, 2, 4}}, {{7, 2, 4}}, {{7, 2, 3}}}), {1, 5, 2, 3}, 2 * 5 * 7 * (4 + 3)},
      {call("Einsum", "'subscripts': 'bij,bkj->bik'", two({5, 8}, {6, 8})), {1, 5, 6}, 5 * 6 * 8},
      {call("ExpandDims", "'axis': -1", one({5})), {1, 5, 1}},
      {call("Flip", "'axis': 1", one({5, 8})), {1, 5, 8}},
      {call("GetItem", "", one({5, 8}),
            "$0, [{'class_name': '__slice__', 'config': {'start': null, 'stop': null, 'step': null}}, {'class_name': "
            "'__slice__', 'config': {'start': 1, 'stop': -1, 'step': 2}}, null, 3]"),
       {1, 2, 1}},
      {call("Glu", "'axis': -1", one({5, 8})), {1, 5, 4}},
      {call("LayerNorm", "'axis': -1", one({5, 8})), {1, 5, 8}},
      {call("LayerScale", "'projection_dim': 8", one({5, 8})), {1, 5, 8}},
      {call("LogicalAnd", "", {{{5}, "bool"}, {{5}, "bool"}}), {1, 5}},
      {call("LogicalNot", "", one({5}, "bool")), {1, 5}},
      {call("LogicalOr", "", {{{5}, "bool"}, {{5}, "bool"}}), {1, 5}},
      {call("LogicalXor", "", {{{5}, "bool"}, {{5}, "bool"}}), {1, 5}},
      {call("Logsumexp", "'axis': -1", one({5, 8})), {1, 5}},
      {call("Matmul", "", two({5, 8}, {8, 3})), {1, 5, 3}, 5 * 8 * 3},
      {call("Max", "'axis': [1, 2]", one({5, 8})), {1}},
      {call("MaxPool", "'pool_size': [2, 3]", one({5, 6, 8})), {1, 2, 2, 8}},
      {call("Mean", "'axis': 1, 'keepdims': true", one({5, 8})), {1, 1, 8}},
      {call("Min", "'axis': 1", one({5, 8})), {1, 8}},
      {call("Moments", "'axes': [1]", one({5, 8})), {1, 8}},
      {call("Moveaxis", "'source': 1, 'destination': -1", one({5, 6, 8})), {1, 6, 8, 5}},
      {call("Norm", "'axis': -1", one({5, 8})), {1, 5}},
      {call("OneHot", "'num_classes': 7", one({5}, "int32")), {1, 5, 7}},
      {call("Pad", "'pad_width': [[0, 0], [1, 2], [0, 3]]", one({5, 8})), {1, 8, 11}},
      {call("Prod", "'axis': -1", one({5, 8})), {1, 5}},
      {call("RMSNorm", "'axis': -1", one({5, 8})), {1, 5, 8}},
      {call("Ravel", "", one({5, 8})), {40}},
      {call("Repeat", "'repeats': 3, 'axis': 1", one({5, 8})), {1, 15, 8}},
      {call("Reshape", "'newshape': [-1, 4, 10]", one({5, 8})), {1, 4, 10}},
      {call("Resize", "'size': [10, 12]", one({5, 6, 3})), {1, 10, 12, 3}},
      {call("Shape", "", one({5, 8})), {3}},
      {{"SlicingOpLambda", "'trainable': true, 'function': '__operators__.getitem'", one({5, 8}), "$0",
        "'slice_spec': [{'start': null, 'stop': null, 'step': null}, 0]"},
       {1, 8}},
      {call("SpaceToDepth", "'block_size': 2", one({6, 8, 2})), {1, 3, 4, 8}},
      {call("Split", "'indices_or_sections': [2, 3], 'axis': 1", one({5, 8})), {1, 2, 8}},
      {call("Squeeze", "'axis': 1", one({1, 8})), {1, 8}},
      {call("Stack", "'axis': 1", two({8}, {8}), "[$0, $1]"), {1, 2, 8}},
      {call("Std", "'axis': -1", one({5, 8})), {1, 5}},
      {call("Sum", "'axis': -1", one({5, 8})), {1, 5}},
      {call("Swapaxes", "'axis1': 1, 'axis2': 2", one({5, 8})), {1, 8, 5}},
      {lambda("math.reduce_mean", one({5, 8}), "'axis': [1], 'keepdims': true"), {1, 1, 8}},
      {call("Take", "'axis': 1", {{{5, 8}}, {{3}, "int32"}}), {1, 1, 3, 8}},
      {call("TakeAlongAxis", "'axis': 1", {{{5, 8}}, {{3, 8}, "int32"}}), {1, 3, 8}},
      {{"TensorFlowOpLayer", "'trainable': true, 'node_def': {'name': 'Mul', 'op': 'Mul'}, 'constants': {'1': 0.5}",
        one({5, 8})},
       {1, 5, 8}},
      {call("Tensordot", "'axes': [[2], [1]]", two({5, 8}, {8, 3}), "$0, $1"), {1, 5, 1, 3}, 5 * 8 * 3},
      {call("Tile", "'repeats': [1, 2]", one({5})), {1, 10}},
      {call("TopK", "'k': 3", one({8})), {1, 3}},
      {call("Transpose", "'axes': [0, 2, 1]", one({5, 8})), {1, 8, 5}},
      {call("Tril", "", one({5, 5})), {1, 5, 5}},
      {call("Triu", "", one({5, 5})), {1, 5, 5}},
      {call("Unstack", "'axis': 1", one({3, 8})), {1, 8}},
      {call("Var", "'axis': -1", one({5, 8})), {1, 5}},
      {call("Where", "", {{{5}, "bool"}, {{5}}, {{5}}}), {1, 5}},
  };
  for (const char* name : kOfOne) cases.push_back({call(name, "", one({5, 8})), {1, 5, 8}});
  for (const char* name : kOfTwo) cases.push_back({call(name, "", two({5, 8}, {5, 1}), "$0, $1"), {1, 5, 8}});
  return cases;
}

std::string name_of(const ::testing::TestParamInfo<Case>& info) { return info.param.layer.class_name; }

class KerasOperations : public ::testing::TestWithParam<Case> {};

TEST_P(KerasOperations, have_the_shape_and_the_products_of_their_definition) {
  const Case& expected = GetParam();
  const Report report = report_of(expected.layer);
  for (const Row& row : report.rows) EXPECT_EQ(row.unknown, "") << row.op;
  EXPECT_EQ(output_shape(report), expected.output);
  EXPECT_EQ(report.totals.figures.macs, expected.macs);
}

INSTANTIATE_TEST_SUITE_P(, KerasOperations, ::testing::ValuesIn(all_cases()), name_of);

TEST(KerasOperationTables, have_a_case_for_each_row) {
  std::set<std::string, std::less<>> named;
  for (const Case& each : all_cases()) named.insert(each.layer.class_name);
  for (const keras::Layer& row : keras::operation_layers()) EXPECT_TRUE(named.contains(row.name)) << row.name;
}

TEST(KerasOperationArguments, may_be_numbers_among_the_operands) {
  const Report report = report_of(call("Multiply", "", one({4, 6}), "$0, 2.0"));
  EXPECT_EQ(report.totals.figures.flops, 4U * 6);
  EXPECT_EQ(output_shape(report), (Shape{1, 4, 6}));
  KerasLayer without_module = call("Add", "", one({4, 6}), "$0, 1.0");
  without_module.module = "keras.layers";
  EXPECT_EQ(report_of(without_module).totals.figures.flops, 4U * 6);
}

TEST(KerasOperationArguments, of_slices_take_numbers_ranges_and_dots) {
  const auto of = [](const std::string& slices) {
    return output_shape(report_of(call("GetItem", "", one({5, 8}), "$0, " + slices)));
  };
  EXPECT_EQ(of("0"), (Shape{5, 8}));
  EXPECT_EQ(of("[{'class_name': '__ellipsis__', 'config': {}}, -1]"), (Shape{1, 5}));
  EXPECT_EQ(of("{'class_name': '__tuple__', 'items': [{'class_name': '__ellipsis__', 'config': {}}, null]}"),
            (Shape{1, 5, 8, 1}));
}

TEST(KerasOperationArguments, of_tensorflow_functions_have_the_names_of_tensorflow) {
  EXPECT_EQ(output_shape(report_of(lambda("concat", two({5, 8}, {5, 3}), "'axis': -1", "[$0, $1]"))),
            (Shape{1, 5, 11}));
  EXPECT_EQ(output_shape(report_of(lambda("compat.v1.transpose", one({5, 8}), "'perm': [0, 2, 1]"))), (Shape{1, 8, 5}));
  EXPECT_EQ(output_shape(report_of(lambda("reshape", one({5, 8}), "'shape': [-1, 40]"))), (Shape{1, 40}));
  EXPECT_EQ(output_shape(report_of(lambda("split", one({6, 8}), "'num_or_size_splits': 3, 'axis': 1"))),
            (Shape{1, 2, 8}));
  EXPECT_EQ(
      report_of(lambda("linalg.matmul", two({5, 8}, {6, 8}), "'transpose_b': true", "$0, $1")).totals.figures.macs,
      5U * 6 * 8);
  EXPECT_EQ(report_of(lambda("math.multiply", one({5, 8}), "'y': 0.5")).totals.figures.flops, 5U * 8);
  EXPECT_EQ(report_of(lambda("nn.swish", one({5, 8}), "")).totals.figures.flops, 4U * 5 * 8);
}

TEST(KerasOperationArguments, a_function_without_a_rule_is_unknown_and_says_which) {
  const Report report = report_of(lambda("linalg.cholesky", one({5, 5}), ""));
  EXPECT_FALSE(report.totals.complete);
  ASSERT_FALSE(report.rows.empty());
  EXPECT_NE(report.rows[0].unknown.find("linalg.cholesky"), std::string::npos) << report.rows[0].unknown;
}

}  // namespace
}  // namespace flopstat::test

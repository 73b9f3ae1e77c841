#include "formats/onnx/operators.h"

#include <gtest/gtest.h>

#include "flopstat/error.h"
#include "formats/onnx/onnx.h"
#include "support/onnx_writer.h"

namespace flopstat {
namespace {

using namespace test;  // NOLINT: the writer's words

OnnxGraph graph_of(const Proto& node) {
  OnnxGraph graph;
  graph.proto.message(11, Proto{}.text(1, "shapeless"));
  return graph.input("x", {"n", "c", "h", "w"})
      .weight("kernel", {8, 4, 3, 5})
      .initializer(onnx_int64s("one", {1}))
      .initializer(onnx_int64s("two", {2, 2}))
      .initializer(onnx_int64s("none", {}))
      .node(node);
}

Proto model_of(int64_t operator_set, std::string_view domain, const Proto& node) {
  Proto model = graph_of(node).model(operator_set);
  if (!domain.empty()) model.message(8, Proto{}.text(1, domain).integer(2, 1));
  return model;
}

/// A model of one node; its operands are among the names in `graph_of`.
class OneNode {
 public:
  OneNode(int64_t operator_set, std::string_view type, const std::vector<std::string>& operands,
          const std::vector<Proto>& attributes = {}, const std::vector<std::string>& results = {"y"},
          std::string_view domain = {})
      : model_(read_onnx(File::from_bytes(
            bytes_of(model_of(operator_set, domain, onnx_node(type, operands, results, attributes, "", domain))),
            "one.onnx"))) {}

  /// The last node, which writes the first result; an operator may be split into several.
  const Node& node() const { return model_.graphs[0].nodes.back(); }
  const std::vector<Node>& nodes() const { return model_.graphs[0].nodes; }
  const Tensor& result(size_t i) const { return model_.graphs[0].tensors[node().outputs.at(i)]; }

  template <class Operation>
  Operation op() const {
    const auto* op = std::get_if<Operation>(&node().op);
    if (op == nullptr) ADD_FAILURE() << "found the operation " << name_of(node().op) << why();
    return op == nullptr ? Operation{} : *op;
  }

  std::string why() const {
    const auto* opaque = std::get_if<Opaque>(&node().op);
    return opaque == nullptr ? std::string() : opaque->why;
  }

  bool absent(size_t i) const { return i >= node().inputs.size() || node().inputs[i] == kAbsent; }

  const Tensor& operand(size_t i) const { return model_.graphs[0].tensors[node().inputs.at(i)]; }

  std::vector<int64_t> values(size_t i) const {
    if (absent(i) || !operand(i).elements) return {};
    return integers(*operand(i).elements).value_or(std::vector<int64_t>{});
  }

 private:
  Model model_;
};

using Values = std::vector<int64_t>;

TEST(OnnxOperators, conv_takes_its_window_from_the_attributes) {
  const OneNode node(11, "Conv", {"x", "kernel"},
                     {onnx_integers("kernel_shape", {3, 5}), onnx_integers("strides", {2, 3}),
                      onnx_integers("dilations", {1, 4}), onnx_integers("pads", {1, 2, 3, 4})});
  const Conv conv = node.op<Conv>();
  ASSERT_EQ(conv.window.axes.size(), 2U);
  EXPECT_EQ(conv.window.axes[0].stride, 2);
  EXPECT_EQ(conv.window.axes[1].stride, 3);
  EXPECT_EQ(conv.window.axes[1].dilation, 4);
  EXPECT_EQ(conv.window.axes[0].pad_before, 1);
  EXPECT_EQ(conv.window.axes[1].pad_before, 2);
  EXPECT_EQ(conv.window.axes[0].pad_after, 3);
  EXPECT_EQ(conv.window.axes[1].pad_after, 4);
  EXPECT_EQ(conv.axes.filter, FilterLayout::oi_spatial);
}

TEST(OnnxOperators, conv_without_attributes_has_one_axis_per_spatial_axis_of_its_weight) {
  EXPECT_EQ(OneNode(11, "Conv", {"x", "kernel"}).op<Conv>().window.axes.size(), 2U);
}

TEST(OnnxOperators, conv_of_unknown_rank_is_opaque) {
  EXPECT_NE(OneNode(11, "Conv", {"x", "shapeless"}).why(), "");
  EXPECT_EQ(OneNode(11, "Conv", {"x", "shapeless"}, {onnx_integers("strides", {2, 2})}).why(), "");
}

TEST(OnnxOperators, auto_pad_names_the_padding) {
  const auto padding = [](const char* word) {
    return OneNode(11, "Conv", {"x", "kernel"}, {onnx_text("auto_pad", word)}).op<Conv>().window.padding;
  };
  EXPECT_EQ(padding("NOTSET"), Padding::given);
  EXPECT_EQ(padding("SAME_UPPER"), Padding::same_upper);
  EXPECT_EQ(padding("SAME_LOWER"), Padding::same_lower);
  EXPECT_EQ(padding("VALID"), Padding::valid);
}

TEST(OnnxOperators, a_kernel_shape_other_than_the_weight_is_corrupt) {
  EXPECT_THROW(OneNode(11, "Conv", {"x", "kernel"}, {onnx_integers("kernel_shape", {3, 3})}), Error);
  EXPECT_THROW(OneNode(11, "Conv", {"x", "kernel"}, {onnx_integers("kernel_shape", {3, 5, 1})}), Error);
}

TEST(OnnxOperators, lists_of_different_lengths_are_corrupt) {
  EXPECT_THROW(
      OneNode(11, "Conv", {"x", "kernel"}, {onnx_integers("strides", {1, 1}), onnx_integers("pads", {1, 1, 1})}),
      Error);
}

TEST(OnnxOperators, strides_and_dilations_out_of_range_are_opaque) {
  for (const int64_t bad : {int64_t{0}, int64_t{-1}, (int64_t{1} << 20) + 1}) {
    EXPECT_NE(OneNode(11, "Conv", {"x", "kernel"}, {onnx_integers("strides", {1, bad})}).why(), "");
    EXPECT_NE(OneNode(11, "Conv", {"x", "kernel"}, {onnx_integers("dilations", {1, bad})}).why(), "");
  }
  const int64_t largest = int64_t{1} << 20;
  EXPECT_EQ(OneNode(11, "Conv", {"x", "kernel"}, {onnx_integers("strides", {1, largest})}).why(), "");
}

TEST(OnnxOperators, conv_transpose_has_groups_and_output_padding) {
  const auto op =
      OneNode(11, "ConvTranspose", {"x", "kernel"}, {onnx_integer("group", 2), onnx_integers("output_padding", {0, 1})})
          .op<ConvTranspose>();
  EXPECT_EQ(op.groups, 2);
  EXPECT_EQ(op.output_padding, (Values{0, 1}));
  EXPECT_EQ(op.axes.filter, FilterLayout::io_spatial);
}

TEST(OnnxOperators, a_pool_rounds_up_where_it_says_so) {
  const OneNode node(11, "MaxPool", {"x"}, {onnx_integers("kernel_shape", {2, 2}), onnx_integer("ceil_mode", 1)});
  EXPECT_TRUE(node.op<Pool>().window.ceil);
  EXPECT_EQ(node.op<Pool>().window.axes[0].kernel, 2);
  EXPECT_THROW(OneNode(11, "MaxPool", {"x"}), Error);
}

TEST(OnnxOperators, a_global_pool_is_a_reduction_over_the_spatial_axes) {
  const auto op = OneNode(11, "GlobalAveragePool", {"x"}).op<Reduce>();
  EXPECT_EQ(op.fn, ReduceFn::mean);
  EXPECT_TRUE(op.spatial);
  EXPECT_TRUE(op.keep_dims);
}

TEST(OnnxOperators, gemm_says_what_it_transposes_and_scales) {
  const auto op =
      OneNode(11, "Gemm", {"x", "x", "x"}, {onnx_integer("transB", 1), onnx_real("alpha", 0.5F)}).op<MatMul>();
  EXPECT_FALSE(op.transpose_a);
  EXPECT_TRUE(op.transpose_b);
  EXPECT_TRUE(op.scales_product);
  EXPECT_FALSE(op.scales_bias);
}

TEST(OnnxOperators, axes_of_a_reduction_are_an_operand_in_every_version) {
  EXPECT_EQ(OneNode(11, "ReduceMean", {"x"}, {onnx_integers("axes", {2, 3})}).values(1), (Values{2, 3}));
  EXPECT_EQ(OneNode(18, "ReduceMean", {"x", "two"}).values(1), (Values{2, 2}));
  EXPECT_TRUE(OneNode(18, "ReduceMean", {"x"}).absent(1));
  EXPECT_TRUE(OneNode(18, "ReduceMean", {"x", "none"}).absent(1));
}

TEST(OnnxOperators, axes_of_squeeze_and_unsqueeze_are_an_operand_in_every_version) {
  for (const char* type : {"Squeeze", "Unsqueeze"}) {
    EXPECT_EQ(OneNode(11, type, {"x"}, {onnx_integers("axes", {3})}).values(1), Values{3});
    EXPECT_EQ(OneNode(13, type, {"x", "one"}).values(1), Values{1});
  }
  EXPECT_TRUE(OneNode(13, "Squeeze", {"x"}).absent(1));
  EXPECT_THROW(OneNode(13, "Unsqueeze", {"x"}), Error);
}

TEST(OnnxOperators, slice_bounds_are_operands_in_every_version) {
  const OneNode old(9, "Slice", {"x"},
                    {onnx_integers("starts", {0}), onnx_integers("ends", {5}), onnx_integers("axes", {2})});
  EXPECT_EQ(old.values(1), Values{0});
  EXPECT_EQ(old.values(2), Values{5});
  EXPECT_EQ(old.values(3), Values{2});
  EXPECT_TRUE(old.absent(4));
  const OneNode steps(13, "Slice", {"x", "one", "one", "", "two"});
  EXPECT_TRUE(steps.absent(3));
  EXPECT_EQ(steps.values(4), (Values{2, 2}));
  EXPECT_THROW(OneNode(13, "Slice", {"x", "one"}), Error);
}

TEST(OnnxOperators, softmax_flattens_before_13) {
  EXPECT_EQ(OneNode(11, "Softmax", {"x"}).op<Softmax>().axis, 1);
  EXPECT_TRUE(OneNode(11, "Softmax", {"x"}).op<Softmax>().flatten);
  EXPECT_EQ(OneNode(13, "Softmax", {"x"}).op<Softmax>().axis, -1);
  EXPECT_FALSE(OneNode(13, "Softmax", {"x"}).op<Softmax>().flatten);
  EXPECT_TRUE(OneNode(13, "LogSoftmax", {"x"}).op<Softmax>().log);
}

TEST(OnnxOperators, reshape_keeps_sizes_of_0_unless_it_allows_them) {
  EXPECT_FALSE(OneNode(14, "Reshape", {"x", "two"}).op<Reshape>().zero_is_zero);
  EXPECT_TRUE(OneNode(14, "Reshape", {"x", "two"}, {onnx_integer("allowzero", 1)}).op<Reshape>().zero_is_zero);
  EXPECT_EQ(OneNode(1, "Reshape", {"x"}, {onnx_integers("shape", {1, -1})}).values(1), (Values{1, -1}));
}

TEST(OnnxOperators, clip_bounds_are_operands_in_every_version) {
  const OneNode old(6, "Clip", {"x"}, {onnx_real("min", 0), onnx_real("max", 6)});
  EXPECT_EQ(old.op<Unary>().fn, UnaryFn::clip);
  EXPECT_EQ(old.values(1), Values{0});
  EXPECT_EQ(old.values(2), Values{6});
  const OneNode upper_only(11, "Clip", {"x", "", "one"});
  EXPECT_TRUE(upper_only.absent(1));
  EXPECT_EQ(upper_only.values(2), Values{1});
}

TEST(OnnxOperators, pads_are_an_operand_in_every_version) {
  EXPECT_EQ(OneNode(2, "Pad", {"x"}, {onnx_integers("pads", {0, 1})}).values(1), (Values{0, 1}));
  EXPECT_EQ(OneNode(13, "Pad", {"x", "two", "one"}).values(1), (Values{2, 2}));
  EXPECT_FALSE(OneNode(13, "Pad", {"x", "two"}).op<Pad>().pairs);
  EXPECT_EQ(OneNode(18, "Pad", {"x", "two", "", "one"}).values(2), Values{1});  // the axes
}

TEST(OnnxOperators, split_sizes_follow_the_axis) {
  const OneNode old(11, "Split", {"x"}, {onnx_integer("axis", 1), onnx_integers("split", {2, 6})});
  EXPECT_EQ(old.values(1), Values{1});
  EXPECT_EQ(old.values(2), (Values{2, 6}));
  EXPECT_EQ(OneNode(13, "Split", {"x", "two"}).values(2), (Values{2, 2}));
  EXPECT_TRUE(OneNode(18, "Split", {"x"}, {onnx_integer("num_outputs", 2)}, {"y", "z"}).absent(2));
}

TEST(OnnxOperators, resize_finds_sizes_and_scales_in_every_version) {
  const OneNode by_scales(10, "Resize", {"x", "two"});
  EXPECT_TRUE(by_scales.absent(1));
  EXPECT_EQ(by_scales.values(2), (Values{2, 2}));
  const OneNode by_sizes(11, "Resize", {"x", "", "none", "two"}, {onnx_text("mode", "cubic")});
  EXPECT_EQ(by_sizes.values(1), (Values{2, 2}));
  EXPECT_TRUE(by_sizes.absent(2));
  EXPECT_EQ(by_sizes.op<Resize>().fn, ResizeFn::cubic);
  EXPECT_THROW(OneNode(13, "Resize", {"x"}), Error);
}

TEST(OnnxOperators, upsample_scales_are_an_operand_in_every_version) {
  const OneNode old(7, "Upsample", {"x"}, {onnx_reals("scales", {1, 1, 2, 2}), onnx_text("mode", "linear")});
  EXPECT_EQ(old.values(2), (Values{1, 1, 2, 2}));
  EXPECT_EQ(old.op<Resize>().fn, ResizeFn::linear);
  EXPECT_EQ(OneNode(9, "Upsample", {"x", "two"}).values(2), (Values{2, 2}));
}

TEST(OnnxOperators, dropout_is_the_identity_and_its_mask_a_fill) {
  const OneNode node(12, "Dropout", {"x", "one"}, {}, {"y", "z"});
  node.op<Identity>();
  EXPECT_EQ(node.node().inputs.size(), 1U);
  EXPECT_EQ(node.node().outputs.size(), 1U);
  ASSERT_EQ(node.nodes().size(), 3U);  // the shape of x, the mask, the identity
  EXPECT_EQ(std::get<Fill>(node.nodes()[1].op).to, DType::boolean);
}

TEST(OnnxOperators, batch_normalization_writes_no_statistics_outside_training) {
  const std::vector<std::string> operands{"x", "one", "one", "one", "one"};
  const OneNode node(9, "BatchNormalization", operands, {}, {"y", "mean", "variance"});
  node.op<BatchNorm>();
  EXPECT_EQ(node.node().outputs.size(), 1U);
  EXPECT_TRUE(OneNode(14, "BatchNormalization", operands, {onnx_integer("training_mode", 1)}).op<BatchNorm>().training);
}

TEST(OnnxOperators, transpose_without_a_permutation_reverses_the_axes) {
  EXPECT_EQ(OneNode(13, "Transpose", {"x"}, {onnx_integers("perm", {0, 2, 3, 1})}).values(1), (Values{0, 2, 3, 1}));
  EXPECT_TRUE(OneNode(13, "Transpose", {"x"}).absent(1));
}

TEST(OnnxOperators, k_is_an_operand_in_every_version) {
  EXPECT_EQ(OneNode(9, "TopK", {"x"}, {onnx_integer("k", 3)}).values(1), Values{3});
  EXPECT_EQ(OneNode(11, "TopK", {"x", "one"}).values(1), Values{1});
  EXPECT_THROW(OneNode(11, "TopK", {"x"}), Error);
}

TEST(OnnxOperators, the_axis_of_argmax_is_an_operand) {
  const OneNode node(13, "ArgMax", {"x"}, {onnx_integer("axis", -1)});
  EXPECT_EQ(node.values(1), Values{-1});
  EXPECT_TRUE(node.op<ArgReduce>().keep_dims);
}

TEST(OnnxOperators, a_cast_names_its_type) {
  EXPECT_EQ(OneNode(13, "Cast", {"x"}, {onnx_integer("to", kOnnxInt32)}).op<Cast>().to, DType::i32);
  EXPECT_NE(OneNode(13, "Cast", {"x"}, {onnx_integer("to", 99)}).why(), "");
}

TEST(OnnxOperators, the_zero_point_gives_the_type_of_quantized_results) {
  EXPECT_EQ(OneNode(13, "QuantizeLinear", {"x", "x"}).op<Quantize>().to, DType::u8);
  EXPECT_EQ(OneNode(13, "QuantizeLinear", {"x", "x", "one"}).op<Quantize>().to, DType::i64);
  EXPECT_EQ(OneNode(13, "DequantizeLinear", {"x", "x", "one"}).op<Dequantize>().to, DType::f32);
}

TEST(OnnxOperators, mod_takes_the_sign_that_fmod_says) {
  EXPECT_EQ(OneNode(13, "Mod", {"x", "x"}).op<Binary>().fn, BinaryFn::floor_mod);
  EXPECT_EQ(OneNode(13, "Mod", {"x", "x"}, {onnx_integer("fmod", 1)}).op<Binary>().fn, BinaryFn::mod);
}

TEST(OnnxOperators, a_sum_of_one_operand_is_the_identity) {
  OneNode(13, "Sum", {"x"}).op<Identity>();
  OneNode(13, "Sum", {"x", "x", "x"}).op<Binary>();
}

TEST(OnnxOperators, the_second_operand_stood_at_an_axis_once) {
  const auto axis = [](std::vector<Proto> attributes) {
    return OneNode(6, "Add", {"x", "one"}, attributes).op<Binary>().axis;
  };
  EXPECT_EQ(axis({onnx_integer("broadcast", 1), onnx_integer("axis", 1)}), 1);
  EXPECT_EQ(axis({onnx_integer("broadcast", 1)}), std::nullopt);
}

TEST(OnnxOperators, a_filled_tensor_has_the_type_of_its_value) {
  const Proto value = onnx_raw("", kOnnxInt32, {1}, std::string(4, '\0'));
  const OneNode node(9, "ConstantOfShape", {"two"}, {onnx_tensor("value", value)});
  EXPECT_EQ(node.op<Fill>().to, DType::i32);
  EXPECT_TRUE(node.operand(1).dims->empty());
  EXPECT_TRUE(node.operand(1).is_constant());
  EXPECT_EQ(OneNode(9, "ConstantOfShape", {"two"}).op<Fill>().to, DType::f32);
}

TEST(OnnxOperators, recurrent_cells_keep_functions_that_are_not_the_usual_ones) {
  const auto with = [](std::vector<std::string> words) {
    Proto attribute = Proto{}.text(1, "activations").integer(20, 8);
    for (const std::string& word : words) attribute.text(9, word);
    return OneNode(14, "LSTM", {"x", "x", "x"}, {attribute, onnx_text("direction", "reverse")});
  };
  EXPECT_EQ(with({"Sigmoid", "Tanh", "tanh"}).op<Recurrent>().direction, Direction::reverse);
  EXPECT_TRUE(with({"Sigmoid", "Tanh", "tanh"}).op<Recurrent>().functions.empty());
  EXPECT_EQ(with({"Sigmoid", "Relu", "Tanh"}).op<Recurrent>().functions,
            (std::vector<UnaryFn>{UnaryFn::sigmoid, UnaryFn::relu, UnaryFn::tanh}));
  EXPECT_NE(with({"Sigmoid", "Mystery", "Tanh"}).why(), "");
}

TEST(OnnxOperators, an_attribute_of_another_type_is_corrupt) {
  EXPECT_THROW(OneNode(13, "Softmax", {"x"}, {onnx_real("axis", 1)}), Error);
}

TEST(OnnxOperators, an_attribute_without_a_type_is_read_by_the_field_that_is_there) {
  const Proto untyped = Proto{}.text(1, "axis").integer(3, 2);
  EXPECT_EQ(OneNode(13, "Softmax", {"x"}, {untyped}).op<Softmax>().axis, 2);
}

TEST(OnnxOperators, an_integer_product_has_no_scale_and_32_bits) {
  const OneNode node(10, "MatMulInteger", {"x", "kernel", "one", "two"});
  node.op<MatMul>();
  EXPECT_EQ(node.result(0).dtype, DType::i32);
  EXPECT_EQ(node.operand(0).quantization.scales, 0U);
  EXPECT_EQ(node.operand(0).quantization.zero_point, 1);
  EXPECT_EQ(node.operand(1).quantization.zero_point, 2);
}

TEST(OnnxOperators, scales_among_the_operands_become_quantization) {
  const OneNode node(10, "QLinearMatMul", {"x", "one", "two", "kernel", "one", "one", "one", "two"});
  node.op<MatMul>();
  EXPECT_EQ(node.node().inputs.size(), 2U);
  EXPECT_EQ(node.operand(0).quantization.zero_point, 2);
  EXPECT_TRUE(node.operand(0).quantization.asymmetric);
  EXPECT_EQ(node.operand(1).quantization.scales, 1U);
  EXPECT_EQ(node.result(0).quantization.zero_point, 2);
}

TEST(OnnxOperators, a_swiglu_is_a_swish_and_a_product) {
  const OneNode node(28, "SwiGLU", {"x", "x"});
  ASSERT_EQ(node.nodes().size(), 2U);
  EXPECT_EQ(std::get<Unary>(node.nodes()[0].op).fn, UnaryFn::silu);
  EXPECT_EQ(node.op<Binary>().fn, BinaryFn::mul);
}

TEST(OnnxOperators, a_fused_convolution_adds_before_its_activation) {
  const OneNode node(11, "FusedConv", {"x", "kernel", "", "x"}, {onnx_text("activation", "Relu")}, {"y"},
                     "com.microsoft");
  ASSERT_EQ(node.nodes().size(), 2U);
  EXPECT_TRUE(std::holds_alternative<Conv>(node.nodes()[0].op));
  EXPECT_EQ(node.nodes()[0].activation, std::nullopt);
  EXPECT_EQ(node.op<Binary>().fn, BinaryFn::add);
  EXPECT_EQ(node.node().activation, UnaryFn::relu);
}

TEST(OnnxOperators, a_packed_weight_is_read_as_the_matrix_it_holds) {
  // 8 rows in one block of 32 numbers of 4 bits: 8 * 1 * 16 bytes.
  OnnxGraph graph;
  graph.input("x", {3, 32}).initializer(onnx_raw("b", kOnnxUint8, {8, 1, 16}, std::string(8 * 16, '\0')));
  graph.weight("scales", {8})
      .node(onnx_node(
          "MatMulNBits", {"x", "b", "scales"}, {"y"},
          {onnx_integer("K", 32), onnx_integer("N", 8), onnx_integer("bits", 4), onnx_integer("block_size", 32)}, "",
          "com.microsoft"));
  const Proto file = graph.model().message(8, Proto{}.text(1, "com.microsoft").integer(2, 1));
  const Model model = read_onnx(File::from_bytes(bytes_of(file), "bits.onnx"));
  const Graph& main = model.graphs[0];
  ASSERT_EQ(main.nodes.size(), 2U);
  const Tensor& weight = main.tensors[main.nodes[0].inputs[0]];
  EXPECT_EQ(weight.dtype, DType::u4);
  ASSERT_EQ(weight.dims->size(), 2U);
  EXPECT_EQ((*weight.dims)[0].size, 8);
  EXPECT_EQ((*weight.dims)[1].size, 32);
  EXPECT_EQ(weight.stored_bytes, 8U * 16);
  EXPECT_TRUE(std::get<MatMul>(main.nodes[1].op).transpose_b);
}

}  // namespace
}  // namespace flopstat

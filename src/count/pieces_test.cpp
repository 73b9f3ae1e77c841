#include "count/pieces.h"

#include <gtest/gtest.h>

#include "support/model_builder.h"

namespace flopstat {
namespace {

using test::ModelBuilder;

std::vector<ModulePiece> pieces_of(ModelBuilder& b) {
  const test::Counted all = test::counted(b.finish());
  return find_pieces(all.model.graphs[0], all.frames.root);
}

TEST(Pieces, of_silu_are_the_sigmoid_and_the_product_that_ends_it) {
  ModelBuilder b;
  const TensorId x = b.input("x", {2, 3});
  const TensorId gate = b.node(Unary{UnaryFn::sigmoid}, {x});
  b.outputs({b.node(Binary{BinaryFn::mul}, {x, gate})});
  const std::vector<ModulePiece> pieces = pieces_of(b);
  EXPECT_TRUE(pieces[0].inside);
  EXPECT_EQ(pieces[1].ends, Whole::silu);
  EXPECT_EQ(pieces[1].x, x);
}

TEST(Pieces, of_a_product_of_x_and_the_sigmoid_of_something_else_are_none) {
  ModelBuilder b;
  const TensorId x = b.input("x", {2, 3}), other = b.input("other", {2, 3});
  const TensorId gate = b.node(Unary{UnaryFn::sigmoid}, {other});
  b.outputs({b.node(Binary{BinaryFn::mul}, {x, gate})});
  const std::vector<ModulePiece> pieces = pieces_of(b);
  EXPECT_FALSE(pieces[0].inside);
  EXPECT_EQ(pieces[1].ends, std::nullopt);
}

TEST(Pieces, of_a_sigmoid_that_something_else_reads_too_are_none) {
  ModelBuilder b;
  const TensorId x = b.input("x", {2, 3});
  const TensorId gate = b.node(Unary{UnaryFn::sigmoid}, {x});
  b.outputs({b.node(Binary{BinaryFn::mul}, {x, gate}), gate});
  EXPECT_EQ(pieces_of(b)[1].ends, std::nullopt);
}

TEST(Pieces, of_mish_are_softplus_tanh_and_the_product) {
  ModelBuilder b;
  const TensorId x = b.input("x", {2, 3});
  const TensorId soft = b.node(Unary{UnaryFn::softplus}, {x});
  const TensorId gate = b.node(Unary{UnaryFn::tanh}, {soft});
  b.outputs({b.node(Binary{BinaryFn::mul}, {gate, x})});
  const std::vector<ModulePiece> pieces = pieces_of(b);
  EXPECT_TRUE(pieces[0].inside && pieces[1].inside);
  EXPECT_EQ(pieces[2].ends, Whole::mish);
}

TEST(Pieces, of_gelu_are_five_nodes_around_erf) {
  ModelBuilder b;
  const TensorId x = b.input("x", {2, 3});
  const TensorId scaled = b.node(Binary{BinaryFn::div}, {x, b.stored({})});
  const TensorId erf = b.node(Unary{UnaryFn::erf}, {scaled});
  const TensorId sum = b.node(Binary{BinaryFn::add}, {erf, b.stored({})});
  const TensorId product = b.node(Binary{BinaryFn::mul}, {x, sum});
  b.outputs({b.node(Binary{BinaryFn::mul}, {product, b.stored({})})});
  const std::vector<ModulePiece> pieces = pieces_of(b);
  for (size_t i = 0; i < 4; ++i) EXPECT_TRUE(pieces[i].inside) << i;
  EXPECT_EQ(pieces[4].ends, Whole::gelu);
  EXPECT_EQ(pieces[4].x, x);
}

TEST(Pieces, of_a_layer_norm_end_with_its_shift) {
  ModelBuilder b;
  const TensorId x = b.input("x", {2, 3});
  const TensorId axis = b.stored_values({1}, {-1}, DType::i64);
  const TensorId mean = b.node(Reduce{.fn = ReduceFn::mean}, {x, axis});
  const TensorId difference = b.node(Binary{BinaryFn::sub}, {x, mean});
  const TensorId square = b.node(Binary{BinaryFn::pow}, {difference, b.stored({})});
  const TensorId variance = b.node(Reduce{.fn = ReduceFn::mean}, {square, axis});
  const TensorId sum = b.node(Binary{BinaryFn::add}, {variance, b.stored({})});
  const TensorId deviation = b.node(Unary{UnaryFn::sqrt}, {sum});
  const TensorId normal = b.node(Binary{BinaryFn::div}, {difference, deviation});
  const TensorId scale = b.stored({3});
  const TensorId scaled = b.node(Binary{BinaryFn::mul}, {normal, scale});
  b.outputs({b.node(Binary{BinaryFn::add}, {scaled, b.stored({3})})});
  const std::vector<ModulePiece> pieces = pieces_of(b);
  ASSERT_EQ(pieces.size(), 9U);
  for (size_t i = 0; i < 8; ++i) EXPECT_TRUE(pieces[i].inside) << i;
  EXPECT_EQ(pieces[8].ends, Whole::layer_norm);
  EXPECT_EQ(pieces[8].x, x);
  EXPECT_EQ(pieces[8].scale, scale);
}

/// x [1, 4, 6] in groups, then times a constant of these sizes.
std::vector<ModulePiece> group_norm_times(Shape factor) {
  ModelBuilder b;
  const TensorId split = b.node(Reshape{}, {b.input("x", {1, 4, 6}), b.stored_values({3}, {1, 2, 12}, DType::i64)});
  const Normalize norm{.rows = Normalize::Rows::channels};
  const TensorId normal = b.node(norm, {split, b.stored({2}), b.stored({2})});
  const TensorId joined = b.node(Reshape{}, {normal, b.stored_values({3}, {1, 4, 6}, DType::i64)});
  b.outputs({b.node(Binary{BinaryFn::mul}, {joined, b.stored(std::move(factor))})});
  return pieces_of(b);
}

TEST(Pieces, of_a_norm_have_a_scale_with_axes_even_of_one_channel_but_no_plain_factor) {
  for (const Shape& scale : {Shape{4, 1}, Shape{1, 1}}) {
    const std::vector<ModulePiece> pieces = group_norm_times(scale);
    EXPECT_EQ(pieces[3].ends, Whole::group_norm);
    EXPECT_NE(pieces[3].scale, kAbsent);
    EXPECT_TRUE(pieces[2].inside);
  }
  const std::vector<ModulePiece> plain = group_norm_times({});
  EXPECT_EQ(plain[2].ends, Whole::group_norm);
  EXPECT_EQ(plain[2].scale, kAbsent);
  EXPECT_FALSE(plain[3].ends);
}

TEST(Pieces, of_a_bias_behind_a_product_belong_to_the_product) {
  ModelBuilder b;
  const TensorId bias = b.stored({4});
  const TensorId product = b.node(MatMul{}, {b.input("x", {5, 3}), b.stored({3, 4})});
  const TensorId y = b.node(Binary{BinaryFn::add}, {product, bias});
  b.outputs({b.node(Softmax{}, {y})});
  const std::vector<ModulePiece> pieces = pieces_of(b);
  EXPECT_EQ(pieces[0].bias, bias);
  EXPECT_TRUE(pieces[1].inside);
  EXPECT_EQ(pieces[2].behind, 0U) << "the softmax stands behind the dense layer";
}

TEST(Pieces, of_a_constant_as_large_as_the_whole_result_are_no_bias) {
  ModelBuilder b;
  const TensorId product = b.node(MatMul{}, {b.input("x", {5, 3}), b.stored({3, 4})});
  b.outputs({b.node(Binary{BinaryFn::add}, {product, b.stored({5, 4})})});
  const std::vector<ModulePiece> pieces = pieces_of(b);
  EXPECT_EQ(pieces[0].bias, kAbsent);
  EXPECT_FALSE(pieces[1].inside);
}

TEST(Pieces, know_both_products_of_an_attention) {
  ModelBuilder b;
  const TensorId q = b.input("q", {1, 2, 5, 8}), k = b.input("k", {1, 2, 8, 5}), v = b.input("v", {1, 2, 5, 8});
  const TensorId scores = b.node(MatMul{}, {q, k});
  const TensorId scaled = b.node(Binary{BinaryFn::mul}, {scores, b.stored({})});
  const TensorId weights = b.node(Softmax{}, {scaled});
  b.outputs({b.node(MatMul{}, {weights, v})});
  const std::vector<ModulePiece> pieces = pieces_of(b);
  EXPECT_TRUE(pieces[0].in_attention);
  EXPECT_FALSE(pieces[1].in_attention);
  EXPECT_TRUE(pieces[2].in_attention);
  EXPECT_TRUE(pieces[3].in_attention);
}

}  // namespace
}  // namespace flopstat

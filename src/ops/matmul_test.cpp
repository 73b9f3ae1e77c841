#include <gtest/gtest.h>

#include "support/operands.h"

namespace flopstat::test {
namespace {

Node product_node(Shape a, Shape b, Shape y) {
  Node node;
  node.in(std::move(a)).in(std::move(b)).out(std::move(y));
  return node;
}

TEST(MatMul, each_output_is_a_sum_of_k_products) {
  const Node node = product_node({2, 3, 4}, {2, 4, 5}, {2, 3, 5});
  EXPECT_EQ(shape_of(MatMul{}, node), (Shape{2, 3, 5}));
  EXPECT_EQ(macs(cost_of(MatMul{}, node)), 2 * 3 * 5 * 4);
  EXPECT_EQ(cost_of(MatMul{}, node).work.size(), 1);
}

TEST(MatMul, a_length_of_one_is_a_multiply_add_too) {
  EXPECT_EQ(macs(cost_of(MatMul{}, product_node({3, 1}, {1, 5}, {3, 5}))), 3 * 5);
}

TEST(MatMul, a_dense_layer_adds_its_bias_to_every_output) {
  Node node;
  node.in({1, 784}).weight({100, 784}).weight({100}).out({1, 100});
  const MatMul dense{.transpose_b = true, .collapse_rows = true};
  EXPECT_EQ(shape_of(dense, node), (Shape{1, 100}));
  const Cost cost = cost_of(dense, node);
  EXPECT_EQ(macs(cost), 784 * 100);
  EXPECT_EQ(units(cost, Unit::add, Part::bias), 100);
}

TEST(MatMul, leading_axes_broadcast) {
  const Node node = product_node({7, 1, 3, 4}, {6, 4, 5}, {7, 6, 3, 5});
  EXPECT_EQ(shape_of(MatMul{}, node), (Shape{7, 6, 3, 5}));
  EXPECT_EQ(macs(cost_of(MatMul{}, node)), 7 * 6 * 3 * 5 * 4);
}

TEST(MatMul, transposed_operands_swap_their_last_axes) {
  EXPECT_EQ(shape_of(MatMul{.transpose_a = true}, product_node({2, 4, 3}, {2, 4, 5}, {})), (Shape{2, 3, 5}));
  EXPECT_EQ(shape_of(MatMul{.transpose_b = true}, product_node({2, 3, 4}, {2, 5, 4}, {})), (Shape{2, 3, 5}));
  EXPECT_EQ(shape_of(MatMul{.transpose_a = true, .transpose_b = true}, product_node({4, 3}, {5, 4}, {})),
            (Shape{3, 5}));
}

TEST(MatMul, vectors_are_rows_and_columns_without_an_axis_of_their_own) {
  EXPECT_EQ(shape_of(MatMul{}, product_node({4}, {4, 5}, {})), (Shape{5}));
  EXPECT_EQ(shape_of(MatMul{}, product_node({2, 3, 4}, {4}, {})), (Shape{2, 3}));
  EXPECT_EQ(shape_of(MatMul{}, product_node({4}, {4}, {})), (Shape{}));
  EXPECT_EQ(macs(cost_of(MatMul{}, product_node({4}, {4}, {}))), 4);
}

TEST(MatMul, collapsed_rows_read_any_shape_as_rows_of_k) {
  Node node;
  node.in({2, 3, 8}).weight({5, 16}).out({3, 5});
  const MatMul dense{.transpose_b = true, .collapse_rows = true};
  EXPECT_EQ(shape_of(dense, node), (Shape{2 * 3 * 8 / 16, 5}));
  EXPECT_EQ(macs(cost_of(dense, node)), 3 * 5 * 16);
}

TEST(MatMul, kept_dimensions_keep_the_leading_axes) {
  Node node;
  node.in({2, 3, 16}).weight({5, 16}).out({2, 3, 5});
  EXPECT_EQ(shape_of(MatMul{.transpose_b = true}, node), (Shape{2, 3, 5}));
}

TEST(MatMul, factors_multiply_the_product_and_the_bias) {
  Node node;
  node.in({3, 4}).weight({4, 5}).weight({5}).out({3, 5});
  const Cost cost = cost_of(MatMul{.scales_product = true, .scales_bias = true}, node);
  EXPECT_EQ(units(cost, Unit::mul), 3 * 5);          // alpha, every output
  EXPECT_EQ(units(cost, Unit::mul, Part::bias), 5);  // beta, before broadcasting
  EXPECT_EQ(units(cost, Unit::add, Part::bias), 3 * 5);
  Node without;
  without.in({3, 4}).weight({4, 5}).out({3, 5});
  EXPECT_EQ(all_units(cost_of(MatMul{.scales_bias = true}, without), Part::bias), 0);
}

TEST(MatMul, integer_layers_multiply_in_integers_and_requantize_every_output) {
  Node node;
  node.in({2, 16}, DType::i8, kQuantized).weight({5, 16}, DType::i8, kQuantized).weight({5}, DType::i32);
  node.out({2, 5}, DType::i8, kQuantized);
  const Cost cost = cost_of(MatMul{.transpose_b = true, .collapse_rows = true}, node);
  EXPECT_EQ(units(cost, Unit::mul_add, DType::i8), 2 * 5 * 16);
  EXPECT_EQ(units(cost, Unit::add, DType::i32, Part::bias), 2 * 5);
  EXPECT_EQ(all_units(cost, Part::requantize), 2 * 5 * 5);
}

TEST(MatMul, a_dynamic_range_has_one_scale_per_row) {
  Node node;
  node.in({2, 3, 16}).weight({5, 16}, DType::i8, kQuantized).out({6, 5});
  const Cost cost = cost_of(MatMul{.transpose_b = true, .collapse_rows = true}, node);
  EXPECT_EQ(units(cost, Unit::mul_add, DType::i8), 6 * 5 * 16);
  EXPECT_EQ(units(cost, Unit::div, DType::f32, Part::requantize), 2 * 3 * 16 + 6);
  EXPECT_EQ(units(cost, Unit::mul, DType::f32, Part::requantize), 6 * 5);
}

TEST(MatMul, the_file_says_the_type_of_an_integer_product) {
  Node node;
  node.in({2, 4}, DType::u8).in({4, 3}, DType::i8).out({2, 3}, DType::i32);
  EXPECT_EQ(values_of(MatMul{}, node).front().dtype, DType::i32);
  Node silent;
  silent.in({2, 4}, DType::f16).in({4, 3}, DType::f32).out({2, 3}, DType::unknown);
  EXPECT_EQ(values_of(MatMul{}, silent).front().dtype, DType::f32);
}

TEST(MatMul, of_nothing_is_nothing) {
  EXPECT_EQ(shape_of(MatMul{}, product_node({3, 0}, {0, 5}, {})), (Shape{3, 5}));
  EXPECT_EQ(macs(cost_of(MatMul{}, product_node({3, 0}, {0, 5}, {3, 5}))), 0);
  EXPECT_EQ(macs(cost_of(MatMul{}, product_node({0, 4}, {4, 5}, {0, 5}))), 0);
}

TEST(MatMul, operands_that_do_not_multiply_are_named) {
  EXPECT_NE(why_unknown(MatMul{}, product_node({3, 4}, {5, 6}, {})).find("3x4 and 5x6"), std::string::npos);
  EXPECT_NE(why_unknown(MatMul{}, product_node({2, 3, 4}, {3, 4, 5}, {})).find("do not multiply"), std::string::npos);
  EXPECT_NE(why_unknown(MatMul{}, product_node({}, {4, 5}, {})).find("do not multiply"), std::string::npos);
  EXPECT_NE(why_unknown(MatMul{}, product_node({4}, {}, {})).find("two operands"), std::string::npos);
  EXPECT_NE(why_unknown(MatMul{}, Node{}).find("two operands"), std::string::npos);
  const MatMul dense{.transpose_b = true, .collapse_rows = true};
  EXPECT_NE(why_unknown(dense, product_node({2, 7}, {5, 16}, {})).find("2x7 and 5x16"), std::string::npos);
  EXPECT_NE(why_unknown(dense, product_node({2, 7}, {5, 0}, {})).find("2x7 and 5x0"), std::string::npos);
}

TEST(MatMul, beyond_64_bits_overflows) {
  const int64_t big = int64_t{1} << 30;
  const Node node = product_node({big, big}, {big, big}, {big, big});
  EXPECT_THROW(cost_of(MatMul{}, node), Overflow);
}

TEST(MatMul, its_second_operand_is_a_weight_if_it_is_stored) {
  EXPECT_EQ(role(MatMul{}, 0), Role::data);
  EXPECT_EQ(role(MatMul{}, 1), Role::weight);
  EXPECT_EQ(role(MatMul{}, 2), Role::weight);
}

}  // namespace
}  // namespace flopstat::test

#include <gtest/gtest.h>

#include "support/operands.h"

namespace flopstat::test {
namespace {

constexpr Quantization kOtherScale{.scales = 1, .scale = 0.25F, .zero_point = 3, .asymmetric = true};

/// Work of reducing 2 x 3 x 4 elements to 2 rows of 12.
Cost cost_of_function(ReduceFn fn) {
  Node node;
  node.in({2, 3, 4}).in_values({1, 2}).out({2});
  return cost_of(Reduce{.fn = fn, .keep_dims = false}, node);
}

TEST(Reduce, keeps_reduced_axes_as_ones_or_drops_them) {
  Node node;
  node.in({2, 3, 4}).in_values({1, -1});
  EXPECT_EQ(shape_of(Reduce{}, node), (Shape{2, 1, 1}));
  EXPECT_EQ(shape_of(Reduce{.keep_dims = false}, node), (Shape{2}));
}

TEST(Reduce, without_axes_takes_all_unless_none_means_none) {
  Node absent;
  absent.in({2, 3});
  EXPECT_EQ(shape_of(Reduce{.keep_dims = false}, absent), Shape{});
  EXPECT_EQ(shape_of(Reduce{.none_means_none = true}, absent), (Shape{2, 3}));
  Node empty;
  empty.in({2, 3}).in_values({});
  EXPECT_EQ(shape_of(Reduce{}, empty), (Shape{1, 1}));
  EXPECT_EQ(shape_of(Reduce{.none_means_none = true}, empty), (Shape{2, 3}));
}

TEST(Reduce, over_the_spatial_axes_keeps_batch_and_channels) {
  Node image;
  image.in({2, 3, 5, 7});
  EXPECT_EQ(shape_of(Reduce{.spatial = true}, image), (Shape{2, 3, 1, 1}));
  EXPECT_EQ(shape_of(Reduce{.keep_dims = false, .spatial = true}, image), (Shape{2, 3}));
  Node vector;
  vector.in({4});
  EXPECT_EQ(shape_of(Reduce{.spatial = true}, vector), Shape{4});
}

TEST(Reduce, over_an_axis_that_is_not_there_or_not_known_is_unknown) {
  Node outside;
  outside.in({2, 3}).in_values({2});
  EXPECT_NE(why_unknown(Reduce{}, outside).find("axis 2 is outside"), std::string::npos);
  Node computed;
  computed.in({2, 3}).in({1}, DType::i32);
  EXPECT_NE(why_unknown(Reduce{}, computed).find("depend on input data"), std::string::npos);
  Node huge;
  huge.in({2, 3}).in({kMaxDim, kMaxDim}, DType::i32);
  EXPECT_FALSE(why_unknown(Reduce{}, huge).empty());
}

TEST(Reduce, a_sum_is_n_minus_one_additions_per_row) {
  const Cost cost = cost_of_function(ReduceFn::sum);
  EXPECT_EQ(units(cost, Unit::add), 2U * (12 - 1));
  EXPECT_EQ(all_units(cost, Part::core), 2U * (12 - 1));
}

TEST(Reduce, a_mean_divides_once_per_row) {
  const Cost cost = cost_of_function(ReduceFn::mean);
  EXPECT_EQ(units(cost, Unit::add), 2U * 11);
  EXPECT_EQ(units(cost, Unit::div), 2U);
}

TEST(Reduce, products_multiply_and_extremes_compare) {
  EXPECT_EQ(units(cost_of_function(ReduceFn::prod), Unit::mul), 2U * 11);
  EXPECT_EQ(units(cost_of_function(ReduceFn::max), Unit::compare), 2U * 11);
  EXPECT_EQ(units(cost_of_function(ReduceFn::min), Unit::compare), 2U * 11);
}

TEST(Reduce, norms_add_up_magnitudes_or_squares) {
  const Cost l1 = cost_of_function(ReduceFn::l1);
  EXPECT_EQ(units(l1, Unit::compare), 24U);
  EXPECT_EQ(units(l1, Unit::add), 22U);
  const Cost l2 = cost_of_function(ReduceFn::l2);
  EXPECT_EQ(units(l2, Unit::mul), 24U);
  EXPECT_EQ(units(l2, Unit::add), 22U);
  EXPECT_EQ(units(l2, Unit::transcendental), 2U);
  EXPECT_EQ(all_units(cost_of_function(ReduceFn::sum_square), Part::core), 24U + 22);
}

TEST(Reduce, log_sum_exp_is_a_softmax_without_the_division) {
  const Cost cost = cost_of_function(ReduceFn::log_sum_exp);
  EXPECT_EQ(units(cost, Unit::compare), 2U * 11);
  EXPECT_EQ(units(cost, Unit::add), 2U * 2 * 12);  // less the largest, the sum, the largest again
  EXPECT_EQ(units(cost, Unit::transcendental), 2U * (12 + 1));
  EXPECT_EQ(all_units(cost_of_function(ReduceFn::log_sum), Part::core), 2U * (11 + 1));
}

TEST(Reduce, of_booleans_or_of_nothing_is_no_work) {
  Node node;
  node.in({8}, DType::boolean).out({1}, DType::boolean);
  EXPECT_TRUE(cost_of(Reduce{.fn = ReduceFn::any}, node).work.empty());
  Node nothing;
  nothing.in({4, 0}).in_values({1}).out({4, 1});
  EXPECT_TRUE(cost_of(Reduce{.fn = ReduceFn::mean}, nothing).work.empty());
}

TEST(Reduce, quantized_sums_and_means_are_brought_to_the_scale_of_the_result) {
  Node node;
  node.in({2, 12}, DType::i8, kQuantized).in_values({1}).out({2}, DType::i8, kQuantized);
  EXPECT_EQ(all_units(cost_of(Reduce{.fn = ReduceFn::mean}, node), Part::requantize), 2U * 5);
  EXPECT_EQ(all_units(cost_of(Reduce{.fn = ReduceFn::sum}, node), Part::requantize), 2U * 5);
  EXPECT_EQ(all_units(cost_of(Reduce{.fn = ReduceFn::max}, node), Part::requantize), 0U);
  Node differ;
  differ.in({2, 12}, DType::i8, kQuantized).in_values({1}).out({2}, DType::i8, kOtherScale);
  EXPECT_EQ(all_units(cost_of(Reduce{.fn = ReduceFn::max}, differ), Part::requantize), 2U * (1 + 5));
}

TEST(Reduce, computes_small_values) {
  Node node;
  node.in_values({2, 3, 4}, DType::i64);
  EXPECT_EQ(integers_inferred(Reduce{.fn = ReduceFn::prod}, node), (std::vector<int64_t>{24}));
  EXPECT_EQ(integers_inferred(Reduce{.fn = ReduceFn::sum}, node), (std::vector<int64_t>{9}));
  EXPECT_EQ(integers_inferred(Reduce{.fn = ReduceFn::max}, node), (std::vector<int64_t>{4}));
  EXPECT_EQ(integers_inferred(Reduce{.fn = ReduceFn::min}, node), (std::vector<int64_t>{2}));
  EXPECT_EQ(integers_inferred(Reduce{.fn = ReduceFn::mean}, node), (std::vector<int64_t>{3}));
}

TEST(Reduce, computes_along_one_axis) {
  Node node;
  node.in_elements({2, 2}, {int64_t{1}, int64_t{2}, int64_t{3}, {}}).in_values({0});
  const std::vector<Value> values = values_of(Reduce{.fn = ReduceFn::sum, .keep_dims = false}, node);
  ASSERT_TRUE(values[0].elements);
  EXPECT_EQ(*values[0].elements, (Elements{int64_t{4}, {}}));
}

TEST(Reduce, a_product_beyond_64_bits_is_an_unknown_element) {
  Node node;
  node.in_values({INT64_MAX, 2}, DType::i64);
  EXPECT_EQ(*values_of(Reduce{.fn = ReduceFn::prod}, node)[0].elements, (Elements{Element{}}));
}

TEST(Reduce, the_product_of_no_sizes_is_one) {
  Node node;
  node.in_values({}, DType::i64);
  EXPECT_EQ(integers_inferred(Reduce{.fn = ReduceFn::prod, .keep_dims = false}, node), (std::vector<int64_t>{1}));
}

TEST(Reduce, of_any_over_known_booleans_is_known) {
  Node node;
  node.in_values({0, 1}, DType::boolean);
  EXPECT_EQ(integers_inferred(Reduce{.fn = ReduceFn::any}, node), (std::vector<int64_t>{1}));
  EXPECT_EQ(integers_inferred(Reduce{.fn = ReduceFn::all}, node), (std::vector<int64_t>{0}));
}

TEST(ArgReduce, compares_all_but_one_per_row) {
  Node node;
  node.in({4, 1000}).in_scalar(-1).out({4}, DType::i64);
  EXPECT_EQ(shape_of(ArgReduce{}, node), (Shape{4}));
  EXPECT_EQ(shape_of(ArgReduce{.keep_dims = true}, node), (Shape{4, 1}));
  EXPECT_EQ(values_of(ArgReduce{.to = DType::i32}, node)[0].dtype, DType::i32);
  EXPECT_EQ(units(cost_of(ArgReduce{}, node), Unit::compare, DType::f32), 4U * 999);
}

TEST(ArgReduce, without_a_known_axis_is_unknown) {
  Node computed;
  computed.in({4, 10}).in({}, DType::i32);
  EXPECT_NE(why_unknown(ArgReduce{}, computed).find("must be a constant"), std::string::npos);
  Node scalar;
  scalar.in({}).in_scalar(0);
  EXPECT_FALSE(why_unknown(ArgReduce{}, scalar).empty());
}

TEST(Cumulate, adds_or_multiplies_all_but_the_first_of_each_row) {
  Node node;
  node.in({4, 10}).in_scalar(1).out({4, 10});
  EXPECT_EQ(units(cost_of(Cumulate{}, node), Unit::add), 4U * 9);
  EXPECT_EQ(units(cost_of(Cumulate{.product = true}, node), Unit::mul), 4U * 9);
  EXPECT_EQ(shape_of(Cumulate{}, node), (Shape{4, 10}));
}

TEST(TopK, compares_every_element_with_k_at_most) {
  Node node;
  node.in({2, 1000}).in_scalar(5).out({2, 5}).out({2, 5}, DType::i64);
  const Cost cost = cost_of(TopK{}, node);
  EXPECT_EQ(units(cost, Unit::compare), 2U * 1000 * 5);
  EXPECT_EQ(cost.work.at(0).certainty, Certainty::bound);
  const std::vector<Value> values = values_of(TopK{.index = DType::i32}, node);
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[1].shape, (Shape{2, 5}));
  EXPECT_EQ(values[1].dtype, DType::i32);
}

TEST(TopK, of_more_than_there_are_or_of_an_unknown_number_is_unknown) {
  Node many;
  many.in({3}).in_scalar(4);
  EXPECT_NE(why_unknown(TopK{}, many).find("k is 4"), std::string::npos);
  Node negative;
  negative.in({3}).in_scalar(-1);
  EXPECT_FALSE(why_unknown(TopK{}, negative).empty());
  Node computed;
  computed.in({3}).in({}, DType::i64);
  EXPECT_NE(why_unknown(TopK{}, computed).find("k must be a constant"), std::string::npos);
}

}  // namespace
}  // namespace flopstat::test

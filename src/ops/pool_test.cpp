#include <gtest/gtest.h>

#include "support/operands.h"

namespace flopstat::test {
namespace {

constexpr Quantization kOtherScale{.scales = 1, .scale = 0.25F, .zero_point = 3, .asymmetric = true};

Pool pool_of(PoolFn fn, Axis axis, Padding padding = Padding::given) {
  return {.fn = fn, .window = {.axes = {axis, axis}, .padding = padding}};
}

TEST(Pool, slides_over_the_spatial_axes_of_either_layout) {
  Pool pool = pool_of(PoolFn::max, {.kernel = 2, .stride = 2});
  Node first;
  first.in({1, 8, 28, 30});
  EXPECT_EQ(shape_of(pool, first), (Shape{1, 8, 14, 15}));
  pool.layout = DataLayout::channels_last;
  Node last;
  last.in({1, 28, 30, 8});
  EXPECT_EQ(shape_of(pool, last), (Shape{1, 14, 15, 8}));
}

TEST(Pool, adaptive_windows_follow_from_their_number) {
  const Pool op{.fn = PoolFn::average, .layout = DataLayout::channels_last, .sizes = {3, 2}};
  Node node;
  node.in({1, 5, 6, 8}).out({1, 3, 2, 8});
  EXPECT_EQ(shape_of(op, node), (Shape{1, 3, 2, 8}));
  const Cost cost = cost_of(op, node);
  // 3 windows over 5 points: [0, 2), [1, 4), [3, 5); 2 over 6: [0, 3), [3, 6).
  EXPECT_EQ(units(cost, Unit::add), 8U * ((2 + 3 + 2) * (3 + 3) - 3 * 2));
  EXPECT_EQ(units(cost, Unit::div), 8U * 3 * 2);
}

TEST(Pool, gives_indices_where_they_are_asked_for) {
  Node node;
  node.in({1, 1, 4, 4}).out({1, 1, 2, 2}).out({1, 1, 2, 2}, DType::i64);
  const std::vector<Value> values = values_of(pool_of(PoolFn::max, {.kernel = 2, .stride = 2}), node);
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[1].dtype, DType::i64);
}

TEST(Pool, the_largest_of_a_window_is_one_comparison_less_than_its_points) {
  Node node;
  node.in({1, 8, 28, 28}).out({1, 8, 14, 14});
  const Cost cost = cost_of(pool_of(PoolFn::max, {.kernel = 2, .stride = 2}), node);
  EXPECT_EQ(units(cost, Unit::compare), 8U * 14 * 14 * (2 * 2 - 1));
  EXPECT_EQ(all_units(cost, Part::core), 8U * 14 * 14 * 3);
}

TEST(Pool, windows_leave_the_padding_out) {
  Node node;
  node.in({2, 3, 5, 5}).out({2, 3, 5, 5});
  const Axis axis{.kernel = 3, .pad_before = 1, .pad_after = 1};
  // 13 of 15 taps on each axis meet data.
  const Cost cost = cost_of(pool_of(PoolFn::average, axis), node);
  EXPECT_EQ(units(cost, Unit::add), 2U * 3 * (13 * 13 - 25));
  EXPECT_EQ(units(cost, Unit::div), 2U * 3 * 25);
  EXPECT_EQ(units(cost_of(pool_of(PoolFn::average, {.kernel = 3}, Padding::same_upper), node), Unit::add),
            2U * 3 * (13 * 13 - 25));
}

TEST(Pool, l2_squares_every_point_and_takes_a_root_per_window) {
  Node node;
  node.in({1, 1, 4, 4}).out({1, 1, 2, 2});
  const Cost cost = cost_of(pool_of(PoolFn::l2, {.kernel = 2, .stride = 2}), node);
  EXPECT_EQ(units(cost, Unit::mul), 4U * 4);
  EXPECT_EQ(units(cost, Unit::add), 4U * (4 - 1));
  EXPECT_EQ(units(cost, Unit::div), 4U);
  EXPECT_EQ(units(cost, Unit::transcendental), 4U);
}

TEST(Pool, quantized_average_rounds_and_clamps) {
  Node node;
  node.in({1, 1, 4, 4}, DType::i8, kQuantized).out({1, 1, 2, 2}, DType::i8, kQuantized);
  const Cost cost = cost_of(pool_of(PoolFn::average, {.kernel = 2, .stride = 2}), node);
  EXPECT_EQ(units(cost, Unit::add, DType::i32, Part::requantize), 4U);
  EXPECT_EQ(units(cost, Unit::compare, DType::i32, Part::requantize), 4U * 2);
  EXPECT_EQ(units(cost, Unit::add, DType::i8), 4U * 3);
}

TEST(Pool, quantized_maximum_is_rescaled_if_the_scales_differ) {
  const Pool pool = pool_of(PoolFn::max, {.kernel = 2, .stride = 2});
  Node same;
  same.in({1, 1, 4, 4}, DType::i8, kQuantized).out({1, 1, 2, 2}, DType::i8, kQuantized);
  EXPECT_EQ(all_units(cost_of(pool, same), Part::requantize), 0U);
  Node differ;
  differ.in({1, 1, 4, 4}, DType::i8, kQuantized).out({1, 1, 2, 2}, DType::i8, kOtherScale);
  EXPECT_EQ(all_units(cost_of(pool, differ), Part::requantize), 4U * (1 + 5));
}

TEST(Pool, windows_wholly_in_the_padding_have_nothing_to_compare) {
  Node node;
  node.in({1, 1, 1, 1}).out({1, 1, 3, 3});
  // One point of padding on each side of one point: 1 of 9 windows meets it.
  EXPECT_EQ(units(cost_of(pool_of(PoolFn::max, {.pad_before = 1, .pad_after = 1}), node), Unit::compare), 0U);
}

TEST(Pool, of_an_empty_batch_is_no_work) {
  Node node;
  node.in({0, 3, 4, 4}).out({0, 3, 2, 2});
  EXPECT_TRUE(cost_of(pool_of(PoolFn::average, {.kernel = 2, .stride = 2}), node).work.empty());
}

TEST(Pool, of_the_wrong_rank_or_size_is_unknown) {
  Node flat;
  flat.in({1, 8});
  EXPECT_NE(why_unknown(pool_of(PoolFn::max, {.kernel = 2}), flat).find("needs 2 spatial axes"), std::string::npos);
  Node small;
  small.in({1, 8, 3, 3});
  EXPECT_NE(why_unknown(pool_of(PoolFn::max, {.kernel = 7}), small).find("spans 7 points"), std::string::npos);
  Node none;
  EXPECT_FALSE(why_unknown(pool_of(PoolFn::max, {.kernel = 2}), none).empty());
}

TEST(Lrn, adds_up_as_many_channels_as_its_window_has) {
  Node node;
  node.in({1, 3, 2, 2}).out({1, 3, 2, 2});
  const Cost cost = cost_of(Lrn{.size = 3}, node);
  EXPECT_EQ(units(cost, Unit::add), 4U * (2 + 3 + 2));  // windows of the three channels
  EXPECT_EQ(units(cost, Unit::mul), 2U * 12);
  EXPECT_EQ(units(cost, Unit::div), 12U);
  EXPECT_EQ(units(cost, Unit::transcendental), 12U);
  EXPECT_EQ(shape_of(Lrn{}, node), (Shape{1, 3, 2, 2}));
}

TEST(Lrn, wider_than_the_channels_sees_all_of_them) {
  Node node;
  node.in({1, 2, 2, 3}).out({1, 2, 2, 3});
  const Lrn lrn{.layout = DataLayout::channels_last, .size = 101};
  EXPECT_EQ(units(cost_of(lrn, node), Unit::add), 4U * (3 + 3 + 3));
}

TEST(Lrn, without_channels_or_a_window_is_unknown) {
  Node vector;
  vector.in({5});
  EXPECT_FALSE(why_unknown(Lrn{}, vector).empty());
  Node image;
  image.in({1, 3, 2, 2}).out({1, 3, 2, 2});
  EXPECT_FALSE(why_unknown(Lrn{.size = 0}, image).empty());
  EXPECT_EQ(known(count(Lrn{.size = -1}, image.operands())), nullptr);
}

}  // namespace
}  // namespace flopstat::test

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "ops/ops.h"
#include "support/operands.h"

namespace flopstat::test {
namespace {

constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();
constexpr int64_t kHighest = std::numeric_limits<int64_t>::max();
constexpr Quantization kOther{.scales = 1, .scale = 0.25F, .zero_point = 3, .asymmetric = true};

TEST(Transpose, takes_each_axis_from_where_the_permutation_says) {
  EXPECT_EQ(shape_of(Transpose{}, Node().in({2, 3, 4}).in_values({2, 0, 1})), (Shape{4, 2, 3}));
  EXPECT_EQ(shape_of(Transpose{}, Node().in({2, 3, 4}).in_values({-1, 0, 1})), (Shape{4, 2, 3}));
}
TEST(Transpose, without_a_permutation_reverses_the_axes) {
  EXPECT_EQ(shape_of(Transpose{}, Node().in({2, 3, 4})), (Shape{4, 3, 2}));
  EXPECT_EQ(shape_of(Transpose{}, Node().in({})), Shape{});
}
TEST(Transpose, carries_elements_to_their_new_places) {
  EXPECT_EQ(integers_inferred(Transpose{}, Node().in_elements({2, 3}, counting(6))),
            (std::vector<int64_t>{0, 3, 1, 4, 2, 5}));
  // Element (i, j, k) of [2, 1, 2] is 2i + k; read as (k, i, j).
  EXPECT_EQ(integers_inferred(Transpose{}, Node().in_elements({2, 1, 2}, counting(4)).in_values({2, 0, 1})),
            (std::vector<int64_t>{0, 2, 1, 3}));
}
TEST(Transpose, keeps_unknown_elements_unknown) {
  const std::vector<Value> values = values_of(Transpose{}, Node().in_elements({1, 2}, {{}, 1.5}, DType::f32));
  EXPECT_EQ(*values.front().elements, (Elements{{}, 1.5}));
}
TEST(Transpose, what_is_no_permutation_is_unknown) {
  why_unknown(Transpose{}, Node().in({2, 3}).in_values({0}));
  why_unknown(Transpose{}, Node().in({2, 3}).in_values({0, -2}));
  why_unknown(Transpose{}, Node().in({2, 3}).in_values({kLowest, kHighest}, DType::i64));
  EXPECT_NE(why_unknown(Transpose{}, Node().in({2, 3}).in({2}, DType::i32)).find("permutation"), std::string::npos);
}
TEST(Transpose, of_quantized_tensors_keeps_their_scale) {
  const Cost cost = cost_of(Transpose{}, Node().in({2, 3}, DType::i8, kQuantized).out({3, 2}, DType::i8, kQuantized));
  EXPECT_TRUE(cost.work.empty());
  EXPECT_FALSE(cost.read_bytes);  // copied: each operand and result once
  EXPECT_FALSE(cost.written_bytes);
}

TEST(Pad, adds_to_both_ends) {
  EXPECT_EQ(shape_of(Pad{}, Node().in({2, 3}).in_elements({2, 2}, {int64_t{1}, int64_t{0}, int64_t{2}, int64_t{4}})),
            (Shape{1 + 2, 2 + 3 + 4}));
  EXPECT_EQ(shape_of(Pad{.pairs = false}, Node().in({2, 3}).in_values({1, 0, 2, 4})), (Shape{1 + 2 + 2, 3 + 4}));
}
TEST(Pad, negative_pads_cut) {
  EXPECT_EQ(shape_of(Pad{}, Node().in({5}).in_values({-1, -2})), (Shape{2}));
  EXPECT_EQ(shape_of(Pad{}, Node().in({5}).in_values({-7, 4})), (Shape{2}));
  why_unknown(Pad{}, Node().in({5}).in_values({-3, -3}));
}
TEST(Pad, pads_that_do_not_fit_are_unknown) {
  why_unknown(Pad{}, Node().in({5, 5}).in_values({1, 1}));
  why_unknown(Pad{}, Node().in({5}).in_values({kHighest, kHighest}, DType::i64));
  why_unknown(Pad{}, Node().in({5}).in_elements({2}, {int64_t{1}, {}}));
}
TEST(Pad, rescales_the_operand_where_the_scales_differ) {
  const auto padded = [](Quantization result) {
    Node node;
    node.in({2, 3}, DType::i8, kQuantized).in_values({0, 0, 1, 1}).out({2, 5}, DType::i8, result);
    return all_units(cost_of(Pad{}, node), Part::requantize);
  };
  EXPECT_EQ(padded(kQuantized), 0);
  EXPECT_EQ(padded(kOther), 2 * 3 * (1 + 5));
}

TEST(Tile, repeats_each_axis) {
  EXPECT_EQ(shape_of(Tile{}, Node().in({2, 3}).in_values({3, 2})), (Shape{6, 6}));
  EXPECT_EQ(shape_of(Tile{}, Node().in({2, 3}).in_values({0, 2})), (Shape{0, 6}));
  EXPECT_EQ(integers_inferred(Tile{}, Node().in_elements({2, 2}, counting(4)).in_values({2, 2})),
            (std::vector<int64_t>{0, 1, 0, 1, 2, 3, 2, 3, 0, 1, 0, 1, 2, 3, 2, 3}));
}
TEST(Tile, repeats_that_do_not_fit_are_unknown) {
  why_unknown(Tile{}, Node().in({2, 3}).in_values({2}));
  why_unknown(Tile{}, Node().in({2}).in_values({-1}));
  why_unknown(Tile{}, Node().in({2}).in_values({kHighest}, DType::i64));
  EXPECT_NE(why_unknown(Tile{}, Node().in({2}).in({1}, DType::i64)).find("depends on"), std::string::npos);
}

TEST(Expand, stretches_axes_of_size_one) {
  EXPECT_EQ(shape_of(Expand{}, Node().in({3, 1}).in_values({2, 3, 4})), (Shape{2, 3, 4}));
  EXPECT_EQ(integers_inferred(Expand{}, Node().in_elements({2, 1}, counting(2)).in_values({2, 2, 3})),
            (std::vector<int64_t>{0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1}));
  EXPECT_EQ(integers_inferred(Expand{}, Node().in_scalar(8).in_values({2})), (std::vector<int64_t>{8, 8}));
}
TEST(Expand, two_ways_keeps_a_size_of_the_operand_where_the_target_is_one) {
  EXPECT_EQ(shape_of(Expand{.two_way = true}, Node().in({3, 4}).in_values({2, 1, 1})), (Shape{2, 3, 4}));
  EXPECT_EQ(shape_of(Expand{.two_way = true}, Node().in({2, 3, 4}).in_values({1})), (Shape{2, 3, 4}));
  why_unknown(Expand{}, Node().in({3, 4}).in_values({2, 1, 1}));
  why_unknown(Expand{}, Node().in({2, 3, 4}).in_values({4}));
}
TEST(Expand, an_unknown_size_is_the_operands_unless_that_is_one) {
  EXPECT_EQ(shape_of(Expand{}, Node().in({3, 1}).in_elements({2}, {{}, int64_t{4}})), (Shape{3, 4}));
  why_unknown(Expand{}, Node().in({3, 1}).in_elements({2}, {int64_t{3}, {}}));
}
TEST(Expand, to_many_elements_carries_none) {
  const std::vector<Value> values = values_of(Expand{}, Node().in_scalar(1).in_values({1 << 20}));
  EXPECT_EQ(first_shape(values), (Shape{1 << 20}));
  EXPECT_EQ(values.front().elements, nullptr);
}
TEST(Expand, sizes_that_differ_are_unknown) {
  why_unknown(Expand{}, Node().in({3}).in_values({4}));
  why_unknown(Expand{}, Node().in({1}).in_values({-1}));
}

TEST(Reverse, keeps_the_shape) { EXPECT_EQ(shape_of(Reverse{}, Node().in({2, 3}).in_values({1})), (Shape{2, 3})); }

TEST(Dilate, puts_that_many_steps_between_elements) {
  EXPECT_EQ(shape_of(Dilate{}, Node().in({3, 4, 0}).in_values({2, 1, 5})), (Shape{5, 4, 0}));
  why_unknown(Dilate{}, Node().in({3}).in_values({0}));
  why_unknown(Dilate{}, Node().in({3}).in_values({2, 2}));
  why_unknown(Dilate{}, Node().in({3}).in_values({INT64_MAX}, DType::i64));
  why_unknown(Dilate{}, Node().in({3}).in({1}, DType::i32));
}

TEST(PadBetween, adds_before_between_and_behind) {
  // 3 elements with 2 between each: 7; then 1 before and 1 less behind.
  EXPECT_EQ(shape_of(PadBetween{{1}, {2}, {-1}}, Node().in({3}).in_scalar(0)), (Shape{7}));
  EXPECT_EQ(shape_of(PadBetween{{1, 0}, {0, 0}, {0, 2}}, Node().in({0, 3}).in_scalar(0)), (Shape{1, 5}));
  why_unknown(PadBetween{{-4}, {0}, {0}}, Node().in({3}).in_scalar(0));
  why_unknown(PadBetween{{0}, {-1}, {0}}, Node().in({3}).in_scalar(0));
  why_unknown(PadBetween{{0}, {INT64_MAX}, {0}}, Node().in({3}).in_scalar(0));
  why_unknown(PadBetween{}, Node().in({3}).in_scalar(0));
}

TEST(BroadcastInto, each_axis_goes_where_it_is_told) {
  EXPECT_EQ(shape_of(BroadcastInto{{1}}, Node().in({3}).in_values({2, 3, 4})), (Shape{2, 3, 4}));
  EXPECT_EQ(shape_of(BroadcastInto{}, Node().in({}).in_values({2, 3})), (Shape{2, 3}));
  EXPECT_EQ(integers_inferred(BroadcastInto{{0}}, Node().in_values({7, 8}).in_values({2, 2})),
            (std::vector<int64_t>{7, 7, 8, 8}));
  EXPECT_EQ(integers_inferred(BroadcastInto{{1}}, Node().in_values({7, 8}).in_values({2, 2})),
            (std::vector<int64_t>{7, 8, 7, 8}));
  why_unknown(BroadcastInto{{0}}, Node().in({3}).in_values({2, 3}));
  why_unknown(BroadcastInto{{2}}, Node().in({3}).in_values({2, 3}));
  why_unknown(BroadcastInto{{-1}}, Node().in({3}).in_values({2, 3}));
  why_unknown(BroadcastInto{{0}}, Node().in({3}));
}

TEST(MatrixDiag, adds_an_axis) {
  EXPECT_EQ(shape_of(MatrixDiag{}, Node().in({2, 3})), (Shape{2, 3, 3}));
  why_unknown(MatrixDiag{}, Node().in({}));
}

TEST(MatrixSetDiag, needs_a_diagonal_that_fits) {
  EXPECT_EQ(shape_of(MatrixSetDiag{}, Node().in({2, 3, 5}).in({2, 3})), (Shape{2, 3, 5}));
  EXPECT_EQ(shape_of(MatrixSetDiag{}, Node().in({5, 3}).in({3})), (Shape{5, 3}));
  why_unknown(MatrixSetDiag{}, Node().in({5, 3}).in({5}));
  why_unknown(MatrixSetDiag{}, Node().in({5}).in({}));
}

}  // namespace
}  // namespace flopstat::test

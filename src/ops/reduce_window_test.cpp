#include <gtest/gtest.h>

#include "ops/ops.h"
#include "ops/window.h"
#include "support/operands.h"

namespace flopstat::test {
namespace {

/// A window of 2 x 2 every 2 points over 4 x 4.
Node halved() {
  Node node;
  node.in({4, 4}).in_scalar(0).in_values({2, 2}).in_values({2, 2}).in_values({1, 1}).out({2, 2});
  return node;
}

TEST(ReduceWindow, has_an_element_per_window) {
  EXPECT_EQ(shape_of(ReduceWindow{}, halved()), (Shape{2, 2}));
  EXPECT_EQ(shape_of(ReduceWindow{}, Node().in({7}).in_scalar(0).in_values({3}).absent().in_values({2})), (Shape{3}));
  why_unknown(ReduceWindow{}, Node().in({4, 4}).in_scalar(0).in_values({2}));
  why_unknown(ReduceWindow{}, Node().in({4}).in_scalar(0).in({1}, DType::i32));
  why_unknown(ReduceWindow{}, Node().in({4}).in_scalar(0).in_values({5}));
}
TEST(ReduceWindow, combines_one_less_than_its_taps) {
  EXPECT_EQ(units(cost_of(ReduceWindow{ReduceFn::sum}, halved()), Unit::add), 16u - 4);
  EXPECT_EQ(units(cost_of(ReduceWindow{ReduceFn::max}, halved()), Unit::compare), 16u - 4);
  EXPECT_EQ(units(cost_of(ReduceWindow{ReduceFn::prod}, halved()), Unit::mul), 16u - 4);
  EXPECT_TRUE(cost_of(ReduceWindow{ReduceFn::any}, halved()).work.empty());
}
TEST(ReduceWindow, padding_and_gaps_are_not_combined) {
  // 3 points padded to 5, windows of 3: taps 2 + 3 + 2.
  Node padded;
  padded.in({3}).in_scalar(0).in_values({3}).out({3});
  EXPECT_EQ(units(cost_of(ReduceWindow{.padding = {1, 1}}, padded), Unit::add), 7u - 3);
  // 3 points 2 apart are 5; windows of 3 hold 2, 1 and 2 of them.
  EXPECT_EQ(shape_of(ReduceWindow{.base_dilation = {2}}, padded), (Shape{3}));
  EXPECT_EQ(units(cost_of(ReduceWindow{.base_dilation = {2}}, padded), Unit::add), 5u - 3);
}

TEST(DilatedTaps, are_those_that_meet_a_point) {
  // 4 points 3 apart are 0, 3, 6, 9; windows of 4 every 2 from -1 to 11: {-1..2} 1, {1..4} 1, {3..6} 2, {5..8} 1,
  // {7..10} 1.
  const ResolvedAxis axis{.kernel = 4, .stride = 2, .pad_before = 1, .output = 5};
  EXPECT_EQ(*known(dilated_taps(axis, 4, 3)), Count{6});
  // Stride 1 by the formula of a transposed convolution, against the same windows one by one.
  const ResolvedAxis dense{.kernel = 4, .stride = 1, .pad_before = 1, .output = 9};
  uint64_t taps = 0;
  for (int window = -1; window < 8; ++window) {
    for (int tap = window; tap < window + 4; ++tap) taps += tap >= 0 && tap < 10 && tap % 3 == 0 ? 1 : 0;
  }
  EXPECT_EQ(*known(dilated_taps(dense, 4, 3)), Count{taps});
  const ResolvedAxis huge{.kernel = 1 << 20, .stride = 2, .output = int64_t{1} << 30};
  EXPECT_FALSE(known(dilated_taps(huge, 4, 3)));
}

}  // namespace
}  // namespace flopstat::test

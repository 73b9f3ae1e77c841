#include <gtest/gtest.h>

#include "support/operands.h"

namespace flopstat::test {
namespace {

Morphology dilation(Padding padding, int64_t rate = 1) {
  return {.window = {.axes = {{.dilation = rate}, {.dilation = rate}}, .padding = padding}};
}

TEST(Morphology, adds_and_compares_each_tap) {
  Node node;
  node.in({1, 5, 5, 2}).weight({3, 3, 2}).out({1, 3, 3, 2});
  EXPECT_EQ(shape_of(dilation(Padding::valid), node), (Shape{1, 3, 3, 2}));
  const Cost cost = cost_of(dilation(Padding::valid), node);
  EXPECT_EQ(units(cost, Unit::add), 2U * 9 * 9);
  EXPECT_EQ(units(cost, Unit::compare), 2U * 9 * (9 - 1));
  EXPECT_EQ(macs(cost), 0U);
}

TEST(Morphology, leaves_padding_out) {
  Node node;
  node.in({1, 5, 5, 1}).weight({3, 3, 1}).out({1, 5, 5, 1});
  EXPECT_EQ(shape_of(dilation(Padding::same_upper), node), (Shape{1, 5, 5, 1}));
  const uint64_t taps = (5 * 3 - 2) * (5 * 3 - 2);  // the first and the last window of an axis have two
  const Cost cost = cost_of(dilation(Padding::same_upper), node);
  EXPECT_EQ(units(cost, Unit::add), taps);
  EXPECT_EQ(units(cost, Unit::compare), taps - 5U * 5);
}

TEST(Morphology, may_have_taps_that_lie_apart) {
  Node node;
  node.in({1, 7, 5, 1}).weight({3, 3, 1});
  EXPECT_EQ(shape_of(dilation(Padding::valid, 2), node), (Shape{1, 7 - 4, 5 - 4, 1}));
}

TEST(Morphology, has_weights_for_each_channel) {
  why_unknown(dilation(Padding::valid), Node().in({1, 5, 5, 2}).weight({3, 3, 1}));
  EXPECT_EQ(role(Morphology{}, 1), Role::weight);
}

}  // namespace
}  // namespace flopstat::test

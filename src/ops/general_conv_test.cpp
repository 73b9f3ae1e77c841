#include <gtest/gtest.h>

#include "ops/ops.h"
#include "support/operands.h"

namespace flopstat::test {
namespace {

/// x [N, H, W, C], w [h, w, I, O] -> y [N, H, W, C], every window with one point of padding on each side.
GeneralConv channels_last(int64_t stride = 1, int64_t base = 1) {
  GeneralConv conv{.x = {0, 3, {1, 2}}, .w = {2, 3, {0, 1}}, .y = {0, 3, {1, 2}}, .base_dilation = {base, base}};
  conv.window.axes.assign(2, {.stride = stride, .pad_before = 1, .pad_after = 1});
  return conv;
}

TEST(GeneralConv, agrees_with_a_convolution) {
  Node node;
  node.in({2, 8, 8, 3}).weight({3, 3, 3, 16}).out({2, 8, 8, 16});
  const Cost cost = cost_of(channels_last(), node);
  EXPECT_EQ(shape_of(channels_last(), node), (Shape{2, 8, 8, 16}));
  EXPECT_EQ(macs(cost), 2u * 64 * 16 * 27);
  EXPECT_EQ(valid_macs(cost), 2u * 22 * 22 * 16 * 3);  // 8 windows of 3 taps less one at each end, on both axes
  Node plain;
  plain.in({2, 8, 8, 3}).weight({3, 3, 3, 16}).out({2, 8, 8, 16});
  Conv conv{.axes = {DataLayout::channels_last, FilterLayout::spatial_io}};
  conv.window.axes.assign(2, {.pad_before = 1, .pad_after = 1});
  EXPECT_EQ(macs(cost_of(conv, plain)), macs(cost));
  EXPECT_EQ(valid_macs(cost_of(conv, plain)), valid_macs(cost));
}
TEST(GeneralConv, its_axes_may_stand_anywhere) {
  // x [C, N, T], w [O, T, I] -> y [T, N, O]
  GeneralConv conv{.x = {1, 0, {2}}, .w = {2, 0, {1}}, .y = {1, 2, {0}}, .base_dilation = {1}};
  conv.window.axes.assign(1, {.stride = 2});
  Node node;
  node.in({3, 2, 9}).weight({5, 3, 3}).out({4, 2, 5});
  EXPECT_EQ(shape_of(conv, node), (Shape{4, 2, 5}));
  EXPECT_EQ(macs(cost_of(conv, node)), 4u * 2 * 5 * 3 * 3);
}
TEST(GeneralConv, with_gaps_in_its_data_is_a_transposed_convolution) {
  // 4 points 2 apart with 1 of padding: 9 points, 7 windows of 3. Products of a transposed one: points times taps.
  Node node;
  node.in({1, 4, 4, 3}).weight({3, 3, 3, 16}).out({1, 7, 7, 16});
  const Cost cost = cost_of(channels_last(1, 2), node);
  EXPECT_EQ(shape_of(channels_last(1, 2), node), (Shape{1, 7, 7, 16}));
  EXPECT_EQ(macs(cost), 16u * 3 * 16 * 9);
  // The first and last of 4 points lose one tap each: 4 * 3 - 2 = 10 per axis.
  EXPECT_EQ(valid_macs(cost), 10u * 10 * 3 * 16);
}
TEST(GeneralConv, groups_read_a_part_of_the_channels) {
  GeneralConv conv = channels_last();
  conv.groups = 3;
  Node node;
  node.in({1, 8, 8, 6}).weight({3, 3, 2, 9}).out({1, 8, 8, 9});
  EXPECT_EQ(macs(cost_of(conv, node)), 64u * 9 * 2 * 9);
  conv.groups = 2;
  why_unknown(conv, node);
}
TEST(GeneralConv, groups_of_the_batch_share_it) {
  GeneralConv conv = channels_last();
  conv.batch_groups = 2;
  Node node;
  node.in({4, 8, 8, 6}).weight({3, 3, 6, 10}).out({2, 8, 8, 10});
  EXPECT_EQ(shape_of(conv, node), (Shape{2, 8, 8, 10}));
  EXPECT_EQ(macs(cost_of(conv, node)), 2u * 64 * 10 * 6 * 9);
}
TEST(GeneralConv, axes_that_do_not_fit_are_unknown) {
  GeneralConv twice = channels_last();
  twice.y.batch = 3;
  why_unknown(twice, Node().in({1, 8, 8, 3}).weight({3, 3, 3, 16}));
  why_unknown(channels_last(), Node().in({1, 8, 3}).weight({3, 3, 3, 16}));
  why_unknown(channels_last(1, 0), Node().in({1, 8, 8, 3}).weight({3, 3, 3, 16}));
  why_unknown(GeneralConv{}, Node());
}

}  // namespace
}  // namespace flopstat::test

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/backward.h"

namespace flopstat::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

Window window_of(int64_t kernel, int64_t stride) {
  const Axis axis{.kernel = kernel, .stride = stride};
  return {.axes = {axis, axis}};
}

TEST(BackwardPool, of_the_largest_adds_each_gradient_to_its_place) {
  Node node;
  node.in({1, 8, 28, 28}).out({1, 8, 14, 14});
  const Backward backward = backward_of(Pool{.window = window_of(2, 2)}, node, {kActivation});
  EXPECT_EQ(units(backward.input, Unit::add), 8 * 14 * 14);
  EXPECT_EQ(backward.kept_bytes, 8 * 14 * 14 * 8);  // an index each
}

TEST(BackwardPool, an_average_divides_and_adds_only_where_windows_overlap) {
  Node apart;
  apart.in({1, 8, 28, 28}).out({1, 8, 14, 14});
  const Pool pool{.fn = PoolFn::average, .window = window_of(2, 2)};
  EXPECT_EQ(units(backward_of(pool, apart, {kActivation}).input, Unit::div), 8 * 14 * 14);
  EXPECT_EQ(units(backward_of(pool, apart, {kActivation}).input, Unit::add), 0);
  Node overlapping;
  overlapping.in({1, 1, 5, 5}).out({1, 1, 3, 3});
  const Pool dense{.fn = PoolFn::average, .window = window_of(3, 1)};
  EXPECT_EQ(units(backward_of(dense, overlapping, {kActivation}).input, Unit::add), 9 * 9 - 25);
}

TEST(BackwardPool, norms_have_no_rule) {
  Node node;
  node.in({1, 8, 28, 28}).out({1, 8, 14, 14});
  EXPECT_THAT(why_no_backward(Pool{.fn = PoolFn::l2, .window = window_of(2, 2)}, node, {kActivation}),
              HasSubstr("pool"));
}

Backward reduced(ReduceFn fn) {
  Node node;
  node.in({3, 10}).in_values({1}).out({3, 1});
  return backward_of(Reduce{.fn = fn}, node, {kActivation});
}

TEST(BackwardReduce, a_sum_is_spread_and_a_mean_is_divided_first) {
  EXPECT_THAT(reduced(ReduceFn::sum).input.work, IsEmpty());
  EXPECT_EQ(units(reduced(ReduceFn::mean).input, Unit::div), 3);
}

TEST(BackwardReduce, the_largest_element_gets_the_gradient) {
  EXPECT_EQ(units(reduced(ReduceFn::max).input, Unit::add), 3);
  EXPECT_EQ(reduced(ReduceFn::max).kept_bytes, 3 * 8);
}

TEST(BackwardReduce, others_follow_their_derivatives) {
  EXPECT_EQ(units(reduced(ReduceFn::prod).input, Unit::div), 30);            // dy y / x
  EXPECT_EQ(units(reduced(ReduceFn::l2).input, Unit::mul), 30);              // dy / y times x
  EXPECT_EQ(units(reduced(ReduceFn::sum_square).input, Unit::mul), 3 + 30);  // 2 dy times x
  EXPECT_EQ(units(reduced(ReduceFn::log_sum_exp).input, Unit::transcendental), 30);
}

TEST(BackwardCumulate, runs_from_the_end) {
  Node node;
  node.in({3, 10}).in_scalar(1).out({3, 10});
  EXPECT_EQ(units(backward_of(Cumulate{}, node, {kActivation}).input, Unit::add), 3 * 9);
}

TEST(BackwardResize, nearest_adds_and_linear_spreads_over_the_points_it_blended) {
  Node node;
  node.in({1, 1, 13, 13}).in_values({26, 26}).out({1, 1, 26, 26});
  const Resize nearest{.fn = ResizeFn::nearest, .axes = {2, 3}};
  EXPECT_EQ(units(backward_of(nearest, node, {kActivation}).input, Unit::add), 26 * 26);
  const Resize linear{.fn = ResizeFn::linear, .axes = {2, 3}};
  EXPECT_EQ(units(backward_of(linear, node, {kActivation}).input, Unit::add), 4 * 26 * 26);
  EXPECT_EQ(units(backward_of(linear, node, {kActivation}).input, Unit::mul), 4 * 26 * 26);
}

}  // namespace
}  // namespace flopstat::test

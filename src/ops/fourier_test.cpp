#include <gtest/gtest.h>

#include "support/operands.h"

namespace flopstat::test {
namespace {

TEST(FourierTransform, of_eight_complex_numbers_is_n_log_n) {
  Node node;
  node.in({4, 8, 2});
  EXPECT_EQ(shape_of(FourierTransform{.axis = 1}, node), (Shape{4, 8, 2}));
  const Cost cost = cost_of(FourierTransform{.axis = 1}, node);
  EXPECT_EQ(units(cost, Unit::mul), 4U * 2 * 8 * 3);
  EXPECT_EQ(units(cost, Unit::add), 4U * 3 * 8 * 3);
}

TEST(FourierTransform, of_real_numbers_costs_half_and_may_keep_half) {
  Node node;
  node.in({4, 8, 1});
  const FourierTransform half{.axis = 1, .half = true};
  EXPECT_EQ(shape_of(half, node), (Shape{4, 8 / 2 + 1, 2}));
  EXPECT_EQ(units(cost_of(half, node), Unit::mul), 4U * 2 * 8 * 3 / 2);
}

TEST(FourierTransform, has_the_length_that_is_given) {
  Node node;
  node.in({4, 5, 1}).in_scalar(8);
  EXPECT_EQ(shape_of(FourierTransform{.axis = 1}, node), (Shape{4, 8, 2}));
}

TEST(ShortTimeFourier, windows_and_transforms_each_frame) {
  Node node;
  node.in({1, 128, 1}).in_scalar(8).in({16});
  const uint64_t frames = (128 - 16) / 8 + 1;
  EXPECT_EQ(shape_of(ShortTimeFourier{}, node), (Shape{1, 15, 9, 2}));
  const Cost cost = cost_of(ShortTimeFourier{}, node);
  EXPECT_EQ(units(cost, Unit::mul), frames * 16 + frames * (2 * 16 * 4 / 2));
  EXPECT_EQ(units(cost, Unit::add), frames * (3 * 16 * 4 / 2));
}

TEST(WindowFunction, adds_up_its_cosines) {
  Node node;
  node.in_scalar(10).out({10});
  EXPECT_EQ(shape_of(WindowFunction{}, node), Shape{10});
  EXPECT_EQ(units(cost_of(WindowFunction{.cosines = 2}, node), Unit::transcendental), 2U * 10);
}

TEST(MelWeights, are_a_bin_by_a_frequency_each) {
  Node node;
  node.in_scalar(8).in_scalar(16);
  EXPECT_EQ(shape_of(MelWeights{}, node), (Shape{16 / 2 + 1, 8}));
}

}  // namespace
}  // namespace flopstat::test

#include <gtest/gtest.h>

#include "support/operands.h"

namespace flopstat::test {
namespace {

TEST(Softmax, of_ten_classes_is_five_times_ten_less_two) {
  Node node;
  node.in({1, 10}).out({1, 10});
  const Cost cost = cost_of(Softmax{}, node);
  EXPECT_EQ(units(cost, Unit::compare), 10U - 1);  // the largest
  EXPECT_EQ(units(cost, Unit::add), 10U + 9);      // less the largest; the sum
  EXPECT_EQ(units(cost, Unit::transcendental), 10U);
  EXPECT_EQ(units(cost, Unit::div), 10U);
  EXPECT_EQ(all_units(cost, Part::core), 5U * 10 - 2);
}

TEST(Softmax, rows_lie_along_the_axis) {
  Node node;
  node.in({2, 5, 3}).out({2, 5, 3});
  EXPECT_EQ(all_units(cost_of(Softmax{.axis = 1}, node), Part::core), 2U * 3 * (5 * 5 - 2));
  EXPECT_EQ(all_units(cost_of(Softmax{.axis = -1}, node), Part::core), 2U * 5 * (5 * 3 - 2));
}

TEST(Softmax, flattened_takes_all_axes_from_the_given_one_on) {
  Node node;
  node.in({2, 5, 3}).out({2, 5, 3});
  EXPECT_EQ(all_units(cost_of(Softmax{.axis = 1, .flatten = true}, node), Part::core), 2U * (5 * 15 - 2));
}

TEST(Softmax, logarithm_subtracts_instead_of_dividing) {
  Node node;
  node.in({4, 10}).out({4, 10});
  const Cost cost = cost_of(Softmax{.log = true}, node);
  EXPECT_EQ(units(cost, Unit::compare), 4U * 9);
  EXPECT_EQ(units(cost, Unit::add), 4U * (3 * 10 - 1));
  EXPECT_EQ(units(cost, Unit::transcendental), 4U * 11);
  EXPECT_EQ(units(cost, Unit::div), 0U);
}

TEST(Softmax, scaled_multiplies_every_element) {
  Node node;
  node.in({1, 10}).out({1, 10});
  EXPECT_EQ(units(cost_of(Softmax{.scaled = true}, node), Unit::mul), 10U);
}

TEST(Softmax, of_nothing_is_no_work) {
  Node node;
  node.in({3, 0}).out({3, 0});
  EXPECT_TRUE(cost_of(Softmax{}, node).work.empty());
}

TEST(Softmax, of_quantized_rows_adds_no_requantizing) {
  Node node;
  node.in({1, 10}, DType::i8, kQuantized).out({1, 10}, DType::i8, {.scales = 1, .scale = 1.0F / 256});
  const Cost cost = cost_of(Softmax{}, node);
  EXPECT_EQ(units(cost, Unit::transcendental, DType::i8), 10U);
  EXPECT_EQ(all_units(cost, Part::requantize), 0U);
}

TEST(Softmax, over_an_axis_that_is_not_there_is_unknown) {
  Node node;
  node.in({2, 3}).out({2, 3});
  EXPECT_NE(why_unknown(Softmax{.axis = 2}, node).find("axis 2 is outside x of shape 2x3"), std::string::npos);
  EXPECT_FALSE(why_unknown(Softmax{.axis = INT64_MIN}, node).empty());
  EXPECT_EQ(known(count(Softmax{.axis = -3}, node.operands())), nullptr);
}

TEST(BatchNorm, folds_to_one_scale_and_one_shift_per_element) {
  Node node;
  node.in({1, 64, 56, 56}).in({64}).in({64}).in({64}).in({64}).out({1, 64, 56, 56});
  const Cost cost = cost_of(BatchNorm{}, node);
  EXPECT_EQ(units(cost, Unit::mul), 64U * 56 * 56);
  EXPECT_EQ(units(cost, Unit::add), 64U * 56 * 56);
  EXPECT_EQ(shape_of(BatchNorm{}, node), (Shape{1, 64, 56, 56}));
}

TEST(BatchNorm, has_four_weights) {
  EXPECT_EQ(role(BatchNorm{}, 0), Role::data);
  for (size_t i = 1; i <= 4; ++i) EXPECT_EQ(role(BatchNorm{}, i), Role::weight);
}

TEST(L2Norm, divides_each_row_by_its_length) {
  Node node;
  node.in({3, 4}).out({3, 4});
  const Cost cost = cost_of(L2Norm{}, node);
  EXPECT_EQ(units(cost, Unit::mul), 3U * 4);
  EXPECT_EQ(units(cost, Unit::add), 3U * (4 - 1));
  EXPECT_EQ(units(cost, Unit::compare), 3U);
  EXPECT_EQ(units(cost, Unit::transcendental), 3U);
  EXPECT_EQ(units(cost, Unit::div), 3U * 4);
}

TEST(L2Norm, needs_its_axis) {
  Node node;
  node.in({});
  EXPECT_FALSE(why_unknown(L2Norm{}, node).empty());
}

}  // namespace
}  // namespace flopstat::test

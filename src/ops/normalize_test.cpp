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

TEST(Normalize, of_a_layer_takes_mean_and_deviation_of_the_trailing_axes) {
  Node node;
  node.in({2, 3, 4}).weight({4}).weight({4});
  const Cost cost = cost_of(Normalize{.axis = -1}, node);
  const uint64_t rows = 2 * 3;
  EXPECT_EQ(units(cost, Unit::add), rows * (3 * 4 - 1) + 2 * 3 * 4);  // the shift
  EXPECT_EQ(units(cost, Unit::mul), rows * 2 * 4 + 2 * 3 * 4);        // the scale
  EXPECT_EQ(units(cost, Unit::div), rows * 2);
  EXPECT_EQ(units(cost, Unit::transcendental), rows);
  const std::vector<Value> values = values_of(Normalize{.axis = 1}, node);
  EXPECT_EQ(values[0].shape, (Shape{2, 3, 4}));
  EXPECT_EQ(values[1].shape, (Shape{2, 1, 1}));
}

TEST(Normalize, of_groups_has_a_row_per_item_and_group) {
  Node node;
  node.in({2, 6, 5, 5});
  const auto rows = [&](int64_t groups) {
    return units(cost_of(Normalize{.rows = Normalize::Rows::channels, .groups = groups}, node), Unit::transcendental);
  };
  EXPECT_EQ(rows(3), 2U * 3);
  EXPECT_EQ(rows(0), 2U * 6);  // each channel: an instance norm
  EXPECT_FALSE(why_unknown(Normalize{.rows = Normalize::Rows::channels, .groups = 4}, node).empty());
}

TEST(Normalize, by_the_root_mean_square_takes_no_mean) {
  Node node;
  node.in({2, 8}).weight({8});
  const Cost cost = cost_of(Normalize{.root_mean_square = true}, node);
  EXPECT_EQ(units(cost, Unit::mul), 2U * 2 * 8 + 2 * 8);
  EXPECT_EQ(units(cost, Unit::add), 2U * 8);
  EXPECT_EQ(units(cost, Unit::div), 2U);
}

TEST(Normalize, over_chosen_axes_has_rows_of_all_of_them) {
  Node node;
  node.in({2, 3, 4, 5});
  const Normalize op{.rows = Normalize::Rows::axes, .axes = {0, 2, 3}};
  EXPECT_EQ(units(cost_of(op, node), Unit::transcendental), 3U);
}

TEST(Hardmax, compares_along_its_rows) {
  Node node;
  node.in({3, 5});
  EXPECT_EQ(units(cost_of(Hardmax{}, node), Unit::compare), 3U * 4);
}

TEST(BatchNorm, in_training_takes_the_statistics_of_each_channel) {
  Node node;
  node.in({2, 3, 4}).in({3}).in({3}).in({3}).in({3});
  const Cost cost = cost_of(BatchNorm{.training = true}, node);
  const uint64_t n = 2 * 4;
  EXPECT_EQ(units(cost, Unit::add), 3 * (3 * n - 1) + 3 * n + 3 * 2);
  EXPECT_EQ(units(cost, Unit::mul), 3 * 2 * n + 3 * n + 3 * 4);
  EXPECT_EQ(values_of(BatchNorm{.training = true}, node).size(), 3U);
}

TEST(L2Norm, of_absolute_values_takes_no_root) {
  Node node;
  node.in({3, 4});
  const Cost cost = cost_of(L2Norm{.absolute = true}, node);
  EXPECT_EQ(units(cost, Unit::compare), 3U * 4);
  EXPECT_EQ(units(cost, Unit::transcendental), 0U);
}

}  // namespace
}  // namespace flopstat::test

#include "count/training/losses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flopstat/training.h"
#include "support/operands.h"

namespace flopstat::test {
namespace {

using ::testing::HasSubstr;

LossCost loss(std::string_view name, const Shape& y) {
  const Known<LossCost> cost = loss_cost(name, DType::f32, y, y.size() - 1);
  if (known(cost)) return *known(cost);
  ADD_FAILURE() << reason(cost).why;
  return {};
}

TEST(Loss, cross_entropy_is_a_log_softmax_and_the_mean_over_the_rows) {
  const LossCost cost = loss("cross-entropy", {32, 10});
  EXPECT_EQ(units(cost.forward, Unit::compare), 32 * 9);
  EXPECT_EQ(units(cost.forward, Unit::add), 32 * (3 * 10 - 1) + 31);
  EXPECT_EQ(units(cost.forward, Unit::transcendental), 32 * 11);
  EXPECT_EQ(units(cost.forward, Unit::div), 1);
  EXPECT_EQ(units(cost.backward, Unit::add), 320);
  EXPECT_EQ(units(cost.backward, Unit::mul), 320);
}

TEST(Loss, labels_for_each_class_are_multiplied_and_added) {
  const LossCost hard = loss("cross-entropy", {32, 10});
  const LossCost soft = loss("soft-cross-entropy", {32, 10});
  EXPECT_EQ(units(soft.forward, Unit::mul), 320);
  EXPECT_EQ(units(soft.forward, Unit::add), units(hard.forward, Unit::add) + 320);
}

TEST(Loss, squared_error_is_a_difference_its_square_and_their_mean) {
  const LossCost cost = loss("squared-error", {32, 4});
  EXPECT_EQ(units(cost.forward, Unit::add), 2 * 128 - 1);
  EXPECT_EQ(units(cost.forward, Unit::mul), 128);
  EXPECT_EQ(units(cost.forward, Unit::div), 1);
  EXPECT_EQ(units(cost.backward, Unit::mul), 128);
}

TEST(Loss, binary_cross_entropy_takes_two_logarithms) {
  const LossCost cost = loss("binary-cross-entropy", {32, 1});
  EXPECT_EQ(units(cost.forward, Unit::transcendental), 2 * 32);
  EXPECT_EQ(units(cost.backward, Unit::div), 32);
}

TEST(Loss, absolute_error_has_the_sign_backwards) {
  const LossCost cost = loss("absolute-error", {32, 4});
  EXPECT_EQ(units(cost.forward, Unit::compare), 128);
  EXPECT_EQ(units(cost.backward, Unit::compare), 128);
}

TEST(Loss, every_name_in_the_list_has_a_rule_and_others_have_none) {
  for (const LossInfo& each : loss_list()) {
    EXPECT_TRUE(known(loss_cost(each.name, DType::f32, {2, 3}, 1))) << each.name;
  }
  EXPECT_THAT(reason(loss_cost("huber", DType::f32, {2, 3}, 1)).why, HasSubstr("'huber'"));
}

TEST(Loss, has_the_names_of_keras) {
  EXPECT_EQ(loss_of_keras("sparse_categorical_crossentropy"), "cross-entropy");
  EXPECT_EQ(loss_of_keras("SparseCategoricalCrossentropy"), "cross-entropy");
  EXPECT_EQ(loss_of_keras("categorical_crossentropy"), "soft-cross-entropy");
  EXPECT_EQ(loss_of_keras("mse"), "squared-error");
  EXPECT_EQ(loss_of_keras("MeanAbsoluteError"), "absolute-error");
  EXPECT_EQ(loss_of_keras("huber"), "");
}

}  // namespace
}  // namespace flopstat::test

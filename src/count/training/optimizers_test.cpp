#include <gtest/gtest.h>

#include <algorithm>

#include "flopstat/training.h"

namespace flopstat::test {
namespace {

const OptimizerInfo& optimizer(std::string_view name) {
  static const OptimizerInfo kNone;
  const auto found = std::ranges::find(optimizer_list(), name, &OptimizerInfo::name);
  if (found != optimizer_list().end()) return *found;
  ADD_FAILURE() << name;
  return kNone;
}

uint64_t operations(const OptimizerInfo& each) {
  return each.mul + each.add + each.div + each.compare + each.transcendental;
}

TEST(Optimizers, keep_as_many_values_as_their_definitions_name) {
  EXPECT_EQ(optimizer("sgd").state, 0);
  EXPECT_EQ(optimizer("momentum").state, 1);
  EXPECT_EQ(optimizer("nesterov").state, 1);
  EXPECT_EQ(optimizer("rmsprop").state, 1);
  EXPECT_EQ(optimizer("adagrad").state, 1);
  EXPECT_EQ(optimizer("adadelta").state, 2);
  EXPECT_EQ(optimizer("adam").state, 2);
  EXPECT_EQ(optimizer("adamw").state, 2);
  EXPECT_EQ(optimizer("lion").state, 1);
}

TEST(Optimizers, sgd_multiplies_and_subtracts_and_each_momentum_does_so_once_more) {
  EXPECT_EQ(operations(optimizer("sgd")), 2);
  EXPECT_EQ(operations(optimizer("momentum")), 4);
  EXPECT_EQ(operations(optimizer("nesterov")), 6);
}

TEST(Optimizers, adaptive_ones_divide_by_a_root) {
  EXPECT_EQ(operations(optimizer("rmsprop")), 4 + 3 + 1 + 1);
  EXPECT_EQ(operations(optimizer("adagrad")), 2 + 3 + 1 + 1);
  EXPECT_EQ(operations(optimizer("adadelta")), 8 + 5 + 1 + 2);
  for (const char* name : {"rmsprop", "adagrad", "adadelta", "adam", "adamw"}) {
    EXPECT_EQ(optimizer(name).div, 1) << name;
    EXPECT_GE(optimizer(name).transcendental, 1) << name;
  }
}

TEST(Optimizers, adam_is_two_averages_a_root_and_a_quotient) {
  EXPECT_EQ(optimizer("adam").mul, 6);  // b m, (1 - b) g; c v, g g, (1 - c) gg; a times
  EXPECT_EQ(optimizer("adam").add, 4);  // two averages, the epsilon, the parameter
  EXPECT_EQ(optimizer("adamw").mul, optimizer("adam").mul + 1);
}

TEST(Optimizers, lion_takes_a_sign) {
  EXPECT_EQ(optimizer("lion").compare, 1);
  EXPECT_EQ(operations(optimizer("lion")), 6 + 3 + 1);
}

TEST(Optimizers, are_the_nine_that_the_help_names) {
  std::string names;
  for (const OptimizerInfo& each : optimizer_list()) names += std::string(each.name) + " ";
  EXPECT_EQ(names, "sgd momentum nesterov rmsprop adagrad adadelta adam adamw lion ");
}

}  // namespace
}  // namespace flopstat::test

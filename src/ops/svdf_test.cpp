#include <gtest/gtest.h>

#include "support/operands.h"

namespace flopstat::test {
namespace {

struct Types {
  DType x = DType::f32;
  DType feature = DType::f32;
  DType time = DType::f32;
  DType state = DType::f32;
};

/// 64 filters over 96 inputs that remember 8 results each.
Node filters(int64_t batch, int64_t units, Types types = {}) {
  const auto scale = [](DType dtype) { return is_integer(dtype) ? kQuantized : Quantization{}; };
  Node node;
  node.in({batch, 96}, types.x, scale(types.x)).weight({64, 96}, types.feature, scale(types.feature));
  node.weight({64, 8}, types.time, scale(types.time)).weight({units}, is_integer(types.x) ? DType::i32 : DType::f32);
  node.in({batch, 64 * 8}, types.state, scale(types.state)).out({batch, units}, types.x, scale(types.x));
  return node;
}

TEST(Svdf, filters_the_inputs_and_then_their_memory) {
  const Cost cost = cost_of(Svdf{}, filters(1, 64));
  EXPECT_EQ(macs(cost), 64 * 96 + 64 * 8);
  EXPECT_EQ(units(cost, Unit::add), 0);
  EXPECT_EQ(units(cost, Unit::add, Part::bias), 64);
}

TEST(Svdf, filters_of_one_unit_are_added_up) {
  const Cost cost = cost_of(Svdf{.rank = 4}, filters(3, 16));
  EXPECT_EQ(shape_of(Svdf{.rank = 4}, filters(3, 16)), (Shape{3, 16}));
  EXPECT_EQ(macs(cost), 3 * (64 * 96 + 64 * 8));
  EXPECT_EQ(units(cost, Unit::add, DType::f32), 3 * 16 * (4 - 1));
  EXPECT_EQ(units(cost, Unit::add, Part::bias), 3 * 16);
}

TEST(Svdf, integer_stages_are_both_requantized) {
  const Types types{.x = DType::i8, .feature = DType::i8, .time = DType::i8, .state = DType::i8};
  const Cost cost = cost_of(Svdf{.rank = 4}, filters(1, 16, types));
  EXPECT_EQ(units(cost, Unit::mul_add, DType::i8), 64 * 96 + 64 * 8);
  EXPECT_EQ(units(cost, Unit::add, DType::i32), 16 * (4 - 1));
  EXPECT_EQ(units(cost, Unit::add, DType::i32, Part::bias), 16);
  EXPECT_EQ(all_units(cost, Part::requantize), (64 + 16) * 5);
}

TEST(Svdf, a_state_of_16_bits_has_no_zero_point) {
  const Types types{.x = DType::i8, .feature = DType::i8, .time = DType::i16, .state = DType::i16};
  const Cost cost = cost_of(Svdf{}, filters(1, 64, types));
  EXPECT_EQ(units(cost, Unit::mul_add, DType::i8), 64 * 96);
  EXPECT_EQ(units(cost, Unit::mul_add, DType::i16), 64 * 8);
  EXPECT_EQ(all_units(cost, Part::requantize), 64 * 4 + 64 * 5);
}

TEST(Svdf, a_float_state_is_filtered_in_float_whatever_stores_the_weights) {
  const Cost cost = cost_of(Svdf{}, filters(2, 64, {.feature = DType::i8, .time = DType::i8}));
  EXPECT_EQ(units(cost, Unit::mul_add, DType::i8), 2 * 64 * 96);
  EXPECT_EQ(units(cost, Unit::mul_add, DType::f32), 2 * 64 * 8);
  EXPECT_EQ(units(cost, Unit::div, DType::f32, Part::requantize), 2 * 96 + 2);
  EXPECT_EQ(units(cost, Unit::mul, DType::f32, Part::requantize), 2 * 64);
}

TEST(Svdf, ranks_and_shapes_that_do_not_fit_are_named) {
  EXPECT_NE(why_unknown(Svdf{.rank = 5}, filters(1, 64)).find("64 filters"), std::string::npos);
  EXPECT_NE(why_unknown(Svdf{.rank = 0}, filters(1, 64)).find("rank 0"), std::string::npos);
  Node misfit;
  misfit.in({1, 95}).in({64, 96}).in({64, 8}).absent().in({1, 512});
  EXPECT_NE(why_unknown(Svdf{}, misfit).find("64x96 and 64x8"), std::string::npos);
  EXPECT_NE(why_unknown(Svdf{}, Node{}).find("SVDF needs"), std::string::npos);
}

TEST(Svdf, its_memory_is_a_state) {
  EXPECT_EQ(role(Svdf{}, 0), Role::data);
  EXPECT_EQ(role(Svdf{}, 2), Role::weight);
  EXPECT_EQ(role(Svdf{}, 4), Role::state);
}

}  // namespace
}  // namespace flopstat::test

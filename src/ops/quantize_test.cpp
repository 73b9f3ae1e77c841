#include <gtest/gtest.h>

#include "support/operands.h"

namespace flopstat::test {
namespace {

constexpr Quantization kSymmetric{.scales = 1, .scale = 0.5F};

TEST(Quantize, divides_rounds_shifts_and_clamps_each_element) {
  Node node;
  node.in({10}).out({10}, DType::i8, kQuantized);
  const Cost cost = cost_of(Quantize{.to = DType::i8}, node);
  EXPECT_EQ(units(cost, Unit::div, DType::f32), 10U);
  EXPECT_EQ(units(cost, Unit::compare, DType::f32), 10U + 2 * 10);  // round, both clamps
  EXPECT_EQ(units(cost, Unit::add, DType::f32), 10U);
}

TEST(Quantize, adds_no_zero_point_that_is_stored_as_zero) {
  Node tensor;
  tensor.in({10}).out({10}, DType::i8, kSymmetric);
  EXPECT_EQ(units(cost_of(Quantize{}, tensor), Unit::add), 0U);
  Node zero;
  zero.in({10}).in({}).in_scalar(0, DType::i8).out({10}, DType::i8);
  EXPECT_EQ(units(cost_of(Quantize{}, zero), Unit::add), 0U);
  Node absent;  // a scale operand alone: its zero point is 0, whatever the tensor carries
  absent.in({10}).in({}).out({10}, DType::u8, kQuantized);
  EXPECT_EQ(units(cost_of(Quantize{}, absent), Unit::add), 0U);
}

TEST(Quantize, adds_a_zero_point_of_one_channel_or_one_that_is_not_known) {
  Node channel;
  channel.in({10}).in({3}).in_values({0, 0, 1}, DType::i8).out({10}, DType::i8);
  EXPECT_EQ(units(cost_of(Quantize{}, channel), Unit::add), 10U);
  Node computed;
  computed.in({10}).in({}).in({}, DType::u8).out({10}, DType::u8);
  EXPECT_EQ(units(cost_of(Quantize{}, computed), Unit::add), 10U);
}

TEST(Quantize, of_integers_is_a_rescaling) {
  Node node;
  node.in({10}, DType::i8, kQuantized).out({10}, DType::u8, {.scales = 1, .scale = 0.5F, .zero_point = 131});
  const Cost cost = cost_of(Quantize{.to = DType::u8}, node);
  EXPECT_EQ(all_units(cost, Part::core), 0U);
  EXPECT_EQ(all_units(cost, Part::requantize), 10U * (1 + 5));
  Node same;
  same.in({10}, DType::i8, kQuantized).out({10}, DType::i8, kQuantized);
  EXPECT_TRUE(cost_of(Quantize{.to = DType::i8}, same).work.empty());
}

TEST(Quantize, takes_its_type_from_the_operation_the_zero_point_or_the_file) {
  Node by_operation;
  by_operation.in({2, 3}).in({}).in({}, DType::u8);
  EXPECT_EQ(values_of(Quantize{.to = DType::i4}, by_operation)[0].dtype, DType::i4);
  EXPECT_EQ(values_of(Quantize{}, by_operation)[0].dtype, DType::u8);
  Node by_file;
  by_file.in({2, 3}).out({2, 3}, DType::i16);
  EXPECT_EQ(values_of(Quantize{}, by_file)[0].dtype, DType::i16);
  EXPECT_EQ(shape_of(Quantize{}, by_file), (Shape{2, 3}));
}

TEST(Quantize, scale_and_zero_point_belong_to_the_quantization) {
  EXPECT_EQ(role(Quantize{}, 0), Role::data);
  EXPECT_EQ(role(Quantize{}, 1), Role::quantization);
  EXPECT_EQ(role(Dequantize{}, 2), Role::quantization);
}

TEST(Dequantize, takes_the_zero_point_and_multiplies) {
  Node node;
  node.in({10}, DType::i8, kQuantized).out({10});
  const Cost cost = cost_of(Dequantize{}, node);
  EXPECT_EQ(units(cost, Unit::mul, DType::f32), 10U);
  EXPECT_EQ(units(cost, Unit::add, DType::f32), 10U);
  Node symmetric;
  symmetric.in({10}, DType::i8, kSymmetric).out({10});
  EXPECT_EQ(all_units(cost_of(Dequantize{}, symmetric), Part::core), 10U);
}

TEST(Dequantize, of_half_precision_is_a_cast) {
  Node node;
  node.in({10}, DType::f16).out({10});
  EXPECT_TRUE(cost_of(Dequantize{}, node).work.empty());
  EXPECT_EQ(values_of(Dequantize{}, node)[0].dtype, DType::f32);
}

TEST(FakeQuantize, quantizes_and_dequantizes) {
  Node node;
  node.in({10}).out({10});
  EXPECT_EQ(all_units(cost_of(FakeQuantize{}, node), Part::core), 10U * (5 + 2));
}

TEST(Densify, is_no_work) {
  Node node;
  node.in({4, 4}).out({4, 4});
  EXPECT_TRUE(cost_of(Densify{}, node).work.empty());
  EXPECT_EQ(shape_of(Densify{}, node), (Shape{4, 4}));
}

TEST(Quantize, without_an_operand_is_unknown) {
  Node node;
  EXPECT_FALSE(why_unknown(Quantize{}, node).empty());
  EXPECT_FALSE(why_unknown(Dequantize{}, node).empty());
  EXPECT_FALSE(why_unknown(FakeQuantize{}, node).empty());
  EXPECT_FALSE(why_unknown(Densify{}, node).empty());
}

}  // namespace
}  // namespace flopstat::test

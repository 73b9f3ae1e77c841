#include "ops/requantize.h"

#include <gtest/gtest.h>

#include "support/operands.h"

namespace flopstat::test {
namespace {

constexpr Quantization kOther{.scales = 1, .scale = 0.25F, .zero_point = 3, .asymmetric = true};
constexpr Quantization kSymmetric{.scales = 1, .scale = 0.5F};

Node pair(DType x, DType y, Quantization x_scale, Quantization y_scale) {
  Node node;
  node.in({7}, x, x_scale).out({7}, y, y_scale);
  return node;
}

Cost output(DType dtype, Quantization quantization) {
  Cost cost;
  add_requantize(cost, pair(dtype, dtype, {}, quantization).operands().out(0), 7);
  return cost;
}

Cost rescaled(const Node& node) {
  Cost cost;
  add_rescale(cost, node.operands().in(0), node.operands().out(0), 7);
  return cost;
}

TEST(Requantize, takes_five_operations_towards_8_bits) {
  const Cost cost = output(DType::i8, kQuantized);
  EXPECT_EQ(all_units(cost, Part::requantize), 7 * 5);
  EXPECT_EQ(units(cost, Unit::mul, DType::i32, Part::requantize), 7);
  EXPECT_EQ(units(cost, Unit::add, DType::i32, Part::requantize), 7 * 2);
  EXPECT_EQ(units(cost, Unit::compare, DType::i32, Part::requantize), 7 * 2);
}

TEST(Requantize, takes_four_operations_towards_16_bits) {
  const Cost cost = output(DType::i16, kSymmetric);
  EXPECT_EQ(all_units(cost, Part::requantize), 7 * 4);
  EXPECT_EQ(units(cost, Unit::add, DType::i64, Part::requantize), 7);  // rounding alone
}

TEST(Requantize, is_nothing_where_the_result_is_not_quantized) {
  EXPECT_TRUE(output(DType::i32, {}).work.empty());
  EXPECT_TRUE(output(DType::f32, kQuantized).work.empty());  // a scale on a float tensor means nothing
}

TEST(Requantize, inputs_of_an_addition_take_three_operations) {
  Cost eight;
  add_input_rescale(eight, pair(DType::i8, DType::i8, kQuantized, {}).operands().in(0), 7);
  EXPECT_EQ(all_units(eight, Part::requantize), 7 * 3);
  Cost sixteen;
  add_input_rescale(sixteen, pair(DType::i16, DType::i16, kSymmetric, {}).operands().in(0), 7);
  EXPECT_EQ(all_units(sixteen, Part::requantize), 7 * 2);
  Cost real;
  add_input_rescale(real, pair(DType::f32, DType::f32, {}, {}).operands().in(0), 7);
  EXPECT_TRUE(real.work.empty());
}

TEST(Requantize, inputs_of_a_product_lose_their_zero_point) {
  Cost eight;
  add_zero_point(eight, pair(DType::u8, DType::u8, kQuantized, {}).operands().in(0), 7);
  EXPECT_EQ(units(eight, Unit::add, DType::i32, Part::requantize), 7);
  Cost sixteen;
  add_zero_point(sixteen, pair(DType::i16, DType::i16, kSymmetric, {}).operands().in(0), 7);
  EXPECT_TRUE(sixteen.work.empty());
}

TEST(Requantize, movement_between_equal_scales_is_free) {
  EXPECT_TRUE(rescaled(pair(DType::i8, DType::i8, kQuantized, kQuantized)).work.empty());
}

TEST(Requantize, movement_between_scales_that_differ_takes_a_zero_point_and_five_operations) {
  EXPECT_EQ(all_units(rescaled(pair(DType::i8, DType::i8, kQuantized, kOther)), Part::requantize), 7 * (1 + 5));
  EXPECT_EQ(all_units(rescaled(pair(DType::i8, DType::i8, kQuantized, kSymmetric)), Part::requantize), 7 * (1 + 5));
}

TEST(Requantize, movement_of_what_has_no_scale_is_free) {
  EXPECT_TRUE(rescaled(pair(DType::i32, DType::i8, {}, kQuantized)).work.empty());
  EXPECT_TRUE(rescaled(pair(DType::f32, DType::f32, {}, {})).work.empty());
}

TEST(Requantize, scales_are_the_same_with_equal_zero_points_alone) {
  const Node node = pair(DType::i8, DType::i8, kQuantized, kQuantized);
  EXPECT_TRUE(same_scale(node.operands().in(0), node.operands().out(0)));
  const Node shifted = pair(DType::i8, DType::i8, kQuantized, kSymmetric);  // same scale, zero point 0
  EXPECT_FALSE(same_scale(shifted.operands().in(0), shifted.operands().out(0)));
  const Node plain = pair(DType::f32, DType::f32, {}, {});
  EXPECT_FALSE(same_scale(plain.operands().in(0), plain.operands().out(0)));
}

TEST(Requantize, unsigned_16_bits_have_a_zero_point) {
  const Cost cost = output(DType::u16, kQuantized);
  EXPECT_EQ(all_units(cost, Part::requantize), 7 * 5);
  EXPECT_EQ(units(cost, Unit::add, DType::i64, Part::requantize), 7 * 2);  // rounding, zero point
  Cost product;
  add_zero_point(product, pair(DType::u16, DType::u16, kQuantized, {}).operands().in(0), 7);
  EXPECT_EQ(units(product, Unit::add, DType::i64, Part::requantize), 7);
}

}  // namespace
}  // namespace flopstat::test

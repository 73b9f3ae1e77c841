#include "ops/contraction.h"

#include <gtest/gtest.h>

#include "support/operands.h"

namespace flopstat::test {
namespace {

constexpr Quantization kSymmetric{.scales = 1, .scale = 0.5F};
constexpr Quantization kPerChannel{.scales = 4, .scale = 0.5F};

/// 10 elements in 2 rows meet a weight; 6 products each give 4 accumulators.
Cost contract(const Node& node, bool asymmetric_inputs = false) {
  const Operands operands = node.operands();
  Cost cost;
  add_contraction(cost, {.x = operands.in(0),
                         .w = operands.in(1),
                         .y = operands.out(0),
                         .mul_adds = 24,
                         .skippable = 3,
                         .outputs = 4,
                         .rows = 2,
                         .asymmetric_inputs = asymmetric_inputs});
  return cost;
}

Cost bias_of(const Node& node) {
  const Operands operands = node.operands();
  Cost cost;
  add_bias(cost, operands.in(0), operands.in(1), operands.out(0), 4);
  return cost;
}

Node layer(DType x, DType w, DType y, Quantization x_scale = {}, Quantization w_scale = {}, Quantization y_scale = {}) {
  Node node;
  node.in({2, 5}, x, x_scale).weight({5, 2}, w, w_scale).out({2, 2}, y, y_scale);
  return node;
}

TEST(Contraction, of_floats_is_products_alone) {
  const Cost cost = contract(layer(DType::f32, DType::f32, DType::f32));
  EXPECT_EQ(units(cost, Unit::mul_add, DType::f32), 24);
  EXPECT_EQ(cost.work.size(), 1);
  EXPECT_EQ(valid_macs(cost), 24 - 3);
}

TEST(Contraction, of_half_precision_stays_half) {
  EXPECT_EQ(units(contract(layer(DType::f16, DType::f16, DType::f16)), Unit::mul_add, DType::f16), 24);
  EXPECT_EQ(units(bias_of(layer(DType::f16, DType::f16, DType::f16)), Unit::add, DType::f16, Part::bias), 4);
}

TEST(Contraction, of_complex_numbers_is_four_products_each_zeros_of_the_padding_included) {
  const Cost cost = contract(layer(DType::c64, DType::c64, DType::c64));
  EXPECT_EQ(units(cost, Unit::mul_add, DType::f32), 4 * 24);
  EXPECT_EQ(valid_macs(cost), 4 * (24 - 3));
}

TEST(Contraction, of_int8_brings_every_accumulator_back_in_five_operations) {
  const Cost cost = contract(layer(DType::i8, DType::i8, DType::i8, kQuantized, kSymmetric, kQuantized));
  EXPECT_EQ(units(cost, Unit::mul_add, DType::i8), 24);
  EXPECT_EQ(units(cost, Unit::mul, DType::i32, Part::requantize), 4);      // multiplier
  EXPECT_EQ(units(cost, Unit::add, DType::i32, Part::requantize), 4 * 2);  // rounding, zero point
  EXPECT_EQ(units(cost, Unit::compare, DType::i32, Part::requantize), 4 * 2);
  EXPECT_EQ(all_units(cost, Part::requantize), 4 * 5);
}

TEST(Contraction, of_16_bit_activations_accumulates_in_64_bits_without_a_zero_point) {
  const Node node = layer(DType::i16, DType::i8, DType::i16, kSymmetric, kPerChannel, kSymmetric);
  const Cost cost = contract(node);
  EXPECT_EQ(units(cost, Unit::mul_add, DType::i16), 24);  // the wider type
  EXPECT_EQ(all_units(cost, Part::requantize), 4 * 4);
  EXPECT_EQ(units(cost, Unit::mul, DType::i64, Part::requantize), 4);
  EXPECT_EQ(units(bias_of(node), Unit::add, DType::i64, Part::bias), 4);
}

TEST(Contraction, requantizes_in_the_type_of_its_accumulator_whatever_the_result) {
  const Cost wider = contract(layer(DType::i8, DType::i8, DType::i16, kQuantized, kSymmetric, kSymmetric));
  EXPECT_EQ(units(wider, Unit::mul, DType::i32, Part::requantize), 4);
  EXPECT_EQ(all_units(wider, Part::requantize), 4 * 4);
  const Cost narrower = contract(layer(DType::i16, DType::i8, DType::i8, kSymmetric, kSymmetric, kQuantized));
  EXPECT_EQ(units(narrower, Unit::mul, DType::i64, Part::requantize), 4);
  EXPECT_EQ(all_units(narrower, Part::requantize), 4 * 5);
}

TEST(Contraction, of_int8_by_int4_multiplies_in_8_bits) {
  const Node node = layer(DType::i8, DType::i4, DType::i8, kQuantized, kPerChannel, kQuantized);
  EXPECT_EQ(units(contract(node), Unit::mul_add, DType::i8), 24);
  EXPECT_EQ(units(bias_of(node), Unit::add, DType::i32, Part::bias), 4);
}

TEST(Contraction, scales_per_channel_cost_as_much_as_one) {
  const Cost cost = contract(layer(DType::i8, DType::i8, DType::i8, kQuantized, kPerChannel, kQuantized));
  EXPECT_EQ(all_units(cost, Part::requantize), 4 * 5);
}

TEST(Contraction, an_integer_result_left_as_float_is_scaled_once) {
  const Cost cost = contract(layer(DType::i8, DType::i8, DType::f32, kQuantized, kSymmetric));
  EXPECT_EQ(units(cost, Unit::mul, DType::f32, Part::requantize), 4);
  EXPECT_EQ(all_units(cost, Part::requantize), 4);
}

TEST(Contraction, of_plain_integers_is_not_requantized) {
  const Cost cost = contract(layer(DType::u8, DType::i8, DType::i32));
  EXPECT_EQ(units(cost, Unit::mul_add, DType::u8), 24);
  EXPECT_EQ(all_units(cost, Part::requantize), 0);
}

TEST(Contraction, zero_points_of_two_activations_are_taken_off_each) {
  Node both;
  both.in({2, 5}, DType::i8, kQuantized).in({5, 2}, DType::i8, kQuantized).out({2, 2}, DType::i8, kQuantized);
  EXPECT_EQ(all_units(contract(both), Part::requantize), 10 + 10 + 4 * 5);
  Node one;
  one.in({2, 5}, DType::i8, kSymmetric).in({5, 2}, DType::i8, kQuantized).out({2, 2}, DType::i8, kQuantized);
  EXPECT_EQ(all_units(contract(one), Part::requantize), 10 + 4 * 5);
  // Against a constant they are part of the bias.
  const Cost constant = contract(layer(DType::i8, DType::i8, DType::i8, kQuantized, kQuantized, kQuantized));
  EXPECT_EQ(all_units(constant, Part::requantize), 4 * 5);
}

TEST(Contraction, with_a_dynamic_range_quantizes_its_input_while_running) {
  const Node node = layer(DType::f32, DType::i8, DType::f32, {}, kSymmetric);
  const Cost cost = contract(node);
  EXPECT_EQ(units(cost, Unit::mul_add, DType::i8), 24);
  // Per element smallest and largest, round and two clamps; one division by the scale.
  EXPECT_EQ(units(cost, Unit::compare, DType::f32, Part::requantize), 10 * (2 + 3));
  EXPECT_EQ(units(cost, Unit::div, DType::f32, Part::requantize), 10 + 2);  // and one per row for the scale itself
  EXPECT_EQ(units(cost, Unit::mul, DType::f32, Part::requantize), 4);       // back to float
  EXPECT_EQ(all_units(cost, Part::requantize), 10 * 6 + 2 + 4);
  EXPECT_EQ(units(bias_of(node), Unit::add, DType::f32, Part::bias), 4);
}

TEST(Contraction, with_an_asymmetric_dynamic_range_adds_zero_points) {
  const Cost cost = contract(layer(DType::f32, DType::i8, DType::f32, {}, kPerChannel), true);
  EXPECT_EQ(units(cost, Unit::add, DType::f32, Part::requantize), 10 + 2);
  EXPECT_EQ(units(cost, Unit::mul, DType::i32, Part::requantize), 4);
  EXPECT_EQ(units(cost, Unit::add, DType::i32, Part::requantize), 4);
  EXPECT_EQ(all_units(cost, Part::requantize), 10 * 7 + 2 * 2 + 4 * 3);
}

TEST(Contraction, with_a_dynamic_range_multiplies_int4_weights_in_8_bits) {
  const Cost cost = contract(layer(DType::f32, DType::i4, DType::f32, {}, kPerChannel));
  EXPECT_EQ(units(cost, Unit::mul_add, DType::i8), 24);
}

}  // namespace
}  // namespace flopstat::test

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <span>

#include "ops/arithmetic.h"
#include "support/operands.h"

namespace flopstat::test {
namespace {

constexpr Quantization kOtherScale{.scales = 1, .scale = 0.25F, .zero_point = 3, .asymmetric = true};

/// The first result's elements, unknown ones too.
template <class Operation>
Elements elements_inferred(const Operation& op, const Node& node) {
  const std::vector<Value> values = values_of(op, node);
  if (values.empty() || !values[0].elements) {
    ADD_FAILURE() << "the result has no elements";
    return {};
  }
  return *values[0].elements;
}

// --- Unary -----------------------------------------------------------------------------------------------------------

Cost cost_of_function(UnaryFn fn, int64_t elements) {
  Node node;
  node.in({elements}).out({elements});
  return cost_of(Unary{fn}, node);
}

TEST(Unary, keeps_the_shape_and_type) {
  Node node;
  node.in({2, 0, 3}, DType::f16);
  const std::vector<Value> values = values_of(Unary{UnaryFn::tanh}, node);
  EXPECT_EQ(values[0].shape, (Shape{2, 0, 3}));
  EXPECT_EQ(values[0].dtype, DType::f16);
}

TEST(Unary, questions_are_answered_with_booleans) {
  Node node;
  node.in({4});
  EXPECT_EQ(values_of(Unary{UnaryFn::is_nan}, node)[0].dtype, DType::boolean);
}

TEST(Unary, relu_is_one_comparison_per_element) {
  const Cost cost = cost_of_function(UnaryFn::relu, 200);
  EXPECT_EQ(units(cost, Unit::compare, DType::f32), 200U);
  EXPECT_EQ(all_units(cost, Part::core), 200U);
}

TEST(Unary, sigmoid_is_an_exponential_an_addition_and_a_division) {
  const Cost cost = cost_of_function(UnaryFn::sigmoid, 100);
  EXPECT_EQ(units(cost, Unit::transcendental), 100U);
  EXPECT_EQ(units(cost, Unit::add), 100U);
  EXPECT_EQ(units(cost, Unit::div), 100U);
  EXPECT_EQ(all_units(cost, Part::core), 300U);
}

TEST(Unary, silu_is_a_sigmoid_and_a_product) {
  const Cost silu = cost_of_function(UnaryFn::silu, 7);
  const Cost sigmoid = cost_of_function(UnaryFn::sigmoid, 7);
  EXPECT_EQ(all_units(silu, Part::core), all_units(sigmoid, Part::core) + 7);
  EXPECT_EQ(units(silu, Unit::mul), 7U);
}

TEST(Unary, gelu_by_tanh_costs_its_polynomial) {
  // 0.5 x (1 + tanh(c (x + d x x x))): 6 products, 2 sums and the tanh.
  const Cost cost = cost_of_function(UnaryFn::gelu_tanh, 10);
  EXPECT_EQ(units(cost, Unit::mul), 60U);
  EXPECT_EQ(units(cost, Unit::add), 20U);
  EXPECT_EQ(units(cost, Unit::transcendental), 10U);
}

TEST(Unary, clip_compares_with_the_bounds_that_are_given) {
  Node upper;
  upper.in({10}).absent().in({}).out({10});
  EXPECT_EQ(units(cost_of(Unary{UnaryFn::clip}, upper), Unit::compare), 10U);
  Node both;
  both.in({10}).in({}).in({}).out({10});
  EXPECT_EQ(units(cost_of(Unary{UnaryFn::clip}, both), Unit::compare), 20U);
  Node none;
  none.in({10}).out({10});
  EXPECT_EQ(all_units(cost_of(Unary{UnaryFn::clip}, none), Part::core), 0U);
}

TEST(Unary, booleans_are_no_work) {
  Node node;
  node.in({10}, DType::boolean).out({10}, DType::boolean);
  EXPECT_TRUE(cost_of(Unary{UnaryFn::logical_not}, node).work.empty());
}

TEST(Unary, magnitude_of_complex_numbers_counts_in_the_real_type) {
  Node node;
  node.in({5}, DType::c64).out({5});
  const Cost cost = cost_of(Unary{UnaryFn::complex_abs}, node);
  EXPECT_EQ(units(cost, Unit::mul, DType::f32), 10U);  // re * re, im * im
  EXPECT_EQ(units(cost, Unit::add, DType::f32), 5U);
  EXPECT_EQ(units(cost, Unit::transcendental, DType::f32), 5U);
  EXPECT_EQ(values_of(Unary{UnaryFn::complex_abs}, node)[0].dtype, DType::f32);
}

TEST(Unary, complex_functions_without_a_formula_are_unknown) {
  Node node;
  node.in({5}, DType::c64).out({5}, DType::c64);
  EXPECT_EQ(known(count(Unary{UnaryFn::tanh}, node.operands())), nullptr);
}

TEST(Unary, quantized_relu_is_rescaled_only_if_the_scales_differ) {
  Node same;
  same.in({10}, DType::i8, kQuantized).out({10}, DType::i8, kQuantized);
  EXPECT_EQ(all_units(cost_of(Unary{UnaryFn::relu}, same), Part::requantize), 0U);
  Node differ;
  differ.in({10}, DType::i8, kQuantized).out({10}, DType::i8, kOtherScale);
  const Cost cost = cost_of(Unary{UnaryFn::relu}, differ);
  EXPECT_EQ(units(cost, Unit::compare, DType::i8), 10U);
  EXPECT_EQ(all_units(cost, Part::requantize), 10U * (1 + 5));
}

TEST(Unary, quantized_functions_by_table_add_nothing) {
  Node node;
  node.in({10}, DType::i8, kQuantized).out({10}, DType::i8, kOtherScale);
  const Cost cost = cost_of(Unary{UnaryFn::sigmoid}, node);
  EXPECT_EQ(units(cost, Unit::transcendental, DType::i8), 10U);
  EXPECT_EQ(all_units(cost, Part::requantize), 0U);
}

TEST(Unary, computes_small_values_and_keeps_unknown_ones_unknown) {
  Node node;
  node.in_elements({4}, {int64_t{3}, int64_t{-5}, {}, INT64_MIN});
  EXPECT_EQ(elements_inferred(Unary{UnaryFn::neg}, node), (Elements{int64_t{-3}, int64_t{5}, {}, {}}));
}

TEST(Unary, rounds_halves_to_even) {
  Node node;
  node.in_elements({3}, {2.5, 3.5, -0.75}, DType::f32);
  EXPECT_EQ(elements_inferred(Unary{UnaryFn::round}, node), (Elements{2.0, 4.0, -1.0}));
}

TEST(Unary, clip_bounds_small_values) {
  Node node;
  node.in_elements({3}, {int64_t{-4}, int64_t{5}, int64_t{90}}).in_scalar(0, DType::i64).in_scalar(10, DType::i64);
  EXPECT_EQ(integers_inferred(Unary{UnaryFn::clip}, node), (std::vector<int64_t>{0, 5, 10}));
}

TEST(Unary, quantized_integers_are_not_taken_for_their_values) {
  Node node;
  node.in({2}, DType::i8, kQuantized);
  EXPECT_EQ(values_of(Unary{UnaryFn::neg}, node)[0].elements, nullptr);
}

// --- Binary ----------------------------------------------------------------------------------------------------------

TEST(Binary, broadcasts_its_operands) {
  Node node;
  node.in({8, 1, 6, 1}).in({7, 1, 5}).in({});
  EXPECT_EQ(shape_of(Binary{BinaryFn::add}, node), (Shape{8, 7, 6, 5}));
}

TEST(Binary, of_shapes_that_do_not_fit_is_unknown) {
  Node node;
  node.in({2, 3}).in({4});
  EXPECT_NE(why_unknown(Binary{BinaryFn::add}, node).find("2x3 and 4 cannot be broadcast"), std::string::npos);
}

TEST(Binary, with_a_missing_operand_is_unknown) {
  Node none;
  EXPECT_FALSE(why_unknown(Binary{BinaryFn::add}, none).empty());
  Node hole;
  hole.in({2}).absent();
  EXPECT_FALSE(why_unknown(Binary{BinaryFn::add}, hole).empty());
}

TEST(Binary, comparisons_give_booleans) {
  Node node;
  node.in({2}).in({2});
  EXPECT_EQ(values_of(Binary{BinaryFn::less}, node)[0].dtype, DType::boolean);
}

TEST(Binary, n_operands_are_n_minus_one_operations_per_output) {
  Node node;
  node.in({10}).in({1}).in({10}).out({10});
  EXPECT_EQ(units(cost_of(Binary{BinaryFn::add}, node), Unit::add), (3U - 1) * 10);
  EXPECT_EQ(units(cost_of(Binary{BinaryFn::mean}, node), Unit::add), (3U - 1) * 10);
  EXPECT_EQ(units(cost_of(Binary{BinaryFn::mean}, node), Unit::div), 10U);
}

TEST(Binary, squared_difference_is_a_difference_and_a_product) {
  Node node;
  node.in({4}).in({4}).out({4});
  const Cost cost = cost_of(Binary{BinaryFn::squared_difference}, node);
  EXPECT_EQ(units(cost, Unit::add), 4U);
  EXPECT_EQ(units(cost, Unit::mul), 4U);
}

TEST(Binary, prelu_compares_and_multiplies) {
  Node node;
  node.in({1, 8, 8, 16}).in({1, 1, 16}).out({1, 8, 8, 16});
  const Cost cost = cost_of(Binary{BinaryFn::prelu}, node);
  EXPECT_EQ(units(cost, Unit::compare), 8U * 8 * 16);
  EXPECT_EQ(units(cost, Unit::mul), 8U * 8 * 16);
  EXPECT_EQ(role(Binary{BinaryFn::prelu}, 1), Role::data);
}

uint64_t products_of_power(int64_t exponent) {
  Node node;
  node.in({10}).in_scalar(exponent).out({10});
  const Cost cost = cost_of(Binary{BinaryFn::pow}, node);
  EXPECT_EQ(units(cost, Unit::transcendental), 0U);
  return units(cost, Unit::mul);
}

TEST(Binary, whole_powers_are_products) {
  EXPECT_EQ(products_of_power(0), 0U);
  EXPECT_EQ(products_of_power(1), 0U);
  EXPECT_EQ(products_of_power(2), 10U * 1);  // x * x
  EXPECT_EQ(products_of_power(3), 10U * 2);  // x * x * x
  EXPECT_EQ(products_of_power(4), 10U * 2);  // (x^2)^2
  EXPECT_EQ(products_of_power(7), 10U * 4);  // x^2 * x = x^3, squared, * x
}

TEST(Binary, whole_powers_stored_in_half_precision_are_products) {
  // 2 is 2^1 * 1.0: exponent 1 + 15 over ten zeros of fraction, 0x4000; in bf16 1 + 127 over seven, the same bits.
  constexpr std::array<uint8_t, 2> two{0x00, 0x40};
  for (const DType type : {DType::f16, DType::bf16}) {
    const Tensor tensor{.dtype = type, .data = std::as_bytes(std::span(two)), .stored_bytes = 2, .storage = 1};
    const Value exponent{.dtype = type, .constant = true, .shape = {}};
    const Tensor any{.dtype = type};
    const Value x{.dtype = type, .shape = {10}};
    const std::array<Operand, 2> in{Operand{&any, &x}, Operand{&tensor, &exponent}};
    const std::array<Operand, 1> out{Operand{&any, &x}};
    const Cost cost = expect_known(count(Binary{BinaryFn::pow}, {in, out}));
    EXPECT_EQ(units(cost, Unit::mul, type), 10U);
    EXPECT_EQ(all_units(cost, Part::core), 10U);
  }
}

TEST(Binary, a_power_of_minus_one_is_a_division) {
  Node node;
  node.in({10}).in_scalar(-1).out({10});
  const Cost cost = cost_of(Binary{BinaryFn::pow}, node);
  EXPECT_EQ(units(cost, Unit::div), 10U);
  EXPECT_EQ(all_units(cost, Part::core), 10U);
}

TEST(Binary, other_powers_are_transcendental) {
  Node half;
  half.in({10}).in_elements({}, {0.5}, DType::f32).out({10});
  EXPECT_EQ(units(cost_of(Binary{BinaryFn::pow}, half), Unit::transcendental), 10U);
  Node varying;
  varying.in({10}).in({10}).out({10});
  EXPECT_EQ(units(cost_of(Binary{BinaryFn::pow}, varying), Unit::transcendental), 10U);
}

TEST(Binary, complex_products_are_four_multiplications_and_two_additions) {
  Node node;
  node.in({5}, DType::c64).in({5}, DType::c64).out({5}, DType::c64);
  const Cost cost = cost_of(Binary{BinaryFn::mul}, node);
  EXPECT_EQ(units(cost, Unit::mul, DType::f32), 20U);
  EXPECT_EQ(units(cost, Unit::add, DType::f32), 10U);
  EXPECT_EQ(known(count(Binary{BinaryFn::div}, node.operands())), nullptr);
}

TEST(Binary, quantized_sums_bring_both_operands_to_one_scale) {
  Node node;
  node.in({10}, DType::i8, kQuantized).in({10}, DType::i8, kOtherScale).out({10}, DType::i8, kQuantized);
  const Cost cost = cost_of(Binary{BinaryFn::add}, node);
  EXPECT_EQ(units(cost, Unit::add, DType::i8), 10U);
  EXPECT_EQ(all_units(cost, Part::requantize), 10U * (3 + 3 + 5));
}

TEST(Binary, quantized_products_take_both_zero_points) {
  Node node;
  node.in({10}, DType::i8, kQuantized).in({10}, DType::i8, kOtherScale).out({10}, DType::i8, kQuantized);
  EXPECT_EQ(all_units(cost_of(Binary{BinaryFn::mul}, node), Part::requantize), 10U * (1 + 1 + 5));
}

TEST(Binary, sixteen_bit_sums_have_no_zero_points) {
  constexpr Quantization symmetric{.scales = 1, .scale = 0.5F};
  Node node;
  node.in({10}, DType::i16, symmetric).in({10}, DType::i16, symmetric).out({10}, DType::i16, symmetric);
  EXPECT_EQ(all_units(cost_of(Binary{BinaryFn::add}, node), Part::requantize), 10U * (2 + 2 + 4));
}

TEST(Binary, quantized_maximum_rescales_the_operand_whose_scale_differs) {
  Node node;
  node.in({10}, DType::i8, kQuantized).in({1}, DType::i8, kOtherScale).out({10}, DType::i8, kQuantized);
  EXPECT_EQ(all_units(cost_of(Binary{BinaryFn::maximum}, node), Part::requantize), 1U * (1 + 5));
}

TEST(Binary, quantized_comparisons_rescale_like_a_sum_but_have_no_scale_themselves) {
  Node node;
  node.in({10}, DType::i8, kQuantized).in({10}, DType::i8, kOtherScale).out({10}, DType::boolean);
  EXPECT_EQ(all_units(cost_of(Binary{BinaryFn::less}, node), Part::requantize), 10U * (3 + 3));
}

std::vector<int64_t> whole_result(BinaryFn fn, std::vector<int64_t> a, std::vector<int64_t> b) {
  Node node;
  node.in_values(a, DType::i64).in_values(b, DType::i64);
  return integers_inferred(Binary{fn}, node);
}

TEST(Binary, division_of_integers_cuts_off_and_floor_division_rounds_down) {
  EXPECT_EQ(whole_result(BinaryFn::div, {7, -7, 7, -7}, {2, 2, -2, -2}), (std::vector<int64_t>{3, -3, -3, 3}));
  EXPECT_EQ(whole_result(BinaryFn::floor_div, {7, -7, 7, -7}, {2, 2, -2, -2}), (std::vector<int64_t>{3, -4, -4, 3}));
}

TEST(Binary, remainders_take_the_sign_of_dividend_or_divisor) {
  EXPECT_EQ(whole_result(BinaryFn::mod, {7, -7, 7, -7}, {3, 3, -3, -3}), (std::vector<int64_t>{1, -1, 1, -1}));
  EXPECT_EQ(whole_result(BinaryFn::floor_mod, {7, -7, 7, -7}, {3, 3, -3, -3}), (std::vector<int64_t>{1, 2, -2, -1}));
}

TEST(Binary, results_that_do_not_fit_are_unknown_elements) {
  Node node;
  node.in_elements({5}, {INT64_MAX, INT64_MAX, INT64_MIN, int64_t{1}, int64_t{0}});
  node.in_elements({5}, {int64_t{1}, int64_t{2}, int64_t{-1}, int64_t{0}, int64_t{0}});
  EXPECT_EQ(elements_inferred(Binary{BinaryFn::add}, node)[0], Element{});
  EXPECT_EQ(elements_inferred(Binary{BinaryFn::mul}, node)[1], Element{});
  EXPECT_EQ(elements_inferred(Binary{BinaryFn::div}, node), (Elements{INT64_MAX, INT64_MAX / 2, {}, {}, {}}));
  EXPECT_EQ(elements_inferred(Binary{BinaryFn::mod}, node)[2], Element{int64_t{0}});
}

TEST(Binary, results_beyond_the_type_are_unknown_elements) {
  Node node;
  node.in_values({100, INT32_MAX}).in_values({100, 1});
  EXPECT_EQ(elements_inferred(Binary{BinaryFn::add}, node), (Elements{int64_t{200}, {}}));
}

TEST(Binary, powers_of_integers_are_exact) {
  EXPECT_EQ(whole_result(BinaryFn::pow, {2, -3, 10, 0}, {10, 3, 0, 5}), (std::vector<int64_t>{1024, -27, 1, 0}));
  Node node;
  node.in_values({2, 3}, DType::i64).in_values({63, 63}, DType::i64);
  EXPECT_EQ(elements_inferred(Binary{BinaryFn::pow}, node), (Elements{{}, {}}));
}

TEST(Binary, shifts_by_more_than_the_width_are_unknown_elements) {
  Node node;
  node.in_values({1, 1, 1}, DType::i64).in_values({4, 64, -1}, DType::i64);
  EXPECT_EQ(elements_inferred(Binary{BinaryFn::shift_left}, node), (Elements{int64_t{16}, {}, {}}));
}

TEST(Binary, broadcasts_small_values) {
  Node node;
  node.in_elements({2, 1}, {int64_t{10}, int64_t{20}}).in_values({1, 2, 3}, DType::i64);
  EXPECT_EQ(integers_inferred(Binary{BinaryFn::add}, node), (std::vector<int64_t>{11, 12, 13, 21, 22, 23}));
}

TEST(Binary, real_values_round_to_their_type) {
  // In f32, 100 * 0.35 rounds up to 35; in f64 the f32 nearest to 0.35 gives a little less.
  const double scale = double{0.35F};
  Node single;
  single.in_elements({}, {100.0}, DType::f32).in_elements({}, {scale}, DType::f32);
  EXPECT_EQ(elements_inferred(Binary{BinaryFn::mul}, single), (Elements{35.0}));
  Node twice;
  twice.in_elements({}, {100.0}, DType::f64).in_elements({}, {scale}, DType::f64);
  EXPECT_LT(std::get<double>(elements_inferred(Binary{BinaryFn::mul}, twice)[0]), 35.0);
}

TEST(Binary, has_no_elements_where_an_operand_has_none) {
  Node node;
  node.in({3}, DType::i64).in_values({1, 2, 3}, DType::i64);
  EXPECT_EQ(values_of(Binary{BinaryFn::add}, node)[0].elements, nullptr);
}

TEST(Binary, of_huge_empty_shapes_stays_cheap) {
  Node node;
  node.in({kMaxDim, kMaxDim, 1}).in_elements({1, 1, 0}, {});
  EXPECT_EQ(shape_of(Binary{BinaryFn::add}, node), (Shape{kMaxDim, kMaxDim, 0}));
}

TEST(Binary, mean_of_whole_numbers_cuts_off) {
  EXPECT_EQ(whole_result(BinaryFn::mean, {3, 4}, {4, 4}), (std::vector<int64_t>{3, 4}));
}

// --- Select, Cast, Bitcast -------------------------------------------------------------------------------------------

TEST(Select, picks_by_the_condition) {
  Node node;
  node.in_elements({3}, {int64_t{1}, int64_t{0}, {}}, DType::boolean);
  node.in_values({1, 2, 3}, DType::i64).in_scalar(-1, DType::i64);
  EXPECT_EQ(elements_inferred(Select{}, node), (Elements{int64_t{1}, int64_t{-1}, {}}));
}

TEST(Select, knows_what_it_picks_though_the_other_side_is_unknown) {
  Node node;
  node.in_elements({2}, {int64_t{0}, int64_t{1}}, DType::boolean).in({2}, DType::i64).in_values({7, 8}, DType::i64);
  EXPECT_EQ(elements_inferred(Select{}, node), (Elements{int64_t{7}, {}}));
}

TEST(Select, is_one_comparison_per_output) {
  Node node;
  node.in({4, 1}, DType::boolean).in({4, 5}).in({}).out({4, 5});
  EXPECT_EQ(shape_of(Select{}, node), (Shape{4, 5}));
  EXPECT_EQ(units(cost_of(Select{}, node), Unit::compare, DType::f32), 20U);
}

TEST(Select, of_rows_takes_one_condition_per_row) {
  Node node;
  node.in({4}, DType::boolean).in({4, 5}).in({4, 5});
  EXPECT_EQ(shape_of(Select{.rows = true}, node), (Shape{4, 5}));
  EXPECT_FALSE(why_unknown(Select{}, node).empty());
}

TEST(Cast, cuts_fractions_off) {
  Node node;
  node.in_elements({4}, {2.9, -2.9, std::nan(""), 1e300}, DType::f32);
  EXPECT_EQ(elements_inferred(Cast{.to = DType::i64}, node), (Elements{int64_t{2}, int64_t{-2}, {}, {}}));
  EXPECT_TRUE(cost_of(Cast{.to = DType::i64}, node).work.empty());
}

TEST(Cast, to_a_narrow_type_keeps_what_it_can_hold) {
  Node node;
  node.in_values({127, 128, -128, -129}, DType::i64);
  EXPECT_EQ(elements_inferred(Cast{.to = DType::i8}, node), (Elements{int64_t{127}, {}, int64_t{-128}, {}}));
  EXPECT_EQ(elements_inferred(Cast{.to = DType::u8}, node), (Elements{int64_t{127}, int64_t{128}, {}, {}}));
}

TEST(Cast, reads_stored_half_precision) {
  // The smallest subnormal, the largest number, one and a half, minus two.
  constexpr std::array<uint16_t, 4> bits{0x0001, 0x7BFF, 0x3E00, 0xC000};
  const Tensor tensor{.dtype = DType::f16, .data = std::as_bytes(std::span(bits)), .stored_bytes = 8, .storage = 1};
  const Value value{.dtype = DType::f16, .constant = true, .shape = {4}};
  const std::array<Operand, 1> in{Operand{&tensor, &value}};
  const std::vector<Value> values = expect_known(infer(Cast{.to = DType::f64}, {in, {}}));
  EXPECT_EQ(*values.at(0).elements, (Elements{0x1p-24, 65504.0, 1.5, -2.0}));
}

TEST(Cast, to_half_precision_rounds_to_eleven_bits) {
  Node node;
  node.in_values({2049, 2051, 70000}, DType::i64);
  EXPECT_EQ(elements_inferred(Cast{.to = DType::f16}, node), (Elements{2048.0, 2052.0, {}}));
}

TEST(Bitcast, is_a_view_that_moves_no_byte) {
  const Cost cost = cost_of(Bitcast{.to = DType::i32}, Node().in({3}).out({3}, DType::i32));
  EXPECT_EQ(cost.read_bytes, Count{0});
  EXPECT_EQ(cost.written_bytes, Count{0});
}

TEST(Bitcast, moves_the_last_axis_into_a_wider_type) {
  Node bytes;
  bytes.in({3, 4}, DType::u8);
  EXPECT_EQ(shape_of(Bitcast{.to = DType::f32}, bytes), (Shape{3}));
  Node floats;
  floats.in({3}, DType::f32);
  EXPECT_EQ(shape_of(Bitcast{.to = DType::u8}, floats), (Shape{3, 4}));
  EXPECT_EQ(shape_of(Bitcast{.to = DType::i32}, floats), (Shape{3}));
}

TEST(Bitcast, that_does_not_come_out_even_is_unknown) {
  Node node;
  node.in({3, 3}, DType::u8);
  EXPECT_FALSE(why_unknown(Bitcast{.to = DType::f32}, node).empty());
  EXPECT_FALSE(why_unknown(Bitcast{.to = DType::string}, node).empty());
}

// --- bounds ----------------------------------------------------------------------------------------------------------

TEST(Binary, of_a_maximum_with_an_open_number_is_the_known_one_a_bound) {
  const Binary maximum{BinaryFn::maximum};
  EXPECT_EQ(elements_inferred(maximum, Node().in_scalar(12).in({}, DType::i32)), (Elements{AtLeast{12}}));
  EXPECT_EQ(elements_inferred(maximum, Node().in({2}, DType::i32).in_values({3, 5})),
            (Elements{AtLeast{3}, AtLeast{5}}));
  EXPECT_EQ(elements_inferred(maximum, Node().in_elements({2}, {AtLeast{3}, AtLeast{7}}).in_values({5, 5})),
            (Elements{AtLeast{5}, AtLeast{7}}));
}

TEST(Binary, of_a_minimum_with_a_bound_that_is_not_smaller_is_the_known_number) {
  const auto smaller = [](int64_t low, int64_t value) {
    Node node;
    node.in_elements({1}, {AtLeast{low}}).in_values({value});
    return elements_inferred(Binary{BinaryFn::minimum}, node);
  };
  EXPECT_EQ(smaller(12, 12), (Elements{int64_t{12}}));
  EXPECT_EQ(smaller(13, 12), (Elements{int64_t{12}}));
  EXPECT_EQ(smaller(11, 12), (Elements{AtLeast{11}}));  // 11 or 12
  EXPECT_EQ(elements_inferred(Binary{BinaryFn::minimum}, Node().in_elements({1}, {Element{}}).in_values({12})),
            (Elements{Element{}}));
}

TEST(Binary, of_other_functions_and_of_reals_keeps_no_bound) {
  Node bound;
  bound.in_elements({1}, {AtLeast{12}}).in_values({2});
  EXPECT_EQ(elements_inferred(Binary{BinaryFn::add}, bound), (Elements{Element{}}));
  EXPECT_EQ(values_of(Binary{BinaryFn::maximum}, Node().in({1}).in_elements({1}, {2.0}, DType::f32))[0].elements,
            nullptr);
}

}  // namespace
}  // namespace flopstat::test

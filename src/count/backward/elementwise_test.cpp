#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "support/backward.h"

namespace flopstat::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Units per element.
struct Units {
  uint64_t add = 0, mul = 0, div = 0, compare = 0, transcendental = 0;
  bool operator==(const Units&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Units& u) {
  return out << u.add << " add, " << u.mul << " mul, " << u.div << " div, " << u.compare << " c, " << u.transcendental
             << " t";
}

Units all_of(const Cost& cost) {
  return {units(cost, Unit::add), units(cost, Unit::mul), units(cost, Unit::div), units(cost, Unit::compare),
          units(cost, Unit::transcendental)};
}

Units derivative_of(UnaryFn fn) {
  Node node;
  node.in({1}).out({1});
  return all_of(backward_of(Unary{fn}, node, {kActivation}).input);
}

TEST(BackwardUnary, functions_have_the_units_of_their_derivatives) {
  EXPECT_EQ(derivative_of(UnaryFn::relu), (Units{.compare = 1}));
  EXPECT_EQ(derivative_of(UnaryFn::relu6), (Units{.compare = 1}));
  EXPECT_EQ(derivative_of(UnaryFn::clip), (Units{.compare = 1}));
  EXPECT_EQ(derivative_of(UnaryFn::leaky_relu), (Units{.mul = 1, .compare = 1}));
  EXPECT_EQ(derivative_of(UnaryFn::sigmoid), (Units{.add = 1, .mul = 2}));
  EXPECT_EQ(derivative_of(UnaryFn::tanh), (Units{.add = 1, .mul = 2}));
  EXPECT_EQ(derivative_of(UnaryFn::exp), (Units{.mul = 1}));
  EXPECT_EQ(derivative_of(UnaryFn::silu), (Units{.add = 3, .mul = 3, .div = 1, .transcendental = 1}));
  EXPECT_EQ(derivative_of(UnaryFn::gelu_erf), (Units{.add = 2, .mul = 7, .transcendental = 2}));
  EXPECT_EQ(derivative_of(UnaryFn::identity), Units{});
}

TEST(BackwardUnary, functions_beyond_the_table_follow_their_definitions) {
  EXPECT_EQ(derivative_of(UnaryFn::square), (Units{.mul = 2}));                       // dy 2 x
  EXPECT_EQ(derivative_of(UnaryFn::sqrt), (Units{.mul = 1, .div = 1}));               // dy 0.5 / y
  EXPECT_EQ(derivative_of(UnaryFn::log), (Units{.div = 1}));                          // dy / x
  EXPECT_EQ(derivative_of(UnaryFn::reciprocal), (Units{.add = 1, .mul = 2}));         // - dy y y
  EXPECT_EQ(derivative_of(UnaryFn::rsqrt), (Units{.mul = 4}));                        // - 0.5 dy y y y
  EXPECT_EQ(derivative_of(UnaryFn::sin), (Units{.mul = 1, .transcendental = 1}));     // dy cos(x)
  EXPECT_EQ(derivative_of(UnaryFn::elu), (Units{.add = 1, .mul = 1, .compare = 1}));  // dy (y + alpha) below 0
  EXPECT_EQ(derivative_of(UnaryFn::erf), (Units{.mul = 3, .transcendental = 1}));     // dy c exp(- x x)
  EXPECT_EQ(derivative_of(UnaryFn::softplus), (Units{.add = 1, .mul = 1, .div = 1, .transcendental = 1}));
  EXPECT_EQ(derivative_of(UnaryFn::hard_sigmoid), (Units{.mul = 1, .compare = 1}));
}

TEST(BackwardUnary, keeps_its_operand_or_its_result) {
  Node node;
  node.in({4}).out({4});
  for (const UnaryFn fn : {UnaryFn::silu, UnaryFn::gelu_erf, UnaryFn::log}) {
    EXPECT_THAT(backward_of(Unary{fn}, node, {kActivation}).kept_operands, ElementsAre(0));
  }
  for (const UnaryFn fn : {UnaryFn::relu, UnaryFn::sigmoid, UnaryFn::tanh, UnaryFn::exp, UnaryFn::sqrt}) {
    const Backward backward = backward_of(Unary{fn}, node, {kActivation});
    EXPECT_THAT(backward.kept_results, ElementsAre(0));
    EXPECT_THAT(backward.kept_operands, IsEmpty());
  }
}

TEST(BackwardUnary, one_without_a_derivative_here_is_not_known) {
  Node node;
  node.in({4}, DType::c64).out({4});
  EXPECT_THAT(why_no_backward(Unary{UnaryFn::complex_abs}, node, {kActivation}), HasSubstr("complex"));
}

TEST(BackwardUnary, every_function_is_known_or_stops_the_gradient) {
  for (auto i = static_cast<size_t>(UnaryFn::identity); i <= static_cast<size_t>(UnaryFn::matches_text); ++i) {
    const auto fn = static_cast<UnaryFn>(i);
    const Known<Cost> cost = derivative(fn, DType::f32, 1);
    EXPECT_NE(stops_gradient(Unary{fn}), known(cost) != nullptr) << i;
  }
}

/// x and b of these shapes.
Backward binary(BinaryFn fn, const Shape& a, const Shape& b, const std::vector<Flow::Asked>& asked) {
  Node node;
  node.in(a).in(b).out(a);
  return backward_of(Binary{.fn = fn}, node, asked);
}

const std::vector<Flow::Asked> kBoth{kActivation, kActivation};

TEST(BackwardBinary, a_sum_hands_its_gradient_on) {
  EXPECT_THAT(binary(BinaryFn::add, {10, 4}, {10, 4}, kBoth).input.work, IsEmpty());
}

TEST(BackwardBinary, what_was_broadcast_is_added_up) {
  const Backward backward = binary(BinaryFn::add, {10, 4}, {4}, {kActivation, kParameter});
  EXPECT_THAT(backward.input.work, IsEmpty());
  EXPECT_EQ(all_of(backward.weight), (Units{.add = 10 * 4 - 4}));
}

TEST(BackwardBinary, what_is_subtracted_gets_the_negative) {
  EXPECT_EQ(all_of(binary(BinaryFn::sub, {10, 4}, {4}, kBoth).input), (Units{.add = 10 * 4 - 4 + 4}));
}

TEST(BackwardBinary, a_product_has_a_multiplication_for_each_side) {
  EXPECT_EQ(all_of(binary(BinaryFn::mul, {100}, {100}, kBoth).input), (Units{.mul = 2 * 100}));
  const Backward scaled = binary(BinaryFn::mul, {10, 4}, {4}, {kActivation, kParameter});
  EXPECT_EQ(all_of(scaled.input), (Units{.mul = 40}));
  EXPECT_EQ(all_of(scaled.weight), (Units{.add = 40 - 4, .mul = 40}));
  EXPECT_THAT(scaled.kept_operands, ElementsAre(1, 0));
}

TEST(BackwardBinary, a_quotient_divides_once_for_both) {
  EXPECT_EQ(all_of(binary(BinaryFn::div, {10}, {10}, {kActivation, kNothing}).input), (Units{.div = 10}));
  EXPECT_EQ(all_of(binary(BinaryFn::div, {10}, {10}, kBoth).input), (Units{.add = 10, .mul = 10, .div = 10}));
}

TEST(BackwardBinary, a_power_is_one_power_less) {
  Node square;
  square.in({10}).in_scalar(2).out({10});
  EXPECT_EQ(all_of(backward_of(Binary{BinaryFn::pow}, square, {kActivation}).input), (Units{.mul = 20}));
  Node cube;
  cube.in({10}).in_scalar(3).out({10});  // dy 3 (x x)
  EXPECT_EQ(all_of(backward_of(Binary{BinaryFn::pow}, cube, {kActivation}).input), (Units{.mul = 30}));
  EXPECT_EQ(all_of(binary(BinaryFn::pow, {10}, {10}, {kActivation, kNothing}).input),
            (Units{.mul = 20, .transcendental = 10}));
}

TEST(BackwardBinary, the_larger_one_gets_the_gradient) {
  EXPECT_EQ(all_of(binary(BinaryFn::maximum, {10}, {10}, kBoth).input), (Units{.compare = 20}));
}

TEST(BackwardBinary, a_mean_divides_once) {
  EXPECT_EQ(all_of(binary(BinaryFn::mean, {10}, {10}, kBoth).input), (Units{.div = 10}));
}

TEST(BackwardBinary, a_squared_difference_is_taken_again) {
  // 2 (a - b) dy: an addition, two multiplications; the other side has its negative.
  EXPECT_EQ(all_of(binary(BinaryFn::squared_difference, {10}, {10}, kBoth).input), (Units{.add = 20, .mul = 20}));
}

TEST(BackwardBinary, a_prelu_has_a_gradient_of_its_slope) {
  const Backward backward = binary(BinaryFn::prelu, {10, 4}, {4}, {kActivation, kParameter});
  EXPECT_EQ(all_of(backward.input), (Units{.mul = 40, .compare = 40}));
  EXPECT_EQ(all_of(backward.weight), (Units{.add = 40 - 4, .mul = 40, .compare = 40}));
}

TEST(BackwardBinary, a_remainder_has_no_rule) {
  Node node;
  node.in({4}).in({4}).out({4});
  EXPECT_THAT(why_no_backward(Binary{BinaryFn::mod}, node, kBoth), HasSubstr("mod"));
}

TEST(BackwardSelect, takes_dy_where_its_operand_was_taken) {
  Node node;
  node.in({10}, DType::boolean).in({10}).in({1}).out({10});
  const Backward backward = backward_of(Select{}, node, {kNothing, kActivation, kActivation});
  EXPECT_EQ(all_of(backward.input), (Units{.add = 10 - 1, .compare = 20}));
}

}  // namespace
}  // namespace flopstat::test

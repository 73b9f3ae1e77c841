#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/backward.h"

namespace flopstat::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(BackwardMovement, what_is_moved_is_moved_back) {
  Node node;
  node.in({2, 3, 4}).in_values({2, 12}).out({2, 12});
  EXPECT_THAT(backward_of(Reshape{}, node, {kActivation}).input.work, IsEmpty());
  EXPECT_THAT(backward_of(Transpose{}, node, {kActivation}).input.work, IsEmpty());
  EXPECT_THAT(backward_of(Concat{}, node, {kActivation}).input.work, IsEmpty());
  EXPECT_THAT(backward_of(Slice{}, node, {kActivation}).input.work, IsEmpty());
}

TEST(BackwardMovement, what_is_repeated_is_added_up) {
  Node node;
  node.in({1, 12}).in_values({5, 12}).out({5, 12});
  EXPECT_EQ(units(backward_of(Expand{}, node, {kActivation}).input, Unit::add), 5 * 12 - 12);
  EXPECT_EQ(units(backward_of(Tile{}, node, {kActivation}).input, Unit::add), 5 * 12 - 12);
}

TEST(BackwardGather, adds_each_row_to_the_table) {
  Node node;
  node.weight({100, 16}).in({1, 5}, DType::i64).out({1, 5, 16});
  const Backward backward = backward_of(Gather{}, node, {kParameter});
  EXPECT_EQ(units(backward.weight, Unit::add), 5 * 16);
  EXPECT_EQ(backward.kept_operands, std::vector<size_t>{1});
}

TEST(BackwardPad, borders_that_repeat_points_add_to_them) {
  Node node;
  node.in({1, 4}).in_values({0, 0, 1, 1}).out({1, 6});
  EXPECT_THAT(backward_of(Pad{}, node, {kActivation}).input.work, IsEmpty());
  EXPECT_EQ(units(backward_of(Pad{.fn = PadFn::reflect}, node, {kActivation}).input, Unit::add), 2);
}

TEST(BackwardScatter, a_sum_hands_both_gradients_on) {
  Node node;
  node.in({10, 4}).in({3, 1}, DType::i64).in({3, 4}).out({10, 4});
  const std::vector<Flow::Asked> asked{kActivation, kNothing, kActivation};
  EXPECT_THAT(backward_of(ScatterReduce{.fn = BinaryFn::add}, node, asked).input.work, IsEmpty());
  EXPECT_THAT(why_no_backward(ScatterReduce{.fn = BinaryFn::mul}, node, asked), HasSubstr("scatter"));
}

TEST(Backward, an_operation_without_a_rule_says_so) {
  Node node;
  node.in({1, 8, 4, 4}).out({1, 8, 4, 4});
  EXPECT_EQ(why_no_backward(Lrn{}, node, {kActivation}), "there is no gradient rule for the operation lrn");
  EXPECT_THAT(why_no_backward(Opaque{}, node, {kActivation}), HasSubstr("opaque"));
}

TEST(Backward, whole_numbers_and_flat_functions_stop_the_gradient) {
  EXPECT_TRUE(stops_gradient(ShapeOf{}));
  EXPECT_TRUE(stops_gradient(ArgReduce{}));
  EXPECT_TRUE(stops_gradient(Unary{UnaryFn::floor}));
  EXPECT_FALSE(stops_gradient(Unary{UnaryFn::relu}));
  EXPECT_FALSE(stops_gradient(Conv{}));
}

}  // namespace
}  // namespace flopstat::test

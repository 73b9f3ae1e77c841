#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/backward.h"

namespace flopstat::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::vector<Flow::Asked> kAll{kActivation, kParameter, kParameter};

Window window_of(int64_t pad) {
  const Axis axis{.pad_before = pad, .pad_after = pad};
  return {.axes = {axis, axis}};
}

/// 8 -> 16 channels, 3 x 3, padding 1, 10 x 10 points, with a bias.
Node convolution(int64_t groups) {
  Node node;
  node.in({1, 8, 10, 10}).weight({16, 8 / groups, 3, 3}).weight({16}).out({1, 16, 10, 10});
  return node;
}

TEST(BackwardConv, both_gradients_are_as_many_products_as_the_forward_run) {
  for (const int64_t groups : {1, 2, 8}) {
    const Backward backward = backward_of(Conv{.window = window_of(1)}, convolution(groups), kAll);
    const uint64_t forward = uint64_t{16} * 10 * 10 * (8 / static_cast<uint64_t>(groups)) * 9;
    EXPECT_EQ(macs(backward.input), forward) << groups;
    EXPECT_EQ(macs(backward.weight), forward) << groups;
    EXPECT_EQ(units(backward.weight, Unit::add, Part::bias), 16 * 10 * 10 - 16);
    EXPECT_EQ(units(backward.input, Unit::add, Part::bias), 0);
  }
}

TEST(BackwardConv, keeps_its_input_for_the_weight_and_its_weight_for_the_input) {
  EXPECT_THAT(backward_of(Conv{.window = window_of(1)}, convolution(1), kAll).kept_operands, ElementsAre(1, 0));
}

TEST(BackwardConv, the_first_layer_has_no_gradient_of_its_input) {
  const Backward backward =
      backward_of(Conv{.window = window_of(1)}, convolution(1), {kNothing, kParameter, kParameter});
  EXPECT_THAT(backward.input.work, IsEmpty());
  EXPECT_EQ(macs(backward.weight), 16 * 10 * 10 * 8 * 9);
  EXPECT_THAT(backward.kept_operands, ElementsAre(0));
}

TEST(BackwardConv, a_frozen_weight_hands_the_gradient_on_and_keeps_nothing_of_the_input) {
  const Backward backward = backward_of(Conv{.window = window_of(1)}, convolution(1), {kActivation, kNothing});
  EXPECT_EQ(macs(backward.input), 16 * 10 * 10 * 8 * 9);
  EXPECT_THAT(backward.weight.work, IsEmpty());
  EXPECT_THAT(backward.kept_operands, ElementsAre(1));
}

TEST(BackwardConv, a_transposed_one_is_the_same) {
  // 8x8x8 -> 16x16x12 by 2x2, stride 2: each of the 512 inputs reaches 12 * 4 outputs.
  Node node;
  node.in({1, 8, 8, 8}).weight({8, 12, 2, 2}).weight({12}).out({1, 12, 16, 16});
  const Axis axis{.stride = 2};
  const Backward backward = backward_of(ConvTranspose{.window = {.axes = {axis, axis}}}, node, kAll);
  EXPECT_EQ(macs(backward.input), 512 * 12 * 4);
  EXPECT_EQ(macs(backward.weight), 512 * 12 * 4);
  EXPECT_EQ(units(backward.weight, Unit::add, Part::bias), 12 * 16 * 16 - 12);
}

TEST(BackwardMatMul, a_dense_layer_has_both_products_and_the_sum_over_the_batch) {
  Node node;
  node.in({32, 784}).weight({784, 100}).weight({100}).out({32, 100});
  const Backward backward = backward_of(MatMul{}, node, kAll);
  EXPECT_EQ(macs(backward.input), 32 * 784 * 100);
  EXPECT_EQ(macs(backward.weight), 32 * 784 * 100);
  EXPECT_EQ(units(backward.weight, Unit::add, Part::bias), 32 * 100 - 100);
}

TEST(BackwardMatMul, one_item_leaves_nothing_to_add_up_for_the_bias) {
  Node node;
  node.in({1, 784}).weight({784, 100}).weight({100}).out({1, 100});
  EXPECT_EQ(units(backward_of(MatMul{}, node, kAll).weight, Unit::add, Part::bias), 0);
}

TEST(BackwardMatMul, two_activations_have_both_gradients_and_keep_both) {
  Node node;
  node.in({4, 5, 6}).in({4, 6, 7}).out({4, 5, 7});
  const Backward backward = backward_of(MatMul{}, node, {kActivation, kActivation});
  EXPECT_EQ(macs(backward.input), 2 * 4 * 5 * 6 * 7);
  EXPECT_THAT(backward.kept_operands, ElementsAre(1, 0));
}

TEST(BackwardMatMul, factors_of_a_gemm_scale_the_gradients_too) {
  Node node;
  node.in({2, 3}).weight({3, 4}).weight({4}).out({2, 4});
  const Backward backward = backward_of(MatMul{.scales_product = true, .scales_bias = true}, node, kAll);
  EXPECT_EQ(units(backward.input, Unit::mul), 2 * 4);
  EXPECT_EQ(units(backward.weight, Unit::mul, Part::bias), 4);
}

TEST(BackwardEinsum, each_operand_has_as_many_products_as_the_step_forward) {
  Node node;
  node.in({2, 3, 4}).weight({2, 4, 5}).out({2, 3, 5});
  const Backward backward = backward_of(Einsum{"bij,bjk->bik"}, node, {kActivation, kParameter});
  EXPECT_EQ(macs(backward.input), 2 * 3 * 4 * 5);
  EXPECT_EQ(macs(backward.weight), 2 * 3 * 4 * 5);
}

TEST(BackwardEinsum, an_outer_product_forward_is_a_contraction_backwards) {
  Node node;
  node.in({3}).in({5}).out({3, 5});
  const Backward backward = backward_of(Einsum{"i,j->ij"}, node, {kActivation, kActivation});
  EXPECT_EQ(macs(backward.input), 2 * 3 * 5);
}

TEST(BackwardEinsum, an_element_wise_product_multiplies_alone) {
  Node node;
  node.in({3, 5}).in({3, 5}).out({3, 5});
  const Backward backward = backward_of(Einsum{"ij,ij->ij"}, node, {kActivation, kActivation});
  EXPECT_EQ(macs(backward.input), 0);
  EXPECT_EQ(units(backward.input, Unit::mul), 2 * 3 * 5);
}

TEST(BackwardEinsum, three_operands_go_back_step_by_step) {
  Node node;
  node.in({2, 3}).in({3, 4}).in({4, 5}).out({2, 5});
  // (ij, jk) -> ik: 24 products for each of the two; (ik, kl) -> il: 40 for the product so far and for the third.
  const Backward backward = backward_of(Einsum{"ij,jk,kl->il"}, node, {kActivation, kActivation, kActivation});
  EXPECT_EQ(macs(backward.input), 2 * 24 + 2 * 40);
  EXPECT_EQ(backward.kept_bytes, 2 * 4 * 4);  // the 2 x 4 product so far
}

}  // namespace
}  // namespace flopstat::test

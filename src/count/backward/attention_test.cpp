#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/backward.h"

namespace flopstat::test {
namespace {

using ::testing::ElementsAre;

/// 4 heads of 8, 10 queries and keys.
Node attention() {
  Node node;
  node.in({1, 4, 10, 8}).in({1, 4, 10, 8}).in({1, 4, 10, 8}).out({1, 4, 10, 8});
  return node;
}

constexpr uint64_t kScores = 4 * 10 * 10;
constexpr uint64_t kRows = 4 * 10;

TEST(BackwardAttention, is_twice_the_forward_products_and_the_softmax_and_the_scale) {
  const Backward backward = backward_of(Attention{}, attention(), {kActivation, kActivation, kActivation});
  EXPECT_EQ(macs(backward.input), 2 * kScores * (8 + 8));  // dV, dP; dQ, dK
  EXPECT_EQ(units(backward.input, Unit::mul), 2 * kScores + kScores);
  EXPECT_EQ(units(backward.input, Unit::add), 2 * kScores - kRows);
}

TEST(BackwardAttention, keeps_q_k_v_the_result_and_a_number_for_each_row) {
  const Backward backward = backward_of(Attention{}, attention(), {kActivation, kActivation, kActivation});
  EXPECT_THAT(backward.kept_operands, ElementsAre(0, 1, 2));
  EXPECT_THAT(backward.kept_results, ElementsAre(0));
  EXPECT_EQ(backward.kept_bytes, kRows * 4);
}

TEST(BackwardAttention, values_alone_need_one_product) {
  const Backward backward = backward_of(Attention{}, attention(), {kNothing, kNothing, kActivation});
  EXPECT_EQ(macs(backward.input), kScores * 8);
  EXPECT_EQ(units(backward.input, Unit::mul), 0);
}

TEST(BackwardAttention, a_softcap_has_the_derivative_of_tanh) {
  const std::vector<Flow::Asked> all{kActivation, kActivation, kActivation};
  const Backward plain = backward_of(Attention{}, attention(), all);
  const Backward capped = backward_of(Attention{.softcap = true}, attention(), all);
  EXPECT_EQ(units(capped.input, Unit::mul), units(plain.input, Unit::mul) + 2 * kScores);
  EXPECT_EQ(units(capped.input, Unit::add), units(plain.input, Unit::add) + kScores);
}

TEST(BackwardAttention, a_trained_mask_adds_up_what_it_was_broadcast_to) {
  Node node;
  node.in({1, 4, 10, 8}).in({1, 4, 10, 8}).in({1, 4, 10, 8}).weight({10, 10}).out({1, 4, 10, 8});
  const Backward backward = backward_of(Attention{}, node, {kActivation, kActivation, kActivation, kParameter});
  EXPECT_EQ(units(backward.weight, Unit::add), kScores - 10 * 10);
}

TEST(BackwardRotaryEmbedding, turns_back) {
  Node node;
  node.in({1, 4, 2, 8}).weight({16, 4}).weight({16, 4}).out({1, 4, 2, 8});
  const Backward backward = backward_of(RotaryEmbedding{}, node, {kActivation});
  EXPECT_EQ(units(backward.input, Unit::mul), 2 * 64);
  EXPECT_EQ(units(backward.input, Unit::add), 64);
}

TEST(BackwardRotaryEmbedding, its_angles_are_no_parameters) {
  EXPECT_TRUE(is_never_trained(RotaryEmbedding{}, 1));
  EXPECT_FALSE(is_never_trained(RotaryEmbedding{}, 0));
}

}  // namespace
}  // namespace flopstat::test

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/backward.h"

namespace flopstat::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(BackwardSoftmax, each_row_of_n_has_2n_mul_and_2n_less_one_add) {
  Node node;
  node.in({3, 10}).out({3, 10});
  const Backward backward = backward_of(Softmax{}, node, {kActivation});
  EXPECT_EQ(units(backward.input, Unit::mul), 3 * 2 * 10);
  EXPECT_EQ(units(backward.input, Unit::add), 3 * (2 * 10 - 1));
  EXPECT_THAT(backward.kept_results, ElementsAre(0));
}

TEST(BackwardSoftmax, of_logarithms_takes_the_exponential_again) {
  Node node;
  node.in({3, 10}).out({3, 10});
  const Backward backward = backward_of(Softmax{.log = true}, node, {kActivation});
  EXPECT_EQ(units(backward.input, Unit::transcendental), 3 * 10);
  EXPECT_EQ(units(backward.input, Unit::mul), 3 * 10);
  EXPECT_EQ(units(backward.input, Unit::add), 3 * (2 * 10 - 1));
}

TEST(BackwardSoftmax, a_beta_multiplies_once_more) {
  Node node;
  node.in({3, 10}).out({3, 10});
  EXPECT_EQ(units(backward_of(Softmax{.scaled = true}, node, {kActivation}).input, Unit::mul), 3 * 3 * 10);
}

constexpr uint64_t kChannels = 64;
constexpr uint64_t kValues = 2 * 56 * 56;
constexpr uint64_t kElements = kChannels * kValues;

/// 64 channels of 2 x 56 x 56 values.
Node batch_norm() {
  Node node;
  node.in({2, 64, 56, 56}).weight({64}).weight({64}).weight({64}).weight({64}).out({2, 64, 56, 56});
  return node;
}

const std::vector<Flow::Asked> kAffine{kActivation, kParameter, kParameter};

TEST(BackwardBatchNorm, by_the_batch_each_channel_has_3m_plus_1_mul_4m_less_2_add_and_2_div) {
  const Backward backward = backward_of(BatchNorm{.training = true}, batch_norm(), kAffine);
  EXPECT_EQ(units(backward.input, Unit::mul) + units(backward.weight, Unit::mul), kChannels * (3 * kValues + 1));
  EXPECT_EQ(units(backward.input, Unit::add) + units(backward.weight, Unit::add), kChannels * (4 * kValues - 2));
  EXPECT_EQ(units(backward.input, Unit::div), kChannels * 2);
}

TEST(BackwardBatchNorm, scale_and_shift_are_sums_that_its_input_needs_too) {
  const Backward backward = backward_of(BatchNorm{.training = true}, batch_norm(), kAffine);
  EXPECT_EQ(units(backward.weight, Unit::mul), kElements);
  EXPECT_EQ(units(backward.weight, Unit::add), 2 * (kElements - kChannels));
  const Backward without = backward_of(BatchNorm{.training = true}, batch_norm(), {kActivation});
  EXPECT_THAT(without.weight.work, IsEmpty());
  EXPECT_EQ(units(without.input, Unit::mul), kChannels * (3 * kValues + 1));
}

TEST(BackwardBatchNorm, keeps_its_input_and_two_numbers_for_each_channel) {
  const Backward backward = backward_of(BatchNorm{.training = true}, batch_norm(), kAffine);
  EXPECT_THAT(backward.kept_operands, ElementsAre(0));
  EXPECT_EQ(backward.kept_bytes, kChannels * 8);
}

TEST(BackwardBatchNorm, frozen_statistics_only_scale) {
  const Backward backward = backward_of(BatchNorm{}, batch_norm(), {kActivation});
  EXPECT_EQ(units(backward.input, Unit::mul), kElements);
  EXPECT_EQ(units(backward.input, Unit::add), 0);
  EXPECT_THAT(backward.kept_operands, IsEmpty());
  const Backward affine = backward_of(BatchNorm{}, batch_norm(), kAffine);
  EXPECT_EQ(units(affine.weight, Unit::mul), kElements);
  EXPECT_EQ(units(affine.weight, Unit::add), 2 * (kElements - kChannels));
}

TEST(BackwardBatchNorm, its_running_statistics_are_never_trained) {
  EXPECT_FALSE(is_never_trained(BatchNorm{}, 2));
  EXPECT_TRUE(is_never_trained(BatchNorm{}, 3));
  EXPECT_TRUE(is_never_trained(BatchNorm{}, 4));
}

constexpr uint64_t kRows = 5;
constexpr uint64_t kLength = 32;

TEST(BackwardNormalize, a_layer_norm_of_r_rows_of_n_is_as_the_table_says) {
  Node node;
  node.in({5, 32}).weight({32}).weight({32}).out({5, 32});
  const Backward backward = backward_of(Normalize{}, node, kAffine);
  EXPECT_EQ(units(backward.input, Unit::mul) + units(backward.weight, Unit::mul), 5 * kRows * kLength);
  EXPECT_EQ(units(backward.input, Unit::add) + units(backward.weight, Unit::add),
            2 * kLength * (kRows - 1) + 2 * kRows * (kLength - 1) + 2 * kRows * kLength);
  EXPECT_EQ(units(backward.input, Unit::div), 2 * kRows);
  EXPECT_EQ(backward.kept_bytes, kRows * 8);
}

TEST(BackwardNormalize, without_scale_and_shift_it_has_3_mul_an_element) {
  Node node;
  node.in({5, 32}).out({5, 32});
  const Backward backward = backward_of(Normalize{}, node, {kActivation});
  EXPECT_EQ(units(backward.input, Unit::mul), 3 * kRows * kLength);
  EXPECT_EQ(units(backward.input, Unit::add), 2 * kRows * (kLength - 1) + 2 * kRows * kLength);
}

TEST(BackwardNormalize, a_root_mean_square_norm_is_as_the_table_says) {
  Node node;
  node.in({5, 32}).weight({32}).out({5, 32});
  const Backward backward = backward_of(Normalize{.root_mean_square = true}, node, {kActivation, kParameter});
  EXPECT_EQ(units(backward.input, Unit::mul) + units(backward.weight, Unit::mul), 5 * kRows * kLength);
  EXPECT_EQ(units(backward.input, Unit::add) + units(backward.weight, Unit::add),
            kLength * (kRows - 1) + kRows * (kLength - 1) + kRows * kLength);
  EXPECT_EQ(units(backward.input, Unit::div), kRows);
}

TEST(BackwardNormalize, a_group_norm_adds_up_what_its_channels_share) {
  Node node;
  node.in({2, 8, 4, 4}).weight({8}).weight({8}).out({2, 8, 4, 4});
  const Normalize groups{.rows = Normalize::Rows::channels, .groups = 2};
  const Backward backward = backward_of(groups, node, kAffine);
  EXPECT_EQ(units(backward.weight, Unit::add), 2 * (2 * 8 * 16 - 8));
  EXPECT_EQ(units(backward.input, Unit::div), 2 * 2 * 2);  // 4 rows
}

TEST(BackwardL2Norm, takes_the_part_along_the_result_away) {
  Node node;
  node.in({3, 4}).out({3, 4});
  const Backward backward = backward_of(L2Norm{}, node, {kActivation});
  EXPECT_EQ(units(backward.input, Unit::mul), 3 * 2 * 4);
  EXPECT_EQ(units(backward.input, Unit::add), 3 * (2 * 4 - 1));
  EXPECT_EQ(units(backward.input, Unit::div), 3 * 4);
}

TEST(BackwardNegativeLogLikelihood, gives_each_class_its_share) {
  Node node;
  node.in({3, 10}).in({3}, DType::i64).out({});
  const Backward backward = backward_of(NegativeLogLikelihood{}, node, {kActivation});
  EXPECT_EQ(units(backward.input, Unit::mul), 3);
  EXPECT_EQ(units(backward.input, Unit::add), 3);
}

}  // namespace
}  // namespace flopstat::test

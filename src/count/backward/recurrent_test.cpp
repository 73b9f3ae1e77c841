#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/backward.h"

namespace flopstat::test {
namespace {

using ::testing::ElementsAre;
using Cell = Recurrent::Cell;

constexpr uint64_t kSteps = 5;
constexpr uint64_t kBatch = 2;
constexpr uint64_t kInputs = 8;
constexpr uint64_t kHidden = 6;
constexpr uint64_t kRuns = kSteps * kBatch;
constexpr uint64_t kUnits = kRuns * kHidden;

/// x [5, 2, 8], weights of so many gates, one bias vector for each product, states constant.
Node recurrent(int64_t gates) {
  Node node;
  node.in({5, 2, 8}).weight({1, gates * 6, 8}).weight({1, gates * 6, 6}).weight({1, 2 * gates * 6});
  node.out({5, 1, 2, 6});
  return node;
}

const std::vector<Flow::Asked> kAll{kActivation, kParameter, kParameter, kParameter};
const std::vector<Flow::Asked> kFirstLayer{kNothing, kParameter, kParameter, kParameter};

TEST(BackwardRecurrent, is_twice_the_products_less_the_recurrent_one_of_the_first_step) {
  for (const auto& [cell, gates] : {std::pair{Cell::lstm, 4}, {Cell::gru, 3}, {Cell::rnn, 1}}) {
    const Backward backward = backward_of(Recurrent{.cell = cell}, recurrent(gates), kAll);
    const uint64_t width = static_cast<uint64_t>(gates) * kHidden;
    EXPECT_EQ(macs(backward.input), kRuns * width * kInputs + (kSteps - 1) * kBatch * width * kHidden);
    EXPECT_EQ(macs(backward.weight), kRuns * width * (kInputs + kHidden));
  }
}

TEST(BackwardRecurrent, the_first_layer_leaves_out_the_product_with_its_input) {
  const Backward backward = backward_of(Recurrent{}, recurrent(4), kFirstLayer);
  EXPECT_EQ(macs(backward.input), (kSteps - 1) * kBatch * 4 * kHidden * kHidden);
}

TEST(BackwardRecurrent, a_state_with_a_gradient_gets_that_of_the_first_step_too) {
  Node node = recurrent(4);
  node.absent().in({1, 2, 6}).in({1, 2, 6});
  const Backward backward =
      backward_of(Recurrent{}, node, {kNothing, kParameter, kParameter, kParameter, kNothing, kActivation});
  EXPECT_EQ(macs(backward.input), kSteps * kBatch * 4 * kHidden * kHidden);
}

TEST(BackwardRecurrent, each_unit_of_an_lstm_has_16_mul_and_7_add) {
  const Backward backward = backward_of(Recurrent{}, recurrent(4), kAll);
  EXPECT_EQ(units(backward.input, Unit::mul), 16 * kUnits);
  EXPECT_EQ(units(backward.input, Unit::add), 7 * kUnits);
}

TEST(BackwardRecurrent, each_unit_of_a_gru_has_11_mul_and_5_add) {
  const Backward after = backward_of(Recurrent{.cell = Cell::gru}, recurrent(3), kAll);
  EXPECT_EQ(units(after.input, Unit::mul), 11 * kUnits);
  EXPECT_EQ(units(after.input, Unit::add), 5 * kUnits);
  // What comes back through r h is added to dh: one more.
  const Backward before = backward_of(Recurrent{.cell = Cell::gru, .linear_before_reset = false}, recurrent(3), kAll);
  EXPECT_EQ(units(before.input, Unit::mul), 11 * kUnits);
  EXPECT_EQ(units(before.input, Unit::add), 6 * kUnits);
}

TEST(BackwardRecurrent, each_unit_of_a_simple_one_has_its_function_and_an_addition) {
  const Backward tanh = backward_of(Recurrent{.cell = Cell::rnn}, recurrent(1), kAll);
  EXPECT_EQ(units(tanh.input, Unit::mul), 2 * kUnits);
  EXPECT_EQ(units(tanh.input, Unit::add), 2 * kUnits);
  const Backward relu = backward_of(Recurrent{.cell = Cell::rnn, .relu = true}, recurrent(1), kAll);
  EXPECT_EQ(units(relu.input, Unit::compare), kUnits);
}

TEST(BackwardRecurrent, biases_of_one_sum_share_a_gradient) {
  // Four gates, one gradient each, whether the file has one bias for it or two.
  EXPECT_EQ(units(backward_of(Recurrent{}, recurrent(4), kAll).weight, Unit::add, Part::bias),
            (kRuns - 1) * 4 * kHidden);
  // The candidate of a GRU whose reset gate acts behind the product has two.
  EXPECT_EQ(units(backward_of(Recurrent{.cell = Cell::gru}, recurrent(3), kAll).weight, Unit::add, Part::bias),
            (kRuns - 1) * 4 * kHidden);
}

TEST(BackwardRecurrent, an_lstm_keeps_its_gates_its_cell_and_its_states) {
  const Backward backward = backward_of(Recurrent{}, recurrent(4), kAll);
  EXPECT_EQ(backward.kept_bytes, kUnits * (4 + 2) * 4);  // 4 gates, c, tanh c
  EXPECT_THAT(backward.kept_results, ElementsAre(0));    // h
  EXPECT_THAT(backward.kept_operands, ElementsAre(0));   // x
}

TEST(BackwardRecurrent, states_that_no_result_holds_are_kept_beside) {
  Node node;
  node.in({5, 2, 8}).weight({1, 24, 8}).weight({1, 24, 6}).out({1, 2, 6});
  EXPECT_EQ(backward_of(Recurrent{}, node, kAll).kept_bytes, kUnits * (4 + 2 + 1) * 4);
}

TEST(BackwardRecurrent, coupled_gates_are_one_less) {
  const Backward backward = backward_of(Recurrent{.coupled_gates = true}, recurrent(4), kAll);
  EXPECT_EQ(macs(backward.weight), kRuns * 3 * kHidden * (kInputs + kHidden));
  EXPECT_EQ(units(backward.input, Unit::mul), 14 * kUnits);
  EXPECT_EQ(units(backward.input, Unit::add), 7 * kUnits);  // a sigmoid less, df - di more
}

/// TFLite's operands: x, 4 + 4 weights of gates, peepholes absent, 4 biases, projection.
Node tflite_lstm(bool projected) {
  Node node;
  node.in({2, 5, 8});
  const int64_t state = projected ? 3 : 6;
  for (int gate = 0; gate < 4; ++gate) node.weight({6, 8});
  for (int gate = 0; gate < 4; ++gate) node.weight({6, state});
  node.absent().absent().absent();
  for (int gate = 0; gate < 4; ++gate) node.weight({6});
  if (projected) node.weight({3, 6});
  node.out({2, 5, state});
  return node;
}

std::vector<Flow::Asked> parameters(size_t count) {
  std::vector<Flow::Asked> asked(count, kParameter);
  asked[0] = kNothing;
  return asked;
}

TEST(BackwardLstm, of_tflite_is_the_same_as_one_with_stacked_gates) {
  const Backward tflite = backward_of(Lstm{}, tflite_lstm(false), parameters(16));
  const Backward stacked = backward_of(Recurrent{}, recurrent(4), kFirstLayer);
  EXPECT_EQ(macs(tflite.input), macs(stacked.input));
  EXPECT_EQ(macs(tflite.weight), macs(stacked.weight));
  EXPECT_EQ(units(tflite.input, Unit::mul), units(stacked.input, Unit::mul));
  EXPECT_EQ(units(tflite.weight, Unit::add, Part::bias), units(stacked.weight, Unit::add, Part::bias));
}

TEST(BackwardLstm, a_projection_is_a_product_more_for_the_state_and_for_its_weight) {
  const Backward backward = backward_of(Lstm{}, tflite_lstm(true), parameters(17));
  EXPECT_EQ(macs(backward.input), (kSteps - 1) * kBatch * 4 * kHidden * 3 + kRuns * 3 * kHidden);
  EXPECT_EQ(macs(backward.weight), kRuns * 4 * kHidden * (kInputs + 3) + kRuns * 3 * kHidden);
}

TEST(BackwardLstm, block_kernels_of_tensorflow_are_the_same) {
  Node node;
  node.in({5, 2, 8}).weight({8 + 6, 24}).weight({24}).weight({2, 6}).weight({2, 6});
  for (int result = 0; result < 7; ++result) node.out({5, 2, 6});
  const Backward block = backward_of(BlockLstm{}, node, {kNothing, kParameter, kParameter});
  const Backward stacked = backward_of(Recurrent{}, recurrent(4), kFirstLayer);
  EXPECT_EQ(macs(block.input), macs(stacked.input));
  EXPECT_EQ(macs(block.weight), macs(stacked.weight));
}

TEST(BackwardRecurrent, layers_above_the_first_hand_their_gradient_down) {
  Node node;
  node.in({5, 2, 8}).weight({1}).weight({2, 2, 6}).weight({2, 2, 6}).out({5, 2, 6}).out({2, 2, 6}).out({2, 2, 6});
  const Backward backward = backward_of(StackedRecurrent{}, node, {kNothing, kParameter});
  const uint64_t recurrent = (kSteps - 1) * kBatch * 4 * kHidden * kHidden;
  EXPECT_EQ(macs(backward.input), 2 * recurrent + kRuns * 4 * kHidden * kHidden);
  EXPECT_EQ(macs(backward.weight), kRuns * 4 * kHidden * (kInputs + kHidden) + kRuns * 4 * kHidden * 2 * kHidden);
}

TEST(BackwardRnn, of_tflite_has_its_function_fused_behind_it) {
  Node node;
  node.in({2, 5, 8}).weight({6, 8}).weight({6, 6}).weight({6}).in({2, 6}).out({2, 5, 6});
  const Backward backward = backward_of(Rnn{.sequence = true}, node, {kActivation, kParameter, kParameter, kParameter});
  EXPECT_EQ(macs(backward.weight), kRuns * kHidden * (kInputs + kHidden));
  EXPECT_EQ(macs(backward.input), kRuns * kHidden * kInputs + (kSteps - 1) * kBatch * kHidden * kHidden);
  EXPECT_EQ(units(backward.input, Unit::add), kUnits);
}

}  // namespace
}  // namespace flopstat::test

#include <gtest/gtest.h>

#include "ops/ops.h"
#include "support/operands.h"

namespace flopstat::test {
namespace {

constexpr int64_t kSteps = 5;
constexpr int64_t kBatch = 2;
constexpr int64_t kInputs = 3;

/// The 48 operands of a bidirectional LSTM of H units forward and G backward; `second` inputs, with weights or without.
Node lstm(int64_t h, int64_t g, int64_t second = 0, bool second_weights = true) {
  Node node;
  node.in({kBatch, kSteps, kInputs});
  for (const int64_t units : {h, g}) {
    for (int i = 0; i < 4; ++i) node.weight({units, kInputs});
    for (int i = 0; i < 4; ++i) node.weight({units, units});
    for (int i = 0; i < 3; ++i) node.absent();
    for (int i = 0; i < 4; ++i) node.weight({units});
    for (int i = 0; i < 2; ++i) node.absent();
  }
  for (const int64_t units : {h, h, g, g}) node.in({kBatch, units});
  if (second == 0) {
    node.absent();
  } else {
    node.in({kBatch, kSteps, second});
  }
  for (const int64_t units : {h, g}) {
    for (int i = 0; i < 4; ++i) {
      if (second != 0 && second_weights) {
        node.weight({units, second});
      } else {
        node.absent();
      }
    }
  }
  return node;
}

TEST(BidirectionalLstm, is_two_layers_side_by_side) {
  Node node = lstm(4, 6);
  node.out({kBatch, kSteps, 4}).out({kBatch, kSteps, 6});
  const std::vector<Value> values = values_of(BidirectionalLstm{}, node);
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values[0].shape, (Shape{kBatch, kSteps, 4}));
  EXPECT_EQ(values[1].shape, (Shape{kBatch, kSteps, 6}));
  const Cost cost = cost_of(BidirectionalLstm{}, node);
  const uint64_t runs = kSteps * kBatch;
  EXPECT_EQ(macs(cost), runs * (4 * 4 * (3 + 4) + 4 * 6 * (3 + 6)));
  EXPECT_EQ(units(cost, Unit::add, Part::bias), runs * 4 * (4 + 6));
  EXPECT_EQ(units(cost, Unit::transcendental), runs * 5 * (4 + 6));  // 3 sigmoid and 2 tanh per unit
}
TEST(BidirectionalLstm, may_merge_its_results) {
  Node node = lstm(4, 6);
  node.out({kBatch, kSteps, 10});
  EXPECT_EQ(shape_of(BidirectionalLstm{.merge_outputs = true}, node), (Shape{kBatch, kSteps, 10}));
  EXPECT_EQ(macs(cost_of(BidirectionalLstm{.merge_outputs = true}, node)), 10u * (16 * 7 + 24 * 9));
}
TEST(BidirectionalLstm, time_may_stand_first) {
  // [2, 5, 3] is then 2 steps of 5 items: as many runs of the cell.
  Node node = lstm(4, 6);
  node.out({kBatch, kSteps, 4}).out({kBatch, kSteps, 6});
  EXPECT_EQ(macs(cost_of(BidirectionalLstm{.time_major = true}, node)), 10u * (16 * 7 + 24 * 9));
}
TEST(BidirectionalLstm, a_second_input_with_weights_adds_its_products) {
  Node node = lstm(4, 6, 7);
  node.out({kBatch, kSteps, 10});
  EXPECT_EQ(macs(cost_of(BidirectionalLstm{.merge_outputs = true}, node)),
            10u * (4 * 4 * (3 + 7 + 4) + 4 * 6 * (3 + 7 + 6)));
}
TEST(BidirectionalLstm, a_second_input_without_weights_is_the_backward_cells_own) {
  Node fitting = lstm(4, 6, kInputs, false);
  fitting.out({kBatch, kSteps, 10});
  EXPECT_EQ(macs(cost_of(BidirectionalLstm{.merge_outputs = true}, fitting)), 10u * (16 * 7 + 24 * 9));
  why_unknown(BidirectionalLstm{}, lstm(4, 6, 7, false));  // 7 inputs do not fit the backward cell's weights of 3
}
TEST(BidirectionalLstm, without_operands_is_unknown) { why_unknown(BidirectionalLstm{}, Node()); }
TEST(BidirectionalLstm, its_operands_are_data_weights_and_states) {
  EXPECT_EQ(role(BidirectionalLstm{}, 0), Role::data);
  EXPECT_EQ(role(BidirectionalLstm{}, 34), Role::weight);
  for (size_t i = 35; i < 39; ++i) EXPECT_EQ(role(BidirectionalLstm{}, i), Role::state);
  EXPECT_EQ(role(BidirectionalLstm{}, 39), Role::data);
  EXPECT_EQ(role(BidirectionalLstm{}, 47), Role::weight);
}

Node rnn() {
  Node node;
  node.in({kBatch, kSteps, kInputs});
  for (const int64_t units : {4, 6})
    node.weight({units, kInputs}).weight({units, units}).weight({units}).in({2, units});
  return node;
}

TEST(BidirectionalRnn, is_two_layers_side_by_side) {
  Node node = rnn();
  node.out({kBatch, kSteps, 4}).out({kBatch, kSteps, 6});
  const std::vector<Value> values = values_of(BidirectionalRnn{}, node);
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values[1].shape, (Shape{kBatch, kSteps, 6}));
  EXPECT_EQ(shape_of(BidirectionalRnn{.merge_outputs = true}, node), (Shape{kBatch, kSteps, 10}));
  const Cost cost = cost_of(BidirectionalRnn{}, node);
  EXPECT_EQ(macs(cost), 10u * (4 * (3 + 4) + 6 * (3 + 6)));
  EXPECT_EQ(units(cost, Unit::add, Part::bias), 10u * (4 + 6));
}
TEST(BidirectionalRnn, a_second_input_with_weights_adds_its_products) {
  Node node = rnn();
  node.in({kBatch, kSteps, 7}).weight({4, 7}).weight({6, 7}).out({kBatch, kSteps, 4}).out({kBatch, kSteps, 6});
  EXPECT_EQ(macs(cost_of(BidirectionalRnn{}, node)), 10u * (4 * (3 + 7 + 4) + 6 * (3 + 7 + 6)));
}
TEST(BidirectionalRnn, its_operands_are_data_weights_and_states) {
  EXPECT_EQ(role(BidirectionalRnn{}, 4), Role::state);
  EXPECT_EQ(role(BidirectionalRnn{}, 8), Role::state);
  EXPECT_EQ(role(BidirectionalRnn{}, 5), Role::weight);
  EXPECT_EQ(role(BidirectionalRnn{}, 9), Role::data);
}

}  // namespace
}  // namespace flopstat::test

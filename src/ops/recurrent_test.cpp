#include <gtest/gtest.h>

#include "support/operands.h"

namespace flopstat::test {
namespace {

using Cell = Recurrent::Cell;

constexpr int kSteps = 5;
constexpr int kBatch = 2;
constexpr int kInputs = 10;
constexpr int kHidden = 20;
constexpr int kRuns = kSteps * kBatch;
constexpr int kUnits = kRuns * kHidden;

/// x, w, r and, if asked for, bias. The layer's results are its y and last states.
Node stacked(int64_t gates, bool bias, int64_t directions = 1) {
  Node node;
  node.in({kSteps, kBatch, kInputs}).in({directions, gates * kHidden, kInputs});
  node.in({directions, gates * kHidden, kHidden});
  if (bias) node.in({directions, 2 * gates * kHidden});
  node.out({kSteps, directions, kBatch, kHidden});
  return node;
}

TEST(Recurrent, an_lstm_multiplies_the_input_and_the_state_by_four_gates) {
  const Cost cost = cost_of(Recurrent{}, stacked(4, true));
  EXPECT_EQ(macs(cost), kUnits * 4 * (kInputs + kHidden));
  EXPECT_EQ(units(cost, Unit::add, Part::bias), kUnits * 4);
  EXPECT_EQ(units(cost, Unit::transcendental), kUnits * (3 + 2));
  EXPECT_EQ(units(cost, Unit::mul), kUnits * 3);
  EXPECT_EQ(units(cost, Unit::add), kUnits * (3 + 1));
}

TEST(Recurrent, weights_of_tensorflow_have_their_gates_last_and_no_axis_of_directions) {
  const Recurrent op{.cell = Cell::gru, .batch_major = true};
  Node node;
  node.in({kBatch, kSteps, kInputs}).in({kInputs, 3 * kHidden}).in({kHidden, 3 * kHidden}).in({2, 3 * kHidden});
  node.out({kBatch, kSteps, kHidden}).out({kBatch, kHidden});
  const std::vector<Value> values = values_of(op, node);
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[0].shape, (Shape{kBatch, kSteps, kHidden}));
  EXPECT_EQ(values[1].shape, (Shape{kBatch, kHidden}));
  const Cost cost = cost_of(op, node);
  EXPECT_EQ(macs(cost), kUnits * 3 * (kInputs + kHidden));
  EXPECT_EQ(units(cost, Unit::add, Part::bias), kUnits * (3 + 1));
  EXPECT_EQ(values_of(Recurrent{.cell = Cell::gru}, Node{}
                                                        .in({kSteps, kBatch, kInputs})
                                                        .in({kInputs, 3 * kHidden})
                                                        .in({kHidden, 3 * kHidden})
                                                        .out({kSteps, kBatch, kHidden}))[0]
                .shape,
            (Shape{kSteps, kBatch, kHidden}));
}

TEST(Recurrent, two_directions_are_twice_the_work) {
  const Recurrent op{.direction = Direction::bidirectional};
  const Cost cost = cost_of(op, stacked(4, true, 2));
  EXPECT_EQ(macs(cost), 2 * kUnits * 4 * (kInputs + kHidden));
  EXPECT_EQ(units(cost, Unit::add, Part::bias), 2 * kUnits * 4);
}

TEST(Recurrent, its_results_are_y_and_the_last_states) {
  const std::vector<Value> lstm = values_of(Recurrent{.direction = Direction::bidirectional}, stacked(4, false, 2));
  ASSERT_EQ(lstm.size(), 3);
  EXPECT_EQ(lstm[0].shape, (Shape{kSteps, 2, kBatch, kHidden}));
  EXPECT_EQ(lstm[1].shape, (Shape{2, kBatch, kHidden}));
  EXPECT_EQ(lstm[2].shape, (Shape{2, kBatch, kHidden}));
  EXPECT_EQ(values_of(Recurrent{.cell = Cell::gru}, stacked(3, false)).size(), 2);
}

TEST(Recurrent, a_batch_that_comes_first_stays_first) {
  const std::vector<Value> values = values_of(Recurrent{.batch_major = true}, stacked(4, false));
  EXPECT_EQ(values[0].shape, (Shape{kSteps, kBatch, 1, kHidden}));  // five sequences of two steps
  EXPECT_EQ(values[1].shape, (Shape{kSteps, 1, kHidden}));
}

TEST(Recurrent, a_coupled_gate_is_stored_but_not_computed) {
  const Cost cost = cost_of(Recurrent{.coupled_gates = true}, stacked(4, true));
  EXPECT_EQ(macs(cost), kUnits * 3 * (kInputs + kHidden));
  EXPECT_EQ(units(cost, Unit::add, Part::bias), kUnits * 3);
  EXPECT_EQ(units(cost, Unit::transcendental), kUnits * (2 + 2));
}

TEST(Recurrent, peepholes_and_clips_add_to_each_unit) {
  Node node = stacked(4, true);
  node.absent().absent().absent().in({1, 3 * kHidden});
  const Cost plain = cost_of(Recurrent{}, stacked(4, true));
  const Cost cost = cost_of(Recurrent{.clip = true}, node);
  EXPECT_EQ(units(cost, Unit::mul) - units(plain, Unit::mul), kUnits * 3);
  EXPECT_EQ(units(cost, Unit::add) - units(plain, Unit::add), kUnits * 3);
  EXPECT_EQ(units(cost, Unit::compare), kUnits * (4 + 1) * 2);  // four gates and the new cell state
}

TEST(Recurrent, a_gru_whose_reset_acts_behind_the_product_keeps_two_biases_of_its_candidate) {
  const Cost after = cost_of(Recurrent{.cell = Cell::gru, .linear_before_reset = true}, stacked(3, true));
  EXPECT_EQ(macs(after), kUnits * 3 * (kInputs + kHidden));
  EXPECT_EQ(units(after, Unit::add, Part::bias), kUnits * 4);
  EXPECT_EQ(units(after, Unit::transcendental), kUnits * (2 + 1));
  EXPECT_EQ(units(after, Unit::mul), kUnits * 3);
  EXPECT_EQ(units(after, Unit::add), kUnits * (2 + 2 + 1));  // sigmoids, new state, the two products apart

  const Cost before = cost_of(Recurrent{.cell = Cell::gru, .linear_before_reset = false}, stacked(3, true));
  EXPECT_EQ(macs(before), macs(after));
  EXPECT_EQ(units(before, Unit::add, Part::bias), kUnits * 3);
  EXPECT_EQ(units(before, Unit::add), kUnits * (2 + 2));
}

TEST(Recurrent, a_plain_cell_has_one_activation) {
  const Cost tanh = cost_of(Recurrent{.cell = Cell::rnn}, stacked(1, true));
  EXPECT_EQ(macs(tanh), kUnits * (kInputs + kHidden));
  EXPECT_EQ(units(tanh, Unit::add, Part::bias), kUnits);
  EXPECT_EQ(units(tanh, Unit::transcendental), kUnits);
  const Cost relu = cost_of(Recurrent{.cell = Cell::rnn, .relu = true}, stacked(1, true));
  EXPECT_EQ(units(relu, Unit::transcendental), 0);
  EXPECT_EQ(units(relu, Unit::compare), kUnits);
}

TEST(Recurrent, a_layer_without_bias_adds_none) {
  EXPECT_EQ(all_units(cost_of(Recurrent{}, stacked(4, false)), Part::bias), 0);
}

TEST(Recurrent, a_layer_none_of_whose_results_is_used_is_unknown) {
  Node node;
  node.in({kSteps, kBatch, kInputs}).in({1, 4 * kHidden, kInputs}).in({1, 4 * kHidden, kHidden});
  EXPECT_EQ(known(count(Recurrent{}, node.operands())), nullptr);
}

TEST(Recurrent, integer_weights_quantize_inputs_and_states) {
  Node node;
  node.in({kSteps, kBatch, kInputs}).in({1, 4 * kHidden, kInputs}, DType::i8, kQuantized);
  node.in({1, 4 * kHidden, kHidden}, DType::i8, kQuantized).out({kSteps, 1, kBatch, kHidden});
  const Cost cost = cost_of(Recurrent{}, node);
  EXPECT_EQ(units(cost, Unit::mul_add, DType::i8), kUnits * 4 * (kInputs + kHidden));
  EXPECT_EQ(units(cost, Unit::div, DType::f32, Part::requantize), kRuns * (kInputs + 1) + kRuns * (kHidden + 1));
}

TEST(Recurrent, weights_that_do_not_fit_are_named) {
  EXPECT_NE(why_unknown(Recurrent{.cell = Cell::gru}, stacked(4, false)).find("expected 1x60x10"), std::string::npos);
  EXPECT_NE(why_unknown(Recurrent{.direction = Direction::bidirectional}, stacked(4, false)).find("2x80x10"),
            std::string::npos);
  Node flat;
  flat.in({5, 10}).in({1, 80, 10}).in({1, 80, 20});
  EXPECT_NE(why_unknown(Recurrent{}, flat).find("three axes"), std::string::npos);
  EXPECT_NE(why_unknown(Recurrent{}, Node{}).find("needs x"), std::string::npos);
}

TEST(Recurrent, initial_states_are_states_and_lengths_an_index) {
  EXPECT_EQ(role(Recurrent{}, 3), Role::weight);
  EXPECT_EQ(role(Recurrent{}, 4), Role::index);
  EXPECT_EQ(role(Recurrent{}, 5), Role::state);
  EXPECT_EQ(role(Recurrent{}, 6), Role::state);
  EXPECT_EQ(role(Recurrent{}, 7), Role::weight);
}

Node plain(Shape x, DType activations = DType::f32, DType weights = DType::f32) {
  const auto scale = [](DType dtype) { return is_integer(dtype) ? kQuantized : Quantization{}; };
  Node node;
  node.in(x, activations, scale(activations)).weight({16, 8}, weights, scale(weights));
  node.weight({16, 16}, weights, scale(weights)).weight({16}).in({3, 16}, activations, scale(activations));
  x.back() = 16;
  node.out(x, activations, scale(activations));
  return node;
}

TEST(Rnn, each_step_multiplies_the_input_and_the_state) {
  const Cost cost = cost_of(Rnn{.sequence = true}, plain({3, 7, 8}));
  EXPECT_EQ(macs(cost), 3 * 7 * 16 * (8 + 16));
  EXPECT_EQ(units(cost, Unit::add, Part::bias), 3 * 7 * 16);
  EXPECT_EQ(shape_of(Rnn{.sequence = true}, plain({3, 7, 8})), (Shape{3, 7, 16}));
  EXPECT_EQ(macs(cost_of(Rnn{}, plain({3, 8}))), 3 * 16 * (8 + 16));
}

TEST(Rnn, integer_states_are_requantized_once) {
  const Cost cost = cost_of(Rnn{}, plain({3, 8}, DType::i8, DType::i8));
  EXPECT_EQ(all_units(cost, Part::requantize), 3 * 16 * 5);
}

TEST(Rnn, integer_weights_quantize_inputs_and_states) {
  const Cost cost = cost_of(Rnn{}, plain({3, 8}, DType::f32, DType::i8));
  EXPECT_EQ(units(cost, Unit::mul_add, DType::i8), 3 * 16 * (8 + 16));
  EXPECT_EQ(units(cost, Unit::compare, DType::f32, Part::requantize), 3 * (8 + 16) * 5);
  EXPECT_EQ(units(cost, Unit::mul, DType::f32, Part::requantize), 2 * 3 * 16);
}

TEST(Rnn, shapes_that_do_not_fit_are_named) {
  EXPECT_NE(why_unknown(Rnn{.sequence = true}, plain({3, 8})).find("sequence"), std::string::npos);
  EXPECT_NE(why_unknown(Rnn{}, plain({3, 9})).find("16x8 and 16x16"), std::string::npos);
  EXPECT_NE(why_unknown(Rnn{}, Node{}).find("needs x"), std::string::npos);
}

// --- BlockLstm -------------------------------------------------------------------------------------------------------

/// 5 steps of 2 sequences, 10 inputs, 20 units.
Node& add_block(Node& node, const Shape& x) {
  return node.in(x).weight({10 + 20, 4 * 20}).weight({4 * 20}).in({2, 20}).in({2, 20});
}

TEST(BlockLstm, has_the_products_and_units_of_an_lstm) {
  Node node;
  add_block(node, {5, 2, 10}).out({5, 2, 20});
  const std::vector<Value> values = values_of(BlockLstm{}, node);
  ASSERT_EQ(values.size(), 7U);
  for (const Value& value : values) EXPECT_EQ(value.shape, (Shape{5, 2, 20}));

  const Recurrent lstm;
  Node as_onnx;
  as_onnx.in({5, 2, 10}).weight({1, 4 * 20, 10}).weight({1, 4 * 20, 20}).weight({1, 2 * 4 * 20}).out({5, 1, 2, 20});
  const Cost cost = cost_of(BlockLstm{}, node);
  const Cost same = cost_of(lstm, as_onnx);
  EXPECT_EQ(macs(cost), 5U * 2 * 4 * 20 * (10 + 20));
  EXPECT_EQ(all_units(cost, Part::core), all_units(same, Part::core));
  EXPECT_EQ(all_units(cost, Part::bias), all_units(same, Part::bias));
}

TEST(BlockLstm, of_one_step_has_no_axis_of_steps) {
  Node node;
  EXPECT_EQ(shape_of(BlockLstm{}, add_block(node, {2, 10})), (Shape{2, 20}));
  Node other;
  why_unknown(BlockLstm{}, add_block(other, {2, 11}));
}

TEST(BlockLstm, counts_peepholes_clips_and_the_number_added_to_forget_gates) {
  const uint64_t units_of_all = 5U * 2 * 20;
  Node plain;
  add_block(plain, {5, 2, 10}).out({5, 2, 20});
  Node peeping;
  add_block(peeping, {5, 2, 10}).weight({20}).weight({20}).weight({20}).out({5, 2, 20});
  const uint64_t before = all_units(cost_of(BlockLstm{}, plain), Part::core);
  EXPECT_EQ(all_units(cost_of(BlockLstm{}, peeping), Part::core), before + units_of_all * 3 * 2);
  EXPECT_EQ(all_units(cost_of(BlockLstm{.clip = true}, plain), Part::core), before + units_of_all * 2);
  EXPECT_EQ(all_units(cost_of(BlockLstm{.forget_bias = true}, plain), Part::core), before + units_of_all);
}

// --- StackedRecurrent ------------------------------------------------------------------------------------------------

TEST(StackedRecurrent, adds_up_its_layers) {
  const auto stacked = [](const StackedRecurrent& op, uint64_t gates) {
    Node node;
    node.in({5, 2, 10}).weight({1}).in({4, 2, 20}).in({4, 2, 20}).out({5, 2, 40});
    const std::vector<Value> values = values_of(op, node);
    EXPECT_EQ(values[0].shape, (Shape{5, 2, 2 * 20}));
    EXPECT_EQ(values[1].shape, (Shape{4, 2, 20}));
    const uint64_t runs = 5U * 2 * 2;
    EXPECT_EQ(macs(cost_of(op, node)), runs * gates * 20 * (10 + 20) + runs * gates * 20 * (2 * 20 + 20));
  };
  stacked({.cell = Recurrent::Cell::lstm, .bidirectional = true}, 4);
  stacked({.cell = Recurrent::Cell::gru, .bidirectional = true}, 3);
  stacked({.cell = Recurrent::Cell::rnn, .bidirectional = true}, 1);
}

TEST(StackedRecurrent, of_one_layer_is_the_recurrent_layer) {
  for (const auto& [cell, gates] : {std::pair{Recurrent::Cell::lstm, 4}, {Recurrent::Cell::gru, 3}}) {
    Node stack;
    stack.in({2, 5, 10}).weight({1}).in({2, 1, 20}).in({2, 1, 20}).out({2, 5, 20});
    const StackedRecurrent op{.cell = cell, .batch_major = true};
    EXPECT_EQ(shape_of(op, stack), (Shape{2, 5, 20}));
    Node layer;
    layer.in({5, 2, 10}).weight({1, gates * 20, 10}).weight({1, gates * 20, 20}).weight({1, 2 * gates * 20});
    layer.out({5, 1, 2, 20});
    const Cost cost = cost_of(op, stack);
    const Cost same = cost_of(Recurrent{.cell = cell}, layer);
    EXPECT_EQ(macs(cost), macs(same));
    EXPECT_EQ(all_units(cost, Part::core), all_units(same, Part::core));
    EXPECT_EQ(all_units(cost, Part::bias), all_units(same, Part::bias));
  }
}

TEST(StackedRecurrent, refuses_states_that_are_no_whole_layers) {
  const StackedRecurrent both{.bidirectional = true};
  why_unknown(both, Node().in({5, 2, 10}).weight({1}).in({3, 2, 20}));
  why_unknown(both, Node().in({5, 2, 10}).weight({1}).in({2, 3, 20}));
  why_unknown(both, Node().in({5, 2, 10}).weight({1}).in({0, 2, 20}));
}

}  // namespace
}  // namespace flopstat::test

#include <gtest/gtest.h>

#include "support/operands.h"

namespace flopstat::test {
namespace {

/// What an LSTM is made of.
struct Layer {
  Shape x;
  int64_t hidden = 0;
  int64_t projected = 0;  ///< 0: no projection
  bool input_gate = true;
  bool peepholes = false;
  bool normalised = false;
  bool projection_bias = false;
  DType activations = DType::f32;
  DType weights = DType::f32;

  int64_t state() const { return projected == 0 ? hidden : projected; }
  bool integer() const { return is_integer(activations); }
};

Quantization quantization_of(DType dtype) { return is_integer(dtype) ? kQuantized : Quantization{}; }

/// One operand for each of the input, forget, cell and output gate that the layer has.
void add_each_gate(Node& node, const Layer& layer, bool present, const Shape& shape, DType dtype) {
  for (size_t gate = 0; gate < 4; ++gate) {
    if (present && (gate != 0 || layer.input_gate)) {
      node.weight(shape, dtype, quantization_of(dtype));
    } else {
      node.absent();
    }
  }
}

/// The layer's operands by their TFLite numbers.
Node node_of(const Layer& layer) {
  const int64_t h = layer.hidden;
  const int64_t r = layer.state();
  const DType bias = layer.integer() ? DType::i32 : DType::f32;
  const DType cell = layer.integer() ? DType::i16 : DType::f32;
  const int64_t batch = layer.x.size() == 2 ? layer.x[0] : 1;
  Node node;
  node.in(layer.x, layer.activations, quantization_of(layer.activations));
  add_each_gate(node, layer, true, {h, layer.x.back()}, layer.weights);
  add_each_gate(node, layer, true, {h, r}, layer.weights);
  for (size_t gate = 0; gate < 3; ++gate) {
    if (layer.peepholes && (gate != 0 || layer.input_gate)) {
      node.weight({h}, layer.weights);
    } else {
      node.absent();
    }
  }
  add_each_gate(node, layer, true, {h}, bias);
  if (layer.projected != 0) {
    node.weight({layer.projected, h}, layer.weights, quantization_of(layer.weights));
  } else {
    node.absent();
  }
  if (layer.projection_bias) {
    node.weight({layer.projected}, bias);
  } else {
    node.absent();
  }
  node.in({batch, r}, layer.activations, quantization_of(layer.activations));
  node.in({batch, h}, cell, quantization_of(cell));
  add_each_gate(node, layer, layer.normalised, {h}, layer.weights);
  Shape y = layer.x;
  y.back() = r;
  node.out(y, layer.activations, quantization_of(layer.activations));
  return node;
}

TEST(Lstm, each_step_multiplies_the_input_and_the_state_by_four_gates) {
  const Cost cost = cost_of(Lstm{}, node_of({.x = {1, 28, 28}, .hidden = 20}));
  EXPECT_EQ(macs(cost), 28 * 4 * 20 * (28 + 20));
  EXPECT_EQ(units(cost, Unit::mul_add, DType::f32), macs(cost));
  EXPECT_EQ(units(cost, Unit::add, Part::bias), 28 * 4 * 20);
  EXPECT_EQ(all_units(cost, Part::requantize), 0);
}

TEST(Lstm, each_unit_has_three_sigmoids_two_tanhs_and_two_new_states) {
  const Cost cost = cost_of(Lstm{}, node_of({.x = {1, 28, 28}, .hidden = 20}));
  constexpr int kUnits = 28 * 20;
  EXPECT_EQ(units(cost, Unit::transcendental), kUnits * (3 + 2));
  EXPECT_EQ(units(cost, Unit::div), kUnits * 3);
  EXPECT_EQ(units(cost, Unit::mul), kUnits * 3);
  EXPECT_EQ(units(cost, Unit::add), kUnits * (3 + 1));
}

TEST(Lstm, one_step_has_no_time_axis) {
  const Node node = node_of({.x = {2, 5}, .hidden = 3});
  EXPECT_EQ(shape_of(Lstm{.single_step = true}, node), (Shape{2, 3}));
  EXPECT_EQ(macs(cost_of(Lstm{.single_step = true}, node)), 2 * 4 * 3 * (5 + 3));
}

TEST(Lstm, time_and_batch_change_places_but_not_the_work) {
  const Node node = node_of({.x = {7, 2, 5}, .hidden = 3});
  const std::vector<Value> by_time = values_of(Lstm{.time_major = true}, node);
  const std::vector<Value> by_batch = values_of(Lstm{}, node);
  ASSERT_EQ(by_time.size(), 3);
  EXPECT_EQ(by_time[0].shape, (Shape{7, 2, 3}));
  EXPECT_EQ(by_time[1].shape, (Shape{2, 3}));
  EXPECT_EQ(by_batch[1].shape, (Shape{7, 3}));
  EXPECT_EQ(macs(cost_of(Lstm{.time_major = true}, node)), 7 * 2 * 4 * 3 * (5 + 3));
  EXPECT_EQ(macs(cost_of(Lstm{}, node)), 7 * 2 * 4 * 3 * (5 + 3));
}

TEST(Lstm, a_projection_narrows_the_state_and_is_a_product_of_its_own) {
  const Node node = node_of({.x = {1, 6, 5}, .hidden = 8, .projected = 3, .projection_bias = true});
  EXPECT_EQ(shape_of(Lstm{}, node), (Shape{1, 6, 3}));
  const Cost cost = cost_of(Lstm{.projection_clip = true}, node);
  EXPECT_EQ(macs(cost), 6 * (4 * 8 * (5 + 3) + 8 * 3));
  EXPECT_EQ(units(cost, Unit::add, Part::bias), 6 * (4 * 8 + 3));
  EXPECT_EQ(units(cost, Unit::compare), 6 * 3 * 2);
}

TEST(Lstm, a_coupled_input_gate_is_one_minus_the_forget_gate) {
  const Cost cost = cost_of(Lstm{}, node_of({.x = {1, 6, 5}, .hidden = 8, .input_gate = false, .peepholes = true}));
  constexpr int kUnits = 6 * 8;
  EXPECT_EQ(macs(cost), kUnits * 3 * (5 + 8));
  EXPECT_EQ(units(cost, Unit::add, Part::bias), kUnits * 3);
  EXPECT_EQ(units(cost, Unit::transcendental), kUnits * (2 + 2));
  EXPECT_EQ(units(cost, Unit::mul), kUnits * (3 + 2));          // and two peepholes
  EXPECT_EQ(units(cost, Unit::add), kUnits * (2 + 1 + 1 + 2));  // sigmoids, new state, 1 - f, peepholes
}

TEST(Lstm, peepholes_look_at_the_cell_state_and_a_clip_bounds_it) {
  const Node plain = node_of({.x = {1, 6, 5}, .hidden = 8});
  const Node peeping = node_of({.x = {1, 6, 5}, .hidden = 8, .peepholes = true});
  const Cost without = cost_of(Lstm{}, plain);
  const Cost with = cost_of(Lstm{.cell_clip = true}, peeping);
  EXPECT_EQ(units(with, Unit::mul) - units(without, Unit::mul), 6 * 8 * 3);
  EXPECT_EQ(units(with, Unit::add) - units(without, Unit::add), 6 * 8 * 3);
  EXPECT_EQ(units(with, Unit::compare), 6 * 8 * 2);
}

TEST(Lstm, each_normalised_gate_is_a_layer_norm_whose_shift_is_the_bias) {
  const Cost without = cost_of(Lstm{}, node_of({.x = {1, 6, 5}, .hidden = 8}));
  const Cost with = cost_of(Lstm{}, node_of({.x = {1, 6, 5}, .hidden = 8, .normalised = true}));
  constexpr int kRows = 6 * 4;
  EXPECT_EQ(units(with, Unit::add) - units(without, Unit::add), kRows * (3 * 8 - 1));
  EXPECT_EQ(units(with, Unit::mul) - units(without, Unit::mul), kRows * (2 * 8 + 8));
  EXPECT_EQ(units(with, Unit::div) - units(without, Unit::div), kRows * 2);
  EXPECT_EQ(units(with, Unit::transcendental) - units(without, Unit::transcendental), kRows);
  EXPECT_EQ(units(with, Unit::add, Part::bias), units(without, Unit::add, Part::bias));
}

TEST(Lstm, integer_gates_and_new_states_are_requantized_once) {
  const Cost cost =
      cost_of(Lstm{}, node_of({.x = {1, 28, 28}, .hidden = 20, .activations = DType::i8, .weights = DType::i8}));
  EXPECT_EQ(units(cost, Unit::mul_add, DType::i8), 28 * 4 * 20 * (28 + 20));
  EXPECT_EQ(units(cost, Unit::add, DType::i32, Part::bias), 28 * 4 * 20);
  // Five for each gate and output, four for the cell state of 16 bits, which has no zero point.
  EXPECT_EQ(all_units(cost, Part::requantize), 28 * 20 * (4 * 5 + 5 + 4));
  EXPECT_EQ(units(cost, Unit::mul, DType::i16), 28 * 20 * 3);
  EXPECT_EQ(units(cost, Unit::mul, DType::f32), 0);
}

TEST(Lstm, an_integer_projection_is_requantized_too) {
  const Layer layer{.x = {1, 6, 5}, .hidden = 8, .projected = 3, .activations = DType::i8, .weights = DType::i8};
  EXPECT_EQ(all_units(cost_of(Lstm{}, node_of(layer)), Part::requantize), 6 * (8 * (4 * 5 + 5 + 4) + 3 * 5));
}

TEST(Lstm, integer_weights_quantize_the_inputs_and_states_of_all_steps) {
  const Node node = node_of({.x = {1, 28, 28}, .hidden = 20, .weights = DType::i8});
  const Cost cost = cost_of(Lstm{}, node);
  EXPECT_EQ(units(cost, Unit::mul_add, DType::i8), 28 * 4 * 20 * (28 + 20));
  constexpr int kElements = 28 * 28 + 28 * 20;
  constexpr int kRows = 28 + 28;             // one of x and one of the state per step
  constexpr int kOutputs = 2 * 28 * 4 * 20;  // each of the two products has its own scale
  EXPECT_EQ(units(cost, Unit::compare, DType::f32, Part::requantize), kElements * (2 + 3));
  EXPECT_EQ(units(cost, Unit::div, DType::f32, Part::requantize), kElements + kRows);
  EXPECT_EQ(units(cost, Unit::mul, DType::f32, Part::requantize), kOutputs);
  EXPECT_EQ(units(cost, Unit::add, DType::f32, Part::bias), 28 * 4 * 20);
  EXPECT_EQ(units(cost, Unit::mul, DType::f32), 28 * 20 * 3);

  const Cost asymmetric = cost_of(Lstm{.asymmetric_inputs = true}, node);
  EXPECT_EQ(units(asymmetric, Unit::add, DType::f32, Part::requantize), kElements + kRows);
  EXPECT_EQ(units(asymmetric, Unit::mul, DType::i32, Part::requantize), kOutputs);
}

TEST(Lstm, an_empty_sequence_is_no_work) {
  EXPECT_EQ(all_units(cost_of(Lstm{}, node_of({.x = {1, 0, 5}, .hidden = 8, .normalised = true})), Part::core), 0);
}

TEST(Lstm, operands_that_do_not_fit_are_named) {
  EXPECT_NE(why_unknown(Lstm{}, node_of({.x = {5}, .hidden = 3})).find("x of an LSTM has shape 5"), std::string::npos);
  EXPECT_NE(why_unknown(Lstm{.single_step = true}, node_of({.x = {1, 2, 5}, .hidden = 3})).find("[batch, inputs]"),
            std::string::npos);
  Node lacking;
  lacking.in({1, 2, 5});
  EXPECT_NE(why_unknown(Lstm{}, lacking).find("forget gate"), std::string::npos);

  Node misfit;
  misfit.in({1, 2, 5});
  for (int gate = 0; gate < 4; ++gate) misfit.in({3, 4});
  for (int gate = 0; gate < 4; ++gate) misfit.in({3, 3});
  EXPECT_NE(why_unknown(Lstm{}, misfit).find("3x4 and 3x3"), std::string::npos);

  Node unprojected;
  unprojected.in({1, 2, 4});
  for (int gate = 0; gate < 4; ++gate) unprojected.in({3, 4});
  for (int gate = 0; gate < 4; ++gate) unprojected.in({3, 2});
  EXPECT_NE(why_unknown(Lstm{}, unprojected).find("no projection"), std::string::npos);
  for (size_t i = 9; i < 16; ++i) unprojected.absent();
  unprojected.in({2, 7});
  EXPECT_NE(why_unknown(Lstm{}, unprojected).find("2x7, expected 2x3"), std::string::npos);
}

TEST(Lstm, its_states_are_no_weights) {
  EXPECT_EQ(role(Lstm{}, 0), Role::data);
  EXPECT_EQ(role(Lstm{}, 17), Role::weight);
  EXPECT_EQ(role(Lstm{}, 18), Role::state);
  EXPECT_EQ(role(Lstm{}, 19), Role::state);
  EXPECT_EQ(role(Lstm{}, 20), Role::weight);
}

Node basic(DType activations, DType state, Shape w) {
  Node node;
  const DType bias = is_integer(activations) ? DType::i32 : DType::f32;
  node.in({2, 5}, activations, quantization_of(activations)).in({2, 3}, activations, quantization_of(activations));
  node.weight(std::move(w), activations, quantization_of(activations)).weight({12}, bias);
  node.in({2, 3}, state, quantization_of(state));
  node.out({2, 3}, activations, quantization_of(activations));
  return node;
}

TEST(BasicLstm, one_product_makes_all_gates) {
  const Cost cost = cost_of(BasicLstm{}, basic(DType::f32, DType::f32, {12, 8}));
  EXPECT_EQ(macs(cost), 2 * (4 * 3) * (5 + 3));
  EXPECT_EQ(units(cost, Unit::add, Part::bias), 2 * 4 * 3);
  EXPECT_EQ(units(cost, Unit::transcendental), 2 * 3 * 5);
}

TEST(BasicLstm, its_results_are_the_states_and_two_buffers) {
  const std::vector<Value> values = values_of(BasicLstm{}, basic(DType::u8, DType::i16, {12, 8}));
  ASSERT_EQ(values.size(), 4);
  EXPECT_EQ(values[0].shape, (Shape{2, 3}));
  EXPECT_EQ(values[1].dtype, DType::i16);
  EXPECT_EQ(values[2].shape, (Shape{2, 8}));
  EXPECT_EQ(values[3].shape, (Shape{2, 12}));
}

TEST(BasicLstm, integer_gates_and_new_states_are_requantized) {
  const Cost cost = cost_of(BasicLstm{}, basic(DType::u8, DType::i16, {12, 8}));
  EXPECT_EQ(units(cost, Unit::mul_add, DType::u8), 2 * 12 * 8);
  EXPECT_EQ(all_units(cost, Part::requantize), 2 * 3 * (4 * 5 + 5 + 4));
}

TEST(BasicLstm, weights_that_do_not_fit_are_named) {
  EXPECT_NE(why_unknown(BasicLstm{}, basic(DType::f32, DType::f32, {12, 9})).find("12x9, expected 12x8"),
            std::string::npos);
  EXPECT_NE(why_unknown(BasicLstm{}, Node{}).find("basic LSTM needs"), std::string::npos);
}

TEST(Lstm, recurrent_weights_that_are_diagonals_multiply_each_unit_by_its_own) {
  Node node;
  node.in({1, 5, 3});
  for (int gate = 0; gate < 4; ++gate) node.weight({4, 3});
  for (int gate = 0; gate < 4; ++gate) node.weight({4});
  for (int i = 9; i <= 11; ++i) node.absent();
  for (int gate = 0; gate < 4; ++gate) node.weight({4});
  node.absent().absent().in({1, 4}).in({1, 4}).out({1, 5, 4});
  EXPECT_EQ(shape_of(Lstm{}, node), (Shape{1, 5, 4}));
  const Cost cost = cost_of(Lstm{}, node);
  const uint64_t units_of_all_steps = 5 * 4;
  EXPECT_EQ(macs(cost), units_of_all_steps * 4 * 3);
  EXPECT_EQ(units(cost, Unit::mul), units_of_all_steps * (4 + 3));      // each gate's diagonal, new states
  EXPECT_EQ(units(cost, Unit::add), units_of_all_steps * (4 + 3 + 1));  // diagonals, sigmoids, new cell state
}

}  // namespace
}  // namespace flopstat::test

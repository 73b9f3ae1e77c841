#include "graph/uses.h"

#include <gtest/gtest.h>

#include "support/model_builder.h"

namespace flopstat::test {
namespace {

Uses uses_of(const Model& model) { return analyze(model, infer(model, {}).root); }

TEST(Uses, weights_and_activations_are_data) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 4});
  const TensorId w = b.stored({4, 3});
  const TensorId y = b.node(MatMul{}, {x, w});
  b.outputs({y});
  const Uses uses = uses_of(b.finish());
  EXPECT_TRUE(uses.roles[x].has(Role::data));
  EXPECT_TRUE(uses.roles[w].has(Role::weight));
  EXPECT_TRUE(uses.roles[w].has(Role::data));
  EXPECT_TRUE(uses.roles[y].has(Role::data));
}

TEST(Uses, whole_numbers_that_become_a_shape_are_shapes_from_the_start) {
  ModelBuilder b;
  const TensorId x = b.input("x", {2, 6});
  const TensorId sizes = b.node(ShapeOf{}, {x});
  const TensorId factors = b.stored_values({2}, {1, 1}, DType::i64);
  const TensorId target = b.node(Binary{BinaryFn::mul}, {sizes, factors});
  b.outputs({b.node(Reshape{}, {x, target})});
  const Uses uses = uses_of(b.finish());
  EXPECT_TRUE(uses.roles[target].has(Role::shape));
  EXPECT_TRUE(uses.roles[factors].has(Role::shape));
  EXPECT_FALSE(uses.roles[factors].has(Role::data));
}

TEST(Uses, whole_numbers_that_pick_rows_are_indices) {
  ModelBuilder b;
  const TensorId table = b.stored({10, 4});
  const TensorId ids = b.input("ids", {3}, DType::i32);
  const TensorId offset = b.stored_values({3}, {1, 1, 1});
  const TensorId shifted = b.node(Binary{BinaryFn::add}, {ids, offset});
  b.outputs({b.node(Gather{}, {table, shifted})});
  const Uses uses = uses_of(b.finish());
  EXPECT_TRUE(uses.roles[offset].has(Role::index));
  EXPECT_FALSE(uses.roles[offset].has(Role::data));
  EXPECT_TRUE(uses.roles[table].has(Role::data));
}

TEST(Uses, quantized_integers_are_data_whatever_they_feed) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 4}, DType::i8);
  const TensorId w = b.stored({1, 4}, DType::i8);
  const TensorId sum = b.node(Binary{BinaryFn::add}, {x, w});
  for (const TensorId id : {x, w, sum}) b.tensor(id).quantization = {.scales = 1, .scale = 0.5F};
  b.outputs({b.node(ArgReduce{}, {sum, b.stored_values({}, {1})})});
  EXPECT_TRUE(uses_of(b.finish()).roles[w].has(Role::data));
}

TEST(Uses, whole_numbers_that_leave_the_model_are_data) {
  ModelBuilder b;
  const TensorId labels = b.stored_values({3}, {7, 8, 9});
  const TensorId x = b.input("x", {3}, DType::i32);
  b.outputs({b.node(Binary{BinaryFn::add}, {x, labels})});
  EXPECT_TRUE(uses_of(b.finish()).roles[labels].has(Role::data));
}

TEST(Uses, what_a_called_graph_needs_the_caller_needs) {
  ModelBuilder b;
  const TensorId x = b.input("x", {6});
  const TensorId target = b.stored_values({2}, {2, 3});
  const TensorId w = b.stored({3, 4});
  b.outputs({b.node(Call{1}, {x, target, w})});
  b.graph();
  const TensorId inner = b.input("x", {});
  const TensorId sizes = b.input("sizes", {});
  const TensorId weight = b.input("w", {});
  b.outputs({b.node(MatMul{}, {b.node(Reshape{}, {inner, sizes}), weight})});
  const Uses uses = uses_of(b.finish());
  EXPECT_TRUE(uses.roles[target].has(Role::shape));
  EXPECT_FALSE(uses.roles[target].has(Role::data));
  EXPECT_TRUE(uses.roles[w].has(Role::weight));
}

/// i and h start from constants and change; w is handed on. The counter steps by a constant of one axis.
struct LoopUses {
  ModelBuilder b;
  TensorId i = b.stored_values({1}, {0});
  TensorId h = b.stored({1, 4});
  TensorId w = b.stored({4, 4});
  TensorId step = 0;
  Uses uses;

  LoopUses() {
    const std::vector<TensorId> results{b.computed(), b.computed(), b.computed()};
    b.node_to(While{1, 2}, {i, h, w}, results);
    b.outputs({results[1]});
    b.graph();
    const TensorId checked = b.input("i", {}, DType::i32);
    b.outputs({b.node(Binary{BinaryFn::less}, {checked, b.stored_values({1}, {5})})});
    b.graph();
    const TensorId counter = b.input("i", {}, DType::i32);
    const TensorId state = b.input("h", {});
    const TensorId weight = b.input("w", {});
    step = b.stored_values({1}, {1});
    b.outputs({b.node(Binary{BinaryFn::add}, {counter, step}), b.node(MatMul{}, {state, weight}), weight});
    uses = uses_of(b.model());
  }
};

TEST(Uses, the_start_of_what_a_loop_changes_is_state) {
  const LoopUses loop;
  EXPECT_TRUE(loop.uses.roles[loop.h].has(Role::state));
  EXPECT_FALSE(loop.uses.roles[loop.h].has(Role::data));
}

TEST(Uses, weights_that_a_loop_hands_on_stay_weights) {
  const LoopUses loop;
  EXPECT_TRUE(loop.uses.roles[loop.w].has(Role::weight));
  EXPECT_FALSE(loop.uses.roles[loop.w].has(Role::state));
}

TEST(Uses, what_the_condition_needs_of_a_counter_the_body_makes_for_it) {
  const LoopUses loop;
  const Roles& step = loop.uses.children.at(0).at(1).roles[loop.step];
  EXPECT_TRUE(step.has(Role::index));
  EXPECT_FALSE(step.has(Role::data));
}

TEST(Uses, the_condition_of_an_if_is_an_index) {
  ModelBuilder b;
  const TensorId condition = b.stored_values({1}, {1}, DType::boolean);
  const TensorId w = b.stored({4});
  b.outputs({b.node(If{1, 2}, {condition, b.input("x", {4}), w})});
  for (int branch = 0; branch < 2; ++branch) {
    b.graph();
    const TensorId x = b.input("x", {});
    b.outputs({b.node(Binary{BinaryFn::add}, {x, b.input("w", {})})});
  }
  const Uses uses = uses_of(b.finish());
  EXPECT_TRUE(uses.roles[condition].has(Role::index));
  EXPECT_FALSE(uses.roles[condition].has(Role::data));
  EXPECT_TRUE(uses.roles[w].has(Role::data));
}

TEST(Uses, of_a_model_without_graphs_are_none) { EXPECT_TRUE(uses_of(Model{}).roles.empty()); }

}  // namespace
}  // namespace flopstat::test

#include "count/open_sizes.h"

#include <gtest/gtest.h>

namespace flopstat {
namespace {

/// A body that hands on what it gets: what goes round, a constant of the loop, a stored variable.
Graph body() {
  Graph graph;
  graph.tensors = {{.name = "while/Switch:1", .dtype = DType::f32},
                   {.name = "while/Enter", .dtype = DType::f32},
                   {.name = "kernel", .dtype = DType::resource},
                   {.name = "sum"}};
  graph.inputs = graph.outputs = {0, 1, 2};
  graph.nodes.push_back(
      {.name = "sum", .type = "AddV2", .inputs = {0, 1}, .outputs = {3}, .op = Binary{BinaryFn::add}});
  return graph;
}

TEST(OpenSizes, of_what_goes_round_are_open_even_where_it_is_handed_on) {
  EXPECT_EQ(open_sizes(body(), LoopPart::body), (std::vector<bool>{true, false, false, true}));
}

TEST(OpenSizes, of_a_function_that_is_a_body_are_known_of_resources_alone) {
  EXPECT_EQ(open_sizes(body(), LoopPart::function_body), (std::vector<bool>{true, true, false, true}));
}

TEST(OpenSizes, outside_of_loops_are_known) {
  EXPECT_EQ(open_sizes(body(), LoopPart::none), (std::vector<bool>{false, false, false, false}));
}

/// A model whose main graph calls a function, which calls another one or not.
Model caller(bool nested) {
  Model model;
  model.graphs.resize(3);
  Graph& main = model.graphs[0];
  main.tensors = {{.name = "x"}, {.name = "y"}, {.name = "z"}};
  main.nodes.push_back({.type = "PartitionedCall", .inputs = {0}, .outputs = {1}, .op = Call{.body = 1}});
  main.nodes.push_back({.type = "Relu", .inputs = {1}, .outputs = {2}, .op = Unary{UnaryFn::relu}});
  if (nested) model.graphs[1].nodes.push_back({.type = "PartitionedCall", .op = Call{.body = 2}});
  return model;
}

TEST(OpenSizes, behind_a_function_are_inferred_unless_it_calls_others) {
  const Model plain = caller(false), nested = caller(true);
  EXPECT_EQ(behind_functions(plain, plain.graphs[0]), (std::vector<bool>{false, false, false}));
  EXPECT_EQ(behind_functions(nested, nested.graphs[0]), (std::vector<bool>{false, true, true}));
}

}  // namespace
}  // namespace flopstat

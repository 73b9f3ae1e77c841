#include "graph/bind.h"

#include <gtest/gtest.h>

#include "flopstat/error.h"

namespace flopstat {
namespace {

constexpr Dim kFree{};

Tensor input(std::string_view name, std::vector<Dim> dims) {
  return {.name = name, .dtype = DType::f32, .dims = std::move(dims)};
}

Model model_of(std::vector<Tensor> inputs) {
  Model model;
  Graph& graph = model.graphs.emplace_back();
  graph.tensors = std::move(inputs);
  for (TensorId id = 0; id < graph.tensors.size(); ++id) graph.inputs.push_back(id);
  return model;
}

Shape bound_shape(const BoundInputs& bound, size_t i) {
  const Value* value = known(bound.values.at(i));
  return value == nullptr ? Shape{-1} : value->shape;
}

TEST(Bind, a_free_first_axis_is_a_batch_of_1) {
  const BoundInputs bound = bind(model_of({input("x", {kFree, {3}})}), {});
  EXPECT_EQ(bound_shape(bound, 0), (Shape{1, 3}));
  EXPECT_EQ(bound.dims.at("batch"), 1);
}

TEST(Bind, an_axis_named_batch_is_1_wherever_it_stands) {
  const BoundInputs bound = bind(model_of({input("x", {{12}, {-1, "batch"}, {16}})}), {});
  EXPECT_EQ(bound_shape(bound, 0), (Shape{12, 1, 16}));
}

TEST(Bind, a_batch_under_another_name_is_1_in_every_input_whatever_their_order) {
  const Tensor state = input("h", {{2}, {-1, "N"}, {24}});
  const Tensor x = input("x", {{-1, "N"}, {16}});
  for (const Model& model : {model_of({state, x}), model_of({x, state})}) {
    const BoundInputs bound = bind(model, {});
    const size_t of_state = model.graphs[0].tensors[0].name == "h" ? 0 : 1;
    EXPECT_EQ(bound_shape(bound, of_state), (Shape{2, 1, 24}));
    EXPECT_EQ(bound_shape(bound, 1 - of_state), (Shape{1, 16}));
  }
}

TEST(Bind, another_free_axis_is_unknown_and_names_the_flag_that_binds_it) {
  const Model model = model_of({input("x", {kFree, {-1, "seq"}, kFree})});
  const BoundInputs bound = bind(model, {});
  ASSERT_EQ(known(bound.values[0]), nullptr);
  EXPECT_NE(reason(bound.values[0]).why.find("--dim seq=N --dim x.2=N"), std::string::npos);
  const BoundInputs all = bind(model, {.dims = {{"batch", 4}, {"seq", 10}, {"x.2", 8}}});
  EXPECT_EQ(bound_shape(all, 0), (Shape{4, 10, 8}));
}

TEST(Bind, a_name_that_the_model_does_not_have_is_refused) {
  EXPECT_THROW(bind(model_of({input("x", {kFree, {3}})}), {.dims = {{"seq", 4}}}), Error);
  EXPECT_THROW(bind(model_of({input("x", {kFree, {3}})}), {.inputs = {{"y", {1, 3}}}}), Error);
  EXPECT_THROW(bind(model_of({input("x", {kFree, {3}})}), {.inputs = {{"x", {1, 3, 1}}}}), Error);
}

}  // namespace
}  // namespace flopstat

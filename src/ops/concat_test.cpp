#include <gtest/gtest.h>

#include <cstdint>

#include "ops/ops.h"
#include "support/operands.h"

namespace flopstat::test {
namespace {

constexpr Quantization kOther{.scales = 1, .scale = 0.25F, .zero_point = 3, .asymmetric = true};

std::vector<Shape> shapes(const std::vector<Value>& values) {
  std::vector<Shape> result;
  for (const Value& value : values) result.push_back(value.shape);
  return result;
}

/// A node of `results` results that are not known yet.
Node with_results(Node node, size_t results) {
  for (size_t i = 0; i < results; ++i) node.out({});
  return node;
}

TEST(Concat, adds_the_sizes_of_its_axis) {
  EXPECT_EQ(shape_of(Concat{.axis = 1}, Node().in({2, 3}).in({2, 0}).in({2, 4})), (Shape{2, 3 + 0 + 4}));
  EXPECT_EQ(shape_of(Concat{.axis = -2}, Node().in({2, 3}).in({5, 3})), (Shape{2 + 5, 3}));
}
TEST(Concat, carries_elements_block_by_block) {
  EXPECT_EQ(integers_inferred(Concat{}, Node().in_values({2, 3}).in_values({}).in_values({7})),
            (std::vector<int64_t>{2, 3, 7}));
  EXPECT_EQ(
      integers_inferred(Concat{.axis = 1}, Node().in_elements({2, 2}, counting(4)).in_elements({2, 1}, counting(2))),
      (std::vector<int64_t>{0, 1, 0, 2, 3, 1}));
}
TEST(Concat, leaves_the_elements_of_unknown_operands_open) {
  const std::vector<Value> values = values_of(Concat{}, Node().in({1}, DType::i32).in_values({7}));
  EXPECT_EQ(*values.front().elements, (Elements{{}, int64_t{7}}));
  EXPECT_EQ(values_of(Concat{}, Node().in({1}).in({1})).front().elements, nullptr);
}
TEST(Concat, operands_that_do_not_fit_are_unknown) {
  why_unknown(Concat{}, Node().in({2, 3}).in({2, 4}));
  why_unknown(Concat{}, Node().in({2, 3}).in({2}));
  why_unknown(Concat{}, Node().in({}).in({}));
  why_unknown(Concat{.axis = 2}, Node().in({2, 3}));
  why_unknown(Concat{}, Node().in({2}).absent());
  why_unknown(Concat{}, Node());
}
TEST(Concat, rescales_only_operands_of_another_scale) {
  Node node;
  node.in({2, 3}, DType::i8, kQuantized).in({2, 4}, DType::i8, kOther).out({2, 7}, DType::i8, kQuantized);
  EXPECT_EQ(all_units(cost_of(Concat{.axis = 1}, node), Part::requantize), 2 * 4 * (1 + 5));
}
TEST(Concat, of_floats_is_no_work) { EXPECT_TRUE(cost_of(Concat{}, Node().in({2}).in({3}).out({5})).work.empty()); }

TEST(Stack, adds_an_axis) {
  EXPECT_EQ(shape_of(Stack{}, Node().in({2, 3}).in({2, 3})), (Shape{2, 2, 3}));
  EXPECT_EQ(shape_of(Stack{.axis = -1}, Node().in({2, 3}).in({2, 3}).in({2, 3})), (Shape{2, 3, 3}));
}
TEST(Stack, makes_a_list_of_sizes) {
  const std::vector<Value> values = values_of(Stack{}, Node().in_scalar(1).in({}, DType::i32).in_scalar(8));
  EXPECT_EQ(*values.front().elements, (Elements{int64_t{1}, {}, int64_t{8}}));
  EXPECT_EQ(integers_inferred(Stack{.axis = 1}, Node().in_values({1, 2}).in_values({3, 4})),
            (std::vector<int64_t>{1, 3, 2, 4}));
}
TEST(Stack, operands_of_different_shapes_are_unknown) {
  why_unknown(Stack{}, Node().in({2, 3}).in({3, 2}));
  why_unknown(Stack{.axis = 2}, Node().in({2}));
}

TEST(Unstack, gives_one_result_per_entry_of_its_axis) {
  const Node node = with_results(std::move(Node().in_elements({2, 3}, counting(6))), 3);
  const std::vector<Value> values = values_of(Unstack{.axis = -1}, node);
  EXPECT_EQ(shapes(values), (std::vector<Shape>{{2}, {2}, {2}}));
  EXPECT_EQ(*values[1].elements, (Elements{int64_t{1}, int64_t{4}}));
}
TEST(Unstack, another_number_of_results_is_unknown) {
  EXPECT_NE(why_unknown(Unstack{}, with_results(std::move(Node().in({2, 3})), 3)).find("3 results"), std::string::npos);
  why_unknown(Unstack{.axis = 2}, with_results(std::move(Node().in({2, 3})), 2));
}

TEST(Split, without_sizes_makes_equal_parts) {
  const Node node = with_results(std::move(Node().in({2, 6}).in_scalar(-1)), 3);
  EXPECT_EQ(shapes(values_of(Split{}, node)), (std::vector<Shape>{{2, 2}, {2, 2}, {2, 2}}));
}
TEST(Split, the_last_of_unequal_parts_is_smaller) {
  const auto parts = [](int64_t size, size_t results) {
    return shapes(values_of(Split{}, with_results(std::move(Node().in({size}).in_scalar(0)), results)));
  };
  EXPECT_EQ(parts(7, 3), (std::vector<Shape>{{3}, {3}, {1}}));
  EXPECT_EQ(parts(5, 4), (std::vector<Shape>{{2}, {2}, {1}, {0}}));
  EXPECT_EQ(parts(0, 2), (std::vector<Shape>{{0}, {0}}));
}
TEST(Split, by_sizes_carries_elements) {
  const Node node = with_results(std::move(Node().in_values({4, 5, 6}).in_scalar(0).in_values({1, 2})), 2);
  const std::vector<Value> values = values_of(Split{}, node);
  EXPECT_EQ(*values[0].elements, (Elements{int64_t{4}}));
  EXPECT_EQ(*values[1].elements, (Elements{int64_t{5}, int64_t{6}}));
}
TEST(Split, one_open_size_is_what_the_others_leave) {
  const auto parts = [](Elements sizes) {
    Node node;
    node.in({7}).in_scalar(0).in_elements({static_cast<int64_t>(sizes.size())}, sizes);
    return shapes(values_of(Split{}, with_results(std::move(node), sizes.size())));
  };
  EXPECT_EQ(parts({int64_t{3}, int64_t{-1}}), (std::vector<Shape>{{3}, {4}}));
  EXPECT_EQ(parts({{}, int64_t{5}, int64_t{0}}), (std::vector<Shape>{{2}, {5}, {0}}));
}
TEST(Split, sizes_that_do_not_fit_are_unknown) {
  const auto refused = [](const std::vector<int64_t>& sizes) {
    why_unknown(Split{}, with_results(std::move(Node().in({7}).in_scalar(0).in_values(sizes)), 2));
  };
  refused({3, 3});
  refused({8, -1});
  refused({-1, -1});
  refused({9, -2});
  refused({7});
  why_unknown(Split{}, with_results(std::move(Node().in({7}).in({}, DType::i32)), 2));
  why_unknown(Split{}, with_results(std::move(Node().in({7}).in_scalar(1)), 2));
}

TEST(Concat, may_have_its_axis_as_the_first_operand) {
  const Concat op{.axis_first = true};
  Node node;
  node.in_scalar(-1).in({2, 3}).in({2, 4}).out({2, 7});
  EXPECT_EQ(shape_of(op, node), (Shape{2, 3 + 4}));
  EXPECT_TRUE(cost_of(op, node).work.empty());
  EXPECT_EQ(role(op, 0), Role::index);
  EXPECT_EQ(role(op, 1), Role::data);
  EXPECT_NE(why_unknown(op, Node().in({}, DType::i32).in({2, 3})).find("axis"), std::string::npos);
  why_unknown(op, Node().in_scalar(0));
}

}  // namespace
}  // namespace flopstat::test

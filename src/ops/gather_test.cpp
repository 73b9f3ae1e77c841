#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "ops/ops.h"
#include "support/operands.h"

namespace flopstat::test {
namespace {

constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();
constexpr int64_t kHighest = std::numeric_limits<int64_t>::max();
using Integers = std::vector<int64_t>;

/// x and indices of those shapes, x numbered.
Node numbered(const Shape& x, const Shape& indices, const Integers& values) {
  Node node;
  node.in_elements(x, counting(static_cast<int64_t>(product(x).value())));
  node.in_elements(indices, Elements(values.begin(), values.end()));
  return node;
}

TEST(Gather, puts_the_axes_of_the_indices_in_place_of_its_axis) {
  EXPECT_EQ(shape_of(Gather{.axis = 1}, Node().in({2, 3, 4}).in({5, 6}, DType::i64)), (Shape{2, 5, 6, 4}));
  EXPECT_EQ(shape_of(Gather{.axis = -1}, Node().in({2, 3}).in({}, DType::i64)), (Shape{2}));
}
TEST(Gather, by_batch_reads_each_with_its_own_indices) {
  const Gather gather{.axis = 1, .batch_dims = 1};
  EXPECT_EQ(shape_of(gather, Node().in({2, 3, 4}).in({2, 5}, DType::i64)), (Shape{2, 5, 4}));
  EXPECT_EQ(integers_inferred(gather, numbered({2, 3}, {2, 1}, {2, 0})), (Integers{2, 3}));
  EXPECT_EQ(shape_of(Gather{.axis = 1, .batch_dims = -1}, Node().in({2, 3, 4}).in({2, 5}, DType::i64)),
            (Shape{2, 5, 4}));
}
TEST(Gather, behind_a_batch_axis_carries_elements) {
  // Element (b, o, n) of [2, 2, 3] is 6b + 3o + n; batch 0 takes n = 1, batch 1 takes n = 2.
  EXPECT_EQ(integers_inferred(Gather{.axis = 2, .batch_dims = 1}, numbered({2, 2, 3}, {2, 1}, {1, 2})),
            (Integers{1, 4, 8, 11}));
}
TEST(Gather, carries_elements_and_counts_negative_indices_from_the_end) {
  EXPECT_EQ(integers_inferred(Gather{}, numbered({4}, {}, {-1})), (Integers{3}));
  EXPECT_EQ(integers_inferred(Gather{.axis = 1}, numbered({2, 3}, {2}, {2, 0})), (Integers{2, 0, 5, 3}));
  EXPECT_EQ(integers_inferred(Gather{}, numbered({2, 3}, {1}, {1})), (Integers{3, 4, 5}));
}
TEST(Gather, what_an_unknown_index_reads_is_unknown) {
  Node node;
  node.in_values({5, 6}, DType::i64).in_elements({3}, {int64_t{1}, {}, int64_t{7}});
  EXPECT_EQ(*values_of(Gather{}, node).front().elements, (Elements{int64_t{6}, {}, {}}));
}
TEST(Gather, from_an_axis_without_points_is_unknown_element_by_element) {
  const std::vector<Value> values = values_of(Gather{}, numbered({0}, {1}, {0}));
  EXPECT_EQ(first_shape(values), (Shape{1}));
}
TEST(Gather, axes_that_do_not_fit_are_unknown) {
  why_unknown(Gather{.axis = 2}, Node().in({2, 3}).in({1}, DType::i64));
  why_unknown(Gather{}, Node().in({}).in({1}, DType::i64));
  why_unknown(Gather{.axis = 1, .batch_dims = 1}, Node().in({2, 3}).in({3}, DType::i64));
  why_unknown(Gather{.axis = 0, .batch_dims = 1}, Node().in({2, 3}).in({2}, DType::i64));
  why_unknown(Gather{.axis = 1, .batch_dims = kLowest}, Node().in({2, 3}).in({2}, DType::i64));
  why_unknown(Gather{}, Node().in({2, 3}));
}
TEST(Gather, of_an_embedding_reads_the_rows_it_names_and_the_indices) {
  const Cost cost =
      cost_of(Gather{}, Node().in({30'000, 128}, DType::f16).in({1, 7}, DType::i64).out({1, 7, 128}, DType::f16));
  EXPECT_EQ(cost.read_bytes, Count{7 * 128 * 2 + 7 * 8});
  EXPECT_FALSE(cost.written_bytes);
  EXPECT_TRUE(cost.work.empty());
  EXPECT_EQ(role(Gather{}, 0), Role::data);
  EXPECT_EQ(role(Gather{}, 1), Role::index);
}

TEST(GatherNd, an_index_names_the_first_axes) {
  EXPECT_EQ(shape_of(GatherNd{}, Node().in({2, 3, 4}).in({5, 2}, DType::i64)), (Shape{5, 4}));
  EXPECT_EQ(shape_of(GatherNd{}, Node().in({2, 3}).in({5, 0}, DType::i64)), (Shape{5, 2, 3}));
  EXPECT_EQ(shape_of(GatherNd{}, Node().in({2, 3}).in({2}, DType::i64)), Shape{});
}
TEST(GatherNd, carries_elements) {
  EXPECT_EQ(integers_inferred(GatherNd{}, numbered({2, 3}, {2, 2}, {0, 2, 1, -2})), (Integers{2, 3 + 1}));
  EXPECT_EQ(integers_inferred(GatherNd{}, numbered({2, 3}, {1, 1}, {1})), (Integers{3, 4, 5}));
}
TEST(GatherNd, by_batch) {
  const GatherNd gather{.batch_dims = 1};
  EXPECT_EQ(shape_of(gather, Node().in({2, 3, 4}).in({2, 5, 1}, DType::i64)), (Shape{2, 5, 4}));
  EXPECT_EQ(integers_inferred(gather, numbered({2, 3}, {2, 1}, {2, 0})), (Integers{2, 3}));
}
TEST(GatherNd, what_does_not_fit_is_unknown) {
  why_unknown(GatherNd{}, Node().in({2, 3}).in({5, 3}, DType::i64));
  why_unknown(GatherNd{}, Node().in({2, 3}).in({}, DType::i64));
  why_unknown(GatherNd{.batch_dims = 1}, Node().in({2, 3}).in({3, 1}, DType::i64));
  why_unknown(GatherNd{.batch_dims = kHighest}, Node().in({2, 3}).in({2, 1}, DType::i64));
  why_unknown(GatherNd{.batch_dims = 1}, Node().in({2}).in({2, 1}, DType::i64));
}

TEST(GatherElements, has_the_shape_of_the_indices) {
  EXPECT_EQ(shape_of(GatherElements{.axis = 1}, Node().in({2, 9}).in({2, 5}, DType::i64)), (Shape{2, 5}));
  why_unknown(GatherElements{.axis = 1}, Node().in({2, 9}).in({5}, DType::i64));
  why_unknown(GatherElements{.axis = 2}, Node().in({2, 9}).in({2, 5}, DType::i64));
}

/// Not zero at (0, 1) and (0, 2).
Node condition() {
  return std::move(Node().in_elements({2, 3}, {0.0, -0.5, int64_t{1}, int64_t{0}, int64_t{0}, int64_t{0}}, DType::f32));
}

TEST(NonZero, of_a_constant_lists_its_coordinates) {
  EXPECT_EQ(shape_of(NonZero{}, condition()), (Shape{2, 2}));
  EXPECT_EQ(integers_inferred(NonZero{}, condition()), (Integers{0, 1, 0, 2}));
  EXPECT_EQ(values_of(NonZero{}, condition()).front().dtype, DType::i64);
}
TEST(NonZero, transposed_has_one_row_per_axis) {
  EXPECT_EQ(shape_of(NonZero{.transposed = true}, Node().in_elements({3}, {int64_t{1}, int64_t{0}, int64_t{1}})),
            (Shape{1, 2}));
  EXPECT_EQ(integers_inferred(NonZero{.transposed = true}, condition()), (Integers{0, 0, 1, 2}));
}
TEST(NonZero, of_zeros_finds_none) { EXPECT_EQ(shape_of(NonZero{}, Node().in_values({0, 0})), (Shape{0, 1})); }
TEST(NonZero, of_data_has_an_unknown_size) {
  EXPECT_NE(why_unknown(NonZero{}, Node().in({4}, DType::boolean)).find("not zero"), std::string::npos);
  EXPECT_NE(why_unknown(NonZero{}, Node().in_elements({2}, {int64_t{1}, {}})).find("depends on"), std::string::npos);
}

TEST(GatherBoxes, put_the_boxes_where_they_are_told) {
  // Rows of a table: boxes of 1 x 8 whose first axis is dropped.
  Node rows;
  rows.in({10, 8}).in({4, 1}, DType::i32).out({4, 8});
  const GatherBoxes lookup{.sizes = {1, 8}, .dropped_axes = {0}, .box_axes = {1}, .index_axis = 1};
  EXPECT_EQ(shape_of(lookup, rows), (Shape{4, 8}));
  EXPECT_EQ(cost_of(lookup, rows).read_bytes->value(), 4u * (4 * 8 + 4));
  // The box in front, and indices of one number each without an axis for it.
  const GatherBoxes front{.sizes = {3, 8}, .box_axes = {0, 1}, .index_axis = 1};
  EXPECT_EQ(shape_of(front, Node().in({10, 8}).in({5}, DType::i32)), (Shape{3, 8, 5}));
}
TEST(GatherBoxes, that_do_not_fit_are_unknown) {
  const auto unknown = [](const GatherBoxes& op) { return why_unknown(op, Node().in({10, 8}).in({4, 1}, DType::i32)); };
  unknown({.sizes = {1}, .box_axes = {0}, .index_axis = 1});
  unknown({.sizes = {11, 8}, .box_axes = {0, 1}, .index_axis = 1});
  unknown({.sizes = {1, 8}, .box_axes = {1}, .index_axis = 1});
  unknown({.sizes = {1, 8}, .box_axes = {0, 9}, .index_axis = 1});
  unknown({.sizes = {1, 8}, .box_axes = {0, 1}, .index_axis = 3});
  unknown({.sizes = {1, 8}, .box_axes = {0, 1}, .index_axis = -1});
}

TEST(Gather, may_have_its_axis_as_an_operand) {
  EXPECT_EQ(shape_of(Gather{}, Node().in({2, 3, 4}).in({5}, DType::i64).in_scalar(-1)), (Shape{2, 3, 5}));
  const std::string why = why_unknown(Gather{}, Node().in({2, 3}).in({5}, DType::i64).in({}, DType::i32));
  EXPECT_NE(why.find("axis"), std::string::npos);
}

}  // namespace
}  // namespace flopstat::test

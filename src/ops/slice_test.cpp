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

/// x of the shape, numbered, and lists of 64-bit integers.
Node numbered(const Shape& shape, const std::vector<Integers>& lists) {
  Node node;
  node.in_elements(shape, counting(static_cast<int64_t>(product(shape).value())));
  for (const Integers& list : lists) node.in_values(list, DType::i64);
  return node;
}

TEST(Slice, takes_a_box) {
  const Node node = numbered({3, 4}, {{1, 2}, {2, -1}});
  EXPECT_EQ(shape_of(Slice{}, node), (Shape{2, 2}));
  EXPECT_EQ(integers_inferred(Slice{}, node), (Integers{4 + 2, 4 + 3, 8 + 2, 8 + 3}));
}
TEST(Slice, may_be_empty) { EXPECT_EQ(shape_of(Slice{}, numbered({3}, {{3}, {-1}})), (Shape{0})); }
TEST(Slice, has_a_shape_where_only_its_begin_is_unknown) {
  const std::vector<Value> values = values_of(Slice{}, Node().in_values({5, 6, 7}).in({1}, DType::i32).in_values({2}));
  EXPECT_EQ(first_shape(values), (Shape{2}));
  EXPECT_EQ(values.front().elements, nullptr);
}
TEST(Slice, to_the_end_from_an_unknown_begin_is_unknown) {
  EXPECT_NE(why_unknown(Slice{}, Node().in({3}).in({1}, DType::i32).in_values({-1})).find("depends on"),
            std::string::npos);
}
TEST(Slice, what_reaches_outside_is_unknown) {
  why_unknown(Slice{}, numbered({3}, {{-1}, {1}}));
  why_unknown(Slice{}, numbered({3}, {{4}, {-1}}));
  why_unknown(Slice{}, numbered({3}, {{2}, {2}}));
  why_unknown(Slice{}, numbered({3}, {{1}, {-2}}));
  why_unknown(Slice{}, numbered({3}, {{kHighest}, {kLowest}}));
  why_unknown(Slice{}, numbered({3, 3}, {{1}, {1}}));
}
TEST(Slice, reads_no_more_than_its_result) {
  Node node;
  node.in({100, 100}).in_values({0, 0}).in_values({2, 3}).out({2, 3});
  const Cost cost = cost_of(Slice{}, node);
  EXPECT_EQ(cost.read_bytes, Count{2 * 3 * 4 + 2 * 4 + 2 * 4});
  EXPECT_FALSE(cost.written_bytes);
  EXPECT_TRUE(cost.work.empty());
}

TEST(SliceTo, clamps_its_bounds) {
  EXPECT_EQ(integers_inferred(SliceTo{}, numbered({5}, {{1}, {kHighest}})), (Integers{1, 2, 3, 4}));
  EXPECT_EQ(integers_inferred(SliceTo{}, numbered({5}, {{-2}, {5}})), (Integers{3, 4}));
  EXPECT_EQ(integers_inferred(SliceTo{}, numbered({5}, {{kLowest}, {-3}})), (Integers{0, 1}));
  EXPECT_EQ(shape_of(SliceTo{}, numbered({5}, {{4}, {2}})), (Shape{0}));
}
TEST(SliceTo, named_axes_and_steps) {
  EXPECT_EQ(shape_of(SliceTo{}, numbered({3, 5}, {{0}, {5}, {-1}, {2}})), (Shape{3, 3}));
  EXPECT_EQ(integers_inferred(SliceTo{}, numbered({7}, {{1}, {7}, {0}, {3}})), (Integers{1, 4}));
}
TEST(SliceTo, negative_steps_walk_backwards) {
  EXPECT_EQ(integers_inferred(SliceTo{}, numbered({4}, {{-1}, {kLowest}, {0}, {-1}})), (Integers{3, 2, 1, 0}));
  EXPECT_EQ(integers_inferred(SliceTo{}, numbered({6}, {{kHighest}, {1}, {0}, {-2}})), (Integers{5, 3}));
  EXPECT_EQ(integers_inferred(SliceTo{}, numbered({6}, {{4}, {0}, {0}, {kLowest}})), (Integers{4}));
}
TEST(SliceTo, of_an_axis_without_points_is_empty) {
  EXPECT_EQ(shape_of(SliceTo{}, numbered({0}, {{-1}, {kLowest}, {0}, {-1}})), (Shape{0}));
}
TEST(SliceTo, steps_without_axes_are_those_of_the_first_axes) {
  Node node = numbered({6, 2}, {{0}, {6}});
  node.absent().in_values({4});
  EXPECT_EQ(shape_of(SliceTo{}, node), (Shape{2, 2}));
}
TEST(SliceTo, keeps_unknown_elements_apart) {
  Node node;
  node.in_elements({3}, {{}, int64_t{8}, {}}).in_values({1}).in_values({3});
  EXPECT_EQ(*values_of(SliceTo{}, node).front().elements, (Elements{int64_t{8}, {}}));
}
TEST(SliceTo, what_does_not_fit_is_unknown) {
  why_unknown(SliceTo{}, numbered({3}, {{0}, {1, 2}}));
  why_unknown(SliceTo{}, numbered({3}, {{0, 0}, {1, 1}}));
  why_unknown(SliceTo{}, numbered({3}, {{0}, {1}, {1}}));
  why_unknown(SliceTo{}, numbered({3, 3}, {{0, 0}, {1, 1}, {0, -2}}));
  why_unknown(SliceTo{}, numbered({3}, {{0}, {1}, {0}, {0}}));
  EXPECT_NE(why_unknown(SliceTo{}, Node().in({3}).in_values({0}).in({1}, DType::i64)).find("axis 0"),
            std::string::npos);
}

TEST(StridedSlice, takes_every_step_th_point) {
  EXPECT_EQ(integers_inferred(StridedSlice{}, numbered({7}, {{1}, {6}, {2}})), (Integers{1, 3, 5}));
  EXPECT_EQ(integers_inferred(StridedSlice{}, numbered({7}, {{-1}, {-4}, {-1}})), (Integers{6, 5, 4}));
  EXPECT_EQ(shape_of(StridedSlice{}, numbered({7}, {{5}, {2}, {1}})), (Shape{0}));
}
TEST(StridedSlice, leaves_axes_that_no_entry_speaks_of) {
  EXPECT_EQ(shape_of(StridedSlice{}, numbered({4, 5, 6}, {{1}, {3}, {1}})), (Shape{2, 5, 6}));
}
TEST(StridedSlice, masked_bounds_are_the_ends_of_the_axis) {
  const StridedSlice all{.begin_mask = 1, .end_mask = 1};
  EXPECT_EQ(integers_inferred(all, numbered({4}, {{2}, {3}, {1}})), (Integers{0, 1, 2, 3}));
  EXPECT_EQ(integers_inferred(all, numbered({4}, {{2}, {3}, {-1}})), (Integers{3, 2, 1, 0}));
  EXPECT_EQ(shape_of(all, numbered({0}, {{2}, {3}, {-1}})), (Shape{0}));
}
TEST(StridedSlice, a_masked_bound_needs_not_be_known) {
  Node node;
  node.in({4, 5}).in({2}, DType::i32).in_values({2, 3}).in_values({1, 1});
  EXPECT_EQ(shape_of(StridedSlice{.begin_mask = 3}, node), (Shape{2, 3}));
  EXPECT_NE(why_unknown(StridedSlice{.begin_mask = 1}, node).find("axis 1"), std::string::npos);
}
TEST(StridedSlice, a_shrinking_axis_is_read_at_its_begin_and_left_out) {
  // The idiom of shape arithmetic: shape[0] of a tensor.
  const Node node = numbered({4}, {{0}, {1}, {1}});
  EXPECT_EQ(shape_of(StridedSlice{.shrink_axis_mask = 1}, node), Shape{});
  EXPECT_EQ(integers_inferred(StridedSlice{.shrink_axis_mask = 1}, numbered({4}, {{-1}, {0}, {1}})), (Integers{3}));
  EXPECT_EQ(integers_inferred(StridedSlice{.shrink_axis_mask = 2}, numbered({2, 3}, {{0, 1}, {2, 2}, {1, 1}})),
            (Integers{1, 3 + 1}));
}
TEST(StridedSlice, an_unknown_index_still_has_a_shape) {
  Node node;
  node.in_values({5, 6}).in({1}, DType::i32).in_values({1}).in_values({1});
  const std::vector<Value> values = values_of(StridedSlice{.shrink_axis_mask = 1}, node);
  EXPECT_EQ(first_shape(values), Shape{});
  EXPECT_EQ(values.front().elements, nullptr);
}
TEST(StridedSlice, an_index_outside_is_unknown) {
  why_unknown(StridedSlice{.shrink_axis_mask = 1}, numbered({4}, {{4}, {5}, {1}}));
  why_unknown(StridedSlice{.shrink_axis_mask = 1}, numbered({4}, {{-5}, {5}, {1}}));
  why_unknown(StridedSlice{.shrink_axis_mask = 1}, numbered({0}, {{0}, {1}, {1}}));
}
TEST(StridedSlice, an_ellipsis_is_all_axes_that_no_other_entry_speaks_of) {
  // x[0:1, ..., 0:2]
  EXPECT_EQ(shape_of(StridedSlice{.ellipsis_mask = 2}, numbered({2, 3, 4, 5}, {{0, 0, 0}, {1, 0, 2}, {1, 1, 1}})),
            (Shape{1, 3, 4, 2}));
  // x[..., 0:1] where the ellipsis covers nothing
  EXPECT_EQ(shape_of(StridedSlice{.ellipsis_mask = 1}, numbered({3}, {{0, 0}, {0, 1}, {1, 1}})), (Shape{1}));
}
TEST(StridedSlice, a_new_axis_has_size_one_and_takes_none_of_the_operand) {
  // x[newaxis, 1:3]
  const StridedSlice slice{.new_axis_mask = 1};
  EXPECT_EQ(shape_of(slice, numbered({4}, {{0, 1}, {0, 3}, {1, 1}})), (Shape{1, 2}));
  EXPECT_EQ(integers_inferred(slice, numbered({4}, {{0, 1}, {0, 3}, {1, 1}})), (Integers{1, 2}));
}
TEST(StridedSlice, all_masks_together) {
  // x[newaxis, 1, ..., ::-1, newaxis] of [2, 3, 4]: the ellipsis is the axis of size 3.
  const StridedSlice slice{
      .begin_mask = 8, .end_mask = 8, .ellipsis_mask = 4, .new_axis_mask = 1 | 16, .shrink_axis_mask = 2};
  const Node node = numbered({2, 3, 4}, {{0, 1, 0, 0, 0}, {0, 2, 0, 0, 0}, {1, 1, 1, -1, 1}});
  EXPECT_EQ(shape_of(slice, node), (Shape{1, 3, 4, 1}));
  EXPECT_EQ(integers_inferred(slice, node), (Integers{15, 14, 13, 12, 19, 18, 17, 16, 23, 22, 21, 20}));
}
TEST(StridedSlice, an_ellipsis_beats_a_new_axis_which_beats_shrinking) {
  const Node node = numbered({3, 4}, {{0}, {1}, {1}});
  EXPECT_EQ(shape_of(StridedSlice{.ellipsis_mask = 1, .new_axis_mask = 1, .shrink_axis_mask = 1}, node), (Shape{3, 4}));
  EXPECT_EQ(shape_of(StridedSlice{.new_axis_mask = 1, .shrink_axis_mask = 1}, node), (Shape{1, 3, 4}));
}
TEST(StridedSlice, an_end_may_be_relative_to_its_begin) {
  EXPECT_EQ(integers_inferred(StridedSlice{.offset = true}, numbered({9}, {{4}, {3}, {1}})), (Integers{4, 5, 6}));
  EXPECT_EQ(integers_inferred(StridedSlice{.offset = true}, numbered({9}, {{7}, {kHighest}, {1}})), (Integers{7, 8}));
}
TEST(StridedSlice, absurd_bounds_are_clamped) {
  EXPECT_EQ(shape_of(StridedSlice{}, numbered({9}, {{kLowest}, {kHighest}, {1}})), (Shape{9}));
  EXPECT_EQ(shape_of(StridedSlice{}, numbered({9}, {{kHighest}, {kLowest}, {kLowest}})), (Shape{1}));
}
TEST(StridedSlice, what_does_not_fit_is_unknown) {
  why_unknown(StridedSlice{}, numbered({9}, {{0}, {1}, {0}}));
  why_unknown(StridedSlice{}, numbered({9}, {{0, 0}, {1, 1}, {1, 1}}));
  why_unknown(StridedSlice{}, numbered({9}, {{0}, {1, 1}, {1}}));
  why_unknown(StridedSlice{.ellipsis_mask = 3}, numbered({9}, {{0, 0}, {1, 1}, {1, 1}}));
  why_unknown(StridedSlice{}, numbered({9}, {Integers(33, 0), Integers(33, 1), Integers(33, 1)}));
  why_unknown(StridedSlice{}, Node().in({9}));
}

TEST(DynamicSlice, has_the_sizes_of_its_box) {
  Node node;
  node.in({4, 6}).in({}, DType::i32).in({}, DType::i32).out({2, 3});
  EXPECT_EQ(shape_of(DynamicSlice{{2, 3}}, node), (Shape{2, 3}));
  why_unknown(DynamicSlice{{5, 3}}, node);
  why_unknown(DynamicSlice{{2}}, node);
  why_unknown(DynamicSlice{{-1, 3}}, node);
  EXPECT_EQ(cost_of(DynamicSlice{{2, 3}}, node).read_bytes->value(), 4u * 6 + 2 * 4);
  EXPECT_EQ(role(DynamicSlice{}, 2), Role::index);
}

TEST(StridedSlice, has_the_length_of_bounds_that_only_a_run_knows) {
  const auto open_at = [](int64_t other) { return Elements{Element{}, Element{other}}; };
  Node node;
  node.in({16, 16}).in_elements({2}, open_at(3)).in_elements({2}, open_at(5)).in_values({1, 1});
  EXPECT_EQ(shape_of(StridedSlice{.lengths = {12, 2}}, node), (Shape{12, 5 - 3}));
  why_unknown(StridedSlice{.lengths = {-1, 2}}, node);
  why_unknown(StridedSlice{.lengths = {17, 2}}, node);  // longer than the axis
  why_unknown(StridedSlice{}, node);
}

TEST(StridedSlice, of_bounds_that_are_known_does_not_ask_for_their_length) {
  Node node;
  node.in({16}).in_values({10}).in_values({22}).in_values({1});
  EXPECT_EQ(shape_of(StridedSlice{.lengths = {12}}, node), (Shape{16 - 10}));
}

}  // namespace
}  // namespace flopstat::test

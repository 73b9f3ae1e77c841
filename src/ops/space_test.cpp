#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "ops/ops.h"
#include "support/operands.h"

namespace flopstat::test {
namespace {

constexpr int64_t kHighest = std::numeric_limits<int64_t>::max();

Node blocks(Shape x, const std::vector<int64_t>& sizes, const std::vector<int64_t>& borders) {
  return std::move(Node().in(std::move(x)).in_values(sizes, DType::i64).in_values(borders, DType::i64));
}

TEST(SpaceToBatch, moves_blocks_of_padded_axes_to_the_batch) {
  EXPECT_EQ(shape_of(SpaceToBatch{}, blocks({3, 4, 5, 7}, {2, 3}, {0, 0, 1, 3})),
            (Shape{3 * 2 * 3, 4 / 2, (1 + 5 + 3) / 3, 7}));
}
TEST(BatchToSpace, undoes_it) {
  EXPECT_EQ(shape_of(BatchToSpace{}, blocks({3 * 2 * 3, 2, 3, 7}, {2, 3}, {0, 0, 1, 3})), (Shape{3, 4, 5, 7}));
}
TEST(SpaceToBatch, works_on_one_axis_too) {
  EXPECT_EQ(shape_of(SpaceToBatch{}, blocks({1, 10, 8}, {4}, {0, 2})), (Shape{4, 3, 8}));
}
TEST(SpaceToBatch, blocks_that_do_not_fit_are_unknown) {
  why_unknown(SpaceToBatch{}, blocks({1, 5, 8}, {2}, {0, 0}));
  why_unknown(SpaceToBatch{}, blocks({1, 5, 8}, {0}, {0, 0}));
  why_unknown(SpaceToBatch{}, blocks({1, 5, 8}, {5}, {0}));
  why_unknown(SpaceToBatch{}, blocks({1}, {1}, {0, 0}));
  why_unknown(SpaceToBatch{}, blocks({}, {}, {}));
  why_unknown(SpaceToBatch{}, blocks({1, 5, 8}, {5}, {kHighest, kHighest}));
  why_unknown(SpaceToBatch{}, blocks({kMaxDim, kMaxDim, 1}, {kMaxDim}, {0, 0}));
  why_unknown(SpaceToBatch{}, Node().in({1, 4, 8}).in({1}, DType::i32).in_values({0, 0}));
}
TEST(BatchToSpace, blocks_that_do_not_fit_are_unknown) {
  why_unknown(BatchToSpace{}, blocks({3, 5, 8}, {2}, {0, 0}));
  why_unknown(BatchToSpace{}, blocks({2, 1, 8}, {2}, {2, 1}));
  why_unknown(BatchToSpace{}, blocks({kMaxDim, kMaxDim, 1}, {kMaxDim}, {0, 0}));
}

TEST(SpaceToDepth, moves_blocks_to_the_channels) {
  EXPECT_EQ(shape_of(SpaceToDepth{.block = 2}, Node().in({1, 4, 6, 3})), (Shape{1, 2, 3, 3 * 2 * 2}));
  EXPECT_EQ(shape_of(SpaceToDepth{.block = 2, .layout = DataLayout::channels_first}, Node().in({1, 3, 4, 6})),
            (Shape{1, 3 * 2 * 2, 2, 3}));
}
TEST(DepthToSpace, undoes_it) {
  EXPECT_EQ(shape_of(DepthToSpace{.block = 2}, Node().in({1, 2, 3, 12})), (Shape{1, 4, 6, 3}));
  EXPECT_EQ(shape_of(DepthToSpace{.block = 2, .layout = DataLayout::channels_first}, Node().in({1, 12, 2, 3})),
            (Shape{1, 3, 4, 6}));
}
TEST(SpaceToDepth, sizes_that_do_not_divide_are_unknown) {
  why_unknown(SpaceToDepth{.block = 2}, Node().in({1, 4, 5, 3}));
  why_unknown(SpaceToDepth{.block = 0}, Node().in({1, 4, 4, 3}));
  why_unknown(SpaceToDepth{.block = kHighest}, Node().in({1, 0, 0, 3}));
  why_unknown(SpaceToDepth{}, Node().in({4, 4, 3}));
  why_unknown(DepthToSpace{.block = 2}, Node().in({1, 4, 4, 6}));
  why_unknown(DepthToSpace{.block = -1}, Node().in({1, 4, 4, 6}));
}
TEST(SpaceToDepth, is_no_work) {
  EXPECT_TRUE(cost_of(SpaceToDepth{}, Node().in({1, 2, 2, 1}).out({1, 1, 1, 4})).work.empty());
}

}  // namespace
}  // namespace flopstat::test

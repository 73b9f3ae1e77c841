#include <gtest/gtest.h>

#include "support/operands.h"

namespace flopstat::test {
namespace {

TEST(GridSample, blends_four_points_for_each_position) {
  Node node;
  node.in({1, 2, 8, 8}).in({1, 4, 5, 2}).out({1, 2, 4, 5});
  EXPECT_EQ(shape_of(GridSample{}, node), (Shape{1, 2, 4, 5}));
  const Cost cost = cost_of(GridSample{}, node);
  EXPECT_EQ(units(cost, Unit::mul), 2U * 4 * 5 * 3);
  EXPECT_EQ(units(cost, Unit::add), 2U * 4 * 5 * 6);
  EXPECT_TRUE(cost_of(GridSample{.fn = ResizeFn::nearest}, node).work.empty());
  EXPECT_EQ(units(cost_of(GridSample{.fn = ResizeFn::cubic}, node), Unit::mul), 2U * 4 * 5 * 5 * 4);
}

TEST(GridSample, of_volumes_has_seven_blends) {
  Node node;
  node.in({1, 1, 4, 4, 4}).in({1, 2, 2, 2, 3}).out({1, 1, 2, 2, 2});
  EXPECT_EQ(units(cost_of(GridSample{}, node), Unit::mul), 8U * 7);
}

TEST(RoiPool, averages_samples_of_each_cell) {
  Node node;
  node.in({1, 3, 10, 10}).in({2, 4}).out({2, 3, 5, 5});
  const RoiPool op{.height = 5, .width = 5, .samples = 2};
  EXPECT_EQ(shape_of(op, node), (Shape{2, 3, 5, 5}));
  const Cost cost = cost_of(op, node);
  const uint64_t cells = 2 * 3 * 5 * 5;
  EXPECT_EQ(units(cost, Unit::mul), cells * 4 * 3);
  EXPECT_EQ(units(cost, Unit::add), cells * (4 * 6 + 3));
  EXPECT_EQ(units(cost, Unit::div), cells);
}

TEST(RoiPool, with_samples_by_the_size_of_its_boxes_is_unknown) {
  Node node;
  node.in({1, 3, 10, 10}).in({2, 4}).out({2, 3, 5, 5});
  EXPECT_EQ(known(count(RoiPool{.height = 5, .width = 5}, node.operands())), nullptr);
}

TEST(Unpool, inverts_the_size_of_its_window) {
  Node node;
  node.in({1, 1, 2, 2}).in({1, 1, 2, 2}, DType::i64);
  const Unpool op{.window = {.axes = {{.kernel = 2, .stride = 2}, {.kernel = 3, .stride = 2}}}};
  EXPECT_EQ(shape_of(op, node), (Shape{1, 1, (2 - 1) * 2 + 2, (2 - 1) * 2 + 3}));
}

TEST(ColumnsToImage, adds_every_element_of_every_block) {
  Node node;
  node.in({1, 5, 5}).in_values({5, 5}).in_values({1, 5});
  EXPECT_EQ(shape_of(ColumnsToImage{}, node), (Shape{1, 1, 5, 5}));
  EXPECT_EQ(units(cost_of(ColumnsToImage{}, node), Unit::add), 5U * 5);
}

TEST(DeformConv, blends_its_taps_and_then_convolves) {
  Node node;
  node.in({1, 1, 3, 3}).in({1, 1, 2, 2}).in({1, 8, 2, 2}).in({1}).in({1, 4, 2, 2}).out({1, 1, 2, 2});
  const DeformConv op{.window = {.axes = {Axis{}, Axis{}}}};
  EXPECT_EQ(shape_of(op, node), (Shape{1, 1, 2, 2}));
  const Cost cost = cost_of(op, node);
  const uint64_t samples = 4 * 4;
  EXPECT_EQ(macs(cost), 4U * 4);
  EXPECT_EQ(units(cost, Unit::mul), samples * 3 + samples);  // blends, masks
  EXPECT_EQ(units(cost, Unit::add), samples * 6);
  EXPECT_EQ(units(cost, Unit::add, Part::bias), 4U);
}

TEST(AffineGrid, maps_each_point_by_a_matrix) {
  Node node;
  node.in({2, 2, 3}).in_values({2, 3, 5, 6}).out({2, 5, 6, 2});
  EXPECT_EQ(shape_of(AffineGrid{}, node), (Shape{2, 5, 6, 2}));
  EXPECT_EQ(macs(cost_of(AffineGrid{}, node)), 2U * 5 * 6 * 2 * 3);
}

TEST(Determinant, takes_two_thirds_of_a_cube) {
  Node node;
  node.in({5, 3, 3});
  EXPECT_EQ(shape_of(Determinant{}, node), Shape{5});
  const Cost cost = cost_of(Determinant{}, node);
  EXPECT_EQ(units(cost, Unit::mul) + units(cost, Unit::add), 5U * (2 * 3 * 3 * 3 / 3));
  EXPECT_EQ(cost.work[0].certainty, Certainty::model);
}

TEST(WarpImages, reads_each_image_by_its_projection) {
  Node node;
  node.in({2, 8, 8, 3}).in({2, 8}).absent().in_values({4, 5}).out({2, 4, 5, 3});
  EXPECT_EQ(shape_of(WarpImages{}, node), (Shape{2, 4, 5, 3}));
  const Cost cost = cost_of(WarpImages{}, node);
  EXPECT_EQ(units(cost, Unit::mul), 2U * 4 * 5 * 3 * 3);
  EXPECT_EQ(units(cost, Unit::add), 2U * 4 * 5 * 3 * 6);
  EXPECT_EQ(macs(cost), 0U);
  EXPECT_TRUE(cost_of(WarpImages{ResizeFn::nearest}, node).work.empty());
}

TEST(WarpImages, uses_one_projection_for_all_images) {
  EXPECT_EQ(shape_of(WarpImages{}, Node().in({2, 8, 8, 3}).in({1, 8}).absent().in_values({8, 8})), (Shape{2, 8, 8, 3}));
  why_unknown(WarpImages{}, Node().in({3, 8, 8, 3}).in({2, 8}).absent().in_values({8, 8}));
}

TEST(WarpImages, gives_as_many_images_as_there_are_boxes) {
  Node node;
  node.in({2, 8, 8, 3}).in({7, 4}).in({7}, DType::i32).in_values({4, 5});
  EXPECT_EQ(shape_of(WarpImages{}, node), (Shape{7, 4, 5, 3}));
}

}  // namespace
}  // namespace flopstat::test

#include <gtest/gtest.h>

#include <limits>

#include "support/operands.h"

namespace flopstat::test {
namespace {

/// A constant operand of scales.
Node& in_scales(Node& node, const Elements& scales) {
  return node.in_elements({static_cast<int64_t>(scales.size())}, scales, DType::f32);
}

TEST(Resize, takes_sizes_for_the_named_axes) {
  Node node;
  node.in({1, 13, 13, 256}).in_values({26, 39});
  EXPECT_EQ(shape_of(Resize{.axes = {1, -2}}, node), (Shape{1, 26, 39, 256}));
}

TEST(Resize, takes_sizes_for_all_axes) {
  Node node;
  node.in({1, 256, 13, 13}).in_values({1, 256, 26, 26}, DType::i64);
  EXPECT_EQ(shape_of(Resize{}, node), (Shape{1, 256, 26, 26}));
}

TEST(Resize, scales_round_down) {
  Node node;
  node.in({1, 3, 5, 100}).absent();
  in_scales(node, {1.0, 1.0, 1.5, double{0.35F}});
  EXPECT_EQ(shape_of(Resize{}, node), (Shape{1, 3, 7, 35}));  // floor(7.5); 100 * 0.35 is 35 in f32
}

TEST(Resize, empty_sizes_are_no_sizes) {
  Node node;
  node.in({1, 3, 4, 4}).in_values({}, DType::i64);
  in_scales(node, {1.0, 1.0, 2.0, 2.0});
  EXPECT_EQ(shape_of(Resize{}, node), (Shape{1, 3, 8, 8}));
}

TEST(Resize, with_sizes_that_cannot_be_used_is_unknown) {
  Node computed;
  computed.in({1, 4, 4, 1}).in({2}, DType::i32);
  EXPECT_NE(why_unknown(Resize{.axes = {1, 2}}, computed).find("depend on input data"), std::string::npos);
  Node few;
  few.in({1, 4, 4, 1}).in_values({8});
  EXPECT_NE(why_unknown(Resize{.axes = {1, 2}}, few).find("1 sizes or scales for 2 axes"), std::string::npos);
  Node negative;
  negative.in({1, 4, 4, 1}).in_values({-1, 8});
  EXPECT_NE(why_unknown(Resize{.axes = {1, 2}}, negative).find("out of range"), std::string::npos);
  Node neither;
  neither.in({1, 4, 4, 1});
  EXPECT_NE(why_unknown(Resize{}, neither).find("neither sizes nor scales"), std::string::npos);
  Node outside;
  outside.in({4}).in_values({8});
  EXPECT_FALSE(why_unknown(Resize{.axes = {1}}, outside).empty());
}

TEST(Resize, by_scales_that_are_no_numbers_is_unknown) {
  for (const double scale : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), -1.0}) {
    Node node;
    node.in({4}).absent();
    in_scales(node, {scale});
    EXPECT_NE(why_unknown(Resize{}, node).find("axis 0 depends on input data or is out of range"), std::string::npos);
  }
}

Cost cost_to_26(ResizeFn fn, Shape x) {
  Node node;
  node.in(std::move(x)).in_values({26, 26}).out({1, 26, 26, 8});
  return cost_of(Resize{.fn = fn, .axes = {1, 2}}, node);
}

TEST(Resize, nearest_copies) { EXPECT_TRUE(cost_to_26(ResizeFn::nearest, {1, 13, 13, 8}).work.empty()); }

TEST(Resize, bilinear_is_three_blends_per_output) {
  const Cost cost = cost_to_26(ResizeFn::linear, {1, 13, 13, 8});
  EXPECT_EQ(units(cost, Unit::mul), 26U * 26 * 8 * 3);
  EXPECT_EQ(units(cost, Unit::add), 26U * 26 * 8 * 3 * 2);
}

TEST(Resize, axes_that_keep_their_size_are_not_blended) {
  const Cost one = cost_to_26(ResizeFn::linear, {1, 26, 13, 8});
  EXPECT_EQ(units(one, Unit::mul), 26U * 26 * 8);
  EXPECT_TRUE(cost_to_26(ResizeFn::linear, {1, 26, 26, 8}).work.empty());
}

TEST(Resize, bicubic_is_four_filters_across_and_one_along) {
  const Cost cost = cost_to_26(ResizeFn::cubic, {1, 13, 13, 8});
  EXPECT_EQ(units(cost, Unit::mul), 26U * 26 * 8 * (4 + 1) * 4);
  EXPECT_EQ(units(cost, Unit::add), 26U * 26 * 8 * (4 + 1) * 3);
}

TEST(Resize, quantized_is_rescaled_only_if_the_scales_differ) {
  constexpr Quantization other{.scales = 1, .scale = 0.25F, .zero_point = 3, .asymmetric = true};
  Node node;
  node.in({1, 2, 2, 1}, DType::i8, kQuantized).in_values({4, 4}).out({1, 4, 4, 1}, DType::i8, other);
  EXPECT_EQ(all_units(cost_of(Resize{.axes = {1, 2}}, node), Part::requantize), 16U * (1 + 5));
  Node same;
  same.in({1, 2, 2, 1}, DType::i8, kQuantized).in_values({4, 4}).out({1, 4, 4, 1}, DType::i8, kQuantized);
  EXPECT_TRUE(cost_of(Resize{.axes = {1, 2}}, same).work.empty());
}

TEST(Resize, sizes_are_shapes) {
  EXPECT_EQ(role(Resize{}, 0), Role::data);
  EXPECT_EQ(role(Resize{}, 1), Role::shape);
  EXPECT_EQ(role(Resize{}, 2), Role::shape);
}

}  // namespace
}  // namespace flopstat::test

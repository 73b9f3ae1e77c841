#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "ops/ops.h"
#include "support/operands.h"

namespace flopstat::test {
namespace {

constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();
constexpr int64_t kHighest = std::numeric_limits<int64_t>::max();

TEST(Reshape, minus_one_is_what_remains) {
  EXPECT_EQ(shape_of(Reshape{}, Node().in({2, 3, 4}).in_values({4, -1})), (Shape{4, 2 * 3 * 4 / 4}));
}
TEST(Reshape, an_empty_target_is_a_scalar) { EXPECT_EQ(shape_of(Reshape{}, Node().in({1, 1}).in_values({})), Shape{}); }
TEST(Reshape, zero_copies_the_size_of_the_operand) {
  EXPECT_EQ(shape_of(Reshape{}, Node().in({2, 3, 4}).in_values({0, -1})), (Shape{2, 12}));
}
TEST(Reshape, zero_may_be_a_size_of_zero) {
  EXPECT_EQ(shape_of(Reshape{.zero_is_zero = true}, Node().in({5, 0}).in_values({0, 7})), (Shape{0, 7}));
}
TEST(Reshape, zero_beyond_the_operands_axes_is_unknown) {
  EXPECT_NE(why_unknown(Reshape{}, Node().in({6}).in_values({6, 0})).find("axis 1"), std::string::npos);
}
TEST(Reshape, one_unknown_size_follows_from_the_element_count) {
  EXPECT_EQ(shape_of(Reshape{}, Node().in({2, 3, 4}).in_elements({3}, {int64_t{4}, {}, int64_t{3}})), (Shape{4, 2, 3}));
}
TEST(Reshape, the_only_size_needs_not_be_known) {
  EXPECT_EQ(shape_of(Reshape{}, Node().in({2, 3}).in({1}, DType::i32)), (Shape{6}));
}
TEST(Reshape, an_unknown_size_beside_minus_one_stays_unknown) {
  EXPECT_NE(why_unknown(Reshape{}, Node().in({2, 3}).in_elements({2}, {{}, int64_t{-1}})).find("depends on input data"),
            std::string::npos);
}
TEST(Reshape, two_unknown_sizes_stay_unknown) {
  EXPECT_NE(why_unknown(Reshape{}, Node().in({2, 3}).in({2}, DType::i64)).find("target shape"), std::string::npos);
}
TEST(Reshape, sizes_that_do_not_fit_are_unknown) {
  EXPECT_NE(why_unknown(Reshape{}, Node().in({2, 3}).in_values({4, -1})).find("does not fill"), std::string::npos);
  EXPECT_NE(why_unknown(Reshape{}, Node().in({2, 3}).in_values({7})).find("does not fill"), std::string::npos);
  why_unknown(Reshape{.zero_is_zero = true}, Node().in({0, 3}).in_values({0, -1}));
}
TEST(Reshape, absurd_sizes_are_unknown) {
  why_unknown(Reshape{}, Node().in({2, 3}).in_values({kHighest, kHighest}, DType::i64));
  why_unknown(Reshape{}, Node().in({2, 3}).in_values({kLowest, -1}, DType::i64));
  why_unknown(Reshape{}, Node().in({kMaxDim, kMaxDim}).in_values({-1}));
  why_unknown(Reshape{}, Node().in({1}).in({kMaxDim}, DType::i64));
  why_unknown(Reshape{}, Node().in({1}));
}
TEST(Reshape, carries_elements_and_their_type) {
  const Node node = std::move(Node().in_values({1, 2, 3, 4}, DType::i64).in_values({2, 2}));
  EXPECT_EQ(integers_inferred(Reshape{}, node), (std::vector<int64_t>{1, 2, 3, 4}));
  EXPECT_EQ(values_of(Reshape{}, node).front().dtype, DType::i64);
}
TEST(Reshape, moves_and_computes_nothing) {
  const Cost cost = cost_of(Reshape{}, Node().in({2, 3}).in_values({6}).out({6}));
  EXPECT_TRUE(cost.work.empty());
  EXPECT_EQ(cost.read_bytes, Count{0});
  EXPECT_EQ(cost.written_bytes, Count{0});
}
TEST(Reshape, the_target_is_a_shape) {
  EXPECT_EQ(role(Reshape{}, 0), Role::data);
  EXPECT_EQ(role(Reshape{}, 1), Role::shape);
}

TEST(Squeeze, drops_all_axes_of_size_one_unless_told_which) {
  EXPECT_EQ(shape_of(Squeeze{}, Node().in({1, 3, 1, 5})), (Shape{3, 5}));
  EXPECT_EQ(shape_of(Squeeze{}, Node().in({1, 3, 1, 5}).in_values({-2})), (Shape{1, 3, 5}));
}
TEST(Squeeze, axes_that_cannot_go_are_unknown) {
  EXPECT_NE(why_unknown(Squeeze{}, Node().in({1, 3}).in_values({1})).find("not 1"), std::string::npos);
  why_unknown(Squeeze{}, Node().in({1, 3}).in_values({2}));
  why_unknown(Squeeze{}, Node().in({1, 3}).in_values({0, -2}));
  EXPECT_NE(why_unknown(Squeeze{}, Node().in({1, 3}).in({1}, DType::i64)).find("depends on"), std::string::npos);
}

TEST(Unsqueeze, axes_are_places_of_the_result) {
  EXPECT_EQ(shape_of(Unsqueeze{}, Node().in({3, 5}).in_values({0, 3})), (Shape{1, 3, 5, 1}));
  EXPECT_EQ(shape_of(Unsqueeze{}, Node().in({3, 5}).in_values({-1})), (Shape{3, 5, 1}));
  EXPECT_EQ(shape_of(Unsqueeze{}, Node().in({3, 5}).in_scalar(1)), (Shape{3, 1, 5}));
}
TEST(Unsqueeze, an_axis_twice_or_beyond_the_result_is_unknown) {
  why_unknown(Unsqueeze{}, Node().in({3}).in_values({0, -3}));
  why_unknown(Unsqueeze{}, Node().in({3}).in_values({2}));
  why_unknown(Unsqueeze{}, Node().in({3}).in_values({kLowest}, DType::i64));
}
TEST(Unsqueeze, a_scalar_size_becomes_a_list) {
  EXPECT_EQ(integers_inferred(Unsqueeze{}, Node().in_scalar(7).in_values({0})), (std::vector<int64_t>{7}));
}

TEST(Flatten, splits_the_axes_in_two_groups) {
  EXPECT_EQ(shape_of(Flatten{}, Node().in({2, 3, 4})), (Shape{2, 12}));
  EXPECT_EQ(shape_of(Flatten{.axis = -1}, Node().in({2, 3, 4})), (Shape{6, 4}));
}
TEST(Flatten, a_group_without_axes_has_one_element) {
  EXPECT_EQ(shape_of(Flatten{.axis = 0}, Node().in({2, 3})), (Shape{1, 6}));
  EXPECT_EQ(shape_of(Flatten{.axis = 2}, Node().in({2, 3})), (Shape{6, 1}));
  EXPECT_EQ(shape_of(Flatten{.axis = 0}, Node().in({})), (Shape{1, 1}));
}
TEST(Flatten, an_axis_beyond_the_operand_is_unknown) {
  why_unknown(Flatten{.axis = 3}, Node().in({2, 3}));
  why_unknown(Flatten{.axis = kLowest}, Node().in({2, 3}));
}

TEST(Identity, gives_every_operand_back) {
  const std::vector<Value> values = values_of(Identity{}, Node().in({2, 3}, DType::f16).in_scalar(4));
  ASSERT_EQ(values.size(), 2);
  EXPECT_EQ(values[0].shape, (Shape{2, 3}));
  EXPECT_EQ(values[0].dtype, DType::f16);
  EXPECT_EQ(values[0].elements, nullptr);
  EXPECT_EQ(*values[1].elements, (Elements{int64_t{4}}));
}

TEST(View, only_what_keeps_the_memory_is_one) {
  EXPECT_TRUE(is_view(Reshape{}));
  EXPECT_TRUE(is_view(Squeeze{}));
  EXPECT_TRUE(is_view(Unsqueeze{}));
  EXPECT_TRUE(is_view(Flatten{}));
  EXPECT_TRUE(is_view(Identity{}));
  EXPECT_TRUE(is_view(Bitcast{}));
  EXPECT_FALSE(is_view(Unary{.fn = UnaryFn::identity}));
  EXPECT_FALSE(is_view(Transpose{}));
  EXPECT_FALSE(is_view(Cast{}));
}

}  // namespace
}  // namespace flopstat::test

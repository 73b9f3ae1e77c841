#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "ops/ops.h"
#include "support/operands.h"

namespace flopstat::test {
namespace {

constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();
constexpr int64_t kHighest = std::numeric_limits<int64_t>::max();

Node range(int64_t start, int64_t limit, int64_t delta) {
  return std::move(Node().in_scalar(start, DType::i64).in_scalar(limit, DType::i64).in_scalar(delta, DType::i64));
}
Node real_range(double start, double limit, double delta, DType dtype = DType::f32) {
  return std::move(
      Node().in_elements({}, {start}, dtype).in_elements({}, {limit}, dtype).in_elements({}, {delta}, dtype));
}

TEST(ShapeOf, gives_the_sizes_as_elements) {
  EXPECT_EQ(integers_inferred(ShapeOf{}, Node().in({2, 3, 4})), (std::vector<int64_t>{2, 3, 4}));
  EXPECT_EQ(values_of(ShapeOf{.to = DType::i32}, Node().in({2})).front().dtype, DType::i32);
}
TEST(ShapeOf, bounds_are_cut_to_the_axes_there_are) {
  const Node node = std::move(Node().in({2, 3, 4}));
  EXPECT_EQ(integers_inferred(ShapeOf{.start = -2}, node), (std::vector<int64_t>{3, 4}));
  EXPECT_EQ(integers_inferred(ShapeOf{.start = 1, .end = -1}, node), (std::vector<int64_t>{3}));
  EXPECT_EQ(integers_inferred(ShapeOf{.start = kLowest, .end = kHighest}, node), (std::vector<int64_t>{2, 3, 4}));
  EXPECT_EQ(shape_of(ShapeOf{.start = 2, .end = 1}, node), (Shape{0}));
}
TEST(ShapeOf, a_scalar_has_no_sizes) { EXPECT_EQ(shape_of(ShapeOf{}, Node().in({})), (Shape{0})); }
TEST(ShapeOf, neither_reads_nor_writes) {
  const Cost cost = cost_of(ShapeOf{}, Node().in({2, 3}).out({2}, DType::i64));
  EXPECT_EQ(cost.read_bytes, Count{0});
  EXPECT_EQ(cost.written_bytes, Count{0});
}

TEST(SizeOf, counts_axes_or_elements) {
  EXPECT_EQ(integers_inferred(SizeOf{.what = SizeOf::What::axes}, Node().in({2, 3, 4})), (std::vector<int64_t>{3}));
  EXPECT_EQ(integers_inferred(SizeOf{}, Node().in({2, 3, 4})), (std::vector<int64_t>{2 * 3 * 4}));
  EXPECT_EQ(shape_of(SizeOf{}, Node().in({2, 3, 4})), Shape{});
}
TEST(SizeOf, more_elements_than_64_bits_count_are_unknown) {
  why_unknown(SizeOf{}, Node().in({kMaxDim, kMaxDim}));
  EXPECT_EQ(integers_inferred(SizeOf{}, Node().in({kMaxDim, kMaxDim, 0})), (std::vector<int64_t>{0}));
}

TEST(Fill, repeats_its_value) {
  const Node node = std::move(Node().in_values({2, 2}).in_scalar(7, DType::i64));
  EXPECT_EQ(shape_of(Fill{}, node), (Shape{2, 2}));
  EXPECT_EQ(integers_inferred(Fill{}, node), (std::vector<int64_t>{7, 7, 7, 7}));
  EXPECT_EQ(values_of(Fill{.to = DType::f32}, node).front().dtype, DType::i64);
}
TEST(Fill, without_a_value_gives_zeros_of_its_type) {
  const std::vector<Value> values = values_of(Fill{.to = DType::f32}, Node().in_values({2}));
  EXPECT_EQ(values.front().dtype, DType::f32);
  EXPECT_EQ(*values.front().elements, (Elements{0.0, 0.0}));
}
TEST(Fill, a_value_that_is_not_known_still_has_a_shape) {
  const std::vector<Value> values = values_of(Fill{}, Node().in_values({2, 3}).in({}, DType::f16));
  EXPECT_EQ(first_shape(values), (Shape{2, 3}));
  EXPECT_EQ(values.front().dtype, DType::f16);
  EXPECT_EQ(values.front().elements, nullptr);
}
TEST(Fill, of_many_elements_carries_none) {
  EXPECT_EQ(values_of(Fill{}, Node().in_values({kMaxDim, kMaxDim}, DType::i64)).front().elements, nullptr);
}
TEST(Fill, an_empty_shape_is_a_scalar) { EXPECT_EQ(shape_of(Fill{}, Node().in_values({})), Shape{}); }
TEST(Fill, sizes_that_are_no_sizes_are_unknown) {
  why_unknown(Fill{}, Node().in_values({2, -1}));
  why_unknown(Fill{}, Node().in_values({kHighest}, DType::i64));
  why_unknown(Fill{}, Node().in_elements({1}, {2.5}, DType::f32));
  EXPECT_NE(why_unknown(Fill{}, Node().in_elements({2}, {int64_t{2}, {}})).find("depends on input data"),
            std::string::npos);
}

TEST(ZerosLike, has_the_shape_and_type_of_its_operand_and_reads_none_of_it) {
  const std::vector<Value> values = values_of(ZerosLike{}, Node().in({2, 3}, DType::i8));
  EXPECT_EQ(first_shape(values), (Shape{2, 3}));
  EXPECT_EQ(first_integers(values), (std::vector<int64_t>{0, 0, 0, 0, 0, 0}));
  const Cost cost = cost_of(ZerosLike{}, Node().in({2, 3}).out({2, 3}));
  EXPECT_EQ(cost.read_bytes, Count{0});
  EXPECT_FALSE(cost.written_bytes);
}

TEST(Range, ends_before_its_limit) {
  EXPECT_EQ(integers_inferred(Range{}, range(2, 9, 3)), (std::vector<int64_t>{2, 5, 8}));
  EXPECT_EQ(integers_inferred(Range{}, range(2, 8, 3)), (std::vector<int64_t>{2, 5}));
  EXPECT_EQ(integers_inferred(Range{}, range(5, 0, -2)), (std::vector<int64_t>{5, 3, 1}));
}
TEST(Range, that_leads_away_from_its_limit_is_empty) {
  EXPECT_EQ(shape_of(Range{}, range(0, 5, -1)), (Shape{0}));
  EXPECT_EQ(shape_of(Range{}, range(5, 5, 1)), (Shape{0}));
}
TEST(Range, over_all_of_64_bits_does_not_overflow) {
  constexpr int64_t kQuarter = int64_t{1} << 62;
  EXPECT_EQ(integers_inferred(Range{}, range(kLowest, kHighest, kQuarter)),
            (std::vector<int64_t>{kLowest, kLowest + kQuarter, 0, kQuarter}));
  EXPECT_EQ(integers_inferred(Range{}, range(kHighest, kLowest, kLowest)), (std::vector<int64_t>{kHighest, -1}));
  why_unknown(Range{}, range(kLowest, kHighest, 1));
  why_unknown(Range{}, range(0, 5, 0));
}
TEST(Range, of_many_numbers_has_a_shape_and_no_elements) {
  const std::vector<Value> values = values_of(Range{}, range(0, 1'000'000, 1));
  EXPECT_EQ(first_shape(values), (Shape{1'000'000}));
  EXPECT_EQ(values.front().elements, nullptr);
}
TEST(Range, of_real_numbers_rounds_its_size_up) {
  const std::vector<Value> values = values_of(Range{}, real_range(0, 1, 0.375));
  EXPECT_EQ(*values.front().elements, (Elements{0.0, 0.375, 0.75}));
}
TEST(Range, of_floats_is_divided_as_floats) {
  // The floats nearest to 0.3 and 0.1 have the quotient 3.00000007, whose nearest float is 3.
  EXPECT_EQ(shape_of(Range{}, real_range(0, 0.3F, 0.1F)), (Shape{3}));
  EXPECT_EQ(shape_of(Range{}, real_range(0, 0.3F, 0.1F, DType::f64)), (Shape{4}));
}
TEST(Range, of_real_numbers_without_an_end_is_unknown) {
  why_unknown(Range{}, real_range(0, 1, 0));
  why_unknown(Range{}, real_range(0, 0, 0));
  why_unknown(Range{}, real_range(0, std::numeric_limits<double>::infinity(), 1));
  why_unknown(Range{}, real_range(0, 1e300, 1, DType::f64));
}
TEST(Range, bounds_from_input_data_are_unknown) {
  EXPECT_NE(why_unknown(Range{}, Node().in_scalar(0).in({}, DType::i32).in_scalar(1)).find("limit"), std::string::npos);
}

TEST(Random, has_the_shape_asked_for_and_unknown_elements) {
  const std::vector<Value> values = values_of(Random{.to = DType::f64}, Node().in_values({2, 3}));
  EXPECT_EQ(first_shape(values), (Shape{2, 3}));
  EXPECT_EQ(values.front().dtype, DType::f64);
  EXPECT_EQ(values.front().elements, nullptr);
}

TEST(OneHot, adds_an_axis_of_the_depth) {
  const auto node = [] { return std::move(Node().in({2, 3}, DType::i64).in_scalar(10).in({}).in({})); };
  EXPECT_EQ(shape_of(OneHot{}, node()), (Shape{2, 3, 10}));
  EXPECT_EQ(shape_of(OneHot{.axis = 0}, node()), (Shape{10, 2, 3}));
  EXPECT_EQ(shape_of(OneHot{.axis = -2}, node()), (Shape{2, 10, 3}));
  EXPECT_EQ(values_of(OneHot{}, node()).front().dtype, DType::f32);
}
TEST(OneHot, a_depth_or_axis_that_does_not_fit_is_unknown) {
  why_unknown(OneHot{}, Node().in({2}, DType::i64).in_scalar(-1).in({}).in({}));
  why_unknown(OneHot{.axis = 2}, Node().in({2}, DType::i64).in_scalar(4).in({}).in({}));
  EXPECT_NE(why_unknown(OneHot{}, Node().in({2}).in({}, DType::i64).in({}).in({})).find("depth"), std::string::npos);
}

TEST(BroadcastShapes, stretches_axes_of_size_one) {
  EXPECT_EQ(integers_inferred(BroadcastShapes{}, Node().in_values({4, 1, 3}).in_values({5, 1})),
            (std::vector<int64_t>{4, 5, 3}));
}
TEST(BroadcastShapes, a_known_size_above_one_decides_for_an_unknown_one) {
  const std::vector<Value> values =
      values_of(BroadcastShapes{}, Node().in_elements({3}, {{}, {}, {}}).in_values({4, 1}, DType::i64));
  EXPECT_EQ(*values.front().elements, (Elements{{}, int64_t{4}, {}}));
}
TEST(BroadcastShapes, sizes_that_differ_are_unknown) {
  EXPECT_NE(why_unknown(BroadcastShapes{}, Node().in_values({2, 3}).in_values({2})).find("axis 1"), std::string::npos);
}

TEST(RandomBits, keep_the_state_and_fill_the_shape) {
  const std::vector<Value> values = values_of(RandomBits{DType::u32}, Node().in({2}, DType::u64).in_values({3, 4}));
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values[0].shape, (Shape{2}));
  EXPECT_EQ(values[1].shape, (Shape{3, 4}));
  EXPECT_EQ(values[1].dtype, DType::u32);
}

TEST(Multinomial, draws_classes_by_their_running_sum) {
  Node node;
  node.in({2, 8}).in_scalar(3).out({2, 3}, DType::i64);
  EXPECT_EQ(shape_of(Multinomial{}, node), (Shape{2, 3}));
  const Cost cost = cost_of(Multinomial{}, node);
  EXPECT_EQ(units(cost, Unit::transcendental), 2u * 8);
  EXPECT_EQ(units(cost, Unit::add), 2u * (8 + 7));            // differences, running sum
  EXPECT_EQ(units(cost, Unit::compare), 2u * 7 + 2 * 3 * 3);  // the largest; 3 halvings of 8 per sample
  why_unknown(Multinomial{}, Node().in({2, 8}).in({}, DType::i32));
  why_unknown(Multinomial{}, Node().in({8}).in_scalar(3));
  why_unknown(Multinomial{}, Node().in({2, 8}).in_scalar(-3));
}

TEST(Iota, counts_along_one_axis) {
  EXPECT_EQ(integers_inferred(Iota{.axis = 0}, Node().in_values({2, 3})), (std::vector<int64_t>{0, 0, 0, 1, 1, 1}));
  EXPECT_EQ(integers_inferred(Iota{.axis = 1}, Node().in_values({2, 3})), (std::vector<int64_t>{0, 1, 2, 0, 1, 2}));
  why_unknown(Iota{.axis = 2}, Node().in_values({2, 3}));
  why_unknown(Iota{}, Node().absent());
}

}  // namespace
}  // namespace flopstat::test

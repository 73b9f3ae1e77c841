#include <gtest/gtest.h>

#include "ops/ops.h"
#include "support/operands.h"

namespace flopstat::test {
namespace {

TEST(SegmentReduce, sorted_ids_tell_how_many_segments_there_are) {
  EXPECT_EQ(shape_of(SegmentReduce{}, Node().in({6, 4}).in_values({0, 0, 1, 1, 1, 4})), (Shape{5, 4}));
  EXPECT_NE(why_unknown(SegmentReduce{}, Node().in({6, 4}).in({6}, DType::i32)).find("depends on input data"),
            std::string::npos);
}
TEST(SegmentReduce, ids_take_the_axes_that_they_have) {
  EXPECT_EQ(shape_of(SegmentReduce{}, Node().in({6, 4}).in({6}, DType::i32).in_scalar(3)), (Shape{3, 4}));
  EXPECT_EQ(shape_of(SegmentReduce{}, Node().in({6, 4}).in({6, 4}, DType::i32).in_scalar(3)), (Shape{3}));
  why_unknown(SegmentReduce{}, Node().in({6, 4}).in({5}, DType::i32).in_scalar(3));
  why_unknown(SegmentReduce{}, Node().in({6}).in({6, 1}, DType::i32).in_scalar(3));
  why_unknown(SegmentReduce{}, Node().in({6}).in({6}, DType::i32).in_scalar(-1));
}
TEST(SegmentReduce, combines_each_element_once) {
  Node node;
  node.in({6, 4}).in({6}, DType::i32).in_scalar(3).out({3, 4});
  EXPECT_EQ(units(cost_of(SegmentReduce{ReduceFn::sum}, node), Unit::add), 6u * 4);
  EXPECT_EQ(units(cost_of(SegmentReduce{ReduceFn::prod}, node), Unit::mul), 6u * 4);
  EXPECT_EQ(units(cost_of(SegmentReduce{ReduceFn::max}, node), Unit::compare), 6u * 4);
  EXPECT_EQ(units(cost_of(SegmentReduce{ReduceFn::min}, node), Unit::compare), 6u * 4);
}
TEST(SegmentReduce, its_operands_are_data_indices_and_a_number) {
  EXPECT_EQ(role(SegmentReduce{}, 0), Role::data);
  EXPECT_EQ(role(SegmentReduce{}, 1), Role::index);
  EXPECT_EQ(role(SegmentReduce{}, 2), Role::shape);
}

/// 6 ids in 3 bags, a table of 10 rows of 8.
Node bag() {
  Node node;
  node.in({6}, DType::i32).in({6, 2}, DType::i32).in_values({3, 4}).in({6}).weight({10, 8}).out({3, 8});
  return node;
}

TEST(EmbeddingBag, has_a_row_per_bag) {
  EXPECT_EQ(shape_of(EmbeddingBag{}, bag()), (Shape{3, 8}));
  Node deep;
  deep.in({6}, DType::i32).in({6, 3}, DType::i32).in_values({2, 3, 4}).in({6}).weight({10, 8, 5});
  EXPECT_EQ(shape_of(EmbeddingBag{}, deep), (Shape{2, 3, 8, 5}));
}
TEST(EmbeddingBag, weighs_and_adds_a_row_per_id) {
  const Cost sum = cost_of(EmbeddingBag{}, bag());
  EXPECT_EQ(units(sum, Unit::mul), 6u * 8);
  EXPECT_EQ(units(sum, Unit::add), 6u * 8);
  EXPECT_EQ(units(sum, Unit::div), 0u);
}
TEST(EmbeddingBag, a_mean_divides_by_the_weights) {
  const Cost mean = cost_of(EmbeddingBag{EmbeddingBag::Combine::mean}, bag());
  EXPECT_EQ(units(mean, Unit::add), 6u * 8 + 6);
  EXPECT_EQ(units(mean, Unit::div), 3u * 8);
  const Cost root = cost_of(EmbeddingBag{EmbeddingBag::Combine::root_mean_square}, bag());
  EXPECT_EQ(units(root, Unit::mul), 6u * 8 + 6);
  EXPECT_EQ(units(root, Unit::transcendental), 3u);  // one root per bag
}
TEST(EmbeddingBag, reads_the_rows_of_its_ids) {
  // 6 rows of 8 floats, 6 ids, 6 x 2 places, 2 sizes, 6 weights: 4 bytes each.
  EXPECT_EQ(cost_of(EmbeddingBag{}, bag()).read_bytes->value(), 4u * (6 * 8 + 6 + 12 + 2 + 6));
}

}  // namespace
}  // namespace flopstat::test

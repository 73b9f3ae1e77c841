#include <gtest/gtest.h>

#include "ops/ops.h"
#include "support/operands.h"

namespace flopstat::test {
namespace {

TEST(Sort, keeps_shapes_and_types) {
  const std::vector<Value> values = values_of(Sort{.axis = 1}, Node().in({3, 10}).in({3, 10}, DType::i32));
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values[1].shape, (Shape{3, 10}));
  EXPECT_EQ(values[1].dtype, DType::i32);
  why_unknown(Sort{.axis = 2}, Node().in({3, 10}));
  why_unknown(Sort{.axis = 0}, Node().in({3, 10}).in({3}));
}
TEST(Sort, compares_n_log_n_at_most) {
  const Cost cost = cost_of(Sort{.axis = 1}, Node().in({3, 10}).out({3, 10}));
  EXPECT_EQ(units(cost, Unit::compare), 3u * 10 * 4);  // 2^4 is the first power of two from 10 on
  EXPECT_EQ(cost.work[0].certainty, Certainty::bound);
  EXPECT_TRUE(cost_of(Sort{.axis = 1}, Node().in({3, 1}).out({3, 1})).work.empty());
}

TEST(Unique, of_a_constant_is_known) {
  const std::vector<Value> values = values_of(Unique{DType::i32}, Node().in_values({5, 2, 5, 5, 9}));
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values[0].shape, (Shape{3}));
  EXPECT_EQ(values[1].shape, (Shape{5}));
  EXPECT_EQ(values[1].dtype, DType::i32);
}
TEST(Unique, of_data_is_known_only_while_running) {
  EXPECT_NE(why_unknown(Unique{}, Node().in({10})).find("depends on input data"), std::string::npos);
}
TEST(Unique, compares_n_log_n_at_most) {
  EXPECT_EQ(units(cost_of(Unique{}, Node().in({10}).out({7}).out({10}, DType::i32)), Unit::compare), 10u * 4);
}

TEST(Bucketize, halves_the_boundaries_for_each_element) {
  Node node;
  node.in({2, 5}).out({2, 5}, DType::i32);
  EXPECT_EQ(shape_of(Bucketize{3}, node), (Shape{2, 5}));
  EXPECT_EQ(units(cost_of(Bucketize{3}, node), Unit::compare), 10u * 2);  // 4 places
  EXPECT_EQ(units(cost_of(Bucketize{4}, node), Unit::compare), 10u * 3);  // 5 places
  EXPECT_TRUE(cost_of(Bucketize{0}, node).work.empty());
}

}  // namespace
}  // namespace flopstat::test

#include <gtest/gtest.h>

#include <cstdint>

#include "ops/ops.h"
#include "support/operands.h"

namespace flopstat::test {
namespace {

using Integers = std::vector<int64_t>;

TEST(ScatterNd, has_the_shape_asked_for) {
  EXPECT_EQ(shape_of(ScatterNd{}, Node().in({5, 1}, DType::i32).in({5, 4}).in_values({8, 4})), (Shape{8, 4}));
}
TEST(ScatterNd, adds_each_update) {
  Node node;
  node.in({5, 1}, DType::i32).in({5, 4}).in_values({8, 4}).out({8, 4});
  const Cost cost = cost_of(ScatterNd{}, node);
  EXPECT_EQ(units(cost, Unit::add, DType::f32), 5 * 4);
  EXPECT_EQ(all_units(cost, Part::core), 5 * 4);
}
TEST(ScatterNd, of_booleans_is_no_work) {
  Node node;
  node.in({5, 1}, DType::i32).in({5}, DType::boolean).in_values({8}).out({8}, DType::boolean);
  EXPECT_TRUE(cost_of(ScatterNd{}, node).work.empty());
}
TEST(ScatterNd, updates_that_do_not_fit_are_unknown) {
  why_unknown(ScatterNd{}, Node().in({5, 1}, DType::i32).in({5, 3}).in_values({8, 4}));
  why_unknown(ScatterNd{}, Node().in({5, 3}, DType::i32).in({5}).in_values({8, 4}));
  why_unknown(ScatterNd{}, Node().in({}, DType::i32).in({5}).in_values({8, 4}));
  EXPECT_NE(why_unknown(ScatterNd{}, Node().in({5, 1}, DType::i32).in({5}).in({1}, DType::i32)).find("depends on"),
            std::string::npos);
}
TEST(ScatterNd, its_operands_are_indices_data_and_a_shape) {
  EXPECT_EQ(role(ScatterNd{}, 0), Role::index);
  EXPECT_EQ(role(ScatterNd{}, 1), Role::data);
  EXPECT_EQ(role(ScatterNd{}, 2), Role::shape);
}

TEST(ScatterInto, keeps_the_shape_of_what_it_writes_into) {
  EXPECT_EQ(shape_of(ScatterInto{}, Node().in({8, 4}).in({5, 1}, DType::i64).in({5, 4})), (Shape{8, 4}));
  EXPECT_EQ(shape_of(ScatterInto{}, Node().in({8, 4}).in({2, 3}, DType::i64).in({2, 3})), (Shape{8, 4}));
  why_unknown(ScatterInto{}, Node().in({8, 4}).in({5, 1}, DType::i64).in({4, 4}));
}
TEST(ScatterInto, carries_elements_to_the_places_named) {
  const auto into = [](const Shape& indices, Elements positions) {
    return std::move(Node()
                         .in_elements({2, 2}, counting(4))
                         .in_elements(indices, std::move(positions))
                         .in_values({70, 80}, DType::i64));
  };
  EXPECT_EQ(integers_inferred(ScatterInto{}, into({2, 2}, {int64_t{0}, int64_t{1}, int64_t{-1}, int64_t{0}})),
            (Integers{0, 70, 80, 3}));
}
TEST(ScatterInto, a_vector_takes_one_update_per_index) {
  EXPECT_EQ(integers_inferred(ScatterInto{}, Node().in_values({1, 2, 3}).in_values({2}).in_values({9})),
            (Integers{1, 2, 9}));
}
TEST(ScatterInto, whole_rows) {
  Node node;
  node.in_elements({3, 2}, counting(6)).in_elements({1, 1}, {int64_t{1}}).in_elements({1, 2}, {int64_t{8}, {}});
  EXPECT_EQ(*values_of(ScatterInto{}, node).front().elements,
            (Elements{int64_t{0}, int64_t{1}, int64_t{8}, {}, int64_t{4}, int64_t{5}}));
}
TEST(ScatterInto, an_unknown_index_may_change_any_element) {
  Node node;
  node.in_values({1, 2, 3}).in_elements({1}, {{}}).in_values({9});
  EXPECT_EQ(values_of(ScatterInto{}, node).front().elements, nullptr);
}
TEST(ScatterInto, is_no_work_and_copies_the_whole) {
  const Cost cost = cost_of(ScatterInto{}, Node().in({8}).in({2, 1}, DType::i64).in({2}).out({8}));
  EXPECT_TRUE(cost.work.empty());
  EXPECT_FALSE(cost.read_bytes);
  EXPECT_FALSE(cost.written_bytes);
}

TEST(UpdateSlice, keeps_the_shape_of_what_it_writes_into) {
  EXPECT_EQ(shape_of(UpdateSlice{}, Node().in({1, 8, 4}).in({1, 1, 4}).in_values({0, 3, 0})), (Shape{1, 8, 4}));
  why_unknown(UpdateSlice{}, Node().in({8, 4}).in({9, 4}).in_values({0, 0}));
  why_unknown(UpdateSlice{}, Node().in({8, 4}).in({4}).in_values({0, 0}));
  EXPECT_EQ(role(UpdateSlice{}, 2), Role::index);
}

TEST(ScatterReduce, combines_each_update_with_what_is_there) {
  Node node;
  node.in({8, 4}).in({5, 1}, DType::i32).in({5, 4}).out({8, 4});
  EXPECT_EQ(shape_of(ScatterReduce{}, node), (Shape{8, 4}));
  EXPECT_TRUE(cost_of(ScatterReduce{}, node).work.empty());
  EXPECT_EQ(units(cost_of(ScatterReduce{BinaryFn::add}, node), Unit::add), 5u * 4);
  EXPECT_EQ(units(cost_of(ScatterReduce{BinaryFn::mul}, node), Unit::mul), 5u * 4);
  EXPECT_EQ(units(cost_of(ScatterReduce{BinaryFn::maximum}, node), Unit::compare), 5u * 4);
  EXPECT_FALSE(known(count(ScatterReduce{BinaryFn::pow}, node.operands())));
}

TEST(SparseToDense, has_the_shape_asked_for) {
  EXPECT_EQ(shape_of(SparseToDense{}, Node().in({3, 2}, DType::i32).in_values({4, 5}).in({3}).in({})), (Shape{4, 5}));
  why_unknown(SparseToDense{}, Node().in({3, 2}, DType::i32).in({2}, DType::i32).in({3}));
}

}  // namespace
}  // namespace flopstat::test

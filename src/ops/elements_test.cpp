#include "ops/elements.h"

#include <gtest/gtest.h>

#include "support/operands.h"

namespace flopstat::test {
namespace {

TEST(Elements, are_carried_up_to_a_limit) {
  EXPECT_EQ(carried_size({}), 1);
  EXPECT_EQ(carried_size({kMaxElements / 2, 2}), kMaxElements);
  EXPECT_EQ(carried_size({kMaxElements / 2, 3}), std::nullopt);
  EXPECT_EQ(carried_size({kMaxDim, kMaxDim, kMaxDim}), std::nullopt);
  EXPECT_EQ(carried_size({kMaxDim, kMaxDim, 0}), 0);
}
TEST(Elements, that_a_file_lists_must_be_as_many_as_its_shape_says) {
  const Tensor tensor{.dtype = DType::i64, .elements = std::make_shared<const Elements>(counting(3))};
  const Value three{.dtype = DType::i64, .shape = {3}};
  const Value four{.dtype = DType::i64, .shape = {4}};
  EXPECT_NE(elements_of({&tensor, &three}), nullptr);
  EXPECT_EQ(elements_of({&tensor, &four}), nullptr);
}
TEST(Elements, are_whole_numbers_if_nothing_is_lost) {
  EXPECT_EQ(whole(Element{3.0}), 3);
  EXPECT_EQ(whole(Element{3.5}), std::nullopt);
  EXPECT_EQ(whole(Element{1e30}), std::nullopt);
  EXPECT_EQ(whole(Element{}), std::nullopt);
}
TEST(Elements, of_a_shape_fit_in_63_bits_or_are_not_counted) {
  EXPECT_EQ(element_count({2, 3}), 6);
  EXPECT_EQ(element_count({kMaxDim, kMaxDim}), std::nullopt);
  EXPECT_EQ(element_count({kMaxDim, kMaxDim, 0}), 0);
}
TEST(Elements, are_read_by_walks_outermost_first) {
  const auto source = std::make_shared<const Elements>(counting(6));
  // Column 2 before column 0, both rows, each twice.
  const std::vector<Walk> walks = {
      {.axis = 1, .start = 2, .step = -2, .size = 2}, {.axis = 0, .size = 2}, {.step = 0, .size = 2}};
  EXPECT_EQ(integers(*walked(source, {2, 3}, walks)), (std::vector<int64_t>{2, 2, 5, 5, 0, 0, 3, 3}));
  EXPECT_EQ(walked(nullptr, {2, 3}, walks), nullptr);
  EXPECT_EQ(walked(source, {2, 3}, {{.step = 0, .size = kMaxElements + 1}}), nullptr);
}

TEST(PartialList, leaves_unknown_entries_open) {
  Node node;
  node.in_elements({3}, {int64_t{4}, {}, 2.5}).in({2}, DType::i64).in({kMaxRank + 1}, DType::i64);
  EXPECT_EQ(partial_list(node.operands().in(0)), (PartialList{4, std::nullopt, std::nullopt}));
  EXPECT_EQ(partial_list(node.operands().in(1)), (PartialList{std::nullopt, std::nullopt}));
  EXPECT_EQ(partial_list(node.operands().in(2)), std::nullopt);
  EXPECT_EQ(partial_list(node.operands().in(3)), std::nullopt);
}

}  // namespace
}  // namespace flopstat::test

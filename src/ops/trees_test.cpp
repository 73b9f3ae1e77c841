#include <gtest/gtest.h>

#include "support/operands.h"

namespace flopstat::test {
namespace {

TEST(TreeEnsemble, goes_down_every_tree_and_adds_their_votes) {
  Node node;
  node.in({5, 4});
  const TreeEnsemble op{.trees = 3, .depth = 2 + 2 + 3, .targets = 2};
  const Cost cost = cost_of(op, node);
  EXPECT_EQ(units(cost, Unit::compare), 5U * (2 + 2 + 3));
  EXPECT_EQ(cost.work[0].certainty, Certainty::bound);
  EXPECT_EQ(units(cost, Unit::add), 5U * (3 - 1) * 2);
  EXPECT_EQ(shape_of(op, node), (Shape{5, 2}));
}

TEST(TreeEnsemble, that_classifies_gives_a_label_too) {
  Node node;
  node.in({5, 4});
  const std::vector<Value> values =
      values_of(TreeEnsemble{.targets = 3, .classifier = true, .label = DType::string}, node);
  EXPECT_EQ(values[0].shape, Shape{5});
  EXPECT_EQ(values[0].dtype, DType::string);
  EXPECT_EQ(values[1].shape, (Shape{5, 3}));
}

TEST(SupportVectors, compare_each_item_with_each_vector) {
  Node node;
  node.in({2, 4});
  const Cost linear = cost_of(SupportVectors{.vectors = 3}, node);
  EXPECT_EQ(macs(linear), 2U * 3 * 4 + 2 * 3);
  const Cost radial = cost_of(SupportVectors{.kernel = SupportVectors::Kernel::radial, .vectors = 3}, node);
  EXPECT_EQ(units(radial, Unit::add), 2U * 3 * 4);  // the differences
  EXPECT_EQ(units(radial, Unit::transcendental), 2U * 3);
}

TEST(CountNgrams, has_a_column_per_ngram_and_multiplies_only_by_weights) {
  Node node;
  node.in({2, 6}, DType::i32).out({2, 7});
  EXPECT_EQ(shape_of(CountNgrams{.columns = 7}, node), (Shape{2, 7}));
  EXPECT_TRUE(cost_of(CountNgrams{.columns = 7}, node).work.empty());
  EXPECT_EQ(units(cost_of(CountNgrams{.columns = 7, .weighted = true}, node), Unit::mul), 2U * 7);
}

TEST(NegativeLogLikelihood, of_a_mean_adds_up_and_divides_once) {
  Node node;
  node.in({3, 5}).in({3}, DType::i64);
  const Cost cost = cost_of(NegativeLogLikelihood{}, node);
  EXPECT_EQ(units(cost, Unit::add), 3U + 2);
  EXPECT_EQ(units(cost, Unit::div), 1U);
  EXPECT_EQ(shape_of(NegativeLogLikelihood{}, node), Shape{});
  const NegativeLogLikelihood each{.reduction = NegativeLogLikelihood::Reduction::none};
  EXPECT_EQ(shape_of(each, node), Shape{3});
  EXPECT_EQ(units(cost_of(each, node), Unit::add), 3U);
}

TEST(NegativeLogLikelihood, with_weights_multiplies_and_adds_them_up_too) {
  Node node;
  node.in({3, 5}).in({3}, DType::i64).weight({5});
  const Cost cost = cost_of(NegativeLogLikelihood{}, node);
  EXPECT_EQ(units(cost, Unit::mul), 3U);
  EXPECT_EQ(units(cost, Unit::add), 3U + 2 + 2);
}

}  // namespace
}  // namespace flopstat::test

#include <gtest/gtest.h>

#include "support/operands.h"

namespace flopstat::test {
namespace {

/// 2 items, 8 query heads of 64, `queries` queries, `keys` keys with 4 heads.
Node grouped(int64_t queries, int64_t keys) {
  Node node;
  node.in({2, 8, queries, 64}).in({2, 4, keys, 64}).in({2, 4, keys, 32});
  return node;
}

TEST(Attention, multiplies_every_query_with_every_key_and_the_scores_with_the_values) {
  const Cost cost = cost_of(Attention{}, grouped(10, 20));
  const uint64_t scores = 2 * 8 * 10 * 20;
  EXPECT_EQ(macs(cost), scores * (64 + 32));
  EXPECT_EQ(units(cost, Unit::mul), scores);                   // the scale
  EXPECT_EQ(units(cost, Unit::compare), scores - 2 * 8 * 10);  // softmax: n - 1 per row
  EXPECT_EQ(units(cost, Unit::add), 2 * scores - 2 * 8 * 10);  // 2n - 1 per row
  EXPECT_EQ(units(cost, Unit::transcendental), scores);
  EXPECT_EQ(units(cost, Unit::div), scores);
}

TEST(Attention, keeps_the_heads_of_its_query_and_the_width_of_its_values) {
  EXPECT_EQ(shape_of(Attention{}, grouped(10, 20)), (Shape{2, 8, 10, 32}));
  Node packed;
  packed.in({2, 10, 8 * 64}).in({2, 20, 4 * 64}).in({2, 20, 4 * 32});
  EXPECT_EQ(shape_of(Attention{.heads = 8, .kv_heads = 4}, packed), (Shape{2, 10, 8 * 32}));
}

TEST(Attention, of_the_past_sees_its_keys_and_hands_all_of_them_on) {
  Node node = grouped(1, 1);
  node.absent().in({2, 4, 99, 64}).in({2, 4, 99, 32});
  EXPECT_EQ(macs(cost_of(Attention{}, node)), 2U * 8 * 1 * 100 * (64 + 32));
  const std::vector<Value> values = values_of(Attention{}, node);
  EXPECT_EQ(values[1].shape, (Shape{2, 4, 100, 64}));
  EXPECT_EQ(values[2].shape, (Shape{2, 4, 100, 32}));
  EXPECT_EQ(values_of(Attention{.past_full = true}, node)[1].shape, (Shape{2, 4, 99, 64}));
}

TEST(Attention, causal_has_a_triangle_of_valid_products) {
  const Cost cost = cost_of(Attention{.causal = true}, grouped(10, 10));
  EXPECT_EQ(macs(cost), 2U * 8 * 10 * 10 * 96);
  EXPECT_EQ(valid_macs(cost), 2U * 8 * (10 * 11 / 2) * 96);
}

TEST(Attention, causal_behind_a_past_sees_all_of_the_past) {
  Node node = grouped(3, 3);
  node.absent().in({2, 4, 5, 64}).in({2, 4, 5, 32});
  EXPECT_EQ(valid_macs(cost_of(Attention{.causal = true}, node)), 2U * 8 * (6 + 7 + 8) * 96);
}

TEST(Attention, a_window_leaves_out_what_is_too_long_ago) {
  // Each query sees itself and 2 before: 1 + 2 + 3 + 3 + 3.
  const Cost cost = cost_of(Attention{.causal = true, .window = 2}, grouped(5, 5));
  EXPECT_EQ(valid_macs(cost), 2U * 8 * (1 + 2 + 3 + 3 + 3) * 96);
}

TEST(Attention, a_mask_is_added_and_a_truth_mask_compared) {
  const uint64_t scores = 2 * 8 * 10 * 20;
  const Cost plain = cost_of(Attention{}, grouped(10, 20));
  Node added = grouped(10, 20);
  added.in({10, 20});
  EXPECT_EQ(units(cost_of(Attention{}, added), Unit::add), units(plain, Unit::add) + scores);
  Node compared = grouped(10, 20);
  compared.in({10, 20}, DType::boolean);
  EXPECT_EQ(units(cost_of(Attention{}, compared), Unit::compare), units(plain, Unit::compare) + scores);
}

TEST(Attention, operands_that_do_not_fit_are_unknown) {
  Node widths;
  widths.in({2, 8, 10, 64}).in({2, 4, 20, 32}).in({2, 4, 20, 32});
  EXPECT_FALSE(why_unknown(Attention{}, widths).empty());
  Node heads;
  heads.in({2, 8, 10, 64}).in({2, 3, 20, 64}).in({2, 3, 20, 32});
  EXPECT_FALSE(why_unknown(Attention{}, heads).empty());
}

TEST(LinearAttention, updates_and_reads_a_state_per_token) {
  Node node;
  node.in({1, 3, 4}).in({1, 3, 4}).in({1, 3, 4});
  const Cost cost = cost_of(LinearAttention{}, node);
  EXPECT_EQ(macs(cost), 3U * 4 * 4);
  EXPECT_EQ(units(cost, Unit::mul), 3U * 4 * 4);
  EXPECT_EQ(units(cost, Unit::add), 3U * 4 * 4);
  EXPECT_EQ(macs(cost_of(LinearAttention{.delta = true}, node)), 2U * 3 * 4 * 4);
  EXPECT_EQ(values_of(LinearAttention{}, node)[1].shape, (Shape{1, 1, 4, 4}));
}

TEST(RotaryEmbedding, turns_each_element_or_the_first_of_each_head) {
  Node node;
  node.in({1, 2, 4 * 8}).in({50, 4}).in({50, 4});
  const Cost whole = cost_of(RotaryEmbedding{.heads = 4}, node);
  EXPECT_EQ(units(whole, Unit::mul), 2U * 2 * 4 * 8);
  EXPECT_EQ(units(whole, Unit::add), 2U * 4 * 8);
  EXPECT_EQ(units(cost_of(RotaryEmbedding{.heads = 4, .width = 6}, node), Unit::add), 2U * 4 * 6);
}

}  // namespace
}  // namespace flopstat::test

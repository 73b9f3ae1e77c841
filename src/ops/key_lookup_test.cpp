#include <gtest/gtest.h>

#include "ops/ops.h"
#include "support/operands.h"

namespace flopstat::test {
namespace {

TEST(KeyLookup, gives_a_row_and_a_hit_per_query) {
  Node node;
  node.in({5}, DType::i32).in({3}, DType::i32).in({3, 4}).out({5, 4}).out({5}, DType::u8);
  const std::vector<Value> values = values_of(KeyLookup{}, node);
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values[0].shape, (Shape{5, 4}));
  EXPECT_EQ(values[1].shape, (Shape{5}));
  const Cost cost = cost_of(KeyLookup{}, node);
  EXPECT_TRUE(cost.work.empty());
  EXPECT_EQ(cost.read_bytes->value(), 4u * (5 * 4 + 5 + 3));
  why_unknown(KeyLookup{}, Node().in({5}, DType::i32).in({2}, DType::i32).in({3, 4}));
}

TEST(HashTables, move_bytes_and_do_no_work) {
  EXPECT_EQ(shape_of(HashTable{}, Node()), (Shape{1}));
  Node find;
  find.in({1}, DType::resource).in({2, 3}, DType::i64).in({1}, DType::i64).out({2, 3}, DType::i64);
  EXPECT_EQ(shape_of(HashTableFind{DType::i64}, find), (Shape{2, 3}));
  EXPECT_EQ(cost_of(HashTableFind{}, find).read_bytes->value(), 8u * (6 + 6));
  Node import;
  import.in({1}, DType::resource).in({4}, DType::i64).in({4}, DType::i64);
  EXPECT_EQ(cost_of(HashTableImport{}, import).written_bytes->value(), 8u * (4 + 4));
  EXPECT_TRUE(values_of(HashTableImport{}, import).empty());
  EXPECT_EQ(shape_of(HashTableSize{}, Node().in({1}, DType::resource)), (Shape{1}));
}

TEST(LshProjection, has_a_bit_per_seed_or_packs_those_of_a_hash) {
  Node node;
  node.weight({3, 2}).in({5, 7}, DType::i32).weight({5}).out({6}, DType::i32);
  EXPECT_EQ(shape_of(LshProjection{}, node), (Shape{6}));
  EXPECT_EQ(shape_of(LshProjection{.packed = true}, node), (Shape{3}));
  why_unknown(LshProjection{}, Node().weight({3, 33}).in({5}));
  why_unknown(LshProjection{}, Node().weight({3}).in({5}));
}
TEST(LshProjection, weighs_a_hash_per_entry_and_bit) {
  Node weighted;
  weighted.weight({3, 2}).in({5, 7}, DType::i32).weight({5}).out({6}, DType::i32);
  EXPECT_EQ(macs(cost_of(LshProjection{}, weighted)), 3u * 2 * 5);
  EXPECT_EQ(units(cost_of(LshProjection{}, weighted), Unit::compare), 3u * 2);
  Node plain;
  plain.weight({3, 2}).in({5, 7}, DType::i32).out({6}, DType::i32);
  EXPECT_EQ(macs(cost_of(LshProjection{}, plain)), 0u);
  EXPECT_EQ(units(cost_of(LshProjection{}, plain), Unit::add), 3u * 2 * 5);
}

TEST(SkipGram, is_known_only_while_running) {
  EXPECT_NE(why_unknown(SkipGram{}, Node().in({1}, DType::string)).find("depends on the text"), std::string::npos);
}

}  // namespace
}  // namespace flopstat::test

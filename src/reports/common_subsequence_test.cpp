#include "reports/common_subsequence.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace flopstat {
namespace {

using Sequence = std::vector<uint32_t>;

/// Length of a longest common subsequence, by the textbook's table of all prefixes.
size_t longest(const Sequence& a, const Sequence& b) {
  std::vector<std::vector<size_t>> length(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      length[i][j] = a[i - 1] == b[j - 1] ? length[i - 1][j - 1] + 1 : std::max(length[i - 1][j], length[i][j - 1]);
    }
  }
  return length[a.size()][b.size()];
}

void expect_common_subsequence(const Sequence& a, const Sequence& b, const std::vector<Match>& matches) {
  for (size_t i = 0; i < matches.size(); ++i) {
    ASSERT_LT(matches[i].a, a.size());
    ASSERT_LT(matches[i].b, b.size());
    EXPECT_EQ(a[matches[i].a], b[matches[i].b]);
    if (i == 0) continue;
    EXPECT_LT(matches[i - 1].a, matches[i].a);
    EXPECT_LT(matches[i - 1].b, matches[i].b);
  }
}

Sequence random_sequence(std::mt19937& random, size_t most, uint32_t letters) {
  Sequence sequence(random() % (most + 1));
  for (uint32_t& element : sequence) element = random() % letters;
  return sequence;
}

TEST(CommonSubsequence, is_everything_of_two_equal_sequences_and_nothing_of_two_foreign_ones) {
  const Sequence a{1, 2, 3}, b{4, 5};
  EXPECT_EQ(common_subsequence(a, a).size(), 3u);
  EXPECT_TRUE(common_subsequence(a, b).empty());
  EXPECT_TRUE(common_subsequence(a, {}).empty());
  EXPECT_TRUE(common_subsequence({}, {}).empty());
}

TEST(CommonSubsequence, is_as_long_as_any_whatever_the_sequences) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    const Sequence a = random_sequence(random, 24, 1 + random() % 6), b = random_sequence(random, 24, 4);
    const std::vector<Match> matches = common_subsequence(a, b);
    expect_common_subsequence(a, b, matches);
    EXPECT_EQ(matches.size(), longest(a, b));
  }
}

TEST(CommonSubsequence, of_stretches_is_a_common_subsequence_still) {
  std::mt19937 random(2);
  for (int round = 0; round < 500; ++round) {
    const Sequence a = random_sequence(random, 60, 5), b = random_sequence(random, 60, 5);
    for (const size_t most_edits : {size_t{0}, size_t{1}, size_t{3}, size_t{8}}) {
      const std::vector<Match> matches = common_subsequence(a, b, most_edits);
      expect_common_subsequence(a, b, matches);
      EXPECT_LE(matches.size(), longest(a, b));
    }
  }
}

/// So many elements that no other sequence has.
Sequence foreign(uint32_t first, uint32_t count) {
  Sequence sequence(count);
  for (uint32_t i = 0; i < count; ++i) sequence[i] = first + i;
  return sequence;
}

Sequence operator+(Sequence a, const Sequence& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(CommonSubsequence, finds_its_way_back_behind_more_foreign_elements_than_it_takes_edits) {
  const Sequence common = foreign(0, 10'000);
  const Sequence a = foreign(20'000, 2 * kMostEdits) + common, b = foreign(30'000, 7 * kMostEdits) + common;
  const std::vector<Match> matches = common_subsequence(a, b);
  expect_common_subsequence(a, b, matches);
  EXPECT_EQ(matches.size(), common.size());
}

TEST(CommonSubsequence, of_elements_that_recur_finds_its_way_back_too) {
  Sequence block(100);  // no element of it is there once
  for (uint32_t i = 0; i < block.size(); ++i) block[i] = i / 2;
  Sequence a, b;
  for (int i = 0; i < 40; ++i) a = a + block;
  b = foreign(1'000, 500) + a + foreign(2'000, 500);
  const std::vector<Match> matches = common_subsequence(a, b);
  expect_common_subsequence(a, b, matches);
  EXPECT_EQ(matches.size(), a.size());
}

}  // namespace
}  // namespace flopstat

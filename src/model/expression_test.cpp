#include "model/expression.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace flopstat {
namespace {

class Expressions : public ::testing::Test {
 protected:
  Trace trace;
  Count x = trace.letter("|x|", "elements of x", Shape{32, 32});
  Count k = trace.letter("k", "length of a sum", Count{784});
  Count n = trace.letter("n", "elements of a row", Count{10});

  static std::string formula(const Count& count) { return formula_of(*count.how()); }
  static std::string numbers(const Count& count) { return numbers_of(*count.how()); }
};

TEST_F(Expressions, a_count_without_names_remembers_nothing) {
  EXPECT_EQ((Count{3} * 4 + 5 - 1).how(), nullptr);
  EXPECT_EQ(Count{3} * 4 + 5 - 1, Count{16});
}

TEST_F(Expressions, what_is_computed_from_a_name_is_a_formula) {
  const Count count = x * k + n;
  EXPECT_EQ(count, Count{32 * 32 * 784 + 10});
  EXPECT_EQ(formula(count), "|x|·k + n");
  EXPECT_EQ(numbers(count), "1,024·784 + 10");
}

TEST_F(Expressions, a_factor_that_is_a_number_stands_in_front) {
  EXPECT_EQ(formula(x * 2), "2·|x|");
  EXPECT_EQ(formula(x * (n * 2 - 1)), "|x|·(2·n - 1)");
}

TEST_F(Expressions, parentheses_stand_where_the_order_needs_them) {
  EXPECT_EQ(formula((x + n) * k), "(|x| + n)·k");
  EXPECT_EQ(formula(x - (n - 1)), "|x| - (n - 1)");
  EXPECT_EQ(formula(x * 2 / (n * 5)), "2·|x|/(5·n)");
  EXPECT_EQ(formula(x / n * k), "|x|/n·k");
  EXPECT_EQ(formula(k * (x / n)), "k·(|x|/n)");
  EXPECT_EQ(formula(x / n * 2), "|x|/n·2");
}

TEST_F(Expressions, zero_and_one_leave_no_trace) {
  EXPECT_EQ(formula(Count{0} + x), "|x|");
  EXPECT_EQ(formula(x * 1), "|x|");
  EXPECT_EQ(formula(x / 1), "|x|");
  EXPECT_EQ(formula(x - 0), "|x|");
}

TEST_F(Expressions, what_is_taken_away_twice_is_what_was_left) {
  const Count products = x * k;
  const Count skippable = products - n;
  EXPECT_EQ(formula(products - skippable), "n");
}

TEST_F(Expressions, the_smaller_of_two_keeps_its_name) { EXPECT_EQ(formula(std::min(x, n)), "n"); }

TEST_F(Expressions, a_name_that_is_taken_gets_a_number) {
  EXPECT_EQ(formula(trace.letter("k", "length of a sum", Count{784})), "k");
  EXPECT_EQ(formula(trace.letter("k", "length of a sum", Count{100})), "k2");
  EXPECT_EQ(formula(trace.letter("k", "another thing", Count{784})), "k3");
}

TEST_F(Expressions, overflow_throws_with_names_as_without) {
  const Count large = trace.letter("L", "too many", Count{UINT64_MAX});
  EXPECT_THROW(large * k, Overflow);
  EXPECT_THROW(n - k, Overflow);
}

}  // namespace
}  // namespace flopstat

#include "reports/budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace flopstat {
namespace {

using ::testing::HasSubstr;

uint64_t most(std::string_view word, std::string_view text) {
  const std::variant<Limit, BudgetFault> limit = parse_limit(*find_limited_figure(word), text);
  EXPECT_TRUE(std::holds_alternative<Limit>(limit)) << text;
  return std::get<Limit>(limit).most;
}

Allowance allowance(std::string_view text) {
  const std::variant<Allowance, BudgetFault> parsed = parse_allowance(text);
  EXPECT_TRUE(std::holds_alternative<Allowance>(parsed)) << text;
  return std::get<Allowance>(parsed);
}

std::string fault(std::string_view text) {
  const std::variant<Allowance, BudgetFault> parsed = parse_allowance(text);
  EXPECT_TRUE(std::holds_alternative<BudgetFault>(parsed)) << text;
  return std::get<BudgetFault>(parsed).why;
}

TEST(Budget, limits_figures_that_reports_have) {
  std::set<std::string_view> words;
  for (const LimitedFigure& figure : limited_figures()) {
    EXPECT_NE(find_compared_kind(figure.key), nullptr) << figure.key;
    EXPECT_TRUE(words.insert(figure.word).second) << figure.word;
  }
}

TEST(Budget, knows_figures_by_word_and_key) {
  for (const char* name : {"peak-activations", "peak_activations", "peak_activation_bytes"}) {
    EXPECT_EQ(find_limited_figure(name)->key, "peak_activation_bytes") << name;
  }
  EXPECT_EQ(find_limited_figure("intensity"), nullptr);
}

TEST(Budget, takes_counts_in_thousands_and_memory_in_both_units) {
  EXPECT_EQ(most("macs", "10M"), 10'000'000u);
  EXPECT_EQ(most("macs", "1.5k"), 1'500u);
  EXPECT_EQ(most("nodes", "12"), 12u);
  EXPECT_EQ(most("weights", "256KiB"), 256u * 1024);
  EXPECT_EQ(most("weights", "256 kB"), 256'000u);
  EXPECT_EQ(most("weights", "1.5MiB"), 3u * 512 * 1024);
  EXPECT_EQ(most("weights", "100"), 100u);
  EXPECT_EQ(most("macs", "0.9"), 0u);  // no whole number above 0 is at most 0.9
  EXPECT_EQ(most("macs", "999999P"), UINT64_MAX);
}

TEST(Budget, refuses_what_is_no_amount) {
  const LimitedFigure& macs = *find_limited_figure("macs");
  for (const char* text : {"", "M", "-1", "10m", "10MB", "1.2.3", "10%"}) {
    EXPECT_TRUE(std::holds_alternative<BudgetFault>(parse_limit(macs, text))) << text;
  }
}

TEST(Budget, allows_growth_in_percent_or_by_an_amount_of_one_figure) {
  EXPECT_EQ(allowance("+1%").figure, nullptr);
  EXPECT_TRUE(allowance("+1%").percent);
  EXPECT_EQ(allowance("1%").text, "+1%");
  EXPECT_EQ(allowance("weights=+4KiB").figure->key, "weight_bytes");
  EXPECT_EQ(whole_part(allowance("weights=+4KiB").amount), 4u * 1024);
  EXPECT_TRUE(allowance("macs = +0.5%").percent);
  EXPECT_THAT(fault("+10k"), HasSubstr("macs=+10k"));
  EXPECT_THAT(fault("mcas=+1%"), HasSubstr("no figure is named 'mcas'"));
  EXPECT_THAT(fault("macs=-1%"), HasSubstr("never negative"));
  EXPECT_THAT(fault("macs=+1x"), HasSubstr("is no unit"));
}

TEST(Budget, percents_are_exact_for_any_count) {
  EXPECT_EQ(percents_of(1'000, allowance("+1%").amount), 10u);
  EXPECT_EQ(percents_of(1'099, allowance("+1%").amount), 10u);  // 10.99
  EXPECT_EQ(percents_of(10'000'000'000'000'000'000u, allowance("+0.000001%").amount), 100'000'000'000u);
  EXPECT_EQ(percents_of(UINT64_MAX, allowance("+200%").amount), UINT64_MAX);
}

TEST(Budget, keeps_the_last_limit_of_a_figure) {
  Budget budget;
  for (const char* text : {"10M", "5M"}) set(budget, std::get<Limit>(parse_limit(*find_limited_figure("macs"), text)));
  ASSERT_EQ(budget.limits.size(), 1u);
  EXPECT_EQ(budget.limits[0].text, "5M");
}

}  // namespace
}  // namespace flopstat

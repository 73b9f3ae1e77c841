#include "reports/budget_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/check_text.h"
#include "reports/json.h"
#include "support/report_builder.h"

namespace flopstat {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A row of so many multiply-adds.
test::RowSpec dense(const std::string& name, uint64_t macs) {
  return {.type = "FULLY_CONNECTED",
          .op = "matmul",
          .name = name,
          .work = {{.unit = Unit::mul_add, .dtype = DType::f32, .count = macs}},
          .params = macs};
}

Report model_of(const std::vector<uint64_t>& macs, const std::string& path = "models/m.tflite") {
  test::ReportBuilder builder(path);
  for (size_t i = 0; i < macs.size(); ++i) builder.row(dense("dense_" + std::to_string(i), macs[i]));
  return builder.finish();
}

/// What `flopstat --json` writes of these reports.
Baseline baseline_of(const std::vector<Report>& reports) {
  std::string text = "[";
  for (const Report& report : reports) {
    if (text.size() > 1) text += ',';
    write_json(report, text);
  }
  text += "]";
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return read_baseline(File::from_bytes({bytes, bytes + text.size()}, "main.json"));
}

Budget limit_of(std::string_view word, std::string_view text) {
  Budget budget;
  set(budget, std::get<Limit>(parse_limit(*find_limited_figure(word), text)));
  return budget;
}

Budget allowances_of(const std::vector<std::string>& texts) {
  Budget budget;
  for (const std::string& text : texts) set(budget, std::get<Allowance>(parse_allowance(text)));
  return budget;
}

const CheckedRule& rule_of(const std::vector<CheckedRule>& rules, std::string_view key) {
  for (const CheckedRule& rule : rules) {
    if (rule.figure != nullptr && rule.figure->key == key) return rule;
  }
  static const CheckedRule none;
  ADD_FAILURE() << "no rule on " << key;
  return none;
}

Verdict verdict_of(const Report& report, std::string_view word, std::string_view text) {
  return check(report, limit_of(word, text), nullptr).at(0).verdict;
}

TEST(BudgetCheck, lets_pass_what_is_at_most_the_limit) {
  EXPECT_EQ(verdict_of(model_of({60, 40}), "macs", "100"), Verdict::passed);
  EXPECT_EQ(verdict_of(model_of({60, 40}), "macs", "99"), Verdict::failed);
  EXPECT_EQ(verdict_of(model_of({60, 40}), "nodes", "2"), Verdict::passed);
  EXPECT_EQ(verdict_of(model_of({60, 40}), "nodes", "1"), Verdict::failed);
}

TEST(BudgetCheck, says_by_how_much_a_limit_is_exceeded_and_what_costs_most) {
  const std::vector<CheckedRule> rules = check(model_of({600, 100, 200, 50, 50}), limit_of("macs", "800"), nullptr);
  ASSERT_EQ(rules.size(), 1u);
  EXPECT_EQ(sentence(rules[0], {}), "MACs 1,000: 200 (+25.0%) more than the limit of 800");
  EXPECT_EQ(culprits_text(rules[0], {}),
            "most of it: #0 FULLY_CONNECTED dense_0 600 (60.0%), #2 FULLY_CONNECTED dense_2 200 (20.0%), "
            "#1 FULLY_CONNECTED dense_1 100 (10.0%)");
}

TEST(BudgetCheck, a_lower_bound_passes_no_limit_and_fails_one_that_it_exceeds) {
  const Report incomplete = test::incomplete_model();
  const uint64_t known = 5 * 5 * 8 * 3 * 3;
  const std::vector<CheckedRule> rules = check(incomplete, limit_of("macs", "1M"), nullptr);
  EXPECT_EQ(rules[0].verdict, Verdict::unknown);
  EXPECT_EQ(rules[0].value, known);
  EXPECT_EQ(sentence(rules[0], {}),
            "MACs >=1,800, and maybe more: #1 FlexFoo: no rule for the custom operation 'FlexFoo'");
  EXPECT_THAT(advice(rules[0]), HasSubstr("a lower bound passes no limit"));
  EXPECT_EQ(verdict_of(incomplete, "macs", std::to_string(known - 1)), Verdict::failed);
  EXPECT_EQ(verdict_of(incomplete, "nodes", "3"), Verdict::passed);
  EXPECT_EQ(verdict_of(model_of({1}), "trainable-params", "10"), Verdict::unknown);
}

TEST(BudgetCheck, what_the_baseline_guards_may_grow_by_the_allowance) {
  const Baseline baseline = baseline_of({model_of({1'000})});
  const auto verdict = [&](uint64_t macs, const std::vector<std::string>& allowances) {
    return rule_of(check(model_of({macs}), allowances_of(allowances), &baseline), "macs").verdict;
  };
  EXPECT_EQ(verdict(1'000, {}), Verdict::passed);
  EXPECT_EQ(verdict(1'001, {}), Verdict::failed);
  EXPECT_EQ(verdict(1'010, {"+1%"}), Verdict::passed);
  EXPECT_EQ(verdict(1'011, {"+1%"}), Verdict::failed);
  EXPECT_EQ(verdict(1'020, {"+1%", "macs=+20"}), Verdict::passed);
  EXPECT_EQ(verdict(1'001, {"params=+1%"}), Verdict::failed);
  EXPECT_EQ(verdict(900, {}), Verdict::passed);
}

TEST(BudgetCheck, names_the_rows_that_grew_most) {
  const Baseline baseline = baseline_of({model_of({600, 400})});
  const CheckedRule rule = rule_of(check(model_of({600, 450, 10}), {}, &baseline), "macs");
  EXPECT_EQ(sentence(rule, {}), "MACs 1,060: 60 (+6.0%) more than the baseline's 1,000, and +0% is allowed");
  EXPECT_EQ(culprits_text(rule, {}),
            "grew most: #1 FULLY_CONNECTED dense_1 400 -> 450, #2 FULLY_CONNECTED dense_2 new, 10");
}

TEST(BudgetCheck, leaves_out_guarded_figures_that_are_nothing_in_both) {
  const Baseline baseline = baseline_of({model_of({10})});
  for (const CheckedRule& rule : check(model_of({10}), {}, &baseline)) EXPECT_NE(rule.figure->key, "int_ops");
  rule_of(check(model_of({10}), allowances_of({"int-ops=+1%"}), &baseline), "int_ops");
}

TEST(BudgetCheck, finds_the_baseline_by_path_and_else_by_the_only_file_of_the_name) {
  const Baseline baseline = baseline_of({model_of({1}, "a/m.tflite"), model_of({2}, "b/m.tflite"), model_of({3}, "n")});
  EXPECT_EQ(find(baseline, "b/m.tflite")->totals.at("macs"), 2u);
  EXPECT_EQ(find(baseline, "c/n")->totals.at("macs"), 3u);
  EXPECT_EQ(find(baseline, "c/m.tflite"), nullptr);  // two files have that name
  const std::vector<CheckedRule> rules = check(model_of({1}, "x.tflite"), {}, &baseline);
  ASSERT_EQ(rules.size(), 1u);
  EXPECT_EQ(rules[0].verdict, Verdict::new_model);
}

TEST(BudgetCheck, what_the_baseline_does_not_know_exactly_is_not_known_unless_it_stays_below) {
  Report before = test::incomplete_model(), now = model_of({1'800}, before.path);
  const Baseline baseline = baseline_of({before});
  EXPECT_EQ(rule_of(check(now, {}, &baseline), "macs").verdict, Verdict::passed);  // at least 1,800 before
  now = model_of({1'801}, before.path);
  EXPECT_EQ(rule_of(check(now, {}, &baseline), "macs").unknown, "the baseline is a lower bound");
}

TEST(BudgetCheck, refuses_a_baseline_of_other_sizes_or_another_convention) {
  Report before = model_of({1});
  before.dims = {{"batch", 1}};
  const Baseline baseline = baseline_of({before});
  Report now = model_of({1});
  now.dims = {{"batch", 8}};
  EXPECT_THROW(check(now, {}, &baseline), Error);
  now.dims = {{"batch", 1}, {"seq", 4}};
  EXPECT_NO_THROW(check(now, {}, &baseline));
  now.convention = "another";
  EXPECT_THROW(check(now, {}, &baseline), Error);
}

TEST(BudgetCheck, a_baseline_that_is_another_document_says_so) {
  const auto fault = [](std::string_view text) {
    const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
    try {
      read_baseline(File::from_bytes({bytes, bytes + text.size()}, "b.json"));
    } catch (const Error& error) {
      return error.message;
    }
    return std::string();
  };
  EXPECT_THAT(fault("[1]"), HasSubstr("the baseline has no 'command' here"));
  EXPECT_THAT(fault(R"({"schema": "flopstat/1", "command": "diff"})"), HasSubstr("document of 'flopstat diff'"));
  EXPECT_THAT(fault(R"([{"path": "m", "error": {}}])"), IsEmpty());
}

TEST(BudgetCheck, counts_verdicts_of_all_models) {
  std::vector<CheckedModel> models(2);
  models[0].rules = check(model_of({5}), limit_of("macs", "5"), nullptr);
  models[1].rules = check(model_of({6}), limit_of("macs", "5"), nullptr);
  EXPECT_EQ(counts_text(models), "2 models, 2 rules: 1 passed, 1 failed");
  models[1].error = Error(ErrorCode::empty, "the file is empty");
  EXPECT_THAT(counts_text(models), HasSubstr("; 1 model cannot be read"));
}

}  // namespace
}  // namespace flopstat

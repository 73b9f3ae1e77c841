#include "graph/apply_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "formats/rules/rules_file.h"
#include "support/model_builder.h"

namespace flopstat {
namespace {

using test::ModelBuilder;
using test::row_named;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

UserRules file(const std::string& text, const std::string& name = "my.toml") {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return rules::read_rules(File::from_bytes({begin, begin + text.size()}, name));
}

/// x [2, 8] -> MyOp 'first' -> MyOp 'second' -> relu 'known'.
Model two_unknown() {
  ModelBuilder b;
  TensorId x = b.input("x", {2, 8});
  for (const char* name : {"first", "second"}) {
    x = b.node(Opaque{.why = "unheard of", .domain = "com.acme"}, {x}, name);
    b.last_node().type = "MyOp";
  }
  const TensorId y = b.node(Unary{UnaryFn::relu}, {x}, "known");
  b.last_node().type = "Relu";
  b.outputs({y});
  return b.finish();
}

test::Counted counted_by(const std::vector<UserRules>& files) {
  Model model = two_unknown();
  apply_rules(model, files);
  return test::counted(std::move(model));
}

std::vector<std::string> warnings_of(const std::vector<UserRules>& files) {
  Model model = two_unknown();
  apply_rules(model, files);
  std::vector<std::string> messages;
  for (const Warning& warning : model.warnings) messages.push_back(warning.code + ": " + warning.message);
  return messages;
}

TEST(ApplyRules, counts_every_node_of_the_type_and_what_follows_them) {
  const test::Counted counted =
      counted_by({file("[op.MyOp]\nadd = 'numel(x)'\noutput = ['dim(x, 0)', 'dim(x, 1) * 2']")});
  EXPECT_EQ(row_named(counted.report, "first").figures.flops, 2u * 8);
  EXPECT_EQ(row_named(counted.report, "second").figures.flops, 2u * 16);
  EXPECT_EQ(row_named(counted.report, "known").figures.flops, 2u * 32);
  EXPECT_TRUE(counted.report.totals.complete);
  EXPECT_EQ(row_named(counted.report, "first").certainty, Certainty::rule);
  EXPECT_EQ(row_named(counted.report, "first").rule, "my.toml:1");
  EXPECT_EQ(row_named(counted.report, "known").rule, "");
}

TEST(ApplyRules, leaves_what_no_rule_is_for_unknown) {
  const test::Counted counted = counted_by({file("[layer.second]\nadd = 1\noutput = 'x'")});
  EXPECT_EQ(row_named(counted.report, "first").unknown, "unheard of");
  EXPECT_FALSE(counted.report.totals.complete);
}

TEST(ApplyRules, prefers_the_name_to_the_type_and_the_domain_to_none) {
  const test::Counted counted =
      counted_by({file("[op.MyOp]\nadd = 1\noutput = 'x'\n[op.'com.acme::MyOp']\nadd = 2\noutput = "
                       "'x'\n[layer.second]\nadd = 3\noutput = 'x'")});
  EXPECT_EQ(row_named(counted.report, "first").figures.flops, 2u);
  EXPECT_EQ(row_named(counted.report, "second").figures.flops, 3u);
}

TEST(ApplyRules, prefers_the_last_file) {
  const test::Counted counted = counted_by(
      {file("[op.MyOp]\nadd = 1\noutput = 'x'", "a.toml"), file("[op.MyOp]\nadd = 2\noutput = 'x'", "b.toml")});
  EXPECT_EQ(row_named(counted.report, "first").figures.flops, 2u);
  EXPECT_EQ(row_named(counted.report, "first").rule, "b.toml:1");
}

TEST(ApplyRules, overrides_what_is_known_only_where_it_is_told_to) {
  const test::Counted kept = counted_by({file("[op.MyOp]\nadd = 1\noutput = 'x'\n[op.Relu]\nadd = 5")});
  EXPECT_EQ(row_named(kept.report, "known").figures.flops, 2u * 8);
  const test::Counted counted =
      counted_by({file("[op.MyOp]\nadd = 1\noutput = 'x'\n[op.Relu]\nadd = 5\noutput = 'x'\noverride = true")});
  EXPECT_EQ(row_named(counted.report, "known").figures.flops, 5u);
  EXPECT_EQ(row_named(counted.report, "known").certainty, Certainty::rule);
}

TEST(ApplyRules, tells_what_became_of_every_rule) {
  EXPECT_THAT(warnings_of({file("[op.MyOp]\nadd = 1")}),
              ElementsAre("rule: 2 nodes 'MyOp' are counted by the rule my.toml:1"));
  EXPECT_THAT(warnings_of({file("[layer.first]\nadd = 1")}),
              ElementsAre("rule: 1 node named 'first' is counted by the rule my.toml:1"));
  EXPECT_THAT(warnings_of({file("[op.Relu]\nadd = 1")}), ElementsAre(HasSubstr("override = true")));
  EXPECT_THAT(warnings_of({file("[op.MyOpp]\nadd = 1")}),
              ElementsAre("rule_unused: my.toml:1: the model has no node of the type 'MyOpp'; did you mean 'MyOp'?"));
}

TEST(ApplyRules, counts_parameters_that_no_operand_shows_once_for_each_node) {
  ModelBuilder b;
  const TensorId x = b.input("x", {4});
  const TensorId once = b.node(Call{1}, {x}, "once");
  b.outputs({b.node(Call{1}, {once}, "again")});
  b.graph();
  const TensorId inner = b.input("inner", {4});
  const TensorId y = b.node(Opaque{"unheard of"}, {inner}, "hidden");
  b.last_node().type = "MyOp";
  b.outputs({y});
  Model model = b.finish();
  apply_rules(model, std::vector<UserRules>{file("[op.MyOp]\nadd = 'numel(x)'\nparams = 10\noutput = 'x'")});
  const test::Counted counted = test::counted(std::move(model));
  EXPECT_EQ(counted.report.totals.figures.flops, 2u * 4);
  EXPECT_EQ(counted.report.totals.figures.params, 10u);
  EXPECT_EQ(counted.report.totals.figures.weight_bytes, 10u * 4);
}

}  // namespace
}  // namespace flopstat

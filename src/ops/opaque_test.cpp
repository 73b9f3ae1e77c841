#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "formats/rules/rules_file.h"
#include "support/operands.h"

namespace flopstat {
namespace {

using test::cost_of;
using test::Node;
using test::shape_of;
using test::units;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// An operation that nobody knows, with the rule of these lines and these attributes.
Opaque ruled(const std::string& lines, Attributes attributes = {}) {
  const std::string text = "[op.MyOp]\n" + lines;
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  const UserRules rules = rules::read_rules(File::from_bytes({begin, begin + text.size()}, "my.toml"));
  return {.why = "unheard of",
          .attributes = std::make_shared<const Attributes>(std::move(attributes)),
          .rule = rules.at(0)};
}

/// x [2, 3, 4], w [4, 5] -> y [2, 3, 5].
Node dense() {
  Node node;
  node.in({2, 3, 4}).weight({4, 5}).out({2, 3, 5});
  return node;
}

/// The multiply-adds of `dense` by a formula.
uint64_t macs_by(const std::string& formula, Attributes attributes = {}) {
  return test::macs(cost_of(ruled("mul_add = \"" + formula + "\"", std::move(attributes)), dense()));
}

std::string why_not(const std::string& lines, Attributes attributes = {}) {
  const Node node = dense();
  const Known<Cost> cost = count(ruled(lines, std::move(attributes)), node.operands());
  if (known(cost) == nullptr) return reason(cost).why;
  ADD_FAILURE() << lines << " gives a cost";
  return {};
}

TEST(OpaqueByRule, costs_what_the_rule_says_of_its_tensors) {
  EXPECT_EQ(macs_by("numel(y) * dim(x, -1)"), 2u * 3 * 5 * 4);
  EXPECT_EQ(macs_by("numel(x0) + numel(w)"), 2u * 3 * 4 + 4 * 5);
  EXPECT_EQ(macs_by("rank(y0)"), 3u);
  EXPECT_EQ(macs_by("dim(x1, 1)"), 5u);
}

TEST(OpaqueByRule, is_marked_as_counted_by_a_rule_in_the_type_of_its_operand) {
  const Cost cost = cost_of(ruled("add = 2\nbias = { add = 3 }"), dense());
  ASSERT_EQ(cost.work.size(), 2u);
  for (const Work& work : cost.work) {
    EXPECT_EQ(work.certainty, Certainty::rule);
    EXPECT_EQ(work.dtype, DType::f32);
  }
  EXPECT_EQ(units(cost, Unit::add), 2u);
  EXPECT_EQ(units(cost, Unit::add, Part::bias), 3u);
  EXPECT_EQ(units(cost_of(ruled("div = 4\ndtype = 'i8'"), dense()), Unit::div, DType::i8), 4u);
}

TEST(OpaqueByRule, computes_with_whole_numbers_as_the_grammar_says) {
  EXPECT_EQ(macs_by("2 + 3 * 4"), 14u);
  EXPECT_EQ(macs_by("(2 + 3) * 4"), 20u);
  EXPECT_EQ(macs_by("10 - 3 - 2"), 5u);
  EXPECT_EQ(macs_by("12 / 4"), 3u);
  EXPECT_EQ(macs_by("13 // 4"), 3u);
  EXPECT_EQ(macs_by("-(-13 // 4)"), 4u);
  EXPECT_EQ(macs_by("ceil_div(13, 4)"), 4u);
  EXPECT_EQ(macs_by("10 + ceil_div(-13, 4)"), 7u);
  EXPECT_EQ(macs_by("ceil_div(12, 4)"), 3u);
  EXPECT_EQ(macs_by("min(5, 3, 4)"), 3u);
  EXPECT_EQ(macs_by("max(2 - 7, 1)"), 1u);
  EXPECT_EQ(macs_by("1_000 * 1_000"), 1'000'000u);
}

TEST(OpaqueByRule, divides_exactly_or_says_that_it_cannot) {
  EXPECT_THAT(why_not("mul_add = '13 / 4'"), HasSubstr("13 / 4 does not come out even"));
  EXPECT_THAT(why_not("mul_add = '1 / (2 - 2)'"), HasSubstr("divides by 0"));
  EXPECT_THAT(why_not("mul_add = '1 // 0'"), HasSubstr("divides by 0"));
  EXPECT_THAT(why_not("mul_add = 'ceil_div(1, 0)'"), HasSubstr("divides by 0"));
}

TEST(OpaqueByRule, is_not_known_where_numbers_leave_their_range) {
  const std::string most = "9223372036854775807";
  EXPECT_EQ(macs_by(most), 9223372036854775807u);
  EXPECT_THAT(why_not("mul_add = '" + most + " + 1'"), HasSubstr("64 bits"));
  EXPECT_THAT(why_not("mul_add = '" + most + " * 2'"), HasSubstr("64 bits"));
  EXPECT_THAT(why_not("mul_add = '-" + most + " - 2'"), HasSubstr("64 bits"));
  EXPECT_THAT(why_not("mul_add = '(-" + most + " - 1) / -1'"), HasSubstr("64 bits"));
  EXPECT_THAT(why_not("mul_add = '3 - 5'"), HasSubstr("comes to -2"));
}

TEST(OpaqueByRule, is_not_known_where_the_node_lacks_what_the_rule_reads) {
  EXPECT_THAT(why_not("mul_add = 'numel(x2)'"), HasSubstr("the node has no x2"));
  EXPECT_THAT(why_not("mul_add = 'numel(w1)'"), HasSubstr("the node has no w1"));
  EXPECT_THAT(why_not("mul_add = 'dim(x, 3)'"), HasSubstr("has no axis 3"));
  EXPECT_THAT(why_not("mul_add = 'dim(x, -4)'"), HasSubstr("has no axis -4"));
  EXPECT_THAT(why_not("mul_add = \"numel('other')\""), HasSubstr("the node has no 'other'"));
  EXPECT_THAT(why_not("mul_add = 'value(x)'"), HasSubstr("not known before the model runs"));
  EXPECT_THAT(why_not("mul_add = 'numel(x2)'"), StartsWith("my.toml:1: "));
}

TEST(OpaqueByRule, reads_numbers_of_attributes) {
  const Attributes attributes{{"k", std::vector<int64_t>{3}},
                              {"kernel", std::vector<int64_t>{5, 7}},
                              {"alpha", std::vector<double>{2.0, 0.5}},
                              {"mode", std::string("same")}};
  EXPECT_EQ(macs_by("attr('k')", attributes), 3u);
  EXPECT_EQ(macs_by("attr('k', 9)", attributes), 3u);
  EXPECT_EQ(macs_by("attr('none', 9)", attributes), 9u);
  EXPECT_EQ(macs_by("attr('kernel[0]') * attr('kernel[1]')", attributes), 5u * 7);
  EXPECT_EQ(macs_by("attr('alpha')", attributes), 2u);
  EXPECT_THAT(why_not("mul_add = \"attr('alpha[1]')\"", attributes), HasSubstr("no whole number"));
  EXPECT_THAT(why_not("mul_add = \"attr('kernel[2]')\"", attributes), HasSubstr("has no number 2"));
  EXPECT_THAT(why_not("mul_add = \"attr('mode')\"", attributes), HasSubstr("is a text"));
  EXPECT_THAT(why_not("mul_add = \"attr('none')\"", attributes), HasSubstr("no attribute 'none'"));
}

TEST(OpaqueByRule, reads_elements_that_are_known_before_the_model_runs) {
  Node node;
  node.in({8}).in_values({4, 6}).out({6});
  EXPECT_EQ(test::macs(cost_of(ruled("mul_add = 'value(x1) * value(x1, 1)'"), node)), 4u * 6);
  const Known<Cost> outside = count(ruled("mul_add = 'value(x1, 2)'"), node.operands());
  ASSERT_EQ(known(outside), nullptr);
  EXPECT_THAT(reason(outside).why, HasSubstr("has no element 2"));
}

TEST(OpaqueByRule, uses_definitions_in_any_order) {
  const std::string where = "where = { all = 'half * 2', half = 'numel(y) / 2', odd = 'numel(y) / 7' }\n";
  EXPECT_EQ(test::macs(cost_of(ruled(where + "mul_add = 'all'"), dense())), 2u * 3 * 5);
  EXPECT_THAT(why_not(where + "mul_add = 'odd'"), HasSubstr("30 / 7 does not come out even"));
}

TEST(OpaqueByRule, gives_results_their_shapes) {
  Node node;
  node.in({2, 3, 4}).weight({4, 5}).out({});
  EXPECT_EQ(shape_of(ruled("output = ['dim(x, 0)', 'dim(w, 1) + 1', 7]"), node), (Shape{2, 6, 7}));
  EXPECT_EQ(shape_of(ruled("output = []"), node), Shape{});
  EXPECT_EQ(shape_of(ruled("output = 'x'"), node), (Shape{2, 3, 4}));
  const std::vector<Value> several = test::values_of(ruled("output = [['dim(x, 0)'], 'w']\ndtype = 'f16'"), node);
  ASSERT_EQ(several.size(), 2u);
  EXPECT_EQ(several[1].shape, (Shape{4, 5}));
  EXPECT_EQ(several[1].dtype, DType::f16);
  EXPECT_THAT(test::why_unknown(ruled("output = ['3 - 4']"), node), HasSubstr("comes to -1"));
  EXPECT_THAT(test::why_unknown(ruled("output = ['9_000_000_000_000']"), node), HasSubstr("too large"));
  EXPECT_THAT(test::why_unknown(ruled("add = 1"), node), HasSubstr("output = [...]"));
}

TEST(OpaqueByRule, is_not_free_where_the_rule_gives_no_work) {
  EXPECT_THAT(why_not("output = 'x'"), HasSubstr("mul_add = 0"));
  EXPECT_TRUE(cost_of(ruled("mul_add = 0"), dense()).work.empty());
}

TEST(OpaqueByRule, reads_parameters_that_no_operand_shows_once) {
  const Cost cost = cost_of(ruled("add = 1\nparams = 'dim(x, -1) * 5'\ndtype = 'f16'"), dense());
  EXPECT_EQ(cost.parameters.value(), 4u * 5);
  ASSERT_TRUE(cost.read_bytes);
  EXPECT_EQ(cost.read_bytes->value(), 2u * 3 * 4 * 4 + 4 * 5 * 4 + 4 * 5 * 2);
  EXPECT_FALSE(cost_of(ruled("add = 1"), dense()).read_bytes);
  const Cost said = cost_of(ruled("add = 1\nread_bytes = 12\nwritten_bytes = 'numel(y)'"), dense());
  EXPECT_EQ(said.read_bytes->value(), 12u);
  EXPECT_EQ(said.written_bytes->value(), 2u * 3 * 5);
}

TEST(OpaqueByRule, is_not_known_without_a_rule) {
  const Node node = dense();
  EXPECT_EQ(test::why_unknown(Opaque{"unheard of"}, node), "unheard of");
  const Known<Cost> cost = count(Opaque{"unheard of"}, node.operands());
  ASSERT_EQ(known(cost), nullptr);
  EXPECT_EQ(reason(cost).why, "unheard of");
}

}  // namespace
}  // namespace flopstat

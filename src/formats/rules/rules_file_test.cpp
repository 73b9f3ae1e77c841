#include "formats/rules/rules_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bytes/toml.h"
#include "flopstat/error.h"

namespace flopstat::rules {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

UserRules read(const std::string& text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return read_rules(File::from_bytes({begin, begin + text.size()}, "my.toml"));
}

UserRule rule_in(const std::string& text) {
  const UserRules rules = read(text);
  if (rules.size() == 1) return *rules[0];
  ADD_FAILURE() << rules.size() << " rules in " << text;
  return {};
}

Error fault_in(const std::string& text) {
  try {
    read(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code, ErrorCode::usage);
    EXPECT_THAT(error.message, StartsWith("my.toml:"));
    EXPECT_FALSE(error.help.empty());
    return error;
  }
  ADD_FAILURE() << "no fault in " << text.substr(0, 200);
  return {ErrorCode::usage, ""};
}

std::string repeated(const std::string& text, size_t times) {
  std::string result;
  for (size_t i = 0; i < times; ++i) result += text;
  return result;
}

TEST(RulesFile, gives_work_by_unit_and_part) {
  const UserRule rule = rule_in("[op.MyOp]\nmul_add = 'numel(y)'\nbias = { add = 7 }\n");
  EXPECT_EQ(rule.subject, UserRule::Subject::type);
  EXPECT_EQ(rule.name, "MyOp");
  EXPECT_EQ(rule.place, "my.toml:1");
  ASSERT_EQ(rule.work.size(), 2u);
  EXPECT_EQ(rule.work[0].part, Part::bias);
  EXPECT_EQ(rule.work[0].unit, Unit::add);
  EXPECT_EQ(rule.work[0].count.text, "7");
  EXPECT_EQ(rule.work[1].part, Part::core);
  EXPECT_EQ(rule.work[1].unit, Unit::mul_add);
  EXPECT_EQ(rule.work[1].count.text, "numel(y)");
}

TEST(RulesFile, keeps_the_order_of_its_lines) {
  const UserRules rules = read("[op.Z]\nadd = 1\n[layer.'a.b']\nadd = 2\n[op.A]\nadd = 3\n");
  ASSERT_EQ(rules.size(), 3u);
  EXPECT_EQ(rules[0]->place, "my.toml:1");
  EXPECT_EQ(rules[1]->name, "a.b");
  EXPECT_EQ(rules[1]->subject, UserRule::Subject::node);
  EXPECT_EQ(rules[2]->place, "my.toml:5");
}

TEST(RulesFile, gives_one_shape_several_or_that_of_a_tensor) {
  EXPECT_EQ(rule_in("[op.A]\noutput = ['dim(x, 0)', 10]").results.size(), 1u);
  EXPECT_EQ(rule_in("[op.A]\noutput = []").results.size(), 1u);
  EXPECT_EQ(rule_in("[op.A]\noutput = [[1, 2], 'x']").results.size(), 2u);
  EXPECT_EQ(rule_in("[op.A]\noutput = [[]]").results.size(), 1u);
  EXPECT_EQ(std::get<TensorRef>(rule_in("[op.A]\noutput = 'x1'").results.at(0)),
            (TensorRef{.kind = TensorRef::Kind::operand, .index = 1}));
}

TEST(RulesFile, puts_definitions_behind_those_that_they_use) {
  const UserRule rule = rule_in("[op.A]\nadd = 'a'\nwhere = { a = 'b * c', b = 'c + 1', c = 2 }");
  ASSERT_EQ(rule.definitions.size(), 3u);
  EXPECT_EQ(rule.definitions[0].name, "c");
  EXPECT_EQ(rule.definitions[1].name, "b");
  EXPECT_EQ(rule.definitions[2].name, "a");
  ASSERT_EQ(rule.work.size(), 1u);
  EXPECT_EQ(rule.work[0].count.steps.at(0).number, 2);
  EXPECT_EQ(rule.definitions[2].formula.steps.at(0).number, 1);
}

TEST(RulesFile, refuses_definitions_in_a_circle) {
  EXPECT_THAT(fault_in("[op.A]\nwhere = { a = 'b', b = 'a' }").message, HasSubstr("is defined by itself"));
  EXPECT_THAT(fault_in("[op.A]\nwhere = { a = 'a' }").message, HasSubstr("'a' is defined by itself"));
}

TEST(RulesFile, tells_line_and_column_of_what_it_does_not_understand) {
  EXPECT_THAT(fault_in("[op.A]\nadd = 'numel(x) +'").message, StartsWith("my.toml:2:18: "));
  EXPECT_THAT(fault_in("[op.A]\nadd = \"attr(\\\"k\\\") + z\"").message, StartsWith("my.toml:2:22: "));
  EXPECT_THAT(fault_in("[op.A]\n  mull_add = 1").message, StartsWith("my.toml:2:3: "));
  EXPECT_THAT(fault_in("[op.A]\nadd = ").message, StartsWith("my.toml:2:"));
}

TEST(RulesFile, suggests_the_key_that_was_meant) {
  EXPECT_THAT(fault_in("[op.A]\nmull_add = 1").help, HasSubstr("'mul_add'"));
  EXPECT_THAT(fault_in("[op.A]\nbias = { ad = 1 }").help, HasSubstr("'add'"));
  EXPECT_THAT(fault_in("[ops.A]\nadd = 1").help, HasSubstr("'op'"));
  EXPECT_THAT(fault_in("[op.A]\ndtype = 'f23'").help, HasSubstr("did you mean"));
  EXPECT_THAT(fault_in("[op.A]\nweird = 1").help, HasSubstr("there are: params"));
}

TEST(RulesFile, refuses_values_of_other_kinds) {
  for (const char* line :
       {"add = 1.5", "add = true", "add = []", "add = 1979-05-27", "override = 'yes'", "override = 1", "output = 7",
        "output = 'numel(x)'", "output = [1.5]", "bias = 1", "where = 1", "dtype = 7", "where = { x = 1 }",
        "where = { numel = 1 }", "where = { 'a b' = 1 }"}) {
    EXPECT_FALSE(fault_in(std::string("[op.A]\n") + line).message.empty()) << line;
  }
  EXPECT_THAT(fault_in("op = 1").message, HasSubstr("table"));
  EXPECT_THAT(fault_in("op.A = 1").message, HasSubstr("table"));
}

TEST(RulesFile, refuses_what_is_no_toml) {
  EXPECT_THAT(fault_in("\xff\xfe").message, HasSubstr("ASCII"));
  EXPECT_THAT(fault_in("[op.A]\nadd = '\xc0\xaf'").message, HasSubstr("ASCII"));
  EXPECT_THAT(fault_in("[op.A]\n[op.A]\n").message, HasSubstr("no TOML"));
  EXPECT_THAT(fault_in("[)op.A]\n").message, HasSubstr("no TOML")) << "the library stops at an assertion here";
  EXPECT_THAT(fault_in(std::string("\0\0", 2)).message, HasSubstr("no TOML"));
}

TEST(RulesFile, nests_no_deeper_than_a_stack_can_bear) {
  fault_in("[op.A]\noutput = " + repeated("[", 500'000));
  fault_in("[op.A]\noutput = " + repeated("{a=", 300'000));
  EXPECT_THAT(fault_in("[" + repeated("a.", 400'000) + "a]").message, HasSubstr("dots"));
  EXPECT_THAT(fault_in(repeated("a.", 400'000) + "a = 1").message, HasSubstr("dots"));
  fault_in("[op.A]\nadd = '" + repeated("(", 900'000) + "'");
}

TEST(RulesFile, reads_no_larger_file_than_rules_can_be) {
  EXPECT_THAT(fault_in(repeated("#", kMaxToml + 1)).message, HasSubstr("bytes"));
  EXPECT_TRUE(read(repeated("#", kMaxToml)).empty());
}

TEST(RulesFile, spells_other_letters_than_ascii_as_escapes) {
  EXPECT_THAT(fault_in("\xd1\xa2 = 1").message, HasSubstr("ASCII"));
  EXPECT_THAT(fault_in("[op.A]\nadd = 0:78:'\xc9\x90'").message, HasSubstr("ASCII"));
  EXPECT_EQ(rule_in(R"([op."\u0462"])"
                    "\nmul_add = 1")
                .name,
            "\xd1\xa2");
}

}  // namespace
}  // namespace flopstat::rules

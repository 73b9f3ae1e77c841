#include "formats/rules/formula_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace flopstat::rules {
namespace {

using ::testing::HasSubstr;
using Kind = FormulaStep::Kind;

std::vector<Kind> steps_of(const std::string& text, const std::vector<std::string>& definitions = {}) {
  const auto parsed = parse_formula(text, definitions);
  std::vector<Kind> kinds;
  if (const auto* formula = std::get_if<Formula>(&parsed)) {
    for (const FormulaStep& step : formula->steps) kinds.push_back(step.kind);
  } else {
    ADD_FAILURE() << text << ": " << std::get<FormulaFault>(parsed).what;
  }
  return kinds;
}

FormulaFault fault_in(const std::string& text, const std::vector<std::string>& definitions = {}) {
  auto parsed = parse_formula(text, definitions);
  if (auto* fault = std::get_if<FormulaFault>(&parsed)) return *fault;
  ADD_FAILURE() << text << " is a formula";
  return {};
}

std::string repeated(const std::string& text, size_t times) {
  std::string result;
  for (size_t i = 0; i < times; ++i) result += text;
  return result;
}

TEST(FormulaParser, multiplies_before_it_adds_and_goes_from_left_to_right) {
  EXPECT_EQ(steps_of("1 - 2 - 3 * 4"), (std::vector{Kind::number, Kind::number, Kind::subtract, Kind::number,
                                                    Kind::number, Kind::multiply, Kind::subtract}));
  EXPECT_EQ(steps_of("-(1 + 2) // 3"),
            (std::vector{Kind::number, Kind::number, Kind::add, Kind::negate, Kind::number, Kind::floor_divide}));
}

TEST(FormulaParser, tells_the_two_divisions_apart) {
  EXPECT_EQ(steps_of("4/2"), (std::vector{Kind::number, Kind::number, Kind::divide}));
  EXPECT_EQ(steps_of("4//2"), (std::vector{Kind::number, Kind::number, Kind::floor_divide}));
  EXPECT_EQ(steps_of("ceil_div(4, 2)"), (std::vector{Kind::number, Kind::number, Kind::ceil_divide}));
}

TEST(FormulaParser, takes_the_least_of_any_number_of_numbers) {
  EXPECT_EQ(steps_of("min(1, 2, 3)"), (std::vector{Kind::number, Kind::number, Kind::min, Kind::number, Kind::min}));
  EXPECT_EQ(steps_of("max(1)"), (std::vector{Kind::number}));
}

TEST(FormulaParser, reads_words_of_tensors) {
  EXPECT_EQ(tensor_named("x"), (TensorRef{.kind = TensorRef::Kind::operand, .index = 0}));
  EXPECT_EQ(tensor_named("x0"), tensor_named("x"));
  EXPECT_EQ(tensor_named("y12"), (TensorRef{.kind = TensorRef::Kind::result, .index = 12}));
  EXPECT_EQ(tensor_named("w3"), (TensorRef{.kind = TensorRef::Kind::stored, .index = 3}));
  for (const char* word : {"", "z", "xy", "x1234567", "x-1", "x 1"})
    EXPECT_EQ(tensor_named(word), std::nullopt) << word;
}

TEST(FormulaParser, reads_the_place_of_a_number_in_an_attribute) {
  const auto parsed = parse_formula("attr('kernel[1]', 3)", {});
  const auto* formula = std::get_if<Formula>(&parsed);
  ASSERT_NE(formula, nullptr);
  EXPECT_EQ(formula->steps.back().kind, Kind::attribute_or);
  EXPECT_EQ(formula->steps.back().name, "kernel");
  EXPECT_EQ(formula->steps.back().number, 1);
}

TEST(FormulaParser, says_where_a_formula_goes_wrong) {
  EXPECT_EQ(fault_in("1 + ").at, std::string("1 + ").size());
  EXPECT_THAT(fault_in("1 + ").what, HasSubstr("found the end"));
  EXPECT_EQ(fault_in("1 2").at, std::string("1 ").size());
  EXPECT_EQ(fault_in("(1").at, std::string("(1").size());
  EXPECT_THAT(fault_in("2.5").what, HasSubstr("whole"));
  EXPECT_THAT(fault_in("1e9").what, HasSubstr("whole"));
  EXPECT_THAT(fault_in("numel(z)").what, HasSubstr("'z' names no tensor"));
  EXPECT_THAT(fault_in("x * 2").help, HasSubstr("numel(x)"));
  EXPECT_THAT(fault_in("attr(k)").what, HasSubstr("quotes"));
  EXPECT_THAT(fault_in("attr('k").what, HasSubstr("not closed"));
  EXPECT_THAT(fault_in("attr('k[z]')").what, HasSubstr("position"));
  EXPECT_THAT(fault_in("").what, HasSubstr("found the end"));
}

TEST(FormulaParser, suggests_the_function_or_definition_that_was_meant) {
  EXPECT_THAT(fault_in("nummel(x)").help, HasSubstr("'numel'"));
  EXPECT_THAT(fault_in("chanels", {"channels"}).help, HasSubstr("'channels'"));
}

TEST(FormulaParser, refuses_numbers_that_no_count_can_hold) {
  EXPECT_EQ(steps_of("9223372036854775807").size(), 1u);
  EXPECT_THAT(fault_in("9223372036854775808").what, HasSubstr("63 bits"));
  EXPECT_THAT(fault_in(repeated("9", 1000)).what, HasSubstr("63 bits"));
}

TEST(FormulaParser, nests_no_deeper_than_its_limit) {
  const size_t most = kMaxNesting - 1;  // the number inside is a level, too
  EXPECT_EQ(steps_of(repeated("(", most) + "1" + repeated(")", most)).size(), 1u);
  EXPECT_THAT(fault_in(repeated("(", kMaxNesting) + "1").what, HasSubstr("nest deeper"));
  EXPECT_THAT(fault_in(repeated("-", kMaxFormula)).what, HasSubstr("nest deeper"));
  EXPECT_THAT(fault_in(repeated("min(", kMaxNesting) + "1").what, HasSubstr("nest deeper"));
}

TEST(FormulaParser, reads_no_endless_formula) {
  EXPECT_THAT(fault_in(repeated("(", 1'000'000)).what, HasSubstr("more than"));
  EXPECT_EQ(steps_of("1" + repeated("+1", kMaxFormula / 2 - 1)).size(), 2 * (kMaxFormula / 2) - 1);
}

TEST(FormulaParser, refuses_what_is_no_plain_text) {
  EXPECT_EQ(fault_in("1 + \xff").at, std::string("1 + ").size());
  EXPECT_THAT(fault_in(std::string("1\0", 2)).what, HasSubstr("ASCII"));
  EXPECT_THAT(fault_in("attr('\x1b[31m')").what, HasSubstr("ASCII"));
}

}  // namespace
}  // namespace flopstat::rules

#include "reports/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/report_builder.h"

namespace flopstat {
namespace {

using ::testing::HasSubstr;

/// A model of so many multiply-adds, parameters and bytes of weights.
Report model_of(uint64_t amount) {
  test::ReportBuilder builder("m.tflite");
  builder.row({.type = "FULLY_CONNECTED",
               .op = "matmul",
               .work = {{.unit = Unit::mul_add, .dtype = DType::f32, .count = amount}},
               .params = amount,
               .weight_bytes = amount});
  return builder.finish();
}

std::optional<std::string> refusal_of(const std::string& text, const Report& a, const Report& b) {
  const std::variant<Gate, GateFault> gate = parse_gate(text);
  EXPECT_TRUE(std::holds_alternative<Gate>(gate)) << text;
  return refusal(std::get<Gate>(gate), a, b, diff(a, b), {});
}

bool fails(const std::string& text, uint64_t a, uint64_t b) {
  return refusal_of(text, model_of(a), model_of(b)).has_value();
}

GateFault fault_of(std::string_view text) {
  const std::variant<Gate, GateFault> gate = parse_gate(text);
  EXPECT_TRUE(std::holds_alternative<GateFault>(gate)) << text;
  return std::get<GateFault>(gate);
}

TEST(Gate, with_a_sign_is_of_the_difference_and_without_one_of_b) {
  EXPECT_FALSE(fails("macs>+10", 100, 110));
  EXPECT_TRUE(fails("macs>+10", 100, 111));
  EXPECT_FALSE(fails("macs>110", 100, 110));
  EXPECT_TRUE(fails("macs>110", 1000, 111));
  EXPECT_TRUE(fails("macs<-10", 100, 89));
  EXPECT_FALSE(fails("macs<-10", 100, 90));
  EXPECT_TRUE(fails("macs>-10", 100, 91));
}

TEST(Gate, of_percents_is_exact_at_its_limit) {
  EXPECT_FALSE(fails("macs>+1%", 1'000, 1'010));
  EXPECT_TRUE(fails("macs>+1%", 1'000, 1'011));
  EXPECT_FALSE(fails("macs>+0.1%", 1'000, 1'001));
  EXPECT_TRUE(fails("macs>=+0.1%", 1'000, 1'001));
  const uint64_t large = 10'000'000'000'000'000'000ull;  // beyond what a double holds exactly
  EXPECT_FALSE(fails("macs>+0.000001%", large, large + large / 100'000'000));
  EXPECT_TRUE(fails("macs>+0.000001%", large, large + large / 100'000'000 + 1));
}

TEST(Gate, of_percents_of_nothing_lets_nothing_in) {
  EXPECT_FALSE(fails("macs>+50%", 0, 0));
  EXPECT_TRUE(fails("macs>+50%", 0, 1));
}

TEST(Gate, has_every_relation) {
  EXPECT_TRUE(fails("macs!=+0", 7, 8));
  EXPECT_FALSE(fails("macs!=+0", 7, 7));
  EXPECT_TRUE(fails("macs=7", 8, 7));
  EXPECT_TRUE(fails("macs == 7", 8, 7));
  EXPECT_TRUE(fails("macs<=7", 8, 7));
  EXPECT_FALSE(fails("macs<7", 8, 7));
  EXPECT_TRUE(fails("macs>=7", 8, 7));
  EXPECT_FALSE(fails("macs>7", 8, 7));
}

TEST(Gate, takes_units_of_counts_and_of_memory) {
  EXPECT_FALSE(fails("macs>1.5k", 0, 1'500));
  EXPECT_TRUE(fails("macs>1.5k", 0, 1'501));
  EXPECT_FALSE(fails("weight_bytes>1.5KiB", 0, 1'536));
  EXPECT_TRUE(fails("weight_bytes>1.5KiB", 0, 1'537));
  EXPECT_TRUE(fails("weight_bytes>1.5kB", 0, 1'501));
  EXPECT_TRUE(fails("weight_bytes>2Mi", 0, 2 * 1024 * 1024 + 1));
  EXPECT_FALSE(fails("weight_bytes>2Mi", 0, 2 * 1024 * 1024));
  EXPECT_FALSE(fails("params>0.001P", 0, 1'000'000'000'000));
  EXPECT_TRUE(fails("params>0.5", 0, 1));
}

TEST(Gate, knows_figures_by_their_key_and_their_title) {
  for (const std::string name : {"weight_bytes", "Weights", "WEIGHTS"}) EXPECT_TRUE(fails(name + ">4", 5, 5)) << name;
  EXPECT_TRUE(fails("nodes>0", 1, 1));
}

TEST(Gate, says_which_values_it_refuses) {
  EXPECT_EQ(refusal_of("macs>+1%", model_of(1'000), model_of(1'250)), "macs>+1%: MACs 1,000 -> 1,250 (+250, +25.0%)");
  EXPECT_EQ(refusal_of("weight_bytes>1KiB", model_of(1'024), model_of(2'048)),
            "weight_bytes>1KiB: Weights 1.000 KiB -> 2.000 KiB (+1.000 KiB, +100.0%)");
  EXPECT_EQ(refusal_of("macs=+0", model_of(7), model_of(7)), "macs=+0: MACs 7 -> 7 (=)");
}

TEST(Gate, refuses_what_is_not_known_with_its_reason) {
  const Report known = model_of(4), unknown = test::incomplete_model();
  for (const char* gate : {"macs>+1%", "macs>5M", "macs<0", "macs!=+0"}) {
    EXPECT_THAT(refusal_of(gate, known, unknown).value_or("passed"),
                HasSubstr("MACs of B is not known: #1 FlexFoo: no rule for the custom operation 'FlexFoo'"));
  }
  EXPECT_THAT(refusal_of("macs>+1%", unknown, known).value_or("passed"), HasSubstr("MACs of A is not known: #1"));
  EXPECT_EQ(refusal_of("macs>5M", unknown, known), std::nullopt);  // only B is asked
  EXPECT_THAT(refusal_of("macs>3", unknown, known).value_or("passed"), HasSubstr("macs>3: MACs 4"));
  EXPECT_THAT(refusal_of("trainable_params>+0", known, known).value_or("passed"), HasSubstr("cannot be told"));
  EXPECT_EQ(refusal_of("nodes>5", known, unknown), std::nullopt);
}

TEST(Gate, that_makes_no_sense_says_why) {
  EXPECT_EQ(fault_of("mcas>+1%").word, "mcas");
  EXPECT_THAT(fault_of("macs").why, HasSubstr("no relation"));
  EXPECT_THAT(fault_of("macs!5").why, HasSubstr("no relation"));
  EXPECT_EQ(fault_of("macs>1%").meant, "macs>+1%");
  EXPECT_THAT(fault_of("macs>").why, HasSubstr("no number"));
  EXPECT_THAT(fault_of("macs>+-1").why, HasSubstr("no number"));
  EXPECT_THAT(fault_of("macs>1.2.3").why, HasSubstr("no unit"));
  EXPECT_THAT(fault_of("macs>1m").why, HasSubstr("'m' is no unit"));
  EXPECT_THAT(fault_of("macs>1kB").why, HasSubstr("'kB' is no unit"));
  EXPECT_THAT(fault_of("macs>+1x").why, HasSubstr("Ti; and % behind a sign"));
  EXPECT_THAT(fault_of("macs>12345678901234567890").why, HasSubstr("18 digits"));
  EXPECT_THAT(fault_of("intensity>3").word, "intensity");
}

}  // namespace
}  // namespace flopstat

#include "reports/units.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace flopstat {
namespace {

TEST(Units, counts_have_four_significant_digits) {
  EXPECT_EQ(si(0), "0");
  EXPECT_EQ(si(999), "999");
  EXPECT_EQ(si(1'000), "1.000 k");
  EXPECT_EQ(si(89'400), "89.40 k");
  EXPECT_EQ(si(179'258), "179.3 k");
  EXPECT_EQ(si(7'157'888), "7.158 M");
  EXPECT_EQ(si(4'100'000'000), "4.100 G");
}

TEST(Units, memory_has_prefixes_of_1000_where_they_are_asked_for) {
  EXPECT_EQ(si_bytes(999), "999 B");
  EXPECT_EQ(si_bytes(1000), "1.000 kB");
  EXPECT_EQ(si_bytes(54 * 1024), "55.30 kB");
  EXPECT_EQ(si_bytes(uint64_t{5} * 1000 * 1000 * 1000), "5.000 GB");
}

TEST(Units, rounding_up_to_a_thousand_moves_to_the_next_prefix) {
  EXPECT_EQ(si(999'949), "999.9 k");
  EXPECT_EQ(si(999'950), "1.000 M");
  EXPECT_EQ(si(999'999'999), "1.000 G");
  EXPECT_EQ(si(9'999'600), "10.00 M");
}

TEST(Units, the_largest_count_has_a_prefix) { EXPECT_EQ(si(UINT64_MAX), "18.45 E"); }

TEST(Units, memory_is_in_steps_of_1024) {
  EXPECT_EQ(iec(0), "0 B");
  EXPECT_EQ(iec(1'023), "1023 B");
  EXPECT_EQ(iec(1'024), "1.000 KiB");
  EXPECT_EQ(iec(54 * 1'024), "54.00 KiB");
  EXPECT_EQ(iec(1'023 * 1'024), "1023 KiB");
  EXPECT_EQ(iec(1'024 * 1'024 - 1), "1.000 MiB");
  EXPECT_EQ(iec(uint64_t{3} << 30), "3.000 GiB");
  EXPECT_EQ(iec(UINT64_MAX), "16.00 EiB");
}

TEST(Units, thousands_are_separated_from_the_right) {
  EXPECT_EQ(thousands(0), "0");
  EXPECT_EQ(thousands(999), "999");
  EXPECT_EQ(thousands(1'000), "1,000");
  EXPECT_EQ(thousands(6'193'664), "6,193,664");
  EXPECT_EQ(thousands(UINT64_MAX), "18,446,744,073,709,551,615");
}

TEST(Units, ratios_keep_four_digits_on_either_side_of_one) {
  EXPECT_EQ(ratio(0.0), "0");
  EXPECT_EQ(ratio(0.49347), "0.4935");
  EXPECT_EQ(ratio(20.7), "20.70");
  EXPECT_EQ(ratio(999.96), "1,000");
  EXPECT_EQ(ratio(12345.6), "12,346");
  EXPECT_EQ(ratio(0.00001234), "1.23e-05");
}

TEST(Units, shares_have_one_digit_after_the_point) {
  EXPECT_EQ(percent(1, 8), "12.5%");
  EXPECT_EQ(percent(8, 8), "100.0%");
  EXPECT_EQ(percent(0, 8), "0.0%");
}

}  // namespace
}  // namespace flopstat

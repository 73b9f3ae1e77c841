#include "count/conventions/flopstat.h"

#include <gtest/gtest.h>

namespace flopstat {
namespace {

uint64_t flops(const Cost& cost) { return work_statement(cost).value().value(); }
uint64_t int_ops(const Cost& cost) { return int_ops_by_flopstat(cost).value(); }

Cost cost_of(Unit unit, DType dtype, Mark mark = Mark::none) {
  return {.work = {{.part = Part::core, .unit = unit, .dtype = dtype, .mark = mark, .count = 7}}};
}

TEST(FlopstatConvention, a_multiply_add_is_two_operations_and_every_other_unit_one) {
  EXPECT_EQ(flops(cost_of(Unit::mul_add, DType::f32)), 7 * 2);
  for (const Unit unit : {Unit::add, Unit::mul, Unit::div, Unit::compare, Unit::transcendental}) {
    EXPECT_EQ(flops(cost_of(unit, DType::f32)), 7) << name_of(unit);
  }
}

TEST(FlopstatConvention, flops_are_floating_point_and_ops_are_integer) {
  for (const DType dtype : {DType::f16, DType::bf16, DType::f32, DType::f64, DType::f8e4m3}) {
    EXPECT_EQ(flops(cost_of(Unit::mul, dtype)), 7);
    EXPECT_EQ(int_ops(cost_of(Unit::mul, dtype)), 0);
  }
  for (const DType dtype : {DType::i4, DType::i8, DType::u8, DType::i16, DType::i32, DType::i64}) {
    EXPECT_EQ(flops(cost_of(Unit::mul_add, dtype)), 0);
    EXPECT_EQ(int_ops(cost_of(Unit::mul_add, dtype)), 7 * 2);
  }
}

TEST(FlopstatConvention, work_on_indices_and_on_constants_is_none) {
  EXPECT_EQ(int_ops(cost_of(Unit::add, DType::i32, Mark::index)), 0);
  EXPECT_EQ(flops(cost_of(Unit::add, DType::f32, Mark::constant)), 0);
}

TEST(FlopstatConvention, parts_add_up) {
  // Dense 784 -> 100 with relu: 78,400 MACs, 100 bias additions, 100 comparisons.
  Cost cost;
  cost.add(Part::core, Unit::mul_add, DType::f32, 784 * 100);
  cost.add(Part::bias, Unit::add, DType::f32, 100);
  cost.add(Part::activation, Unit::compare, DType::f32, 100);
  EXPECT_EQ(flops(cost), 2 * 784 * 100 + 100 + 100);
}

TEST(FlopstatConvention, beyond_64_bits_overflows) {
  Cost cost;
  cost.add(Part::core, Unit::mul_add, DType::f32, uint64_t{1} << 63);
  EXPECT_THROW(flops(cost), Overflow);
}

TEST(FlopstatConvention, is_the_default_one) {
  EXPECT_EQ(conventions().front().info.name, "flopstat");
  EXPECT_EQ(find_convention("flopstat")->info.name, "flopstat");
  EXPECT_EQ(find_convention("nobody's"), nullptr);
}

}  // namespace
}  // namespace flopstat

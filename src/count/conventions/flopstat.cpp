#include "count/conventions/flopstat.h"

namespace flopstat {
namespace {

/// Operations of one unit of work. Source: docs/counting.md, section 1.
Count operations(Unit unit) {
  switch (unit) {
    case Unit::mul_add: return 2;
    case Unit::add:
    case Unit::mul:
    case Unit::div:
    case Unit::compare:
    case Unit::transcendental: return 1;
  }
  return 1;
}

Count sum(const Cost& cost, bool (*counts)(DType)) {
  Count total = 0;
  for (size_t i = 0; i < cost.work.size(); ++i) {
    const Work& work = cost.work[i];
    if (work.mark == Mark::none && counts(work.dtype)) total += operations(work.unit) * cost.units(i);
  }
  return total;
}

}  // namespace

Known<Count> flopstat_flops(const Node&, const Operands&, const Cost& cost) { return sum(cost, is_float); }

Known<Count> flopstat_int_ops(const Node&, const Operands&, const Cost& cost) { return sum(cost, is_integer); }

}  // namespace flopstat

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

/// Multiply-adds alone, of any type.
Said said_by_macs(const CountedLayer& layer) { return {.core = layer.macs, .macs = layer.macs}; }

}  // namespace

Said said_by_flopstat(const CountedLayer& layer) {
  Said said;
  const Cost& cost = *layer.cost;
  for (size_t i = 0; i < cost.work.size(); ++i) {
    const Work& work = cost.work[i];
    if (work.mark != Mark::none || !is_float(work.dtype) || work.part == Part::activation) continue;
    (work.part == Part::bias ? said.bias : said.core) += operations(work.unit) * cost.units(i);
  }
  return said;
}

Count activation_by_flopstat(const Cost& cost) {
  Count total = 0;
  for (size_t i = 0; i < cost.work.size(); ++i) {
    const Work& work = cost.work[i];
    if (work.mark != Mark::none || !is_float(work.dtype) || work.part != Part::activation) continue;
    total += operations(work.unit) * cost.units(i);
  }
  return total;
}

Count int_ops_by_flopstat(const Cost& cost) {
  Count total = 0;
  for (size_t i = 0; i < cost.work.size(); ++i) {
    const Work& work = cost.work[i];
    if (work.mark == Mark::none && is_integer(work.dtype)) total += operations(work.unit) * cost.units(i);
  }
  return total;
}

Convention own_convention() {
  return {.info = {.name = "flopstat",
                   .rule = "every operation of the file's own arithmetic: a multiply-add is two, any other one",
                   .source = "docs/counting.md"},
          .basis = Basis::work,
          .say = said_by_flopstat};
}

std::vector<Convention> flopstat_conventions() {
  return {
      own_convention(),
      {.info = {.name = "macs",
                .rule = "multiply-adds of convolutions, dense layers and products of matrices, nothing else",
                .source = "docs/counting.md",
                .unit = CountUnit::macs},
       .say = said_by_macs},
  };
}

}  // namespace flopstat

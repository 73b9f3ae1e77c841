#include "ops/cell.h"

#include "ops/contraction.h"
#include "ops/ops.h"

namespace flopstat {

CellSizes input_sizes(const Shape& x, bool time_major) {
  CellSizes sizes{.inputs = x.back()};
  if (x.size() == 2) {
    sizes.batch = x[0];
    return sizes;
  }
  sizes.steps = time_major ? x[0] : x[1];
  sizes.batch = time_major ? x[1] : x[0];
  return sizes;
}

CellCounts::CellCounts(const Operands& operands, const CellSizes& sizes)
    : steps(operands.letter("T", "steps", sizes.steps)),
      batch(operands.letter("B", "batch", sizes.batch)),
      directions(sizes.directions),
      inputs(operands.letter("I", "elements of x that one run of the cell reads", sizes.inputs)),
      hidden(operands.letter("H", "units", sizes.hidden)),
      state(sizes.state == sizes.hidden
                ? hidden
                : operands.letter("R", "elements that one run hands to the next", sizes.state)) {}

void add_gate_products(Cost& cost, const CellCounts& sizes, const GateProducts& p) {
  const Count accumulators = sizes.runs() * p.width;
  add_contraction(cost, {.x = p.x,
                         .w = p.w,
                         .y = p.y,
                         .mul_adds = accumulators * sizes.inputs,
                         .skippable = 0,
                         .outputs = accumulators,
                         .rows = sizes.steps * sizes.batch,
                         .asymmetric_inputs = p.asymmetric_inputs});

  const bool diagonal = p.r.rank() == 1;
  if (diagonal) {
    const DType type = join(p.x.dtype(), p.r.dtype());
    cost.add(Part::core, Unit::mul, type, accumulators);
    cost.add(Part::core, Unit::add, type, accumulators);
    return;
  }

  // The states that the recurrent product reads, over all runs, are of the type of x and as many as the outputs.
  const Count read = sizes.runs() * sizes.state;
  const Value states{.dtype = p.x.dtype(), .shape = {static_cast<int64_t>(read.value())}};
  const bool summed_in_integers = is_integer(p.x.dtype());
  add_contraction(cost, {.x = {p.x.tensor, &states, read.how()},
                         .w = p.r,
                         .y = p.y,
                         .mul_adds = accumulators * sizes.state,
                         .skippable = 0,
                         .outputs = summed_in_integers ? Count{0} : accumulators,
                         .rows = sizes.runs(),
                         .asymmetric_inputs = p.asymmetric_inputs});
}

void add_lstm_units(Cost& cost, DType dtype, Count units, bool coupled) {
  add_function(cost, Part::core, UnaryFn::sigmoid, dtype, coupled ? units * 2 : units * 3);
  add_function(cost, Part::core, UnaryFn::tanh, dtype, units * 2);
  cost.add(Part::core, Unit::mul, dtype, units * 3);
  cost.add(Part::core, Unit::add, dtype, coupled ? units * 2 : units);
}

}  // namespace flopstat

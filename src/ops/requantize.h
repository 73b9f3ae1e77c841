#pragma once

#include "model/cost.h"
#include "ops/operands.h"

/// What quantization adds to an operation, in operations of the accumulator's type.
/// Source: docs/counting.md, section 7.
namespace flopstat {

/// Type that an integer kernel accumulates in: i64 for 16-bit activations, else i32.
DType accumulator_type(const Operand& activation);

/// Brings `elements` accumulators to the type of `y`: multiplier, rounding add, zero point, two clamps = 5 each; 4
/// where the type of `y` has no zero point (i16). Nothing where `y` is not quantized.
void add_requantize(Cost& cost, const Operand& y, Count elements, DType accumulator);

/// The same from an accumulator that goes with the type of `y`.
void add_requantize(Cost& cost, const Operand& y, Count elements);

/// Brings `elements` of an input to the common scale of an addition: zero point, multiplier, rounding add = 3 each.
/// Nothing where `x` is not quantized.
void add_input_rescale(Cost& cost, const Operand& x, Count elements);

/// Takes the zero point from `elements` of an input: 1 each. Nothing where `x` is not quantized.
void add_zero_point(Cost& cost, const Operand& x, Count elements);

/// Movement, clamps and maxima between tensors whose scales differ: zero point + 5 for each of `elements`. Nothing
/// where the scales are equal or not both are quantized.
void add_rescale(Cost& cost, const Operand& x, const Operand& y, Count elements);

/// An integer kernel's clamp only moves the clamps of its requantization: it is no work.
bool moves_clamps(UnaryFn fn);

/// Both quantized, with the same scale and zero point.
bool same_scale(const Operand& a, const Operand& b);

}  // namespace flopstat

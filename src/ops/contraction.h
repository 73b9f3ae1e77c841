#pragma once

#include "model/cost.h"
#include "ops/operands.h"

namespace flopstat {

/// A sum of products of an activation and a weight (or a second activation), as far as all of them are alike.
struct Contraction {
  const Operand& x;
  const Operand& w;
  const Operand& y;
  Count mul_adds;   ///< products
  Count skippable;  ///< of them, zero by the file alone
  Count outputs;    ///< accumulators
  Count rows;       ///< groups of elements of x that are quantized together while running, where w alone is integer
  bool asymmetric_inputs = false;  ///< ... with a zero point
};

/// Appends the products (core) and what quantization adds to them (requantize):
/// - both integer: products in the wider type, then 5 operations per accumulator (4 towards 16 bits), 1 towards a
/// float;
///   zero points of two activations, 1 per element each;
/// - x float, w integer (dynamic range): i8 products; x is quantized while running;
/// - otherwise products in the float type.
///
/// Source: docs/counting.md, sections 1 and 7.
void add_contraction(Cost& cost, const Contraction& contraction);

/// Of the products of a contraction in which each element of w takes equal part, those with elements that sparse
/// storage leaves out: the file alone shows them to be zero. 0 where w is not stored so.
Count absent_products(const Operand& w, Count mul_adds);

/// Appends the addition of a bias to `outputs` accumulators: in the accumulator's type behind integer products.
void add_bias(Cost& cost, const Operand& x, const Operand& w, const Operand& y, Count outputs);

}  // namespace flopstat

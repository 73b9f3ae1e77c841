#pragma once

#include "flopstat/known.h"
#include "model/cost.h"
#include "model/op.h"
#include "ops/operands.h"

/// What recurrent layers have in common: a cell that runs once per step, direction and batch item.
namespace flopstat {

struct CellSizes {
  int64_t steps = 1;
  int64_t batch = 1;
  int64_t directions = 1;
  int64_t inputs = 0;  ///< I: elements of x that a run reads
  int64_t hidden = 0;  ///< H: units
  int64_t state = 0;   ///< R: elements that a run hands to the next one
};

// The sizes of a recurrent layer. Unknown: its operands do not fit together.
Known<CellSizes> cell_sizes(const Lstm& op, const Operands& operands);
Known<CellSizes> cell_sizes(const BasicLstm& op, const Operands& operands);
Known<CellSizes> cell_sizes(const BlockLstm& op, const Operands& operands);
Known<CellSizes> cell_sizes(const Recurrent& op, const Operands& operands);
Known<CellSizes> cell_sizes(const Rnn& op, const Operands& operands);

/// Layers on top of each other.
struct RecurrentLayers {
  CellSizes cell = {};  ///< of the first layer
  int64_t layers = 1;
};
Known<RecurrentLayers> layers_of(const StackedRecurrent& op, const Operands& operands);

/// The same sizes as counts with names.
struct CellCounts {
  Count steps;
  Count batch;
  Count directions;
  Count inputs;
  Count hidden;
  Count state;

  CellCounts(const Operands& operands, const CellSizes& sizes);

  /// How often the cell runs.
  Count runs() const { return steps * batch * directions; }
};

/// Steps, batch and inputs of x [B, I], or of x [T, B, I] or [B, T, I].
CellSizes input_sizes(const Shape& x, bool time_major);

/// The two products behind the gates of a cell, for all its runs.
struct GateProducts {
  const Operand& x;
  const Operand& w;  ///< input weights, those of one gate where each has its own
  const Operand& r;  ///< recurrent weights; a vector: the diagonal of a matrix
  const Operand& y;
  Count width;  ///< accumulators of one run: gates * H
  bool asymmetric_inputs = false;
};

/// Appends width * (I + R) products per run and what quantization adds to them. Integer gates: 5 operations per
/// accumulator, once behind the sum of both products. Floating-point x and integer weights: x and the state are
/// quantized while running, each with its own scale, so each product is brought back on its own. Behind a diagonal of
/// recurrent weights a run has mul and add per accumulator instead of its R products.
///
/// Source: docs/counting.md, sections 2 and 7.
void add_gate_products(Cost& cost, const CellCounts& sizes, const GateProducts& products);

/// Appends what an LSTM does behind the sums of its gates, for each of `units`: sigmoid of the input, forget and output
/// gate, tanh of the cell gate and of the new cell state, and the new states c = f * c + i * g, h = o * tanh(c) (3 mul,
/// 1 add). Coupled: i = 1 - f, an addition instead of a sigmoid.
void add_lstm_units(Cost& cost, DType dtype, Count units, bool coupled);

}  // namespace flopstat

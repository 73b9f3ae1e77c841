#pragma once

#include "count/backward/backward.h"

namespace flopstat::backward_rules {

// The gradient rule of each operation that has one. Contract: that of `backward`.
#define FLOPSTAT_DECLARE_RULE(Operation) \
  Known<Backward> rule(const Operation& op, const Operands& operands, const Flow& flow)

// contraction.cpp
FLOPSTAT_DECLARE_RULE(Conv);
FLOPSTAT_DECLARE_RULE(ConvTranspose);
FLOPSTAT_DECLARE_RULE(GeneralConv);
FLOPSTAT_DECLARE_RULE(MatMul);
FLOPSTAT_DECLARE_RULE(Einsum);
// attention.cpp
FLOPSTAT_DECLARE_RULE(Attention);
FLOPSTAT_DECLARE_RULE(RotaryEmbedding);
// recurrent.cpp
FLOPSTAT_DECLARE_RULE(Lstm);
FLOPSTAT_DECLARE_RULE(BasicLstm);
FLOPSTAT_DECLARE_RULE(BlockLstm);
FLOPSTAT_DECLARE_RULE(Recurrent);
FLOPSTAT_DECLARE_RULE(StackedRecurrent);
FLOPSTAT_DECLARE_RULE(Rnn);
// elementwise.cpp
FLOPSTAT_DECLARE_RULE(Unary);
FLOPSTAT_DECLARE_RULE(Binary);
FLOPSTAT_DECLARE_RULE(Select);
// normalize.cpp
FLOPSTAT_DECLARE_RULE(Softmax);
FLOPSTAT_DECLARE_RULE(BatchNorm);
FLOPSTAT_DECLARE_RULE(Normalize);
FLOPSTAT_DECLARE_RULE(L2Norm);
FLOPSTAT_DECLARE_RULE(NegativeLogLikelihood);
// reduce.cpp
FLOPSTAT_DECLARE_RULE(Pool);
FLOPSTAT_DECLARE_RULE(Reduce);
FLOPSTAT_DECLARE_RULE(Cumulate);
FLOPSTAT_DECLARE_RULE(Resize);
// movement.cpp
FLOPSTAT_DECLARE_RULE(Pad);
FLOPSTAT_DECLARE_RULE(ScatterReduce);
FLOPSTAT_DECLARE_RULE(TopK);
FLOPSTAT_DECLARE_RULE(Dequantize);

#undef FLOPSTAT_DECLARE_RULE

/// Elements that are only moved: their gradients are moved back.
Known<Backward> moved();

/// Elements that are read several times each (an expanded tensor): their gradients are added up.
Known<Backward> copied(const Operands& operands, const Flow& flow);

/// Elements that are read by index: each gradient is added where it was read. Source: docs/counting.md, section 5,
/// "embedding, gather". Example: 5 rows of 16 out of a table: 80 add.
Known<Backward> gathered(const Operands& operands, const Flow& flow, size_t indices);

/// Additions that bring the gradient of a result to an operand that was broadcast to it: |y| - |b|.
Count broadcast_sums(const Operand& y, const Operand& b);

/// Units of one kind in a part of a cost.
Count units_in(const Cost& cost, Unit unit, Part part = Part::core);

}  // namespace flopstat::backward_rules

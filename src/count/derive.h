#pragma once

#include "count/convention.h"
#include "flopstat/derivation.h"
#include "flopstat/report.h"

/// What led to the figures of a row, read off its traced cost.
namespace flopstat {

/// Names the number of elements of every operand and result: "|x|", "|x2|", "|w|", "|y|".
void name_operands(const Node& node, std::vector<Operand>& in, std::vector<Operand>& out, Trace& trace);

/// All but the parameters. `cost` is that of the node with everything added, its counts traced, and so are those of
/// what the convention says of it.
Derivation derive(const Cost& cost, const Convention& convention, const Statement& statement);

}  // namespace flopstat

#pragma once

#include <cstdint>

#include "model/model.h"

namespace flopstat {

/// What folding did.
struct QdqFolding {
  uint64_t operations = 0;    ///< became integer ones
  uint64_t nodes_folded = 0;  ///< quantized, dequantized or clamped, and are part of another operation now
};

/// Makes `DequantizeLinear -> operation -> QuantizeLinear` the integer operation that engines run: it reads the
/// integers and writes them, and the nodes that quantize and dequantize around it are gone. It keeps its name and
/// place.
///
/// All of its data operands have to be dequantized integers of at most 16 bits; a bias, a border and the bounds of a
/// clip may also be constants. Between a DequantizeLinear, which may have several readers, and the operation, nodes may
/// move elements; between the operation and the QuantizeLinear there may be views, transpositions and one clamp, which
/// becomes its activation. What only moves elements from a DequantizeLinear to a QuantizeLinear moves integers, and a
/// stored table that is dequantized to be gathered from is gathered from first. A DequantizeLinear that real operations
/// read too stays for them.
///
/// Source: docs/counting.md, section 7. Views into the model stay views into it.
QdqFolding fold_qdq(Model& model);

}  // namespace flopstat

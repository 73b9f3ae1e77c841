#pragma once

#include "model/model.h"

namespace flopstat {

/// Whether the bytes are an ONNX model. The format has no magic number: its top-level fields must be ONNX's with their
/// wire types, a version up to 64 and a graph among them. A file cut inside its graph still matches.
bool matches_onnx(Bytes bytes);

/// Reads an ONNX model of any operator set. Weights are neither copied nor touched, external data is not opened, and
/// names are views into the file. Throws `Error` where the file contradicts itself; an operator without a canonical
/// operation becomes `Opaque`.
///
/// Constant nodes are tensors here, not nodes: nothing runs, so they have no row. The same holds for the graph inputs
/// that are initializers: they are no inputs. Nodes come in the file's order, sorted only where one reads a tensor
/// that a later one writes.
///
/// Source: github.com/onnx/onnx, onnx/onnx.proto3 and docs/IR.md.
Model read_onnx(File file);

}  // namespace flopstat

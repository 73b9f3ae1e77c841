#pragma once

#include "model/model.h"

namespace flopstat {

/// The bytes carry TensorFlow Lite's identifier "TFL3".
bool matches_tflite(Bytes bytes);

/// Reads a TensorFlow Lite model: schema 3 with its additions 3a (wide operator codes), 3b (signatures) and 3c (buffers
/// outside the FlatBuffer). Weights stay where they are.
///
/// Throws `Error` (truncated, corrupt, unsupported, limit) with the byte where the file contradicts itself. Operators
/// without a rule become `Opaque`.
/// Source: the published schema (tensorflow/compiler/mlir/lite/schema/schema.fbs).
Model read_tflite(File file);

}  // namespace flopstat

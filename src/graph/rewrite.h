#pragma once

#include <optional>

#include "model/model.h"

namespace flopstat {

/// The same network as it was before quantization: tensors that stand for real numbers are f32, quantizing and
/// dequantizing hand their operand on. Nothing where nothing is quantized. Views into the model stay views into it.
std::optional<Model> without_quantization(const Model& model);

}  // namespace flopstat

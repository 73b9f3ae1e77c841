#pragma once

#include <string>

#include "model/model.h"

namespace flopstat {

/// The loss that a Keras model was compiled with, in the file's word: "mse", "SparseCategoricalCrossentropy". Empty
/// where the model is of another format, was not compiled, or has several losses that differ.
///
/// Source: `compile_config` in config.json (Keras 3), the attribute `training_config` (HDF5).
std::string keras_loss(const Model& model);

}  // namespace flopstat

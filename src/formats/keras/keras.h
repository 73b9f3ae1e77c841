#pragma once

#include "model/model.h"

namespace flopstat {

/// Whether the bytes are the JSON text of a Keras model, as `model.to_json()` gives it and as an unzipped `.keras` file
/// has it in `config.json`.
bool matches_keras_json(Bytes bytes);

/// Reads the configuration of a model from JSON, of Keras 1 to 3. Where the file is the `config.json` of an unzipped
/// `.keras` file, `metadata.json` and `model.weights.h5` beside it are read, too.
///
/// In all three readers nothing is run: custom classes and Lambda layers are rows whose work is unknown. Shapes of
/// weights are compared with what the configuration makes; a difference is a warning (weights_differ). They throw
/// `Error` (corrupt, truncated, limit) with the byte where the file contradicts itself.
///
/// Source: keras.io/api/saving; keras.src.saving and keras.src.legacy.saving of Keras 3.15.
Model read_keras_json(File file);

}  // namespace flopstat

#pragma once

#include "model/model.h"

namespace flopstat {

// Keras models in their three forms. Nothing is run: custom classes and Lambda layers are rows whose work is unknown.
// Shapes of stored weights are compared with what the configuration makes; a difference is a warning (weights_differ).
// The readers throw `Error` (corrupt, truncated, limit, unsupported) with the byte where the file contradicts itself.
//
// Source: keras.io/api/saving; keras.src.saving and keras.src.legacy.saving of Keras 3.15.

/// Whether the bytes are a zip archive with config.json and metadata.json: a `.keras` file.
bool matches_keras(Bytes bytes);

/// Reads a `.keras` file, written by Keras 3 or late versions of Keras 2.
Model read_keras(File file);

/// Whether the bytes are an HDF5 file.
bool matches_keras_h5(Bytes bytes);

/// Reads a whole model from HDF5, or weights alone: their parameters are counted, their work is unknown. Throws `Error`
/// (unrecognised) for an HDF5 file with neither.
Model read_keras_h5(File file);

/// Whether the bytes are the JSON text of a model, as `model.to_json()` gives it and as `config.json` has it.
bool matches_keras_json(Bytes bytes);

/// Reads the configuration of a model from JSON. Where the file is the `config.json` of an unzipped `.keras` file,
/// `metadata.json` and `model.weights.h5` beside it are read, too.
Model read_keras_json(File file);

}  // namespace flopstat

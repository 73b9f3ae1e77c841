#pragma once

#include <optional>
#include <string_view>

#include "bytes/hdf5.h"
#include "formats/keras/weights.h"

namespace flopstat::keras {

/// The weights in an HDF5 file: those of a whole model (`model_weights`) or of weights alone, by the names of layers,
/// as Keras 1 to 3 write them (`layer_names`, `weight_names`), or nested groups of variables (`layers/dense/vars/0`),
/// as
/// `.keras` and `.weights.h5` files have them. What the optimizer keeps is left out; optional parts that are missing
/// are no error. Throws `Error` as `Hdf5File` does, corrupt for a group that holds itself.
StoredWeights read_weights(const Hdf5File& file);

/// Whether the file has weights in one of these forms.
bool has_weights(const Hdf5File& file);

}  // namespace flopstat::keras

#pragma once

#include "bytes/file.h"
#include "flopstat/report.h"

namespace flopstat::tflite {

/// What the contents of a metadata entry named TFLITE_METADATA say of the model: a FlatBuffer of its own. Throws
/// `Error` where it is none, or damaged; offsets are in these bytes.
/// Source: github.com/tensorflow/tflite-support, metadata_schema.fbs, table ModelMetadata.
About read_model_metadata(Bytes bytes);

/// The text of a metadata entry named min_runtime_version: it is padded with zeros.
std::string_view read_min_runtime_version(Bytes bytes);

}  // namespace flopstat::tflite

#pragma once

#include <span>
#include <string_view>

#include "model/model.h"

namespace flopstat {

/// A file format: how to tell it and how to read it.
struct Format {
  std::string_view name;
  std::string_view title;  ///< for people: "TensorFlow Lite (.tflite)"
  bool (*matches)(Bytes);
  Model (*read)(File);
};

/// Every format there is, in the order in which they are tried.
std::span<const Format> formats();

/// Reads a model of whatever format its first bytes tell.
///
/// Throws `Error`: unrecognised, or what the format's reader throws; corrupt where graphs call each other in a circle.
Model read_model(File file);

}  // namespace flopstat

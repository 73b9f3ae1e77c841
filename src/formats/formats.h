#pragma once

#include "model/model.h"

namespace flopstat {

/// Reads a model of whatever format its bytes tell. The formats are listed in formats.cpp.
///
/// Throws `Error`: unrecognised, or what the format's reader throws; corrupt where graphs call each other in a circle.
Model read_model(File file);

}  // namespace flopstat

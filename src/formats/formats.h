#pragma once

#include <string_view>

#include "flopstat/error.h"
#include "model/model.h"

namespace flopstat {

/// Reads a model of whatever format its bytes tell. The formats are listed in formats.cpp. Where the file is C source,
/// that is the first array in it that is a model. Where a file holds several models, `tag` chooses one.
///
/// Throws `Error`: unrecognised, or what the format's reader throws; corrupt where graphs call each other in a circle;
/// truncated or corrupt where the list of an array that is a model breaks off; usage for a tag where there is nothing
/// to choose. Places are bytes of the file.
Model read_model(File file, std::string_view tag = {});

/// An error about a model in C source, placed in the text: at the element that was the byte of the model.
Error located_in_source(const Error& error, const CSource& source);

}  // namespace flopstat

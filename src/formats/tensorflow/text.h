#pragma once

#include <string>

#include "bytes/file.h"

/// TensorFlow's messages as text (`.pbtxt`).
namespace flopstat::tensorflow {

/// Whether the bytes are text whose first field is one of a GraphDef, or of a SavedModel.
bool is_graph_text(Bytes bytes);
bool is_saved_model_text(Bytes bytes);

/// The wire format of a message in text format, as far as it is read: fields that no reader looks at are left out.
/// Throws `Error` with the byte of the text: corrupt where the text is none of the format or a value none of its field,
/// truncated where it ends inside a message, limit where messages are nested too deeply.
///
/// Source: protobuf.dev/reference/protobuf/textformat-spec.
std::string wire_of_graph_text(Bytes text);
std::string wire_of_saved_model_text(Bytes text);

}  // namespace flopstat::tensorflow

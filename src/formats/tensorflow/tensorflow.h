#pragma once

#include <string_view>

#include "bytes/file.h"
#include "model/model.h"

namespace flopstat {

/// Whether the bytes are those of a GraphDef, in wire format or as text: a frozen graph, or one of TensorFlow 1 with
/// variables.
bool matches_tensorflow_graph(Bytes bytes);

/// Reads a GraphDef. Its inputs are the placeholders that lead to its outputs; those are the results that nobody takes.
/// Throws `Error`: corrupt where a name is missing, there twice or stands for nothing, or where nodes wait for each
/// other outside of a loop; limit for more than 10 million nodes; what `ProtoMessage` throws.
///
/// Source: github.com/tensorflow/tensorflow, core/framework/graph.proto.
Model read_tensorflow_graph(File file);

/// Whether the bytes are those of the file saved_model.pb or saved_model.pbtxt in the folder of a SavedModel.
bool matches_saved_model(Bytes bytes);

/// Reads a SavedModel: the graph with that tag (or with all these: "eval+tpu"), without a tag the one for serving, or
/// the only one. Each signature is a way into the model; "serving_default" is the main one, if it is there. The files
/// of the variables are not looked at. Throws `Error` as above, usage where no graph has the tag, and unsupported where
/// none is given and several graphs have other tags.
///
/// Source: github.com/tensorflow/tensorflow, core/protobuf/saved_model.proto, meta_graph.proto.
Model read_saved_model(File file, std::string_view tag = {});

}  // namespace flopstat

#include "formats/onnx/onnx.h"

#include "bytes/protobuf.h"
#include "flopstat/error.h"
#include "formats/names.h"
#include "formats/onnx/graph_reader.h"
#include "formats/onnx/schema.h"
#include "formats/onnx/tensor.h"

namespace flopstat {
namespace onnx {
namespace {

/// Versions of ONNX's file structure that may come; the newest is 14.
constexpr int64_t kMaxIrVersion = 64;

/// Whether the current field of a ModelProto has the wire type of the schema; false for a field it does not have.
bool is_model_field(const ProtoMessage& message) {
  switch (message.field()) {
    case ModelProto::ir_version:
    case ModelProto::model_version: return message.type() == WireType::varint;
    case ModelProto::producer_name:
    case ModelProto::producer_version:
    case ModelProto::domain:
    case ModelProto::doc_string:
    case ModelProto::graph:
    case ModelProto::opset_import:
    case ModelProto::metadata_props:
    case ModelProto::training_info:
    case ModelProto::functions:
    case ModelProto::configuration: return message.type() == WireType::delimited;
    default: return false;
  }
}

/// Whether a message begins as a GraphProto does; an empty one does.
bool begins_as_graph(ProtoMessage message) {
  if (!message.next()) return true;
  switch (message.field()) {
    case GraphProto::node:
    case GraphProto::name:
    case GraphProto::initializer:
    case GraphProto::doc_string:
    case GraphProto::input:
    case GraphProto::output:
    case GraphProto::value_info:
    case GraphProto::quantization_annotation:
    case GraphProto::sparse_initializer:
    case GraphProto::metadata_props: return message.type() == WireType::delimited;
    default: return false;
  }
}

}  // namespace
}  // namespace onnx

bool matches_onnx(Bytes bytes) {
  using namespace onnx;
  bool version = false;
  bool graph = false;
  ProtoMessage model(bytes);
  try {
    while (model.next()) {
      if (!is_model_field(model)) return false;
      if (model.field() == ModelProto::ir_version) {
        version = model.integer() >= 1 && model.integer() <= kMaxIrVersion;
        if (!version) return false;
      }
      if (model.field() == ModelProto::graph) {
        graph = true;
        if (!begins_as_graph(model.child())) return false;
      }
    }
  } catch (const Error& error) {
    // A file that is cut inside its graph is an ONNX file with an error, which reading it will name.
    return version && (graph || (error.code == ErrorCode::truncated && model.field() == ModelProto::graph));
  }
  return version && graph;
}

Model read_onnx(File file) {
  using namespace onnx;
  Model model{.file = std::move(file), .format = "onnx"};
  OperatorSets operator_sets;
  Library library{.model = model};
  std::vector<ProtoMessage> graphs;
  std::vector<ProtoMessage> functions;
  std::string_view producer;
  std::string_view producer_version;
  ProtoMessage message(model.file.bytes());
  while (message.next()) {
    switch (message.field()) {
      case ModelProto::ir_version: operator_sets.ir_version = message.integer(); break;
      case ModelProto::producer_name: producer = name_in(message); break;
      case ModelProto::producer_version: producer_version = name_in(message); break;
      case ModelProto::graph: graphs.push_back(message.child()); break;
      case ModelProto::opset_import: operator_sets.versions.push_back(read_operator_set(message.child())); break;
      case ModelProto::functions: functions.push_back(message.child()); break;
      default: break;
    }
  }
  if (graphs.empty()) throw Error(ErrorCode::corrupt, "the model has no graph", 0);
  model.producer = producer;
  if (!producer_version.empty()) model.producer += " " + std::string(producer_version);
  for (const ProtoMessage& function : functions) library.functions.insert(read_function(function, operator_sets));
  model.graphs.emplace_back();  // the main graph is the first, before those inside it
  Graph main = read_main_graph(library, operator_sets, graphs);
  model.graphs[model.main] = std::move(main);
  model.warnings = library.external_files.warnings(model.file);
  return model;
}

}  // namespace flopstat

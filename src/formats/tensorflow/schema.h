#pragma once

#include <cstdint>

#include "flopstat/dtype.h"

/// Field numbers of the messages of TensorFlow that are read here. Source: github.com/tensorflow/tensorflow,
/// core/framework/*.proto and core/protobuf/{meta_graph,saved_model,saved_object_graph}.proto.
namespace flopstat::tensorflow {

struct SavedModelProto {
  enum Field : uint32_t { schema_version = 1, meta_graphs = 2 };
};

struct MetaGraphDef {
  enum Field : uint32_t { meta_info = 1, graph_def = 2, collection_def = 4, signature_def = 5, object_graph = 7 };
};

struct MetaInfoDef {
  enum Field : uint32_t { tags = 4, tensorflow_version = 5 };
};

/// An entry of any map.
struct MapEntry {
  enum Field : uint32_t { key = 1, value = 2 };
};

struct SignatureDef {
  enum Field : uint32_t { inputs = 1, outputs = 2, method_name = 3 };
};

struct TensorInfo {
  enum Field : uint32_t { name = 1, dtype = 2, tensor_shape = 3 };
};

struct SavedObjectGraph {
  enum Field : uint32_t { nodes = 1, concrete_functions = 2 };
};

struct SavedConcreteFunction {
  enum Field : uint32_t { bound_inputs = 2 };
};

struct SavedObject {
  enum Field : uint32_t { variable = 7 };
};

struct SavedVariable {
  enum Field : uint32_t { dtype = 1, shape = 2, trainable = 3, name = 6 };
};

struct CollectionDef {
  enum Field : uint32_t { bytes_list = 2 };
};

struct BytesList {
  enum Field : uint32_t { value = 1 };
};

struct VariableDef {
  enum Field : uint32_t { variable_name = 1 };
};

struct GraphDef {
  enum Field : uint32_t { node = 1, library = 2, version = 3, versions = 4, debug_info = 5 };
};

struct NodeDef {
  enum Field : uint32_t {
    name = 1,
    op = 2,
    input = 3,
    device = 4,
    attr = 5,
    experimental_debug_info = 6,
    experimental_type = 7,
  };
};

struct FunctionDefLibrary {
  enum Field : uint32_t { function = 1 };
};

struct FunctionDef {
  enum Field : uint32_t { signature = 1, node = 3, ret = 4 };
};

struct OpDef {
  enum Field : uint32_t { name = 1, input_arg = 2, output_arg = 3 };
};

struct ArgDef {
  enum Field : uint32_t { name = 1, type = 3 };
};

struct AttrValue {
  enum Field : uint32_t { list = 1, s = 2, i = 3, f = 4, b = 5, type = 6, shape = 7, tensor = 8, func = 10 };
};

struct NameAttrList {
  enum Field : uint32_t { name = 1 };
};

struct TensorProto {
  enum Field : uint32_t {
    dtype = 1,
    tensor_shape = 2,
    tensor_content = 4,
    float_val = 5,
    double_val = 6,
    int_val = 7,
    string_val = 8,
    int64_val = 10,
    bool_val = 11,
    half_val = 13,
    uint32_val = 16,
    uint64_val = 17,
  };
};

struct TensorShapeProto {
  enum Field : uint32_t { dim = 2, unknown_rank = 3 };
};

struct TensorShapeDim {
  enum Field : uint32_t { size = 1 };
};

/// A DataType, references to variables too. Source: core/framework/types.proto.
DType dtype_of(int64_t data_type);

}  // namespace flopstat::tensorflow

#pragma once

#include <cstdint>

#include "flopstat/dtype.h"

/// Field numbers of the messages of ONNX that are read here. Source: onnx/onnx.proto3, onnx/onnx-ml.proto3.
namespace flopstat::onnx {

struct ModelProto {
  enum Field : uint32_t {
    ir_version = 1,
    producer_name = 2,
    producer_version = 3,
    domain = 4,
    model_version = 5,
    doc_string = 6,
    graph = 7,
    opset_import = 8,
    metadata_props = 14,
    training_info = 20,
    functions = 25,
    configuration = 26,
  };
};

struct OperatorSetIdProto {
  enum Field : uint32_t { domain = 1, version = 2 };
};

struct FunctionProto {
  enum Field : uint32_t {
    name = 1,
    input = 4,
    output = 5,
    attribute = 6,
    node = 7,
    opset_import = 9,
    domain = 10,
    attribute_proto = 11,
    value_info = 12,
    overload = 13,
  };
};

struct GraphProto {
  enum Field : uint32_t {
    node = 1,
    name = 2,
    initializer = 5,
    doc_string = 10,
    input = 11,
    output = 12,
    value_info = 13,
    quantization_annotation = 14,
    sparse_initializer = 15,
    metadata_props = 16,
  };
};

struct NodeProto {
  enum Field : uint32_t {
    input = 1,
    output = 2,
    name = 3,
    op_type = 4,
    attribute = 5,
    domain = 7,
    overload = 8,
    metadata_props = 9,
  };
};

struct AttributeProto {
  enum Field : uint32_t {
    name = 1,
    f = 2,
    i = 3,
    s = 4,
    t = 5,
    g = 6,
    floats = 7,
    ints = 8,
    strings = 9,
    tensors = 10,
    graphs = 11,
    type = 20,
    ref_attr_name = 21,
    sparse_tensor = 22,
  };
  enum Type : int64_t {
    kUndefined = 0,  ///< not written by the first versions
    kFloat = 1,
    kInt = 2,
    kString = 3,
    kTensor = 4,
    kGraph = 5,
    kFloats = 6,
    kInts = 7,
    kStrings = 8,
    kSparseTensor = 11,
  };
};

struct TensorProto {
  enum Field : uint32_t {
    dims = 1,
    data_type = 2,
    float_data = 4,
    int32_data = 5,
    string_data = 6,
    int64_data = 7,
    name = 8,
    raw_data = 9,
    double_data = 10,
    uint64_data = 11,
    external_data = 13,
    data_location = 14,
  };
  static constexpr int64_t kExternal = 1;  ///< of data_location
};

struct StringStringEntryProto {
  enum Field : uint32_t { key = 1, value = 2 };
};

struct SparseTensorProto {
  enum Field : uint32_t { values = 1, indices = 2, dims = 3 };
};

struct ValueInfoProto {
  enum Field : uint32_t { name = 1, type = 2 };
};

struct TypeProto {
  enum Field : uint32_t { tensor_type = 1, sparse_tensor_type = 8, optional_type = 9 };
};

struct TypeProtoOptional {
  enum Field : uint32_t { elem_type = 1 };
};

struct TypeProtoTensor {
  enum Field : uint32_t { elem_type = 1, shape = 2 };
};

struct TensorShapeProto {
  enum Field : uint32_t { dim = 1 };
};

struct Dimension {
  enum Field : uint32_t { dim_value = 1, dim_param = 2 };
};

/// Element type by its number in TensorProto.DataType; unknown for one that is not there.
DType dtype_of(int64_t data_type);

}  // namespace flopstat::onnx

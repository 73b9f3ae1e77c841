#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/onnx_writer.h"

/// TensorFlow files for tests, written field by field: the reader shares no code with it.
///
///   TfGraph graph;
///   graph.placeholder("x", {1, 3}).weight("w", {3, 4}).node("MatMul", "y", {"x", "w"});
///   const Model model = read_tensorflow_graph(File::from_bytes(bytes_of(graph.proto), "test.pb"));
namespace flopstat::test {

// Numbers of DataType.
inline constexpr int64_t kTfFloat = 1;
inline constexpr int64_t kTfInt32 = 3;
inline constexpr int64_t kTfResource = 20;

/// An entry of a node's attributes.
using TfAttribute = std::pair<std::string, Proto>;

/// AttrValue of each kind, under its name.
TfAttribute tf_integer(std::string_view name, int64_t value);
TfAttribute tf_flag(std::string_view name, bool value);
TfAttribute tf_text(std::string_view name, std::string_view value);
TfAttribute tf_type(std::string_view name, int64_t type);
TfAttribute tf_shape(std::string_view name, const std::vector<int64_t>& sizes);
TfAttribute tf_integers(std::string_view name, const std::vector<int64_t>& values);
TfAttribute tf_types(std::string_view name, const std::vector<int64_t>& types);
TfAttribute tf_shapes(std::string_view name, const std::vector<std::vector<int64_t>>& shapes);
TfAttribute tf_tensor(std::string_view name, const Proto& tensor);
TfAttribute tf_function(std::string_view name, std::string_view function);
TfAttribute tf_functions(std::string_view name, const std::vector<std::string>& functions);

/// TensorShapeProto.
Proto tf_sizes(const std::vector<int64_t>& sizes);

/// TensorProto without values, with whole numbers one by one, and with contents.
Proto tf_empty(int64_t type, const std::vector<int64_t>& sizes);
Proto tf_numbers(const std::vector<int64_t>& sizes, const std::vector<int64_t>& values);
Proto tf_contents(int64_t type, const std::vector<int64_t>& sizes, std::string_view bytes);

/// NodeDef.
Proto tf_node(std::string_view op, std::string_view name, const std::vector<std::string>& inputs,
              const std::vector<TfAttribute>& attributes = {});

/// FunctionDef: names of arguments, nodes, and per result its name and what it returns.
Proto tf_function_def(std::string_view name, const std::vector<std::string>& arguments,
                      const std::vector<std::pair<std::string, std::string>>& results, const std::vector<Proto>& nodes);

/// A GraphDef.
struct TfGraph {
  Proto proto = {};

  TfGraph& node(const Proto& node);
  TfGraph& node(std::string_view op, std::string_view name, const std::vector<std::string>& inputs,
                const std::vector<TfAttribute>& attributes = {});
  TfGraph& placeholder(std::string_view name, const std::vector<int64_t>& sizes);
  /// A constant of f32, its contents stored.
  TfGraph& weight(std::string_view name, const std::vector<int64_t>& sizes);
  /// Whole numbers of one axis, and one without axes.
  TfGraph& numbers(std::string_view name, const std::vector<int64_t>& values);
  TfGraph& number(std::string_view name, int64_t value);
  TfGraph& variable(std::string_view name, const std::vector<int64_t>& sizes);
  /// A library of one function.
  TfGraph& function(const Proto& function);
};

/// A signature: per input and output its name and the tensor that it means.
struct TfSignature {
  std::string name = {};
  std::vector<std::pair<std::string, std::string>> inputs = {};
  std::vector<std::pair<std::string, std::string>> outputs = {};
};

/// A MetaGraphDef, and a SavedModel of some.
Proto tf_meta_graph(const TfGraph& graph, const std::vector<TfSignature>& signatures,
                    const std::vector<std::string>& tags = {"serve"});
Proto tf_saved_model(const std::vector<Proto>& meta_graphs);

}  // namespace flopstat::test

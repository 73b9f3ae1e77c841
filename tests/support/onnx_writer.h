#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// ONNX files for tests, written field by field: the reader shares no code with it.
///
///   OnnxGraph graph;
///   graph.input("x", {1, 3}).weight("w", {3, 4}).node(onnx_node("MatMul", {"x", "w"}, {"y"})).output("y", {1, 4});
///   const Model model = read_onnx(File::from_bytes(bytes_of(graph.model(17)), "test.onnx"));
namespace flopstat::test {

/// A protobuf message in the making.
struct Proto {
  std::string bytes = {};

  Proto& integer(uint32_t field, int64_t value);
  Proto& real32(uint32_t field, float value);
  Proto& text(uint32_t field, std::string_view value);
  Proto& message(uint32_t field, const Proto& value) { return text(field, value.bytes); }
  /// The beginning of a field whose contents, of so many bytes, follow.
  Proto& opening(uint32_t field, uint64_t size);
  /// Repeated integers in one run, and one field each.
  Proto& packed(uint32_t field, const std::vector<int64_t>& values);
  Proto& unpacked(uint32_t field, const std::vector<int64_t>& values);
};

/// A size, or a symbol where there is one.
struct OnnxDim {
  OnnxDim(int64_t size) : size(size) {}            // NOLINT: sizes are written as plain numbers
  OnnxDim(const char* symbol) : symbol(symbol) {}  // NOLINT
  int64_t size = 0;
  std::string symbol = {};
};

// Numbers of TensorProto.DataType.
inline constexpr int64_t kOnnxFloat = 1;
inline constexpr int64_t kOnnxUint8 = 2;
inline constexpr int64_t kOnnxInt8 = 3;
inline constexpr int64_t kOnnxInt16 = 5;
inline constexpr int64_t kOnnxInt32 = 6;
inline constexpr int64_t kOnnxInt64 = 7;
inline constexpr int64_t kOnnxFloat16 = 10;
inline constexpr int64_t kOnnxFloat8E4M3 = 17;
inline constexpr int64_t kOnnxUint4 = 21;
inline constexpr int64_t kOnnxInt4 = 22;

/// AttributeProto of each kind.
Proto onnx_integer(std::string_view name, int64_t value);
Proto onnx_integers(std::string_view name, const std::vector<int64_t>& values);
Proto onnx_real(std::string_view name, float value);
Proto onnx_reals(std::string_view name, const std::vector<float>& values);
Proto onnx_text(std::string_view name, std::string_view value);
Proto onnx_tensor(std::string_view name, const Proto& tensor);

/// TensorProto with raw data, and with int64_data.
Proto onnx_raw(std::string_view name, int64_t type, const std::vector<int64_t>& dims, std::string_view raw);
Proto onnx_int64s(std::string_view name, const std::vector<int64_t>& values);

Proto onnx_value_info(std::string_view name, int64_t type, const std::vector<OnnxDim>& dims);

Proto onnx_node(std::string_view type, const std::vector<std::string>& inputs, const std::vector<std::string>& outputs,
                const std::vector<Proto>& attributes = {}, std::string_view name = {}, std::string_view domain = {});

/// A GraphProto, and the file around it.
struct OnnxGraph {
  Proto proto = {};

  OnnxGraph& input(std::string_view name, const std::vector<OnnxDim>& dims);
  OnnxGraph& output(std::string_view name, const std::vector<OnnxDim>& dims = {});
  /// An initializer of zeros in f32.
  OnnxGraph& weight(std::string_view name, const std::vector<int64_t>& dims);
  OnnxGraph& initializer(const Proto& tensor);
  OnnxGraph& value_info(std::string_view name, const std::vector<OnnxDim>& dims);
  OnnxGraph& node(const Proto& node);

  /// A ModelProto with the graph as its last field.
  Proto model(int64_t operator_set = 17) const;
};

std::vector<std::byte> bytes_of(const Proto& proto);

}  // namespace flopstat::test

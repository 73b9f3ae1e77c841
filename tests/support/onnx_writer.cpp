#include "support/onnx_writer.h"

#include <bit>

namespace flopstat::test {
namespace {

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes += static_cast<char>(value);
}

std::string tag(uint32_t field, uint32_t wire_type) { return varint(uint64_t{field} << 3 | wire_type); }

std::string little_endian(float value) {
  std::string bytes;
  for (auto bits = std::bit_cast<uint32_t>(value); bytes.size() < sizeof(value); bits >>= 8) {
    bytes += static_cast<char>(bits);
  }
  return bytes;
}

Proto attribute(std::string_view name, int64_t type) { return Proto{}.text(1, name).integer(20, type); }

Proto type_of(int64_t type, const std::vector<OnnxDim>& dims) {
  Proto shape;
  for (const OnnxDim& dim : dims) {
    shape.message(1, dim.symbol.empty() ? Proto{}.integer(1, dim.size) : Proto{}.text(2, dim.symbol));
  }
  return Proto{}.message(1, Proto{}.integer(1, type).message(2, shape));
}

}  // namespace

Proto& Proto::integer(uint32_t field, int64_t value) {
  bytes += tag(field, 0) + varint(static_cast<uint64_t>(value));
  return *this;
}

Proto& Proto::real32(uint32_t field, float value) {
  bytes += tag(field, 5) + little_endian(value);
  return *this;
}

Proto& Proto::opening(uint32_t field, uint64_t size) {
  bytes += tag(field, 2) + varint(size);
  return *this;
}

Proto& Proto::text(uint32_t field, std::string_view value) {
  opening(field, value.size()).bytes += value;
  return *this;
}

Proto& Proto::packed(uint32_t field, const std::vector<int64_t>& values) {
  std::string run;
  for (const int64_t value : values) run += varint(static_cast<uint64_t>(value));
  return text(field, run);
}

Proto& Proto::unpacked(uint32_t field, const std::vector<int64_t>& values) {
  for (const int64_t value : values) integer(field, value);
  return *this;
}

Proto onnx_integer(std::string_view name, int64_t value) { return attribute(name, 2).integer(3, value); }

Proto onnx_integers(std::string_view name, const std::vector<int64_t>& values) {
  return attribute(name, 7).unpacked(8, values);
}

Proto onnx_real(std::string_view name, float value) { return attribute(name, 1).real32(2, value); }

Proto onnx_reals(std::string_view name, const std::vector<float>& values) {
  std::string run;
  for (const float value : values) run += little_endian(value);
  return attribute(name, 6).text(7, run);
}

Proto onnx_text(std::string_view name, std::string_view value) { return attribute(name, 3).text(4, value); }

Proto onnx_tensor(std::string_view name, const Proto& tensor) { return attribute(name, 4).message(5, tensor); }

Proto onnx_raw(std::string_view name, int64_t type, const std::vector<int64_t>& dims, std::string_view raw) {
  return Proto{}.packed(1, dims).integer(2, type).text(8, name).text(9, raw);
}

Proto onnx_int64s(std::string_view name, const std::vector<int64_t>& values) {
  return Proto{}.integer(1, static_cast<int64_t>(values.size())).integer(2, kOnnxInt64).packed(7, values).text(8, name);
}

Proto onnx_value_info(std::string_view name, int64_t type, const std::vector<OnnxDim>& dims) {
  return Proto{}.text(1, name).message(2, type_of(type, dims));
}

Proto onnx_node(std::string_view type, const std::vector<std::string>& inputs, const std::vector<std::string>& outputs,
                const std::vector<Proto>& attributes, std::string_view name, std::string_view domain) {
  Proto node;
  for (const std::string& input : inputs) node.text(1, input);
  for (const std::string& output : outputs) node.text(2, output);
  node.text(3, name).text(4, type);
  for (const Proto& attribute : attributes) node.message(5, attribute);
  return node.text(7, domain);
}

OnnxGraph& OnnxGraph::input(std::string_view name, const std::vector<OnnxDim>& dims) {
  proto.message(11, onnx_value_info(name, kOnnxFloat, dims));
  return *this;
}

OnnxGraph& OnnxGraph::output(std::string_view name, const std::vector<OnnxDim>& dims) {
  proto.message(12, onnx_value_info(name, kOnnxFloat, dims));
  return *this;
}

OnnxGraph& OnnxGraph::weight(std::string_view name, const std::vector<int64_t>& dims) {
  size_t count = 1;
  for (const int64_t size : dims) count *= static_cast<size_t>(size);
  return initializer(onnx_raw(name, kOnnxFloat, dims, std::string(count * sizeof(float), '\0')));
}

OnnxGraph& OnnxGraph::initializer(const Proto& tensor) {
  proto.message(5, tensor);
  return *this;
}

OnnxGraph& OnnxGraph::value_info(std::string_view name, const std::vector<OnnxDim>& dims) {
  proto.message(13, onnx_value_info(name, kOnnxFloat, dims));
  return *this;
}

OnnxGraph& OnnxGraph::node(const Proto& node) {
  proto.message(1, node);
  return *this;
}

Proto OnnxGraph::model(int64_t operator_set) const {
  return Proto{}
      .integer(1, 8)
      .text(2, "writer")
      .text(3, "1.0")
      .message(8, Proto{}.text(1, "").integer(2, operator_set))
      .message(7, proto);
}

std::vector<std::byte> bytes_of(const Proto& proto) {
  const auto* begin = reinterpret_cast<const std::byte*>(proto.bytes.data());
  return {begin, begin + proto.bytes.size()};
}

}  // namespace flopstat::test

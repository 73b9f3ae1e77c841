#include "formats/onnx/node.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "flopstat/error.h"
#include "formats/names.h"
#include "formats/onnx/schema.h"
#include "formats/onnx/tensor.h"

namespace flopstat::onnx {

namespace {

/// The attribute of the enclosing function that a message refers to; empty for one with a value of its own.
std::string_view reference_in(ProtoMessage message) {
  std::string_view reference;
  while (message.next()) {
    if (message.field() == AttributeProto::ref_attr_name) reference = name_in(message);
  }
  return reference;
}

}  // namespace

Attribute read_attribute(ProtoMessage message) {
  Attribute attribute{{}, AttributeProto::kUndefined, message};
  while (message.next()) {
    switch (message.field()) {
      case AttributeProto::name: attribute.name = name_in(message); break;
      case AttributeProto::type: attribute.type = message.integer(); break;
      default: break;
    }
  }
  if (attribute.name.empty()) throw Error(ErrorCode::corrupt, "an attribute has no name", attribute.message.offset());
  return attribute;
}

std::vector<Attribute> read_attributes(ProtoMessage node, std::span<const Attribute> given) {
  std::vector<Attribute> attributes;
  while (node.next()) {
    if (node.field() != NodeProto::attribute) continue;
    Attribute attribute = read_attribute(node.child());
    const std::string_view reference = reference_in(attribute.message);
    if (!reference.empty()) {
      const auto value =
          std::find_if(given.begin(), given.end(), [&](const Attribute& each) { return each.name == reference; });
      if (value == given.end()) continue;
      attribute.type = value->type;
      attribute.message = value->message;
    }
    attributes.push_back(attribute);
  }
  return attributes;
}

namespace {

/// Every number or text of an attribute, whichever fields hold it. Throws `Error` where it is damaged or too long.
std::optional<AttributeValue> plain_value(ProtoMessage message) {
  std::vector<int64_t> integers;
  std::vector<float> reals;
  std::optional<std::string> text;
  while (message.next()) {
    switch (message.field()) {
      case AttributeProto::f: reals.push_back(message.real32()); break;
      case AttributeProto::i: integers.push_back(message.integer()); break;
      case AttributeProto::s: text = std::string(message.text().substr(0, kMaxAttributeText)); break;
      case AttributeProto::floats: message.append_reals32(reals, kMaxAttributeNumbers); break;
      case AttributeProto::ints: message.append_integers(integers, kMaxAttributeNumbers); break;
      default: break;
    }
  }
  if (text) return text;
  if (!integers.empty()) return integers;
  if (!reals.empty()) return std::vector<double>(reals.begin(), reals.end());
  return std::nullopt;
}

}  // namespace

Attributes plain_attributes(std::span<const Attribute> attributes) {
  Attributes plain;
  for (const Attribute& attribute : attributes) {
    if (plain.size() == kMaxAttributes) break;
    try {
      if (auto value = plain_value(attribute.message))
        plain.push_back({std::string(attribute.name), *std::move(value)});
    } catch (const Error&) {
      continue;  // nothing but a rule could want it
    }
  }
  return plain;
}

NodeReader::NodeReader(Graph& graph, Node& node, std::vector<Attribute> attributes, const InnerGraphs& inner,
                       int64_t version, uint32_t& storage)
    : graph_(graph),
      node_(node),
      inner_(inner),
      version_(version),
      storage_(storage),
      attributes_(std::move(attributes)) {}

const Attribute* NodeReader::find(std::string_view name) const {
  for (const Attribute& attribute : attributes_) {
    if (attribute.name == name) return &attribute;
  }
  return nullptr;
}

std::optional<ProtoMessage> NodeReader::open(std::string_view name, int64_t type) const {
  const Attribute* attribute = find(name);
  if (attribute == nullptr) return std::nullopt;
  if (attribute->type != type && attribute->type != AttributeProto::kUndefined) {
    throw Error(ErrorCode::corrupt,
                "the attribute " + std::string(name) + " of " + std::string(node_.type) + " has the type " +
                    std::to_string(attribute->type) + ", expected " + std::to_string(type),
                attribute->message.offset());
  }
  return attribute->message;
}

int64_t NodeReader::integer(std::string_view attribute, int64_t otherwise) const {
  std::optional<ProtoMessage> message = open(attribute, AttributeProto::kInt);
  if (!message) return otherwise;
  int64_t value = 0;
  while (message->next()) {
    if (message->field() == AttributeProto::i) value = message->integer();
  }
  return value;
}

float NodeReader::real(std::string_view attribute, float otherwise) const {
  std::optional<ProtoMessage> message = open(attribute, AttributeProto::kFloat);
  if (!message) return otherwise;
  float value = 0;
  while (message->next()) {
    if (message->field() == AttributeProto::f) value = message->real32();
  }
  return value;
}

std::string_view NodeReader::text(std::string_view attribute, std::string_view otherwise) const {
  std::optional<ProtoMessage> message = open(attribute, AttributeProto::kString);
  if (!message) return otherwise;
  std::string_view value;
  while (message->next()) {
    if (message->field() == AttributeProto::s) value = name_in(*message);
  }
  return value;
}

std::optional<std::vector<int64_t>> NodeReader::integers(std::string_view attribute) const {
  std::optional<ProtoMessage> message = open(attribute, AttributeProto::kInts);
  if (!message) return std::nullopt;
  std::vector<int64_t> values;
  while (message->next()) {
    if (message->field() == AttributeProto::ints) message->append_integers(values, kMaxElements);
  }
  return values;
}

std::optional<std::vector<float>> NodeReader::reals(std::string_view attribute) const {
  std::optional<ProtoMessage> message = open(attribute, AttributeProto::kFloats);
  if (!message) return std::nullopt;
  std::vector<float> values;
  while (message->next()) {
    if (message->field() == AttributeProto::floats) message->append_reals32(values, kMaxElements);
  }
  return values;
}

std::vector<std::string_view> NodeReader::texts(std::string_view attribute) const {
  std::vector<std::string_view> values;
  std::optional<ProtoMessage> message = open(attribute, AttributeProto::kStrings);
  while (message && message->next()) {
    if (message->field() == AttributeProto::strings) values.push_back(message->text());
  }
  return values;
}

std::optional<Tensor> NodeReader::tensor(std::string_view attribute) {
  std::optional<ProtoMessage> message = open(attribute, AttributeProto::kTensor);
  while (message && message->next()) {
    if (message->field() == AttributeProto::t) return read_tensor(message->child(), ++storage_);
  }
  return std::nullopt;
}

std::optional<Tensor> NodeReader::sparse_tensor(std::string_view attribute) {
  std::optional<ProtoMessage> message = open(attribute, AttributeProto::kSparseTensor);
  while (message && message->next()) {
    if (message->field() == AttributeProto::sparse_tensor) return read_sparse_tensor(message->child(), ++storage_);
  }
  return std::nullopt;
}

std::optional<GraphId> NodeReader::graph(std::string_view attribute) const {
  for (const auto& [name, id] : inner_.graphs) {
    if (name == attribute) return id;
  }
  return std::nullopt;
}

const Tensor* NodeReader::operand(size_t i) const {
  const TensorId id = input(i);
  return id == kAbsent ? nullptr : &graph_.tensors[id];
}

TensorId NodeReader::filled_input(size_t i) const {
  const Tensor* tensor = operand(i);
  if (tensor == nullptr) return kAbsent;
  const bool empty = tensor->is_constant() && tensor->dims && tensor->dims->size() == 1 && (*tensor->dims)[0].size == 0;
  return empty ? kAbsent : input(i);
}

TensorId NodeReader::attribute_or_input(std::string_view attribute, size_t i) {
  if (const std::optional<std::vector<int64_t>> values = integers(attribute)) return constant(*values);
  return filled_input(i);
}

TensorId NodeReader::needed_attribute_or_input(std::string_view attribute, size_t i) {
  if (const std::optional<std::vector<int64_t>> values = integers(attribute)) return constant(*values);
  if (input(i) == kAbsent) corrupt("it has no " + std::string(attribute));
  return input(i);
}

TensorId NodeReader::constant(Tensor tensor) {
  graph_.tensors.push_back(std::move(tensor));
  return static_cast<TensorId>(graph_.tensors.size() - 1);
}

TensorId NodeReader::parameter(std::span<const float> values, const std::vector<int64_t>& shape) {
  Tensor tensor = constant_of(values, false);
  tensor.dims->clear();
  for (const int64_t size : shape) tensor.dims->push_back({size, {}});
  tensor.storage = ++storage_;
  tensor.stored_bytes = values.size() * sizeof(float);
  return constant(std::move(tensor));
}

TensorId NodeReader::emit(Op op, std::vector<TensorId> inputs, std::optional<UnaryFn> activation) {
  const TensorId result = emit_several(std::move(op), std::move(inputs), 1).front();
  emitted_.back().activation = activation;
  return result;
}

std::vector<TensorId> NodeReader::emit_several(Op op, std::vector<TensorId> inputs, size_t results) {
  Node node{.name = node_.name,
            .type = node_.type,
            .scope = node_.scope,
            .inputs = std::move(inputs),
            .op = std::move(op),
            .offset = node_.offset};
  while (!node.inputs.empty() && node.inputs.back() == kAbsent) node.inputs.pop_back();
  for (size_t i = 0; i < results; ++i) node.outputs.push_back(constant(Tensor{.name = node_.name}));
  emitted_.push_back(std::move(node));
  return emitted_.back().outputs;
}

void NodeReader::emit_result(size_t i, Op op, std::vector<TensorId> inputs) {
  if (wants(i)) emit_into(take_result(i), std::move(op), std::move(inputs));
}

void NodeReader::emit_into(TensorId result, Op op, std::vector<TensorId> inputs) {
  emit_several(std::move(op), std::move(inputs), 0);
  emitted_.back().outputs = {result};
}

Op NodeReader::last_emitted() {
  Node last = std::move(emitted_.back());
  emitted_.pop_back();
  node_.inputs = std::move(last.inputs);
  node_.outputs = std::move(last.outputs);
  return std::move(last.op);
}

TensorId NodeReader::take_result(size_t i) {
  if (!wants(i)) return kAbsent;
  const TensorId result = node_.outputs[i];
  node_.outputs[i] = kAbsent;
  while (!node_.outputs.empty() && node_.outputs.back() == kAbsent) node_.outputs.pop_back();
  return result;
}

void NodeReader::set_result(size_t i, DType dtype, const Quantization& quantization) {
  if (!wants(i)) return;
  Tensor& tensor = graph_.tensors[node_.outputs[i]];
  if (dtype != DType::unknown) tensor.dtype = dtype;
  tensor.quantization = quantization;
}

void NodeReader::set_result_rank(size_t i, size_t rank) {
  if (!wants(i)) return;
  Tensor& tensor = graph_.tensors[node_.outputs[i]];
  if (!tensor.dims) tensor.dims.emplace(rank);
}

Quantization NodeReader::quantization_by(size_t scale, size_t zero_point) const {
  Quantization result{.scales = 1};
  const Tensor* scales = operand(scale);
  const Tensor* zero = operand(zero_point);
  if (scales != nullptr) result.scale = first_real(*scales).value_or(NAN);  // one that is not stored equals no other
  if (scales != nullptr && scales->dims && scales->is_constant()) {
    for (const Dim& dim : *scales->dims) {
      result.scales = static_cast<uint32_t>(std::clamp<int64_t>(dim.size, 1, UINT32_MAX));
    }
    result.stored_bytes = scales->stored_bytes;
  }
  if (zero == nullptr) return result;
  if (zero->is_constant()) result.stored_bytes += zero->stored_bytes;
  const std::optional<int64_t> value = first_integer(*zero);
  result.zero_point = value.value_or(1);  // one that is not stored may be anything but is there
  result.asymmetric = value != 0;
  return result;
}

void NodeReader::set_quantization(TensorId tensor, const Quantization& quantization) {
  if (tensor != kAbsent) graph_.tensors[tensor].quantization = quantization;
}

void NodeReader::set_type(TensorId tensor, DType dtype, const std::vector<int64_t>& shape) {
  if (tensor == kAbsent) return;
  graph_.tensors[tensor].dtype = dtype;
  if (shape.empty()) return;
  std::vector<Dim> dims;
  for (const int64_t size : shape) dims.push_back({size, {}});
  graph_.tensors[tensor].dims = std::move(dims);
}

void NodeReader::set_inputs(std::vector<TensorId> inputs) {
  node_.inputs = std::move(inputs);
  while (!node_.inputs.empty() && node_.inputs.back() == kAbsent) node_.inputs.pop_back();
}

void NodeReader::keep_outputs(size_t count) {
  if (node_.outputs.size() > count) node_.outputs.resize(count);
}

void NodeReader::corrupt(const std::string& message) const {
  std::string place(node_.type);
  if (!node_.name.empty()) place += " '" + std::string(node_.name.substr(0, 80)) + "'";
  throw Error(ErrorCode::corrupt, place + ": " + message, node_.offset);
}

}  // namespace flopstat::onnx

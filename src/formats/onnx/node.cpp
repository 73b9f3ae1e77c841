#include "formats/onnx/node.h"

#include <string>
#include <utility>

#include "flopstat/error.h"
#include "formats/onnx/schema.h"
#include "formats/onnx/tensor.h"

namespace flopstat::onnx {

NodeReader::NodeReader(Graph& graph, Node& node, ProtoMessage message, int64_t version, uint32_t& storage)
    : graph_(graph), node_(node), version_(version), storage_(storage) {
  while (message.next()) {
    if (message.field() != NodeProto::attribute) continue;
    Attribute attribute{{}, AttributeProto::kUndefined, message.child()};
    ProtoMessage header = attribute.message;
    while (header.next()) {
      switch (header.field()) {
        case AttributeProto::name: attribute.name = name_in(header); break;
        case AttributeProto::type: attribute.type = header.integer(); break;
        default: break;
      }
    }
    if (attribute.name.empty()) {
      throw Error(ErrorCode::corrupt, "an attribute has no name", attribute.message.offset());
    }
    attributes_.push_back(attribute);
  }
}

const NodeReader::Attribute* NodeReader::find(std::string_view name) const {
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

void NodeReader::set_inputs(std::initializer_list<TensorId> inputs) {
  node_.inputs = inputs;
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

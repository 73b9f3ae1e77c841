#include "formats/tensorflow/node.h"

#include <algorithm>
#include <memory>
#include <string>

#include "flopstat/error.h"
#include "formats/names.h"
#include "formats/tensorflow/schema.h"
#include "formats/tensorflow/tensor.h"

namespace flopstat::tensorflow {
namespace {

/// The name in a NameAttrList.
std::string_view function_name(ProtoMessage message) {
  std::string_view name;
  while (message.next()) {
    if (message.field() == NameAttrList::name) name = name_in(message);
  }
  return name;
}

/// A little-endian whole number of that many bytes.
int64_t number_at(Bytes data, size_t bytes) {
  uint64_t bits = 0;
  for (size_t i = bytes; i-- > 0;) bits = bits << 8 | std::to_integer<uint64_t>(data[i]);
  const size_t unused = 64 - 8 * bytes;
  return static_cast<int64_t>(bits << unused) >> unused;
}

}  // namespace

NodeReader::NodeReader(FileReader& file, Graph& graph, Node& node, ProtoMessage message,
                       const std::vector<size_t>& producers)
    : file_(file), graph_(graph), node_(node), producers_(producers) {
  while (message.next()) {
    if (message.field() != NodeDef::attr) continue;
    std::string_view key;
    ProtoMessage value;
    for (ProtoMessage entry = message.child(); entry.next();) {
      if (entry.field() == MapEntry::key) key = name_in(entry);
      if (entry.field() == MapEntry::value) value = entry.child();
    }
    attributes_.emplace_back(key, value);
  }
}

std::optional<ProtoMessage> NodeReader::find(std::string_view name) const {
  // The last entry of a key is the one that holds.
  for (auto each = attributes_.rbegin(); each != attributes_.rend(); ++each) {
    if (each->first == name) return each->second;
  }
  return std::nullopt;
}

std::optional<ProtoMessage> NodeReader::field(std::string_view name, uint32_t field, WireType type) const {
  std::optional<ProtoMessage> message = find(name);
  std::optional<ProtoMessage> found;
  while (message && message->next()) {
    if (message->field() == field && message->type() == type) found = *message;
  }
  return found;
}

template <class Take>
void NodeReader::walk_list(std::string_view name, uint32_t field_number, Take take) const {
  std::optional<ProtoMessage> message = field(name, AttrValue::list, WireType::delimited);
  if (!message) return;
  for (ProtoMessage list = message->child(); list.next();) {
    if (list.field() == field_number) take(list);
  }
}

int64_t NodeReader::integer(std::string_view attribute, int64_t otherwise) const {
  const auto message = field(attribute, AttrValue::i, WireType::varint);
  return message ? message->integer() : otherwise;
}

float NodeReader::real(std::string_view attribute, float otherwise) const {
  const auto message = field(attribute, AttrValue::f, WireType::fixed32);
  return message ? message->real32() : otherwise;
}

size_t NodeReader::real_count(std::string_view attribute) const {
  size_t count = 0;
  walk_list(attribute, AttrValue::f, [&](const ProtoMessage& each) {
    count += each.type() == WireType::delimited ? each.bytes().size() / sizeof(float) : 1;
  });
  return count;
}

bool NodeReader::flag(std::string_view attribute, bool otherwise) const {
  const auto message = field(attribute, AttrValue::b, WireType::varint);
  return message ? message->integer() != 0 : otherwise;
}

std::string_view NodeReader::text(std::string_view attribute, std::string_view otherwise) const {
  const auto message = field(attribute, AttrValue::s, WireType::delimited);
  return message ? message->text() : otherwise;
}

DType NodeReader::type(std::string_view attribute) const {
  const auto message = field(attribute, AttrValue::type, WireType::varint);
  return message ? dtype_of(message->integer()) : DType::unknown;
}

std::vector<int64_t> NodeReader::integers(std::string_view attribute) const {
  std::vector<int64_t> values;
  walk_list(attribute, AttrValue::i, [&](const ProtoMessage& each) { each.append_integers(values, kMaxElements); });
  return values;
}

std::vector<std::string_view> NodeReader::texts(std::string_view attribute) const {
  std::vector<std::string_view> values;
  walk_list(attribute, AttrValue::s, [&](const ProtoMessage& each) { values.push_back(each.text()); });
  return values;
}

std::vector<DType> NodeReader::types(std::string_view attribute) const {
  std::vector<int64_t> numbers;
  walk_list(attribute, AttrValue::type, [&](const ProtoMessage& each) { each.append_integers(numbers, kMaxElements); });
  std::vector<DType> types;
  types.reserve(numbers.size());
  for (const int64_t number : numbers) types.push_back(dtype_of(number));
  return types;
}

std::optional<std::vector<Dim>> NodeReader::shape(std::string_view attribute) const {
  const auto message = field(attribute, AttrValue::shape, WireType::delimited);
  return message ? read_shape(message->child()) : std::nullopt;
}

std::vector<std::optional<std::vector<Dim>>> NodeReader::shapes(std::string_view attribute) const {
  std::vector<std::optional<std::vector<Dim>>> shapes;
  walk_list(attribute, AttrValue::shape, [&](const ProtoMessage& each) { shapes.push_back(read_shape(each.child())); });
  return shapes;
}

std::optional<ProtoMessage> NodeReader::tensor(std::string_view attribute) const {
  const auto message = field(attribute, AttrValue::tensor, WireType::delimited);
  return message ? std::optional(message->child()) : std::nullopt;
}

GraphId NodeReader::function(std::string_view attribute) {
  const auto message = field(attribute, AttrValue::func, WireType::delimited);
  if (!message) corrupt("the attribute " + std::string(attribute) + " names no function");
  return file_.graph_of(function_name(message->child()), node_.offset);
}

std::vector<GraphId> NodeReader::functions(std::string_view attribute) {
  constexpr uint32_t kListOfFunctions = 9;
  std::vector<GraphId> graphs;
  walk_list(attribute, kListOfFunctions, [&](const ProtoMessage& each) {
    graphs.push_back(file_.graph_of(function_name(each.child()), node_.offset));
  });
  return graphs;
}

const Tensor* NodeReader::operand(size_t i) const { return input(i) == kAbsent ? nullptr : &graph_.tensors[input(i)]; }

std::optional<int64_t> NodeReader::integer_in(TensorId id, size_t entry) const {
  const Tensor* tensor = id == kAbsent ? nullptr : &graph_.tensors[id];
  if (tensor == nullptr || !tensor->is_constant()) return std::nullopt;
  if (tensor->elements && entry < tensor->elements->size()) {
    const auto* number = std::get_if<int64_t>(&(*tensor->elements)[entry]);
    return number != nullptr ? std::optional(*number) : std::nullopt;
  }
  const size_t bytes = bits_of(tensor->dtype) / 8;
  if (!is_integer(tensor->dtype) || bytes == 0 || tensor->data.size() / bytes <= entry) return std::nullopt;
  return number_at(tensor->data.subspan(entry * bytes), bytes);
}

const Node* NodeReader::producer_of(TensorId id) const {
  const bool has_one = id != kAbsent && id < producers_.size() && producers_[id] != 0;
  return has_one ? &graph_.nodes[producers_[id] - 1] : nullptr;
}

TensorId NodeReader::real_scalar(double value) {
  graph_.tensors.push_back({.dtype = DType::f32,
                            .dims = std::vector<Dim>{},
                            .elements = std::make_shared<const Elements>(1, Element(value))});
  return static_cast<TensorId>(graph_.tensors.size() - 1);
}

TensorId NodeReader::constant_shape(const std::optional<std::vector<Dim>>& shape) {
  if (!shape) return kAbsent;
  std::vector<int64_t> sizes;
  for (const Dim& dim : *shape) {
    if (dim.size < 0) return kAbsent;
    sizes.push_back(dim.size);
  }
  return constant(sizes);
}

TensorId NodeReader::emit(Op op, std::vector<TensorId> inputs) {
  Node node{.name = node_.name,
            .type = node_.type,
            .scope = node_.scope,
            .inputs = std::move(inputs),
            .op = std::move(op),
            .offset = node_.offset};
  while (!node.inputs.empty() && node.inputs.back() == kAbsent) node.inputs.pop_back();
  graph_.tensors.push_back({.name = node_.name});
  node.outputs = {static_cast<TensorId>(graph_.tensors.size() - 1)};
  emitted_.push_back(std::move(node));
  return emitted_.back().outputs.front();
}

void NodeReader::emit_result(size_t i, Op op, std::vector<TensorId> inputs) {
  if (!wants(i)) return;
  emit(std::move(op), std::move(inputs));
  emitted_.back().outputs = {node_.outputs[i]};
  node_.outputs[i] = kAbsent;
  while (!node_.outputs.empty() && node_.outputs.back() == kAbsent) node_.outputs.pop_back();
}

void NodeReader::set_result(size_t i, DType dtype) {
  if (wants(i) && dtype != DType::unknown) graph_.tensors[node_.outputs[i]].dtype = dtype;
}

void NodeReader::set_inputs(std::vector<TensorId> inputs) {
  node_.inputs = std::move(inputs);
  while (!node_.inputs.empty() && node_.inputs.back() == kAbsent) node_.inputs.pop_back();
}

void NodeReader::set_quantized(size_t i) {
  if (wants(i)) graph_.tensors[node_.outputs[i]].quantization.scales = 1;
}

void NodeReader::set_result_count(size_t count) {
  while (node_.outputs.size() < count) {
    graph_.tensors.push_back({.name = node_.name});
    node_.outputs.push_back(static_cast<TensorId>(graph_.tensors.size() - 1));
  }
}

void NodeReader::keep_outputs(size_t count) {
  if (node_.outputs.size() > count) node_.outputs.resize(count);
}

void NodeReader::corrupt(const std::string& message) const {
  std::string place(node_.type);
  if (!node_.name.empty()) place += " " + quoted(node_.name);
  throw Error(ErrorCode::corrupt, place + ": " + message, node_.offset);
}

}  // namespace flopstat::tensorflow

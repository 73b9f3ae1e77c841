#include <algorithm>
#include <utility>

#include "flopstat/error.h"
#include "formats/keras/activations.h"
#include "formats/keras/layer.h"
#include "formats/keras/network.h"
#include "formats/names.h"
#include "ops/operands.h"

namespace flopstat::keras {

std::string_view LayerReader::class_name() const { return call_.label.type; }

const JsonValue& LayerReader::config() const { return *call_.config; }

const JsonValue* LayerReader::value(std::string_view key) const {
  const JsonValue* found = call_.config->find(key);
  return found == nullptr || found->is_null() ? nullptr : found;
}

void LayerReader::corrupt(const std::string& message) const {
  throw Error(
      ErrorCode::corrupt,
      "the layer " + quoted(call_.label.scope) + " (" + std::string(call_.label.type.substr(0, 80)) + "): " + message,
      call_.layer->offset);
}

void LayerReader::wrong_type(std::string_view key, const JsonValue& value, std::string_view expected) const {
  constexpr std::string_view kKinds[] = {"null",   "true or false", "a whole number", "a number",
                                         "a text", "a list",        "an object"};
  throw Error(ErrorCode::corrupt,
              "the layer " + quoted(call_.label.scope) + " (" + std::string(call_.label.type.substr(0, 80)) +
                  "): " + quoted(key) + " is " + std::string(kKinds[value.data.index()]) + ", expected " +
                  std::string(expected),
              value.offset);
}

bool LayerReader::boolean(std::string_view key, bool otherwise) const {
  const JsonValue* found = value(key);
  if (found == nullptr) return otherwise;
  if (const bool* flag = found->boolean()) return *flag;
  if (const int64_t* number = found->integer()) return *number != 0;
  wrong_type(key, *found, "true or false");
}

int64_t LayerReader::integer(std::string_view key, int64_t otherwise) const {
  const JsonValue* found = value(key);
  if (found == nullptr) return otherwise;
  if (const int64_t* number = found->integer()) return *number;
  wrong_type(key, *found, "a whole number");
}

double LayerReader::real(std::string_view key, double otherwise) const {
  const JsonValue* found = value(key);
  if (found == nullptr) return otherwise;
  if (const std::optional<double> number = found->real()) return *number;
  wrong_type(key, *found, "a number");
}

std::string_view LayerReader::text(std::string_view key, std::string_view otherwise) const {
  const JsonValue* found = value(key);
  if (found == nullptr) return otherwise;
  if (const std::string_view* text = found->text()) return *text;
  wrong_type(key, *found, "a text");
}

std::vector<int64_t> LayerReader::integer_list(std::string_view key, const JsonValue& value) const {
  const JsonValue* list = &value;
  if (text_under(value, "class_name") == "__tuple__" && value.find("items") != nullptr) list = value.find("items");
  if (const int64_t* number = list->integer()) return {*number};
  if (list->array() == nullptr) wrong_type(key, value, "whole numbers");
  std::vector<int64_t> numbers;
  for (const JsonValue& each : *list->array()) {
    if (each.integer() == nullptr) wrong_type(key, each, "whole numbers in its list");
    numbers.push_back(*each.integer());
  }
  return numbers;
}

std::vector<int64_t> LayerReader::integers(std::string_view key, size_t count, int64_t otherwise) const {
  const JsonValue* found = value(key);
  if (found == nullptr) return std::vector<int64_t>(count, otherwise);
  std::vector<int64_t> numbers = integer_list(key, *found);
  if (numbers.size() == 1) numbers.resize(count, numbers.front());
  if (numbers.size() != count) {
    corrupt(quoted(key) + " has " + std::to_string(numbers.size()) + " numbers, expected " + std::to_string(count));
  }
  return numbers;
}

std::optional<std::vector<int64_t>> LayerReader::integers(std::string_view key) const {
  const JsonValue* found = value(key);
  if (found == nullptr) return std::nullopt;
  return integer_list(key, *found);
}

bool LayerReader::channels_first() const {
  // Keras 1 calls it dim_ordering.
  return text("data_format", "channels_last") == "channels_first" || text("dim_ordering", "tf") == "th";
}

size_t LayerReader::input_count() const { return call_.inputs.size(); }

TensorId LayerReader::input(size_t i) const {
  if (i < call_.inputs.size()) return call_.inputs[i];
  corrupt("it needs " + std::to_string(i + 1) + " operands and is called on " + std::to_string(call_.inputs.size()));
}

TensorId LayerReader::keyword(std::string_view name) const {
  const std::vector<TensorId> all = keywords(name);
  return all.empty() ? kAbsent : all.front();
}

std::vector<TensorId> LayerReader::keywords(std::string_view name) const {
  std::vector<TensorId> tensors;
  for (const JsonValue* members : call_.keywords) {
    const JsonValue* argument = members->find(name);
    if (argument == nullptr) continue;
    const TensorId one = tensor_of(*argument);
    if (one != kAbsent) {
      tensors.push_back(one);
    } else if (argument->array() != nullptr) {
      for (const JsonValue& each : *argument->array()) {
        if (const TensorId tensor = tensor_of(each); tensor != kAbsent) tensors.push_back(tensor);
      }
    }
  }
  return tensors;
}

const JsonValue* LayerReader::argument(size_t i, std::string_view name) const {
  if (i < call_.arguments.size()) return call_.arguments[i];
  for (const JsonValue* members : call_.keywords) {
    if (const JsonValue* found = members->find(name)) return found;
  }
  return nullptr;
}

TensorId LayerReader::tensor_of(const JsonValue& argument) const {
  const auto found = call_.references.find(&argument);
  return found == call_.references.end() ? kAbsent : found->second;
}

const Shape& LayerReader::shape(TensorId tensor) const {
  if (tensor == kAbsent) corrupt("an operand that it needs is left out");
  const Known<Value>& value = network_.builder().value(tensor);
  if (known(value) == nullptr) throw UnknownShape(reason(value).why);
  return known(value)->shape;
}

DType LayerReader::dtype(TensorId tensor) const {
  if (tensor == kAbsent) corrupt("an operand that it needs is left out");
  const Value* value = known(network_.builder().value(tensor));
  return value == nullptr ? DType::unknown : value->dtype;
}

size_t LayerReader::axis(TensorId tensor, int64_t axis) const {
  const size_t rank = shape(tensor).size();
  if (const std::optional<size_t> wrapped = wrap_axis(axis, rank)) return *wrapped;
  corrupt("the axis " + std::to_string(axis) + " is none of the " + std::to_string(rank) + " of its operand");
}

bool LayerReader::quantized() const { return call_.policy.kernel != DType::unknown; }

TensorId LayerReader::variable(std::string_view name, const Variable& variable) {
  return network_.variable(call_, name, variable);
}

TensorId LayerReader::constant(const std::vector<int64_t>& values) { return network_.builder().add_constant(values); }

TensorId LayerReader::scalar(int64_t value) { return network_.builder().add_scalar(value); }

TensorId LayerReader::real_scalar(double value) {
  const DType compute = call_.policy.compute;
  return network_.builder().add_real_scalar(value, is_float(compute) ? compute : DType::f32);
}

TensorId LayerReader::emit(Op op, std::vector<TensorId> inputs) {
  return emit_several(std::move(op), std::move(inputs), 1).front();
}

std::vector<TensorId> LayerReader::emit_several(Op op, std::vector<TensorId> inputs, size_t results) {
  return network_.builder().emit(std::move(op), std::move(inputs), results, call_.label);
}

TensorId LayerReader::emit_opaque(const std::string& why, TensorId like) {
  const TensorId result = emit(Opaque{why}, {like});
  network_.builder().state_like(result, like);
  return result;
}

TensorId LayerReader::activate(TensorId tensor, std::string_view key) {
  const JsonValue* function = value(key);
  if (function == nullptr) return tensor;
  if (function->text() != nullptr) return activate_by(tensor, *function->text());
  const JsonValue* inner = function->find("config");
  // A function with its name as the configuration, or a layer that is used as a function.
  if (inner != nullptr && inner->text() != nullptr) return activate_by(tensor, *inner->text());
  if (function->object() == nullptr) wrong_type(key, *function, "the name of a function");
  return call(*function, key, {tensor}).at(0);
}

TensorId LayerReader::activate_by(TensorId tensor, std::string_view function) {
  const std::optional<UnaryFn> fn = element_function(function);
  if (fn && *fn != UnaryFn::identity && network_.builder().fuse(*fn, tensor, call_.begin)) return tensor;
  if (const std::optional<TensorId> result = apply_function(*this, tensor, function)) return *result;
  return emit_opaque("the activation " + quoted(function) + " is no function of Keras: its cost is not known", tensor);
}

std::vector<TensorId> LayerReader::call(const JsonValue& layer, std::string_view attribute,
                                        std::vector<TensorId> inputs) {
  LayerCall inner = network_.inside(call_, layer, attribute);
  inner.inputs = std::move(inputs);
  return network_.call(std::move(inner));
}

GraphId LayerReader::body(std::string_view name, const std::vector<Value>& inputs,
                          const std::function<std::vector<TensorId>(std::span<const TensorId>)>& build) {
  return network_.builder().body(name, inputs, build);
}

}  // namespace flopstat::keras

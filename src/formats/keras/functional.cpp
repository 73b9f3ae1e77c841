#include "formats/keras/functional.h"

#include <algorithm>
#include <queue>
#include <string>
#include <utility>

#include "flopstat/error.h"
#include "formats/names.h"

namespace flopstat::keras {
namespace {

/// A call gives at most this many results.
constexpr int64_t kMaxResults = 4096;

bool is_input_layer(const JsonValue& layer) { return text_under(layer, "class_name") == "InputLayer"; }

const JsonValue* array_under(const JsonValue& object, std::string_view key) {
  const JsonValue* value = object.find(key);
  return value == nullptr || value->array() == nullptr ? nullptr : value;
}

const JsonValue& needed_array(const JsonValue& object, std::string_view key) {
  const JsonValue* value = array_under(object, key);
  if (value != nullptr) return *value;
  throw Error(ErrorCode::corrupt, "a functional model has no list " + quoted(key), object.offset);
}

}  // namespace

std::vector<TensorId> FunctionalReader::call(const std::vector<TensorId>* inputs) {
  read_layers();
  if (const JsonValue* list = config_.find("input_layers")) collect(*list, inputs_);
  if (const JsonValue* list = config_.find("output_layers")) collect(*list, outputs_);
  number_calls();
  note_results();
  set_inputs(inputs);
  run_units();
  std::vector<TensorId> results;
  for (const Reference& output : outputs_) results.push_back(tensor_of(output));
  return results;
}

void FunctionalReader::read_layers() {
  const JsonValue::Array list = *needed_array(config_, "layers").array();
  LayerGroups groups(place_.weights);
  if (!place_.path.empty()) network_.builder().charge(groups.size());
  layers_.resize(list.size());
  for (size_t i = 0; i < list.size(); ++i) {
    LayerEntry& entry = layers_[i];
    entry.json = &list[i];
    entry.call = network_.call_of(list[i], place_, groups, i);
    network_.builder().charge(1);
    if (!by_name_.emplace(entry.call->label.name, i).second) {
      throw Error(ErrorCode::corrupt, "two layers have the name " + quoted(entry.call->label.name), list[i].offset);
    }
  }
  // Only now: a list counts as a reference where it names a layer.
  for (size_t i = 0; i < layers_.size(); ++i) read_units(layers_[i], i);
}

void FunctionalReader::read_units(LayerEntry& entry, size_t index) {
  entry.first_unit = units_.size();
  const JsonValue* nodes = array_under(*entry.json, "inbound_nodes");
  if (nodes == nullptr || is_input_layer(*entry.json)) return;
  for (const JsonValue& node : *nodes->array()) {
    Unit unit{.layer = index, .call = entry.units++};
    if (const JsonValue* arguments = array_under(node, "args")) {
      for (const JsonValue& argument : *arguments->array()) {
        unit.arguments.push_back(&argument);
        collect(argument, unit.positional);
      }
      if (const JsonValue* keywords = node.find("kwargs")) {
        unit.keywords.push_back(keywords);
        collect(*keywords, unit.named);
      }
    } else if (node.array() != nullptr && !node.array()->empty() && node.array()->front().text() == nullptr) {
      for (const JsonValue& each : *node.array()) read_entry(each, unit);
    } else {
      read_entry(node, unit);
    }
    units_.push_back(std::move(unit));
  }
}

void FunctionalReader::read_entry(const JsonValue& entry, Unit& unit) const {
  const JsonValue::Array* parts = entry.array();
  if (parts == nullptr || parts->size() < 3 || parts->front().text() == nullptr) {
    collect(entry, unit.positional);
    unit.arguments.push_back(&entry);
    return;
  }
  if (const std::optional<Reference> reference = reference_in(entry)) {
    unit.arguments.push_back(&entry);
    unit.positional.push_back(*reference);
  } else if (*parts->front().text() == "_CONSTANT_VALUE") {
    unit.arguments.push_back(&(*parts)[2]);
  } else {
    throw Error(ErrorCode::corrupt,
                "the layer " + quoted(layers_[unit.layer].call->label.scope) + " takes its operand from " +
                    quoted(*parts->front().text()) + ", which is no layer of the model",
                entry.offset);
  }
  if (parts->size() > 3 && (*parts)[3].object() != nullptr && !(*parts)[3].object()->empty()) {
    unit.keywords.push_back(&(*parts)[3]);
    collect((*parts)[3], unit.named);
  }
}

std::optional<FunctionalReader::Reference> FunctionalReader::reference_in(const JsonValue& value) const {
  const JsonValue* history = &value;
  const bool is_tensor = text_under(value, "class_name") == "__keras_tensor__";
  if (is_tensor) history = array_under(config_of(value), "keras_history");
  const JsonValue::Array* parts = history == nullptr ? nullptr : history->array();
  const bool complete = parts != nullptr && parts->size() >= 3 && parts->front().text() != nullptr &&
                        (*parts)[1].integer() != nullptr && (*parts)[2].integer() != nullptr;
  if (is_tensor && !complete) throw Error(ErrorCode::corrupt, "a tensor does not say whose result it is", value.offset);
  if (!complete || (!is_tensor && !by_name_.contains(*parts->front().text()))) return std::nullopt;
  return Reference{*parts->front().text(), *(*parts)[1].integer(), *(*parts)[2].integer(), &value};
}

void FunctionalReader::collect(const JsonValue& value, References& references) const {
  if (const std::optional<Reference> reference = reference_in(value)) {
    references.push_back(*reference);
  } else if (const JsonValue::Array* items = value.array()) {
    for (const JsonValue& each : *items) collect(each, references);
  } else if (const JsonValue::Object* members = value.object()) {
    std::vector<const JsonMember*> sorted;
    for (const JsonMember& each : *members) sorted.push_back(&each);
    std::ranges::sort(sorted, {}, [](const JsonMember* each) { return std::pair(each->key, each->value.offset); });
    for (const JsonMember* each : sorted) collect(each->value, references);
  }
}

void FunctionalReader::number_calls() {
  std::vector<int64_t> highest(layers_.size(), -1);
  const auto note = [&](const References& references) {
    for (const Reference& each : references) {
      const auto found = by_name_.find(each.layer);
      if (found != by_name_.end()) highest[found->second] = std::max(highest[found->second], each.call);
    }
  };
  for (const Unit& unit : units_) {
    note(unit.positional);
    note(unit.named);
  }
  note(outputs_);
  // In Keras 2 the calls of a model inside begin with 1: number 0 is its own making.
  for (size_t i = 0; i < layers_.size(); ++i) {
    LayerEntry& entry = layers_[i];
    const bool off_by_one = entry.units > 0 && highest[i] == static_cast<int64_t>(entry.units);
    if (off_by_one && is_model(*entry.json)) entry.first_call = 1;
    entry.results.resize(std::max<size_t>(entry.units, 1));
    entry.wanted.resize(entry.results.size());
  }
}

std::pair<size_t, size_t> FunctionalReader::target_of(const Reference& reference) const {
  const auto found = by_name_.find(reference.layer);
  if (found == by_name_.end()) {
    throw Error(ErrorCode::corrupt,
                "a tensor comes from " + quoted(reference.layer) + ", which is no layer of the model",
                reference.value->offset);
  }
  const LayerEntry& entry = layers_[found->second];
  const auto first = static_cast<int64_t>(entry.first_call);
  if (reference.call < first || reference.call - first >= static_cast<int64_t>(entry.results.size()) ||
      reference.result < 0 || reference.result >= kMaxResults) {
    throw Error(ErrorCode::corrupt,
                "result " + std::to_string(reference.result) + " of call " + std::to_string(reference.call) +
                    " of the layer " + quoted(reference.layer) + " is used; it is called " +
                    std::to_string(entry.units) + " times",
                reference.value->offset);
  }
  return {found->second, static_cast<size_t>(reference.call - first)};
}

void FunctionalReader::note_results() {
  const auto note = [&](const References& references) {
    for (const Reference& each : references) {
      const auto [layer, call] = target_of(each);
      auto& wanted = layers_[layer].wanted[call];
      const auto result = static_cast<size_t>(each.result);
      if (wanted.size() <= result) wanted.resize(result + 1);
      const JsonValue& config = config_of(*each.value);
      std::optional<std::vector<int64_t>> sizes = sizes_in(config.find("shape"));
      if (sizes) wanted[result] = StatedResult{dtype_named(text_under(config, "dtype")), std::move(*sizes)};
    }
  };
  for (const Unit& unit : units_) {
    note(unit.positional);
    note(unit.named);
  }
  note(outputs_);
}

void FunctionalReader::set_inputs(const std::vector<TensorId>* inputs) {
  if (inputs != nullptr && inputs->size() != inputs_.size()) {
    throw Error(ErrorCode::corrupt,
                "the model " + quoted(place_.path) + " has " + std::to_string(inputs_.size()) +
                    " inputs and is called on " + std::to_string(inputs->size()),
                config_.offset);
  }
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const auto found = by_name_.find(inputs_[i].layer);
    if (found == by_name_.end()) target_of(inputs_[i]);
    LayerEntry& entry = layers_[found->second];
    entry.results.front() = {inputs != nullptr ? (*inputs)[i] : network_.add_input(*entry.json)};
  }
  // What is an input by its class and not by the list is one of the whole model only.
  for (LayerEntry& entry : layers_) {
    const bool missing = is_input_layer(*entry.json) && entry.results.front().empty();
    if (missing && inputs == nullptr) entry.results.front() = {network_.add_input(*entry.json)};
  }
}

void FunctionalReader::run_units() {
  std::vector<size_t> missing(units_.size(), 0);
  std::vector<std::vector<size_t>> readers(units_.size());
  const auto wait_for = [&](size_t reader, const References& references) {
    for (const Reference& each : references) {
      const auto [layer, call] = target_of(each);
      if (!layers_[layer].results[call].empty()) continue;
      if (layers_[layer].units == 0) {
        throw Error(ErrorCode::corrupt,
                    "the layer " + quoted(each.layer) + " is used and never called: it has no inbound_nodes",
                    each.value->offset);
      }
      readers[layers_[layer].first_unit + call].push_back(reader);
      ++missing[reader];
    }
  };
  for (size_t i = 0; i < units_.size(); ++i) {
    wait_for(i, units_[i].positional);
    wait_for(i, units_[i].named);
  }
  // The first in the file's order that has all it needs.
  std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;
  for (size_t i = 0; i < units_.size(); ++i) {
    if (missing[i] == 0) ready.push(i);
  }
  size_t done = 0;
  while (!ready.empty()) {
    const size_t unit = ready.top();
    ready.pop();
    run(units_[unit]);
    ++done;
    for (const size_t reader : readers[unit]) {
      if (--missing[reader] == 0) ready.push(reader);
    }
  }
  if (done < units_.size()) refuse_circle(missing);
}

void FunctionalReader::refuse_circle(const std::vector<size_t>& waiting) const {
  const auto first = std::ranges::find_if(waiting, [](size_t missing) { return missing > 0; });
  const LayerEntry& entry = layers_[units_[static_cast<size_t>(first - waiting.begin())].layer];
  throw Error(ErrorCode::corrupt, "layers wait for each other's results, among them " + quoted(entry.call->label.scope),
              entry.json->offset, "their inbound_nodes form a circle");
}

void FunctionalReader::run(const Unit& unit) {
  LayerEntry& entry = layers_[unit.layer];
  if (!entry.results[unit.call].empty()) return;  // it is an input of the model
  LayerCall call = *entry.call;
  call.arguments = unit.arguments;
  call.keywords = unit.keywords;
  for (const Reference& each : unit.positional) {
    const TensorId tensor = tensor_of(each);
    call.inputs.push_back(tensor);
    call.references.emplace(each.value, tensor);
  }
  for (const Reference& each : unit.named) {
    const TensorId tensor = tensor_of(each);
    if (unit.positional.empty()) call.inputs.push_back(tensor);
    call.references.emplace(each.value, tensor);
  }
  call.results = entry.wanted[unit.call];
  if (call.results.empty()) call.results.resize(1);
  network_.builder().charge(call.results.size());
  entry.results[unit.call] = network_.call(std::move(call));
  if (entry.results[unit.call].empty()) {
    throw Error(ErrorCode::corrupt, "the layer " + quoted(entry.call->label.scope) + " gives no result",
                entry.json->offset);
  }
}

TensorId FunctionalReader::tensor_of(const Reference& reference) const {
  const auto [layer, call] = target_of(reference);
  const std::vector<TensorId>& results = layers_[layer].results[call];
  const auto result = static_cast<size_t>(reference.result);
  if (result < results.size()) return results[result];
  throw Error(ErrorCode::corrupt,
              "result " + std::to_string(result) + " of the layer " + quoted(reference.layer) + " is used; it has " +
                  std::to_string(results.size()),
              reference.value->offset);
}

}  // namespace flopstat::keras

#include "formats/keras/network.h"

#include <algorithm>
#include <utility>

#include "flopstat/error.h"
#include "formats/keras/functional.h"
#include "formats/names.h"
#include "ops/operands.h"

namespace flopstat::keras {
namespace {

/// Paths of layers are at most this long: each stands in as many names as the layer has variables.
constexpr size_t kMaxPath = 1000;

/// Differences between configuration and weights that are named one by one.
constexpr size_t kMaxWeightWarnings = 5;

/// An operation of keras.ops that stands as a layer. HDF5 files name no modules: Reshape, whose layer is spelled in
/// other words, is told by its key there.
bool is_operation(const JsonValue& layer) {
  const std::string_view module = text_under(layer, "module");
  const JsonValue* config = layer.find("config");
  if (module.empty() && config != nullptr && config->find("newshape") != nullptr) return true;
  return module.starts_with("keras.src.ops") || module.starts_with("keras.ops");
}

bool is_input_layer(const JsonValue& layer) { return text_under(layer, "class_name") == "InputLayer"; }

/// The shape that the configuration of a model's first layer gives the model's input.
const JsonValue* input_shape_in(const JsonValue& config) {
  for (const std::string_view key : {"batch_shape", "batch_input_shape"}) {
    const JsonValue* shape = config.find(key);
    if (shape != nullptr && !shape->is_null()) return shape;
  }
  return nullptr;
}

std::string sizes_text(const std::vector<int64_t>& sizes) { return to_string(Shape(sizes)); }

std::string_view last_part(std::string_view path) {
  const std::string_view last = path.substr(path.rfind('/') + 1);
  return last.substr(0, last.find(':'));
}

}  // namespace

const JsonValue& config_of(const JsonValue& layer) {
  const JsonValue* config = layer.find("config");
  return config == nullptr ? layer : *config;
}

std::string_view text_under(const JsonValue& object, std::string_view key) {
  const JsonValue* value = object.find(key);
  return value == nullptr || value->text() == nullptr ? std::string_view{} : *value->text();
}

std::optional<std::vector<int64_t>> sizes_in(const JsonValue* value) {
  if (value != nullptr && text_under(*value, "class_name") == "__tuple__") value = value->find("items");
  if (value == nullptr || value->array() == nullptr) return std::nullopt;
  std::vector<int64_t> sizes;
  for (const JsonValue& each : *value->array()) {
    if (each.is_null()) {
      sizes.push_back(-1);
    } else if (each.integer() != nullptr && *each.integer() >= -1) {
      sizes.push_back(*each.integer());
    } else {
      return std::nullopt;
    }
  }
  return sizes;
}

bool is_model(const JsonValue& layer) {
  const JsonValue& config = config_of(layer);
  if (text_under(layer, "class_name") == "Sequential") return true;
  const JsonValue* layers = config.find("layers");
  return layers != nullptr && layers->array() != nullptr && config.find("output_layers") != nullptr;
}

Network::Network(Model& model, StoredWeights& weights, uint64_t budget)
    : model_(model), weights_(weights), builder_(model, budget) {}

void Network::read(const JsonValue& root) {
  if (!is_model(root)) {
    const std::string name = quoted(text_under(root, "class_name"));
    model_.warnings.push_back({"no_layers", "the model's class " + name +
                                                " is Python code: the file names none of its layers, so only its "
                                                "parameters are counted"});
    rows_of_weights(weights_.root, {},
                    "the layers of the class " + name + " are Python code, which is not in the file");
    builder_.finish({});
    return;
  }
  const Place whole{.trainable = true, .weights = weights_.all.empty() ? nullptr : &weights_.root};
  std::vector<TensorId> outputs = call_model(root, whole, nullptr);
  builder_.finish(std::move(outputs));
  warn_of_unclaimed();
}

void Network::read_weights_only(std::string_view why) {
  rows_of_weights(weights_.root, {}, why);
  builder_.finish({});
}

LayerCall Network::call_of(const JsonValue& layer, const Place& place, LayerGroups& groups, size_t position) {
  if (layer.object() == nullptr) throw Error(ErrorCode::corrupt, "a layer is no object", layer.offset);
  LayerCall call{.layer = &layer, .config = &config_of(layer)};
  const std::string_view class_name = text_under(layer, "class_name");
  if (class_name.empty()) throw Error(ErrorCode::corrupt, "a layer has no class_name", layer.offset);
  std::string_view name = text_under(layer, "name");
  if (name.empty()) name = text_under(*call.config, "name");
  std::string path = place.path.empty() ? "" : std::string(place.path) + "/";
  path += name.empty() ? snake_case(class_name) + "_" + std::to_string(position) : std::string(name);
  if (path.size() > kMaxPath) throw Error(ErrorCode::limit, "the path of a layer is too long", layer.offset);
  const std::string_view scope = builder_.keep(path);
  call.label = {.name = place.path.empty() ? scope : scope.substr(place.path.size() + 1),
                .type = builder_.keep(class_name),
                .scope = scope,
                .offset = layer.offset};
  const JsonValue* trainable = call.config->find("trainable");
  const bool own = trainable == nullptr || trainable->boolean() == nullptr || *trainable->boolean();
  call.trainable = place.trainable && own;
  call.policy = policy_of(call.config->find("dtype"));
  if (!is_operation(layer)) call.weights = groups.next(call.label.name, class_name);
  call.results.resize(1);
  return call;
}

LayerCall Network::inside(const LayerCall& outer, const JsonValue& layer, std::string_view attribute) {
  const std::string_view class_name = text_under(layer, "class_name");
  if (class_name.empty()) {
    throw Error(ErrorCode::corrupt, "the layer " + quoted(outer.label.scope) + " holds something that is no layer",
                layer.offset);
  }
  LayerCall call{.layer = &layer, .config = &config_of(layer)};
  const std::string path = std::string(outer.label.scope) + "/" + std::string(attribute);
  if (path.size() > kMaxPath) throw Error(ErrorCode::limit, "the path of a layer is too long", layer.offset);
  call.label = {.name = builder_.keep(path).substr(outer.label.scope.size() + 1),
                .type = builder_.keep(class_name),
                .scope = builder_.keep(path),
                .offset = layer.offset};
  const JsonValue* trainable = call.config->find("trainable");
  const bool own = trainable == nullptr || trainable->boolean() == nullptr || *trainable->boolean();
  call.trainable = outer.trainable && own;
  call.policy = policy_of(call.config->find("dtype"));
  call.weights = outer.weights;
  for (std::string_view rest = attribute; call.weights != nullptr && !rest.empty();) {
    const std::string_view part = rest.substr(0, rest.find('/'));
    const auto found = std::ranges::find(call.weights->groups, part, &WeightGroup::name);
    if (found == call.weights->groups.end()) break;
    call.weights = &*found;
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  }
  call.results.resize(1);
  return call;
}

std::vector<TensorId> Network::call(LayerCall call) {
  builder_.charge(1);
  if (is_model(*call.layer)) {
    return call_model(*call.layer, {call.label.scope, call.trainable, call.weights}, &call.inputs);
  }
  const bool operation = is_operation(*call.layer);
  const Layer* layer = operation ? find_operation(call.label.type) : find_layer(call.label.type);
  if (layer == nullptr) {
    return opaque(call, call.label.type == "Lambda" ? "a Lambda layer is Python code, which is never run"
                                                    : "the class " + quoted(call.label.type) +
                                                          " is none of Keras: what it computes is not in "
                                                          "the file");
  }
  call.begin = builder_.mark();
  if (!operation) cast_operands(call);
  LayerReader reader(*this, call);
  const std::string what = "the layer " + quoted(call.label.scope) + " (" + std::string(call.label.type) + "): ";
  try {
    std::vector<TensorId> results = layer->read(reader);
    // A quantized layer stores scales, too, which are no variables of the configuration.
    if (call.weights != nullptr && call.policy.kernel == DType::unknown) read_groups_.insert(call.weights);
    return results;
  } catch (const UnknownShape& unknown) {
    builder_.rewind(call.begin);
    return opaque(call, "the shape of an operand is not known: " + unknown.why);
  } catch (const Missing& missing) {
    throw Error(ErrorCode::corrupt, what + missing.what(), call.layer->offset);
  } catch (const Overflow&) {
    throw Error(ErrorCode::corrupt, what + "its sizes exceed 64 bits", call.layer->offset);
  }
}

void Network::cast_operands(LayerCall& call) {
  if (!call.policy.known || !is_float(call.policy.compute)) return;
  std::map<TensorId, TensorId> casts;
  const auto cast = [&](TensorId& tensor) {
    if (tensor == kAbsent) return;
    const Value* value = known(builder_.value(tensor));
    if (value == nullptr || !is_float(value->dtype) || value->dtype == call.policy.compute) return;
    const auto [found, is_new] = casts.try_emplace(tensor, 0);
    if (is_new) found->second = builder_.emit(Cast{call.policy.compute}, {tensor}, 1, call.label).front();
    tensor = found->second;
  };
  for (TensorId& input : call.inputs) cast(input);
  for (auto& [argument, tensor] : call.references) cast(tensor);
}

std::vector<TensorId> Network::opaque(const LayerCall& call, const std::string& why) {
  std::vector<TensorId> operands = call.inputs;
  if (call.weights != nullptr) {
    for (const uint32_t weight : call.weights->weights) operands.push_back(stored_variable(call, weight));
  } else if (weights_.all.empty() && read_paths_.insert(call.label.scope).second) {
    warn_of_weights("the parameters of the layer " + quoted(call.label.scope) + " (" + std::string(call.label.type) +
                    ") are not in the file: they are missing in the total");
  }
  std::vector<TensorId> results = builder_.emit(Opaque{why}, std::move(operands), call.results.size(), call.label);
  for (size_t i = 0; i < results.size(); ++i) {
    if (const std::optional<StatedResult>& stated = call.results[i]) {
      builder_.state_shape(results[i], stated->dtype, stated->sizes);
    } else if (auto sizes = sizes_in(call.config->find("output_shape")); sizes && call.label.type == "Lambda") {
      sizes->insert(sizes->begin(), -1);
      builder_.state_shape(results[i], call.policy.compute, *sizes);
    }
  }
  return results;
}

TensorId Network::variable(const LayerCall& call, std::string_view name, const Variable& variable) {
  const std::string key = std::string(call.label.scope) + "/" + std::string(name);
  const TensorId id = builder_.variable(key, [&] {
    const auto found = variables_.find(key);
    if (found != variables_.end()) return found->second;
    return variables_.emplace(key, describe(call, name, variable)).first->second;
  });
  const DType dtype = builder_.tensor(id).dtype;
  if (!is_float(dtype) || !is_float(call.policy.compute) || dtype == call.policy.compute || variable.dtype) return id;
  return builder_.emit(Cast{call.policy.compute}, {id}, 1, call.label).front();
}

Tensor Network::describe(const LayerCall& call, std::string_view name, const Variable& variable) {
  Tensor tensor{.name = builder_.keep(std::string(call.label.scope) + "/" + std::string(name)),
                .dtype = variable.dtype.value_or(call.policy.variable),
                .dims = std::vector<Dim>(),
                .trainable = call.trainable && variable.trainable,
                .storage = ++storages_};
  for (const int64_t size : variable.shape) {
    if (size < 0 || size > kMaxDim) {
      throw Error(ErrorCode::corrupt,
                  "the layer " + quoted(call.label.scope) + " (" + std::string(call.label.type) +
                      ") makes the variable " + quoted(name) + " of shape " + sizes_text(variable.shape) +
                      ", whose sizes are out of range",
                  call.layer->offset);
    }
    tensor.dims->push_back({size, {}});
  }
  const bool kernel = last_part(name) == "kernel" || last_part(name) == "embeddings";
  if (kernel && call.policy.kernel != DType::unknown && !variable.shape.empty()) {
    tensor.dtype = call.policy.kernel;
    tensor.quantization = {.scales = static_cast<uint32_t>(std::min<int64_t>(variable.shape.back(), UINT32_MAX)),
                           .axis = static_cast<int32_t>(variable.shape.size() - 1)};
  }
  if (StoredWeight* stored = claim(call, name, tensor)) {
    stored->claimed = true;
    stored->storage = tensor.storage;
    tensor.stored_bytes = stored->bytes;
    if (stored->dtype != DType::unknown && call.policy.kernel == DType::unknown) tensor.dtype = stored->dtype;
  } else {
    const Count elements = product(Shape(variable.shape));
    tensor.stored_bytes = byte_size(tensor.dtype, elements).value();
  }
  return tensor;
}

StoredWeight* Network::claim(const LayerCall& call, std::string_view name, const Tensor& tensor) {
  if (weights_.all.empty()) return nullptr;
  std::vector<int64_t> sizes;
  for (const Dim& dim : *tensor.dims) sizes.push_back(dim.size);
  const std::string made =
      "the configuration makes " + quoted(name) + " of the layer " + quoted(call.label.scope) + " " + sizes_text(sizes);
  if (call.weights == nullptr) {
    warn_of_weights(made + ", the weights file has nothing for that layer");
    return nullptr;
  }
  StoredWeight* same_shape = nullptr;
  std::string others;
  for (const uint32_t index : call.weights->weights) {
    StoredWeight& weight = weights_.all[index];
    // Several narrow integers lie in one stored element.
    const bool packed = bits_of(tensor.dtype) < 8 && is_integer(weight.dtype) && weight.shape.size() == sizes.size();
    if (weight.claimed) continue;
    if (weight.shape == sizes || packed) {
      if (last_part(weight.name) == last_part(name)) return &weight;
      if (same_shape == nullptr) same_shape = &weight;
    } else if (others.size() < 100) {
      others += (others.empty() ? "" : ", ") + quoted(weight.name) + " " + sizes_text(weight.shape);
    }
  }
  if (same_shape == nullptr) {
    warn_of_weights(made + ", the weights file has " + (others.empty() ? "no more for that layer" : others));
  }
  return same_shape;
}

TensorId Network::stored_variable(const LayerCall& call, uint32_t weight) {
  StoredWeight& stored = weights_.all[weight];
  const std::string key = std::string(call.label.scope) + "//" + std::to_string(weight);
  return builder_.variable(key, [&] {
    if (stored.storage == 0) stored.storage = ++storages_;
    stored.claimed = true;
    const std::string_view last = last_part(stored.name);
    Tensor tensor{.name = builder_.keep(std::string(call.label.scope) + "/" + stored.name.substr(0, kMaxPath)),
                  .dtype = stored.dtype,
                  .dims = std::vector<Dim>(),
                  .stored_bytes = stored.bytes,
                  .storage = stored.storage};
    for (const int64_t size : stored.shape) tensor.dims->push_back({size, {}});
    // Numbers instead of names do not tell whether training moves the variable.
    const bool named = !std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; });
    if (named || !call.trainable) tensor.trainable = call.trainable && !last.starts_with("moving_");
    return tensor;
  });
}

void Network::rows_of_weights(const WeightGroup& group, const std::string& path, std::string_view why) {
  size_t below = 0;
  for (const WeightGroup& each : group.groups) below += each.weights.size();
  if (below < group.weights.size()) {
    const std::string scope = path.substr(0, kMaxPath);
    const JsonValue none;
    LayerCall call{.layer = &none, .config = &none, .weights = &group};
    call.label = {.name = builder_.keep(scope), .type = "Weights", .scope = builder_.keep(scope)};
    opaque(call, std::string(why));
    return;
  }
  for (const WeightGroup& each : group.groups) {
    const bool own = each.name == "vars" || each.name == group.name;
    rows_of_weights(each, own ? path : path.empty() ? each.name : path + "/" + each.name, why);
  }
}

void Network::warn_of_weights(const std::string& message) {
  if (++weight_warnings_ <= kMaxWeightWarnings) model_.warnings.push_back({"weights_differ", message});
  if (weight_warnings_ == kMaxWeightWarnings + 1) {
    model_.warnings.push_back({"weights_differ", "more variables differ between the configuration and the weights"});
  }
}

void Network::warn_of_unclaimed() {
  for (const WeightGroup* group : read_groups_) {
    for (const uint32_t index : group->weights) {
      const StoredWeight& weight = weights_.all[index];
      if (weight.claimed || !is_float(weight.dtype)) continue;
      warn_of_weights("the weights file has " + quoted(group->name + "/" + weight.name) + " " +
                      sizes_text(weight.shape) + ", which the configuration does not make: it is not counted");
    }
  }
}

TensorId Network::add_input(const JsonValue& layer) {
  const JsonValue& config = config_of(layer);
  std::string_view name = text_under(layer, "name");
  if (name.empty()) name = text_under(config, "name");
  const DType dtype = policy_of(config.find("dtype")).variable;
  const JsonValue* shape = input_shape_in(config);
  std::optional<std::vector<int64_t>> sizes = sizes_in(shape);
  if (shape != nullptr && !sizes) {
    throw Error(ErrorCode::corrupt, "the shape of the input " + quoted(name) + " is no list of sizes", shape->offset);
  }
  return builder_.add_input(name.substr(0, kMaxPath), dtype, std::move(sizes));
}

TensorId Network::add_sequential_input(const JsonValue& config, std::span<const JsonValue> layers) {
  const JsonValue* first = layers.empty() ? nullptr : &layers.front();
  while (first != nullptr) {
    const JsonValue& inner = config_of(*first);
    if (is_input_layer(*first) || input_shape_in(inner) != nullptr) return add_input(*first);
    const JsonValue* list = inner.array() != nullptr ? &inner : inner.find("layers");
    if (!is_model(*first) || list == nullptr || list->array() == nullptr || list->array()->empty()) break;
    first = &list->array()->front();
  }
  std::optional<std::vector<int64_t>> sizes = sizes_in(config.find("build_input_shape"));
  const JsonValue* width = first == nullptr ? nullptr : config_of(*first).find("input_dim");
  if (!sizes && width != nullptr && width->integer() != nullptr && text_under(*first, "class_name") != "Embedding") {
    sizes = {-1, std::max<int64_t>(*width->integer(), 0)};
  }
  return builder_.add_input("input", DType::f32, std::move(sizes));
}

std::vector<TensorId> Network::call_model(const JsonValue& model, const Place& place,
                                          const std::vector<TensorId>* inputs) {
  const JsonValue& config = config_of(model);
  const bool functional = config.find("output_layers") != nullptr;
  return functional ? FunctionalReader(*this, config, place).call(inputs) : call_sequential(config, place, inputs);
}

std::vector<TensorId> Network::call_sequential(const JsonValue& config, const Place& place,
                                               const std::vector<TensorId>* inputs) {
  // Keras 1 has the layers themselves as the configuration.
  const JsonValue* list = config.array() != nullptr ? &config : config.find("layers");
  if (list == nullptr || list->array() == nullptr) {
    throw Error(ErrorCode::corrupt, "a Sequential model has no list of layers", config.offset);
  }
  const std::span<const JsonValue> layers = *list->array();
  std::vector<TensorId> current =
      inputs != nullptr ? *inputs : std::vector<TensorId>{add_sequential_input(config, layers)};
  LayerGroups groups(place.weights);
  if (!place.path.empty()) builder_.charge(groups.size());
  for (size_t i = 0; i < layers.size(); ++i) {
    if (is_input_layer(layers[i])) continue;
    LayerCall call = call_of(layers[i], place, groups, i);
    call.inputs = std::move(current);
    current = this->call(std::move(call));
  }
  return current;
}

}  // namespace flopstat::keras

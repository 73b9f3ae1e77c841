#include "support/keras_layer.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace flopstat::test {
namespace {

std::string list_of(const std::vector<int64_t>& sizes) {
  std::string text = "[null";
  for (const int64_t size : sizes) text += size < 0 ? ", null" : ", " + std::to_string(size);
  return text + "]";
}

std::string tensor(const KerasLayer& layer, size_t i) {
  return "{'class_name': '__keras_tensor__', 'config': {'shape': " + list_of(layer.inputs[i].sizes) + ", 'dtype': '" +
         layer.inputs[i].dtype + "', 'keras_history': ['x" + std::to_string(i) + "', 0, 0]}}";
}

std::string history(const std::string& name, size_t result) {
  return "['" + name + "', 0, " + std::to_string(result) + "]";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace

std::string quoted_json(std::string text) {
  std::ranges::replace(text, '\'', '"');
  return text;
}

std::string keras_json(const KerasLayer& layer) {
  std::string inputs;
  std::string all;
  std::string input_layers;
  for (size_t i = 0; i < layer.inputs.size(); ++i) {
    const std::string name = "x" + std::to_string(i);
    inputs += "{'module': 'keras.layers', 'class_name': 'InputLayer', 'name': '" + name + "', 'config': {'name': '" +
              name + "', 'batch_shape': " + list_of(layer.inputs[i].sizes) + ", 'dtype': '" + layer.inputs[i].dtype +
              "'}, 'inbound_nodes': []}, ";
    all += (i == 0 ? "" : ", ") + tensor(layer, i);
    input_layers += (i == 0 ? "" : ", ") + history(name, 0);
  }
  std::string args = layer.args.empty() ? all : layer.args;
  for (size_t i = 0; i < layer.inputs.size(); ++i) args = replaced(args, "$" + std::to_string(i), tensor(layer, i));
  std::string kwargs = layer.kwargs;
  for (size_t i = 0; i < layer.inputs.size(); ++i) kwargs = replaced(kwargs, "$" + std::to_string(i), tensor(layer, i));
  std::string outputs;
  for (size_t i = 0; i < layer.outputs; ++i) outputs += (i == 0 ? "" : ", ") + history("layer", i);
  const std::string config = layer.config.empty() ? "" : ", " + layer.config;
  return quoted_json(
      "{'module': 'keras.src.models.functional', 'class_name': 'Functional', 'config': {'name': 'm', "
      "'layers': [" +
      inputs + "{'module': '" + layer.module + "', 'class_name': '" + layer.class_name +
      "', 'name': 'layer', 'config': {'name': 'layer'" + config + "}, 'inbound_nodes': [{'args': [" + args +
      "], 'kwargs': {" + kwargs + "}}]}], 'input_layers': [" + input_layers + "], 'output_layers': [" + outputs +
      "]}}");
}

Report report_of(const KerasLayer& layer, const Options& options) {
  const std::string text = keras_json(layer);
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return analyze({bytes, bytes + text.size()}, layer.class_name + ".json", options);
}

std::vector<int64_t> output_shape(const Report& report, size_t result) {
  if (result >= report.outputs.size() || !report.outputs[result].shape) {
    ADD_FAILURE() << "the shape of result " << result << " is not known";
    return {};
  }
  return {report.outputs[result].shape->begin(), report.outputs[result].shape->end()};
}

}  // namespace flopstat::test

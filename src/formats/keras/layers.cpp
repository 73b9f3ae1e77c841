#include <algorithm>
#include <array>

#include "formats/keras/layer.h"

namespace flopstat::keras {
namespace {

std::vector<TensorId> dense(LayerReader& layer) {
  const TensorId x = layer.input();
  const int64_t units = layer.integer("units", 0);
  std::vector<TensorId> operands{x, layer.variable("kernel", {.shape = {layer.shape(x).back(), units}})};
  if (layer.boolean("use_bias", true)) operands.push_back(layer.variable("bias", {.shape = {units}}));
  return {layer.activate(layer.emit(MatMul{}, operands))};
}

constexpr std::array kLayers{Layer{"Dense", dense}};

}  // namespace

const Layer* find_layer(std::string_view class_name) {
  const auto* const found = std::ranges::find(kLayers, class_name, &Layer::name);
  return found == kLayers.end() ? nullptr : found;
}

const Layer* find_operation(std::string_view) { return nullptr; }

}  // namespace flopstat::keras

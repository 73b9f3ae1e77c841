#include <algorithm>
#include <array>

#include "formats/keras/layer.h"

namespace flopstat::keras {
namespace {

struct Alias {
  std::string_view name;
  std::string_view layer;
};

/// Other names of a layer: those of Keras 3, and those of Keras 1 and 2.
constexpr auto kAliases = std::to_array<Alias>({
    {"AtrousConv1D", "Conv1D"},
    {"AtrousConv2D", "Conv2D"},
    {"AtrousConvolution1D", "Conv1D"},
    {"AtrousConvolution2D", "Conv2D"},
    {"AvgPool1D", "AveragePooling1D"},
    {"AvgPool2D", "AveragePooling2D"},
    {"AvgPool3D", "AveragePooling3D"},
    {"BatchNormalizationV1", "BatchNormalization"},
    {"BatchNormalizationV2", "BatchNormalization"},
    {"Convolution1D", "Conv1D"},
    {"Convolution1DTranspose", "Conv1DTranspose"},
    {"Convolution2D", "Conv2D"},
    {"Convolution2DTranspose", "Conv2DTranspose"},
    {"Convolution3D", "Conv3D"},
    {"Convolution3DTranspose", "Conv3DTranspose"},
    {"Deconv2D", "Conv2DTranspose"},
    {"Deconv3D", "Conv3DTranspose"},
    {"Deconvolution2D", "Conv2DTranspose"},
    {"Deconvolution3D", "Conv3DTranspose"},
    {"DepthwiseConvolution2D", "DepthwiseConv2D"},
    {"GRUV2", "GRU"},
    {"GlobalAvgPool1D", "GlobalAveragePooling1D"},
    {"GlobalAvgPool2D", "GlobalAveragePooling2D"},
    {"GlobalAvgPool3D", "GlobalAveragePooling3D"},
    {"GlobalMaxPool1D", "GlobalMaxPooling1D"},
    {"GlobalMaxPool2D", "GlobalMaxPooling2D"},
    {"GlobalMaxPool3D", "GlobalMaxPooling3D"},
    {"GroupedQueryAttention", "GroupQueryAttention"},
    {"LSTMV2", "LSTM"},
    {"MaxPool1D", "MaxPooling1D"},
    {"MaxPool2D", "MaxPooling2D"},
    {"MaxPool3D", "MaxPooling3D"},
    {"SeparableConvolution1D", "SeparableConv1D"},
    {"SeparableConvolution2D", "SeparableConv2D"},
    {"SyncBatchNormalization", "BatchNormalization"},
    {"TimeDistributedDense", "Dense"},
});
static_assert(std::ranges::is_sorted(kAliases, {}, &Alias::name));

const Layer* row_of(std::span<const Layer> table, std::string_view name) {
  const auto found = std::ranges::lower_bound(table, name, {}, &Layer::name);
  return found != table.end() && found->name == name ? &*found : nullptr;
}

}  // namespace

const Layer* find_layer(std::string_view class_name) {
  const auto* alias = std::ranges::lower_bound(kAliases, class_name, {}, &Alias::name);
  if (alias != kAliases.end() && alias->name == class_name) class_name = alias->layer;
  // A name that a layer and an operation share is the layer's.
  for (const auto table :
       {core_layers(), convolution_layers(), pooling_layers(), normalization_layers(), activation_layers(),
        merging_layers(), recurrent_layers(), attention_layers(), preprocessing_layers(), operation_layers()}) {
    if (const Layer* row = row_of(table, class_name)) return row;
  }
  return nullptr;
}

const Layer* find_operation(std::string_view class_name) { return row_of(operation_layers(), class_name); }

}  // namespace flopstat::keras

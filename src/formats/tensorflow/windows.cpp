#include "formats/tensorflow/windows.h"

#include <string>

namespace flopstat::tensorflow {
namespace {

/// Kernels, strides and dilations that counting accepts.
constexpr int64_t kMaxStep = int64_t{1} << 20;

}  // namespace

DataLayout layout_of(const NodeReader& node) {
  return node.text("data_format", "NHWC").starts_with("NC") ? DataLayout::channels_first : DataLayout::channels_last;
}

Known<Window> window_of(const NodeReader& node, std::string_view strides_name, std::string_view kernel_name,
                        std::string_view dilations_name) {
  const std::vector<int64_t> strides = node.integers(strides_name);
  const std::vector<int64_t> dilations = node.integers(dilations_name);
  const std::vector<int64_t> kernel = kernel_name.empty() ? std::vector<int64_t>{} : node.integers(kernel_name);
  const std::vector<int64_t> pads = node.integers("explicit_paddings");
  const size_t axes = strides.size();
  if (axes < 3 || axes > 5) {
    return Unknown{"its attribute " + std::string(strides_name) + " has " + std::to_string(axes) +
                   " values, expected one for each axis of its data"};
  }
  Window window;
  const std::string_view padding = node.text("padding", "VALID");
  if (padding == "SAME")
    window.padding = Padding::same_upper;
  else if (padding == "VALID")
    window.padding = Padding::valid;
  else if (padding == "EXPLICIT" && pads.size() == 2 * axes)
    window.padding = Padding::given;
  else
    return Unknown{"its padding '" + std::string(padding.substr(0, 80)) + "' is none that it may have"};

  const size_t first = layout_of(node) == DataLayout::channels_first ? 2 : 1;
  for (size_t i = first; i < first + axes - 2; ++i) {
    Axis axis{.stride = strides[i]};
    if (dilations.size() == axes) axis.dilation = dilations[i];
    if (!kernel_name.empty()) axis.kernel = kernel.size() == axes ? kernel[i] : 0;
    if (window.padding == Padding::given) {
      axis.pad_before = pads[2 * i];
      axis.pad_after = pads[2 * i + 1];
    }
    for (const int64_t value : {axis.kernel, axis.stride, axis.dilation}) {
      if (value >= 1 && value <= kMaxStep) continue;
      return Unknown{"its kernel, stride or dilation is " + std::to_string(value) + ", expected 1 to " +
                     std::to_string(kMaxStep)};
    }
    window.axes.push_back(axis);
  }
  return window;
}

}  // namespace flopstat::tensorflow

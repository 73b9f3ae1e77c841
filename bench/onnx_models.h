#pragma once

#include <string>

namespace flopstat::bench {

/// Writes ONNX models into a folder, weights as holes:
///   resnet50.onnx              ResNet-50 as PyTorch exports it for inference: 25.5 million parameters, 102 MB
///   products_2.onnx, _1024     a chain of 256 matrix products, their weights 2 and 1024 wide (1 GiB)
///   transformer_1000, _10000   so many nodes of transformer layers whose reshapes are computed from the input's shape
void write_onnx_models(const std::string& folder);

}  // namespace flopstat::bench

#pragma once

#include "count/convention.h"

/// Tools that read ONNX files node by node.
namespace flopstat {

Said said_by_onnx_tool(const CountedLayer& layer);
Said said_by_onnx_opcounter(const CountedLayer& layer);

std::vector<Convention> onnx_conventions();

}  // namespace flopstat

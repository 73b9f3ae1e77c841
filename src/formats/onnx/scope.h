#pragma once

#include <optional>
#include <string>
#include <string_view>

/// To which layer of its module a node belongs.
namespace flopstat::onnx {

/// Layer path in node names such as "/layer1/conv1/Conv" and "model/dense/MatMul": all but the last part. Empty where
/// there is no other part.
std::string_view scope_in_name(std::string_view name);

/// Layer path "layer1/0/conv1" in the list of qualified names that PyTorch's newer exporter notes for a node under
/// "pkg.torch.onnx.name_scopes": "['', 'layer1', 'layer1.0', 'layer1.0.conv1', 'conv2d']", the model first, what was
/// called last. Nothing where the text is no such list.
std::optional<std::string> scope_in_list(std::string_view list);

}  // namespace flopstat::onnx

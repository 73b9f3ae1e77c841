#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "bytes/file.h"
#include "bytes/protobuf.h"
#include "model/model.h"

/// Weights that lie in other files. Those are never opened: only their sizes are compared with what the model says.
namespace flopstat::onnx {

/// Where the contents of one tensor lie.
struct ExternalData {
  std::string_view location = {};  ///< path relative to the model's folder
  uint64_t offset = 0;
  std::optional<uint64_t> length = std::nullopt;
};

/// Where a TensorProto says that its contents lie; nothing where that is in the model itself.
std::optional<ExternalData> external_data(ProtoMessage tensor);

/// The files that a model's weights lie in.
class ExternalFiles {
 public:
  /// `bytes` is the size of the contents where the model does not say it.
  void add(const ExternalData& data, std::string_view tensor, uint64_t bytes);

  /// A sentence for each file that lies outside of the model's folder, is not there, is no regular file or too short.
  /// None for a model in memory, which has no folder.
  std::vector<Warning> warnings(const File& model) const;

 private:
  struct Last {
    uint64_t end = 0;              ///< byte behind the last contents
    std::string_view tensor = {};  ///< whose contents they are
  };
  std::map<std::string_view, Last> files_;
};

}  // namespace flopstat::onnx

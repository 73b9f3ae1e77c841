#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bytes/flatbuffer.h"
#include "model/model.h"

namespace flopstat::tflite {

/// What a graph that only combines two values consists of: how many operators, and the code of the first.
struct Body {
  uint32_t operators = 0;
  uint32_t code = 0;
};

/// One operator while it is translated: its options as stored, its node so far. Its functions are named after what they
/// read; a slot is the number of a field in the operator's options table.
struct OperatorReader {
  Graph& graph;
  Node& node;
  std::optional<FlatTable> options;
  Bytes custom_options;
  uint8_t options_2_type = 0;                     ///< tag of the union BuiltinOptions2, 0: none
  std::function<Body(uint32_t graph)> body = {};  ///< of a subgraph, wherever it stands in the file

  int64_t integer(uint32_t slot, int32_t fallback = 0) const {
    return options ? options->scalar<int32_t>(slot, fallback) : fallback;
  }
  int64_t wide(uint32_t slot, int64_t fallback = 0) const {
    return options ? options->scalar<int64_t>(slot, fallback) : fallback;
  }
  std::vector<int64_t> list(uint32_t slot) const {
    return options ? options->vector<int64_t>(slot).copy<int64_t>() : std::vector<int64_t>{};
  }
  bool flag(uint32_t slot, bool fallback = false) const {
    return options ? options->scalar<uint8_t>(slot, fallback ? 1 : 0) != 0 : fallback;
  }
  uint8_t choice(uint32_t slot) const { return options ? options->scalar<uint8_t>(slot, 0) : 0; }
  float real(uint32_t slot, float fallback) const {
    return options ? options->scalar<float>(slot, fallback) : fallback;
  }

  size_t operands() const { return node.inputs.size(); }

  /// Null where the operator has no such operand or leaves it out.
  const Tensor* input(size_t i) const {
    return i < node.inputs.size() && node.inputs[i] != kAbsent ? &graph.tensors[node.inputs[i]] : nullptr;
  }
  DType output_type(size_t i = 0) const {
    return i < node.outputs.size() && node.outputs[i] != kAbsent ? graph.tensors[node.outputs[i]].dtype
                                                                 : DType::unknown;
  }

  /// Puts the operands into the order that the canonical operation documents.
  void reorder(std::initializer_list<size_t> order);

  /// Remembers the activation that the slot says is fused into the operator.
  void fuse_activation(uint32_t slot);
};

/// Number of operator codes that mean the same in every version of the schema.
size_t builtin_count();

/// "CONV_2D"; empty for a code that the schema did not have when this was written.
std::string_view builtin_name(uint32_t code);

/// The canonical operation of a builtin operator; `Opaque` where there is no rule.
Op read_builtin(uint32_t code, OperatorReader& reader);

/// The canonical operation of a custom operator; `Opaque` where its definition is not public.
Op read_custom(std::string_view name, OperatorReader& reader);

/// Element type by the schema's number.
DType tensor_type(int8_t number);

}  // namespace flopstat::tflite

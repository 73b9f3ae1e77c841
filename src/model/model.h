#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bytes/file.h"
#include "flopstat/dtype.h"
#include "flopstat/report.h"
#include "model/op.h"
#include "model/value.h"

/// What a model file says, in the field's words and no format's. Names are views into the file or into
/// `Model::invented`.
namespace flopstat {

using TensorId = uint32_t;
using NodeIndex = uint32_t;

/// Stands in `Node::inputs` for an operand that is left out.
inline constexpr TensorId kAbsent = UINT32_MAX;

/// A dimension as the file has it: a size, or free (size -1), perhaps with a name.
struct Dim {
  int64_t size = -1;
  std::string_view symbol = {};
};

/// How integers stand for real numbers: real = scale * (integer - zero_point).
struct Quantization {
  uint32_t scales = 0;  ///< 0: not quantized; 1: one for the tensor; else one per entry of `axis` or per block
  float scale = 0;      ///< the first one
  int64_t zero_point = 0;
  bool asymmetric = false;  ///< some zero point is not 0
  int32_t axis = 0;
  uint64_t stored_bytes = 0;  ///< of scales and zero points
};

/// What an operand is for.
enum class Role : uint8_t { data, weight, state, index, shape, quantization };

struct Tensor {
  std::string_view name = {};
  DType dtype = DType::unknown;
  bool is_state = false;     ///< outlives a run: a variable, a cache
  bool placeholder = false;  ///< `dims` stand for sizes that the file leaves open
  std::optional<std::vector<Dim>> dims = std::nullopt;
  std::optional<Role> named = std::nullopt;  ///< where the file says what it is for
  std::optional<bool> trainable =
      std::nullopt;  ///< where the file says that it is a parameter: whether training moves it
  Quantization quantization = {};
  Bytes data = {};            ///< contents as stored, if they are in the file and dense
  uint64_t stored_bytes = 0;  ///< bytes of the contents wherever they are, with what says where they belong; 0 if none
  uint32_t storage = 0;       ///< equal for tensors that share one stored buffer; 0: nothing is stored
  std::shared_ptr<const Elements> elements = nullptr;  ///< contents that are not plain little-endian data
  std::optional<uint64_t> present = std::nullopt;      ///< elements in sparse storage: all others are 0

  /// Contents are fixed by the file.
  bool is_constant() const { return storage != 0 || elements != nullptr; }
};

struct Node {
  std::string_view name = {};
  std::string_view type = {};   ///< the file's word
  std::string_view scope = {};  ///< layer path, "backbone/2/m.0"
  std::vector<TensorId> inputs = {};
  std::vector<TensorId> outputs = {};
  Op op = {};
  std::optional<UnaryFn> activation = std::nullopt;  ///< fused behind the operation
  uint64_t offset = 0;                               ///< byte in the file
};

/// A name used inside a graph for a tensor of the graph that encloses it.
struct Capture {
  TensorId inner = 0;
  TensorId outer = 0;
};

struct Graph {
  std::string_view name = {};
  std::vector<Tensor> tensors = {};
  std::vector<Node> nodes = {};
  std::vector<TensorId> inputs = {};
  std::vector<TensorId> outputs = {};
  std::vector<Capture> captures = {};
};

/// Something the reader noticed that does not stop it. `code` is a stable word, the message a sentence.
struct Warning {
  std::string code;
  std::string message;
};

/// The name that a signature gives to an input or output.
struct NamedTensor {
  std::string_view name = {};
  TensorId tensor = 0;
};

/// A way into the model: the graph that one signature runs.
struct Signature {
  std::string_view name = {};
  GraphId graph = 0;
  std::vector<NamedTensor> inputs = {};
  std::vector<NamedTensor> outputs = {};
};

/// The C source that holds a model as an array.
struct CSource {
  File text = {};
  std::string_view array = {};  ///< its name
  uint64_t offset = 0;          ///< byte of its '{' in the text
};

struct Model {
  File file;                     ///< the model's bytes; of one in C source, the decoded array
  std::string_view format = {};  ///< "tflite", "onnx", ..., "tflite in a C array"
  std::string producer = {};
  About about = {};
  std::vector<Graph> graphs = {};
  std::vector<Signature> signatures = {};
  GraphId main = 0;  ///< the graph that is counted
  std::vector<Warning> warnings = {};
  std::deque<std::string> invented = {};  ///< names that are not in the file
  uint64_t attached_bytes = 0;            ///< at the end of the file, no part of the model
  std::vector<AttachedFile> attached_files = {};
  std::optional<CSource> source = std::nullopt;
};

/// Adds a constant that a format writes as an attribute: whole numbers of one axis.
TensorId add_constant(Graph& graph, const std::vector<int64_t>& values);

/// Adds a constant that a format writes as an attribute: one whole number without axes.
TensorId add_scalar(Graph& graph, int64_t value);

}  // namespace flopstat

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bytes/json.h"
#include "model/model.h"

/// The layers of Keras: how the configuration of each becomes operations.
namespace flopstat::keras {

class Network;
struct LayerCall;

/// What a variable of a layer is like.
struct Variable {
  std::vector<int64_t> shape = {};
  bool trainable = true;                      ///< in a layer that is; those of a frozen layer never are
  std::optional<DType> dtype = std::nullopt;  ///< the layer's own where none is given
};

/// One call of one layer while it becomes nodes of the graph: its configuration, its operands, its variables. Tensors
/// have shapes while the layer is read, found by the shape engine; an axis that the file leaves open stands there with
/// a sample size, so what depends on it (a target of Reshape) must be written relative to the operand.
///
/// Everything that reads the configuration throws `Error` (corrupt) where a value is not of the type asked for.
class LayerReader {
 public:
  /// Both outlive the reader.
  LayerReader(Network& network, const LayerCall& call) : network_(network), call_(call) {}

  // The configuration. A key that is absent or null has the value `otherwise`.
  std::string_view class_name() const;
  const JsonValue& config() const;
  /// The member of the configuration; null where it is absent or null in the file.
  const JsonValue* value(std::string_view key) const;
  bool has(std::string_view key) const { return value(key) != nullptr; }
  bool boolean(std::string_view key, bool otherwise) const;
  int64_t integer(std::string_view key, int64_t otherwise) const;
  double real(std::string_view key, double otherwise) const;
  std::string_view text(std::string_view key, std::string_view otherwise) const;
  /// `count` whole numbers; one number stands for `count` equal ones: kernel_size 3 is {3, 3}.
  std::vector<int64_t> integers(std::string_view key, size_t count, int64_t otherwise) const;
  /// A list of any length, or one number; nothing where it is absent.
  std::optional<std::vector<int64_t>> integers(std::string_view key) const;
  /// "channels_first"?
  bool channels_first() const;

  // The operands.
  /// Tensors among the positional arguments, lists flattened; where there are none, those among the keyword ones.
  size_t input_count() const;
  TensorId input(size_t i = 0) const;
  /// A named operand ("mask", "initial_state", "value"); `kAbsent` where the call has none.
  TensorId keyword(std::string_view name) const;
  /// All tensors of a named operand that is a list of them.
  std::vector<TensorId> keywords(std::string_view name) const;
  /// The i-th positional argument of the call, or the keyword one of that name, as the file has it; null where the call
  /// has neither. Keras 2's ["x", 0, 0, {...}] is a positional argument, the members of {...} are keywords;
  /// ["_CONSTANT_VALUE", -1, value, {...}] gives `value`.
  const JsonValue* argument(size_t i, std::string_view name) const;
  /// The tensor that an argument refers to (`__keras_tensor__`, or Keras 2's ["x", 0, 0]); `kAbsent` for a constant.
  TensorId tensor_of(const JsonValue& argument) const;
  /// Ends the reading of the layer where the shape is not known: it then becomes an opaque one.
  const Shape& shape(TensorId tensor) const;
  DType dtype(TensorId tensor) const;
  /// `axis` from the front; throws `Error` (corrupt) outside of the tensor's rank.
  size_t axis(TensorId tensor, int64_t axis) const;
  /// Whether the layer's kernels are integers (a dtype policy after `quantize("int8")`).
  bool quantized() const;

  // Variables and constants. The same name in a later call of the layer is the same variable.
  TensorId variable(std::string_view name, const Variable& variable);
  TensorId constant(const std::vector<int64_t>& values);
  TensorId scalar(int64_t value);
  /// Of the type that the layer computes in.
  TensorId real_scalar(double value);

  // Nodes. Their type is the layer's class, their scope its path.
  TensorId emit(Op op, std::vector<TensorId> inputs);
  std::vector<TensorId> emit_several(Op op, std::vector<TensorId> inputs, size_t results);
  /// A result of the shape and type of `like` whose cost is not known, and why.
  TensorId emit_opaque(const std::string& why, TensorId like);
  /// The function that the configuration names under that key, applied; the tensor itself for none and "linear".
  TensorId activate(TensorId tensor, std::string_view key = "activation");
  /// The function of that name ("relu", "hard_sigmoid") applied.
  TensorId activate_by(TensorId tensor, std::string_view function);

  /// A layer inside this one (that of a wrapper, a cell) called on these operands. `attribute` names it among the
  /// variables: "forward_layer". Its results.
  std::vector<TensorId> call(const JsonValue& layer, std::string_view attribute, std::vector<TensorId> inputs);

  /// A graph of its own, as `Scan` runs it: `build` gets one tensor there for each of `inputs` (type and shape) and
  /// returns the graph's results. While it runs, emit, variable, constant and call speak of that graph; a variable
  /// there is the layer's own, with the same storage as in any other graph.
  GraphId body(std::string_view name, const std::vector<Value>& inputs,
               const std::function<std::vector<TensorId>(std::span<const TensorId>)>& build);

  /// "the key 'units' ...": throws `Error` (corrupt) at the layer.
  [[noreturn]] void corrupt(const std::string& message) const;

 private:
  [[noreturn]] void wrong_type(std::string_view key, const JsonValue& value, std::string_view expected) const;
  std::vector<int64_t> integer_list(std::string_view key, const JsonValue& value) const;

  Network& network_;
  const LayerCall& call_;
};

/// How one class of layers is spelled. Its results, one tensor for most.
struct Layer {
  std::string_view name;
  std::vector<TensorId> (*read)(LayerReader&);
};

/// The layer of that class name, in the words of Keras 1, 2 and 3 (`Convolution2D` is `Conv2D`); null where there is no
/// canonical operation for it: a custom class, a Lambda.
///
/// Source: keras.io/api/layers; the argument names and defaults of Keras 3.
const Layer* find_layer(std::string_view class_name);

/// The operation of keras.ops of that class name, which a model uses as a layer (`Add`, `GetItem`); null where there is
/// none.
const Layer* find_operation(std::string_view class_name);

// The tables, each in the alphabet's order.
std::span<const Layer> core_layers();         // Dense, EinsumDense, Embedding, Flatten, Reshape...
std::span<const Layer> convolution_layers();  // Conv1D to SeparableConv2D
std::span<const Layer> pooling_layers();      // MaxPooling1D to GlobalAveragePooling3D, UpSampling, cropping, padding
std::span<const Layer> normalization_layers();
std::span<const Layer> activation_layers();
std::span<const Layer> merging_layers();    // Add to Dot
std::span<const Layer> recurrent_layers();  // RNN, LSTM, GRU, cells, ConvLSTM, Bidirectional, TimeDistributed
std::span<const Layer> attention_layers();
std::span<const Layer> preprocessing_layers();
std::span<const Layer> operation_layers();  // keras.ops.* as layers, TFOpLambda

}  // namespace flopstat::keras

#pragma once

#include <cstdint>
#include <exception>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/keras/graph_builder.h"
#include "formats/keras/layer.h"
#include "formats/keras/policy.h"
#include "formats/keras/weights.h"

namespace flopstat::keras {

/// What a model that uses a layer's result says of it.
struct StatedResult {
  DType dtype = DType::unknown;
  std::vector<int64_t> sizes = {};  ///< -1: free
};

/// Ends the reading of a layer: the shape of an operand is not known.
struct UnknownShape : std::exception {
  explicit UnknownShape(std::string why) : why(std::move(why)) {}
  const char* what() const noexcept override { return why.c_str(); }
  std::string why;
};

/// One call of one layer.
struct LayerCall {
  const JsonValue* layer = nullptr;   ///< the object with its class and configuration
  const JsonValue* config = nullptr;  ///< its member `config`
  NodeLabel label = {};               ///< the scope is the layer's path
  bool trainable = true;              ///< it and all around it are
  DTypePolicy policy = {};
  const WeightGroup* weights = nullptr;  ///< what the file stores for it, if it does

  std::vector<TensorId> inputs = {};
  std::vector<const JsonValue*> arguments = {};           ///< positional ones as the file has them
  std::vector<const JsonValue*> keywords = {};            ///< objects whose members are keyword arguments
  std::map<const JsonValue*, TensorId> references = {};   ///< arguments that stand for tensors
  std::vector<std::optional<StatedResult>> results = {};  ///< as many as are used, at least one

  GraphBuilder::Mark begin = {};  ///< where its nodes begin
};

/// Reads the configuration of a model and of the models in it into the graph of one `Model`. Layers of models inside
/// are put in line, with their path as scope: a model that is called twice has its nodes twice and its variables once.
///
/// All that is read throws `Error` with the byte in the JSON text: corrupt, limit.
class Network {
 public:
  /// `budget` bounds what the graph may become. All references outlive the network.
  Network(Model& model, StoredWeights& weights, uint64_t budget);

  /// Reads the whole model from the object with its class and configuration.
  void read(const JsonValue& root);

  /// For a file without a configuration: a row for each group of weights, whose work is unknown.
  void read_weights_only(std::string_view why);

  // For the layers while they are read.
  GraphBuilder& builder() { return builder_; }
  std::vector<TensorId> call(LayerCall call);
  /// A call of the layer that stands in another one's configuration.
  LayerCall inside(const LayerCall& outer, const JsonValue& layer, std::string_view attribute);
  TensorId variable(const LayerCall& call, std::string_view name, const Variable& variable);
  /// A node without a rule: its operands are those of the call and all that the file stores for the layer.
  std::vector<TensorId> opaque(const LayerCall& call, const std::string& why);

  // For the models inside.
  /// Where a model lies.
  struct Place {
    std::string_view path = {};  ///< empty for the whole one
    bool trainable = true;
    const WeightGroup* weights = nullptr;
  };
  /// A call of a layer of the model, without operands. Layers are to be asked for in the configuration's order.
  LayerCall call_of(const JsonValue& layer, const Place& place, LayerGroups& groups, size_t position);
  /// The input that an InputLayer is.
  TensorId add_input(const JsonValue& layer);

 private:
  /// The results of a model on the operands; those of the whole model are its inputs, made here, where none are given.
  std::vector<TensorId> call_model(const JsonValue& model, const Place& place, const std::vector<TensorId>* inputs);
  std::vector<TensorId> call_sequential(const JsonValue& config, const Place& place,
                                        const std::vector<TensorId>* inputs);
  TensorId add_sequential_input(const JsonValue& config, std::span<const JsonValue> layers);
  void cast_operands(LayerCall& call);
  StoredWeight* claim(const LayerCall& call, std::string_view name, const Tensor& tensor);
  Tensor describe(const LayerCall& call, std::string_view name, const Variable& variable);
  TensorId stored_variable(const LayerCall& call, uint32_t weight);
  void rows_of_weights(const WeightGroup& group, const std::string& path, std::string_view why);
  void warn_of_weights(const std::string& message);
  void warn_of_unclaimed();

  Model& model_;
  StoredWeights& weights_;
  GraphBuilder builder_;
  uint32_t storages_ = 0;
  std::map<std::string, Tensor, std::less<>> variables_;  ///< by path
  std::set<const WeightGroup*> read_groups_;              ///< of layers that were understood
  std::set<std::string_view> read_paths_;                 ///< of layers without a rule
  size_t weight_warnings_ = 0;
};

// The configuration's words.

/// The member `config` of the object of a layer or model; the object itself where there is none. Never null.
const JsonValue& config_of(const JsonValue& layer);
/// The text under a key of an object; empty where there is none.
std::string_view text_under(const JsonValue& object, std::string_view key);
/// A list of sizes, null for a free one (-1), `__tuple__` too; nothing where the value is no such list.
std::optional<std::vector<int64_t>> sizes_in(const JsonValue* value);
/// Whether the object is a model with layers of its own.
bool is_model(const JsonValue& layer);

}  // namespace flopstat::keras

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flopstat/known.h"
#include "model/model.h"

namespace flopstat::keras {

/// What a node says of the layer that it belongs to. Names live as long as the model.
struct NodeLabel {
  std::string_view name = {};
  std::string_view type = {};
  std::string_view scope = {};
  uint64_t offset = 0;
};

/// The size that stands for an axis which the file leaves open while layers are read: divisible by what strides and
/// pools make of images. The batch is 1.
inline constexpr int64_t kSampleSize = 512;

/// The graphs of a model while layers are put into them, node by node, with what the shape engine knows of each tensor.
/// Layers need that: a kernel is as deep as the operand that it meets.
class GraphBuilder {
 public:
  /// Adds to the model's graphs; the first of them is the main one. `budget` bounds nodes, results and calls of layers.
  GraphBuilder(Model& model, uint64_t budget);

  /// The text as a name that lives as long as the model.
  std::string_view keep(std::string_view text);

  /// Takes from the budget. Throws `Error` (limit) where nothing is left.
  void charge(uint64_t items);

  /// An input of the main graph. Free axes (-1) have sample sizes.
  TensorId add_input(std::string_view name, DType dtype, std::optional<std::vector<int64_t>> sizes);
  /// A constant whose contents the file has in the configuration.
  TensorId add_constant(const std::vector<int64_t>& values);
  TensorId add_scalar(int64_t value);
  TensorId add_real_scalar(double value, DType dtype);
  /// The tensor of a variable in the open graph, made by `describe` where it is not there yet.
  TensorId variable(const std::string& key, const std::function<Tensor()>& describe);

  /// Adds a node and returns its results.
  std::vector<TensorId> emit(Op op, std::vector<TensorId> inputs, size_t results, const NodeLabel& label);
  /// Says of a result that no rule gives what shape the file states for it. Free axes (-1) but the first stay free.
  void state_shape(TensorId result, DType dtype, const std::vector<int64_t>& sizes);
  const Known<Value>& value(TensorId tensor) const { return open_.back().values[tensor]; }
  /// The dimensions of a variable or constant of the open graph.
  const Tensor& tensor(TensorId tensor) const { return open_.back().graph.tensors[tensor]; }

  /// Opens a graph with one input per value, lets `build` fill it, closes it.
  GraphId body(std::string_view name, const std::vector<Value>& inputs,
               const std::function<std::vector<TensorId>(std::span<const TensorId>)>& build);

  /// Where the building stands: nodes added since may be dropped again.
  struct Mark {
    size_t graphs = 0;
    size_t nodes = 0;
  };
  Mark mark() const { return {open_.size(), open_.back().graph.nodes.size()}; }
  void rewind(const Mark& mark);
  /// Says of such a result that it is as another tensor.
  void state_like(TensorId result, TensorId other);
  /// Puts the function behind the last node, if that made the tensor, has room for it and was added since the mark.
  bool fuse(UnaryFn fn, TensorId tensor, const Mark& since);

  /// Puts the main graph into the model.
  void finish(std::vector<TensorId> outputs);

 private:
  struct Open {
    Graph graph = {};
    std::vector<Known<Value>> values = {};
    std::map<std::string, TensorId, std::less<>> variables = {};
  };

  TensorId add(Tensor tensor, Known<Value> value);
  Known<std::vector<Value>> infer_results(const Op& op, const std::vector<TensorId>& inputs, size_t results);
  Known<std::vector<Value>> scan_results(const Scan& scan, const std::vector<TensorId>& inputs) const;
  void carry(Value& value);

  Model& model_;
  uint64_t budget_;
  uint64_t carry_budget_;
  std::vector<Open> open_;
  std::map<GraphId, std::vector<Known<Value>>> body_results_;
  std::set<std::string_view> kept_;
};

}  // namespace flopstat::keras

#pragma once

#include <string>
#include <vector>

#include "flopstat/report.h"
#include "graph/frames.h"
#include "graph/uses.h"
#include "model/model.h"

/// Models under test, put together without a file.
///
///   ModelBuilder b;
///   const TensorId x = b.input("x", {-1, 784});
///   b.outputs({b.node(MatMul{}, {x, b.stored({784, 10})})});
///   const Model model = b.finish();
namespace flopstat::test {

class ModelBuilder {
 public:
  ModelBuilder() : model_{.file = {}, .format = "test", .graphs = std::vector<Graph>(1)} {}

  /// Begins another graph; everything added from now on is its. The first graph, 0, is the main one.
  GraphId graph();
  /// Goes back to a graph that was begun before.
  void go_on_with(GraphId id) { current_ = id; }

  /// An input of the graph. Size -1: free.
  TensorId input(const std::string& name, const Shape& sizes, DType dtype = DType::f32);
  /// A constant with a stored buffer of its own, as large as its elements need; its contents are not known.
  TensorId stored(const Shape& sizes, DType dtype = DType::f32);
  /// A constant with known whole elements; it counts as stored.
  TensorId stored_values(const Shape& sizes, const std::vector<int64_t>& values, DType dtype = DType::i32);
  /// A variable: its contents outlive a run.
  TensorId state(const Shape& sizes, DType dtype = DType::f32);
  /// A tensor that some node computes; the file states neither type nor shape.
  TensorId computed(const std::string& name = {});

  /// Adds a node with one result of its own, named like the node, and returns the result.
  TensorId node(Op op, std::vector<TensorId> inputs, const std::string& name = {});
  /// Adds a node with these results.
  void node_to(Op op, std::vector<TensorId> inputs, std::vector<TensorId> outputs, const std::string& name = {});

  void outputs(std::vector<TensorId> ids) { here().outputs = std::move(ids); }

  Tensor& tensor(TensorId id) { return here().tensors[id]; }
  flopstat::Node& last_node() { return here().nodes.back(); }
  Graph& here() { return model_.graphs[current_]; }
  Model& model() { return model_; }

  /// The model; the builder is empty afterwards.
  Model finish() { return std::move(model_); }

 private:
  TensorId add(Tensor tensor);
  std::string_view keep(const std::string& name);

  Model model_;
  GraphId current_ = 0;
  uint32_t storages_ = 0;
};

/// A model with everything that is found about it; the report's names are views into it.
struct Counted {
  Model model;
  Frames frames;
  Report report;
};

/// Infers, analyzes, counts and plans.
Counted counted(Model model, const Bindings& bindings = {});

/// The shape of a tensor of the main graph; fails the test where it is not known.
Shape shape_in(const Frames& frames, TensorId id);

/// Why a tensor of the main graph is not known; fails the test where it is.
std::string why_unknown_in(const Frames& frames, TensorId id);

/// The row of the node of that name; fails the test where there is none.
const Row& row_named(const Report& report, std::string_view name);

}  // namespace flopstat::test

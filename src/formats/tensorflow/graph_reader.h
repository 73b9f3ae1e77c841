#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "formats/tensorflow/conditions.h"
#include "formats/tensorflow/loops.h"
#include "formats/tensorflow/node.h"
#include "formats/tensorflow/scope.h"
#include "formats/tensorflow/tensor.h"
#include "model/model.h"

/// Graphs of TensorFlow's files: of a GraphDef's nodes, of functions, of the bodies of loops and branches.
namespace flopstat::tensorflow {

/// A scope, and the loops and conditions in it once they are found.
struct Nodes {
  Scope scope;
  std::optional<FrameLoops> loops = std::nullopt;
  std::optional<Conditions> conditions = std::nullopt;

  explicit Nodes(bool is_function) : scope(is_function) {}
  Nodes(const Nodes&) = delete;
  Nodes& operator=(const Nodes&) = delete;
  Nodes(Nodes&&) = delete;
  Nodes& operator=(Nodes&&) = delete;
  ~Nodes() = default;
};

/// A part of a scope that becomes a graph: what computes the outputs, as far back as the inputs.
struct Region {
  const Nodes* nodes = nullptr;
  GraphId graph = 0;
  std::string_view name = {};
  std::vector<Source> inputs = {};                    ///< results that the graph takes
  std::unordered_map<uint64_t, size_t> aliases = {};  ///< further results that are one of the inputs, by their keys
  std::vector<Source> outputs = {};
  bool is_main = false;  ///< placeholders that are reached become inputs
};

/// All graphs of one file while they are read. Graphs that others call are read when their turn comes, not inside each
/// other: strangers nest them as deep as they like.
class GraphReader final : public FileReader {
 public:
  explicit GraphReader(Model& model) : model_(model) {}

  /// Notes the functions of a FunctionDefLibrary.
  void add_library(ProtoMessage message);

  /// Whether training moves the variable that the node of that name stands for.
  void set_trainable(std::string_view variable, bool trainable) { trainable_[variable] = trainable; }

  /// The file keeps its weights in variables: a constant that repeats one value is none of them.
  void set_weights_are_variables() { weights_are_variables_ = true; }

  /// The graph that a GraphDef runs whole: its outputs are the nodes whose results nobody takes. Returns the graph.
  GraphId read_whole(const Nodes& nodes);

  /// The graph that leads from some results to others.
  GraphId read_between(const Nodes& nodes, std::string_view name, std::vector<Source> inputs,
                       std::vector<Source> outputs);

  /// Reads the graphs that are called, until no more are.
  void read_called();

  GraphId graph_of(std::string_view function, uint64_t offset) override;

 private:
  friend class RegionReader;

  struct Function {
    ProtoMessage message = {};
    std::optional<GraphId> graph = std::nullopt;
  };

  GraphId new_graph();
  /// Throws `Error` (limit) where graphs that lie in each other unfold without end.
  void charge(uint64_t nodes);
  /// The number of the storage of the variable of that name.
  uint32_t storage_of(std::string_view variable);
  void read(const Region& region);
  Region region_of_function(std::string_view name, const Function& function, GraphId graph);

  Model& model_;
  std::map<std::string_view, Function> functions_;
  std::deque<Nodes> scopes_;  ///< of functions
  std::deque<Region> pending_;
  std::map<std::string_view, bool> trainable_;
  std::map<std::string_view, uint32_t> variables_;
  uint64_t defined_ = 0;  ///< nodes of the scopes that are read, once per signature
  uint64_t charged_ = 0;  ///< nodes and operands of the graphs made of them
  uint32_t storage_ = 0;
  uint64_t repeatable_ = kMaxRepeated;
  bool weights_are_variables_ = false;
};

/// Finds the loops and conditions of a scope that is complete. Throws what `FrameLoops` throws.
void find_control_flow(Nodes& nodes);

}  // namespace flopstat::tensorflow

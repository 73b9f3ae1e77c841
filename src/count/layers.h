#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "count/layer.h"
#include "count/open_sizes.h"
#include "count/pieces.h"
#include "flopstat/conventions.h"
#include "graph/frames.h"

namespace flopstat {

struct Convention;  // count/convention.h

/// One node in the two ways in which tools look at it.
struct LayerViews {
  CountedLayer node;                       ///< as the file has it
  CountedLayer module;                     ///< as the framework had it: what an exporter took apart put together
  std::optional<CountedLayer> activation;  ///< fused behind it
};

/// Where the graph of a frame is called from.
struct CallSite {
  bool in_function = false;  ///< of TensorFlow, that stays one
  bool in_loop = false;
  LoopPart part = LoopPart::none;  ///< of the loop that calls it, if one does
};

/// Makes layers of the nodes of one model, frame by frame.
class LayerReader {
 public:
  explicit LayerReader(const Model& model);

  /// Goes on with the nodes of another frame; `back` returns to the one before.
  void enter(const Frame& frame, CallSite site);
  void back() { frames_.pop_back(); }

  /// A node of the frame at hand, whose cost is known.
  LayerViews read(NodeIndex index, const Operands& operands, const Cost& cost);

  /// Where a graph that a node of the frame at hand calls is called from.
  CallSite inside(const Node& node, GraphId callee) const;

 private:
  struct Open {
    const Frame* frame = nullptr;
    CallSite site = {};
    std::vector<ModulePiece> pieces = {};
    std::vector<bool> open = {};  ///< of TensorFlow: sizes that its shape functions do not tell
    std::vector<bool> behind_function = {};
    std::vector<bool> behind_any_function = {};
  };

  void join(CountedLayer& module, const ModulePiece& piece) const;
  void follow_functions(const Node& node, CountedLayer& layer);
  void look_up_weights(CountedLayer& layer, const Operands& operands);
  bool stays_a_function(const Node& node) const;

  const Model& model_;
  int keras_ = 0;  ///< the version that wrote the file
  std::vector<Open> frames_;
  std::map<std::pair<GraphId, TensorId>, Shape> first_x_;  ///< of each weight, what it was first applied to
};

/// What all conventions say of a model, summed up node by node.
class ConventionTally {
 public:
  explicit ConventionTally(const Model& model);

  /// Adds a node that runs `repeat` times. A convention whose count leaves 64 bits has no number.
  void add(const LayerViews& views, uint64_t repeat);

  /// A node whose cost is not known: few tools are known to count nothing of it, or to fail.
  void add_unknown(const Node& node);

  std::vector<ConventionCount> finish() const;

 private:
  static void add(const Convention& convention, const LayerViews& views, uint64_t repeat, ConventionCount& count);

  const Model* model_;
  std::vector<ConventionCount> counts_;
};

}  // namespace flopstat

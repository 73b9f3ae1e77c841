#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "flopstat/error.h"
#include "flopstat/known.h"
#include "model/model.h"

namespace flopstat {

struct Called;

/// The graphs that one node calls.
struct Child {
  std::vector<Called> calls;  ///< no initialiser: it would need `Called` to be complete here
  bool choose = false;        ///< an If on a condition that is not known: one of the calls is taken
};

/// One call of one graph: what inference knows of each of its tensors. A graph called twice has two frames.
struct Frame {
  GraphId graph = 0;
  std::vector<Known<Value>> values = {};     ///< per tensor of the graph
  std::map<NodeIndex, Child> children = {};  ///< per node that calls
};

/// A frame and how often it runs per run of its caller.
struct Called {
  Frame frame = {};
  Known<uint64_t> repeat = uint64_t{1};
  bool bound = false;  ///< `repeat` is an upper bound
};

/// Numbers for what the file leaves open.
struct Bindings {
  std::map<std::string, int64_t> dims = {};                 ///< by the file's symbol, "batch", or "input.axis"
  std::map<std::string, std::vector<int64_t>> inputs = {};  ///< whole shapes by the input's name
  std::vector<int64_t> image_size = {};                     ///< height and width of inputs that are images, or empty
  bool trust_stored_shapes = true;                ///< shapes in the file fill holes where no dimension is free
  std::map<std::string, Elements> contents = {};  ///< of small inputs by the input's name, in row-major order
  bool skip_unmatched_names = false;              ///< names that the model does not have are listed instead of refused
};

/// What inference found, from the main graph down.
struct Frames {
  Frame root = {};
  std::map<std::string, int64_t> dims = {};            ///< every free dimension and the size it was given
  std::map<std::string, Known<Value>> variables = {};  ///< what outlives a run, by name
  std::vector<Warning> warnings = {};
  std::vector<Error> unmatched = {};  ///< bindings that name nothing, where they are not refused
};

/// Finds type, shape and small values of every tensor from the graph inputs on, through all calls.
///
/// A free batch (axis 0, and any axis of that name or named batch) that is not bound is taken as 1; other free axes
/// stay Unknown, with the flag that binds them. Throws `Error`: usage for a binding that names nothing or does not fit,
/// limit where calls and loops unfold into more operations than a model of this size has any use for.
Frames infer(const Model& model, const Bindings& bindings);

}  // namespace flopstat

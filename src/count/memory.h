#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "flopstat/report.h"
#include "graph/frames.h"

namespace flopstat {

/// Fills the report's peak of activations, their planned memory and the plan.
///
/// An activation lives from the row that writes it (graph inputs: the first) to the end of the last row that reads it
/// (graph outputs: the last); a view is its base. The inputs and outputs of a called graph are the caller's tensors, so
/// a loop holds what it carries twice. Constants and variables are no activations. The rows must be those that `count`
/// made of the same frames. Figures stay without a value where the size of an activation is not known.
///
/// The peak is the largest sum of activations alive at one row: no plan of this order without overwriting inputs needs
/// less. The plan places the largest first, each at the lowest offset that is free while it lives, 16-byte aligned.
/// Source: docs/counting.md, section 4.
void plan_memory(const Model& model, const Frames& frames, Report& report);

/// Fills the report's peak of activations alone, in the same way.
void measure_peak(const Model& model, const Frames& frames, Report& report);

/// Per frame and tensor of its graph: the activation whose memory it is, if it is one.
using ActivationsOfFrames = std::unordered_map<const Frame*, std::vector<std::optional<uint32_t>>>;

/// The activations of a run, their offsets open, and the tensors that they are.
struct Activations {
  std::vector<Placement> lives = {};
  ActivationsOfFrames of_frames = {};
};

/// Nothing where the size of some activation is not known.
std::optional<Activations> activations_of(const Model& model, const Frames& frames, const Report& report);

}  // namespace flopstat

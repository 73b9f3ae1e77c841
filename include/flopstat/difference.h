#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "flopstat/report.h"

/// What one model, B, costs more or less than another, A. Names and keys are views that live as long as both reports.
namespace flopstat {

/// One figure of A and of B, or of a part of each. A part that a model does not have costs nothing there: 0.
struct ComparedFigure {
  std::string_view key;     ///< as in the JSON: "macs", "peak_activation_bytes", "nodes"
  Figure a = std::nullopt;  ///< none: not known
  Figure b = std::nullopt;
  bool a_complete = true;  ///< else `a` is a lower bound
  bool b_complete = true;

  /// b - a. None where a side is not known exactly, or where the difference takes more than 63 bits.
  std::optional<int64_t> difference() const;

  /// Whether the two sides say the same, be it that nothing is known.
  bool is_same() const { return a == b && a_complete == b_complete; }
};

enum class NodeStatus : uint8_t { same, changed, added, removed };

std::string_view name_of(NodeStatus status);

/// A node of A and the node of B that stands for it, or a node that only one of them has.
struct ComparedNode {
  NodeStatus status = NodeStatus::same;
  std::optional<uint32_t> a = std::nullopt;  ///< position in the rows of A; none where it is added
  std::optional<uint32_t> b = std::nullopt;  ///< position in the rows of B; none where it is removed
  /// Of a changed one: keys of the figures that differ, "type" (within one file format), "shape" and "dtype" (of the
  /// results; between file formats channels may be first or last), "repeat"; "work" where only its kinds differ.
  std::vector<std::string_view> changed = {};
  std::vector<ComparedFigure> figures = {};  ///< of all its runs
};

/// All nodes of one operation.
struct ComparedOp {
  std::string_view op;                       ///< the canonical word; the file's for an operation without a rule
  std::vector<ComparedFigure> figures = {};  ///< "nodes", then those of all runs
};

struct Difference {
  std::vector<ComparedFigure> totals = {};  ///< without what a file leaves out on purpose: trainable_params, ...
  std::vector<ComparedOp> by_op = {};       ///< largest difference in MACs first, then in operations, then by name
  std::vector<ComparedNode> nodes = {};     ///< in the order of B, each removed one where it stood in A
};

/// Compares two reports, of whatever file formats.
///
/// Nodes are aligned in the order of the models by name and operation, by operation, shape and cost, by operation and
/// shape, and by operation, in this order and, where names have shifted, with cost before names: the alignment that
/// leaves fewer nodes different counts. What is left over is aligned by name, then by cost, wherever it stands. The
/// time is proportional to the number of nodes: where more than 1024 nodes in a row differ, alignments are the best of
/// such stretches, not of the whole.
///
/// Throws `Error` (usage) where the reports are under different conventions.
Difference diff(const Report& a, const Report& b);

}  // namespace flopstat

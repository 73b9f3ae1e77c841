#include "count/memory.h"

#include <algorithm>
#include <optional>

#include "graph/loop.h"
#include "ops/ops.h"

namespace flopstat {
namespace {

constexpr uint64_t kAlignment = 16;

/// Placing looks at every pair of activations at each row at which both live; beyond this many the plan is left out
/// rather than waited for.
constexpr uint64_t kMaxPairs = 100'000'000;

uint64_t align(uint64_t offset) { return (offset + kAlignment - 1) / kAlignment * kAlignment; }

/// Walks the calls in the order of the report's rows and notes when each activation lives.
class Lifetimes {
 public:
  /// `of_frames`, if given, gets the activations behind the tensors of each frame.
  Lifetimes(const Model& model, const Report& report, ActivationsOfFrames* of_frames = nullptr)
      : model_(model), report_(report), of_frames_(of_frames) {}

  /// One placement per activation, its offset still open. Nothing where some size is not known.
  std::optional<std::vector<Placement>> collect(const Frame& root) {
    const Graph& graph = model_.graphs[root.graph];
    Bases bases(graph.tensors.size());
    for (const TensorId id : graph.inputs) {
      if (id != kAbsent) bases[id] = make(root, id, 0);
    }
    walk(root, bases, true);
    const uint32_t last = report_.rows.empty() ? 0 : static_cast<uint32_t>(report_.rows.size() - 1);
    for (const TensorId id : graph.outputs) {
      if (id != kAbsent) keep(bases[id], last);
    }
    if (!complete_) return std::nullopt;
    return std::move(lives_);
  }

 private:
  using Base = std::optional<uint32_t>;
  using Bases = std::vector<Base>;

  void walk(const Frame& frame, Bases& bases, bool runs) {
    const Graph& graph = model_.graphs[frame.graph];
    for (NodeIndex i = 0; i < graph.nodes.size(); ++i) {
      const Node& node = graph.nodes[i];
      const uint32_t row = row_++;
      if (runs) write(frame, node, bases, row);
      const auto child = frame.children.find(i);
      if (child != frame.children.end()) walk_calls(node, child->second, bases, runs);
      if (!runs) continue;
      for (const TensorId id : node.inputs) {
        if (id != kAbsent) keep(bases[id], row_ - 1);
      }
      if (!repeats(node.op)) continue;
      for (const TensorId id : node.outputs) {  // what one trip leaves, the next one reads
        if (id != kAbsent) keep(bases[id], row_ - 1);
      }
    }
    if (of_frames_ != nullptr) of_frames_->insert_or_assign(&frame, bases);
  }

  void walk_calls(const Node& node, const Child& child, const Bases& bases, bool runs) {
    const size_t first = first_handed_down(node.op);
    const size_t skipped = first_delivered(node.op);
    for (const Called& called : child.calls) {
      const Graph& callee = model_.graphs[called.frame.graph];
      const uint64_t* repeat = known(called.repeat);
      const bool called_at_all = repeat == nullptr || *repeat != 0;
      Bases inner(callee.tensors.size());
      // The condition of a loop has a result of its own; the body's results are the loop's.
      const bool delivers = !std::holds_alternative<While>(node.op) || &called != &child.calls.front();
      for (size_t i = 0; delivers && skipped + i < callee.outputs.size() && i < node.outputs.size(); ++i) {
        if (callee.outputs[skipped + i] != kAbsent && node.outputs[i] != kAbsent) {
          inner[callee.outputs[skipped + i]] = bases[node.outputs[i]];
        }
      }
      for (size_t i = 0; i < callee.inputs.size() && first + i < node.inputs.size(); ++i) {
        const TensorId operand = node.inputs[first + i];
        if (callee.inputs[i] != kAbsent && operand != kAbsent) inner[callee.inputs[i]] = bases[operand];
      }
      walk(called.frame, inner, runs && called_at_all);
    }
  }

  void write(const Frame& frame, const Node& node, Bases& bases, uint32_t row) {
    const bool view = is_view(node.op) && !node.inputs.empty() && node.inputs[0] != kAbsent;
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      const TensorId id = node.outputs[i];
      if (id == kAbsent) continue;
      if (bases[id]) {
        keep(bases[id], row);
      } else if (view && i == 0 && model_.graphs[frame.graph].tensors[node.inputs[0]].is_state) {
        continue;  // the variable's own memory
      } else if (view && i == 0 && bases[node.inputs[0]]) {
        bases[id] = bases[node.inputs[0]];
      } else {
        bases[id] = make(frame, id, row);
      }
    }
  }

  Base make(const Frame& frame, TensorId id, uint32_t row) {
    const Tensor& tensor = model_.graphs[frame.graph].tensors[id];
    const Value* value = known(frame.values[id]);
    if (tensor.is_state) return std::nullopt;
    if (value == nullptr || value->dtype == DType::string) {
      complete_ = false;
      return std::nullopt;
    }
    if (value->constant) return std::nullopt;
    const uint64_t bytes = byte_size(value->dtype, product(value->shape)).value();
    if (bytes == 0) return std::nullopt;
    lives_.push_back({.name = tensor.name, .bytes = bytes, .first_row = row, .last_row = row});
    return static_cast<uint32_t>(lives_.size() - 1);
  }

  void keep(Base base, uint32_t row) {
    if (base) lives_[*base].last_row = std::max(lives_[*base].last_row, row);
  }

  const Model& model_;
  const Report& report_;
  ActivationsOfFrames* of_frames_;
  uint32_t row_ = 0;
  bool complete_ = true;
  std::vector<Placement> lives_;
};

/// The largest sum of what is alive at one row, and the row.
void find_peak(const std::vector<Placement>& lives, Report& report) {
  std::vector<int64_t> change(report.rows.size() + 2);
  for (const Placement& life : lives) {
    change[life.first_row] += static_cast<int64_t>(life.bytes);
    change[life.last_row + 1] -= static_cast<int64_t>(life.bytes);
  }
  int64_t alive = 0;
  int64_t peak = 0;
  for (uint32_t row = 0; row < change.size(); ++row) {
    alive += change[row];
    if (alive <= peak) continue;
    peak = alive;
    report.totals.peak_row = row;
  }
  report.totals.peak_activation_bytes = static_cast<uint64_t>(peak);
}

/// Pairs of activations that live at the same row, summed over the rows.
uint64_t count_pairs(const std::vector<Placement>& lives, size_t rows) {
  std::vector<int64_t> change(rows + 2);
  for (const Placement& life : lives) {
    ++change[life.first_row];
    --change[life.last_row + 1];
  }
  uint64_t alive = 0;
  uint64_t pairs = 0;
  for (const int64_t each : change) {
    alive += static_cast<uint64_t>(each);
    pairs += alive * alive;
  }
  return pairs;
}

/// Gives every activation the lowest offset that is free while it lives, the largest first.
void place(std::vector<Placement>& lives, Report& report) {
  if (count_pairs(lives, report.rows.size()) > kMaxPairs) return;

  std::vector<uint32_t> order(lives.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return lives[a].bytes != lives[b].bytes ? lives[a].bytes > lives[b].bytes : a < b;
  });

  // What lives at each row, and what begins at it: chains, each kind in one block.
  struct Link {
    uint32_t life;
    uint32_t next;
  };
  constexpr uint32_t kEnd = UINT32_MAX;
  std::vector<Link> links;
  std::vector<uint32_t> alive_at(report.rows.size() + 1, kEnd);
  std::vector<uint32_t> begins_at(report.rows.size() + 1, kEnd);
  std::vector<uint32_t> begins_next(lives.size(), kEnd);
  std::vector<uint32_t> neighbours;
  uint64_t top = 0;
  for (const uint32_t i : order) {
    Placement& life = lives[i];
    // Each of them once: those alive when it begins, and those that begin while it lives.
    neighbours.clear();
    for (uint32_t at = alive_at[life.first_row]; at != kEnd; at = links[at].next) neighbours.push_back(links[at].life);
    for (uint32_t row = life.first_row + 1; row <= life.last_row; ++row) {
      for (uint32_t each = begins_at[row]; each != kEnd; each = begins_next[each]) neighbours.push_back(each);
    }
    begins_next[i] = begins_at[life.first_row];
    begins_at[life.first_row] = i;
    for (uint32_t row = life.first_row; row <= life.last_row; ++row) {
      links.push_back({i, alive_at[row]});
      alive_at[row] = static_cast<uint32_t>(links.size() - 1);
    }
    std::sort(neighbours.begin(), neighbours.end(),
              [&](uint32_t a, uint32_t b) { return lives[a].offset < lives[b].offset; });
    for (const uint32_t other : neighbours) {
      if (lives[other].offset >= life.offset + life.bytes) break;
      life.offset = std::max(life.offset, align(lives[other].offset + lives[other].bytes));
    }
    top = std::max(top, life.offset + life.bytes);
  }
  report.totals.planned_activation_bytes = top;
}

/// The activations, and their peak in the report. Nothing where the size of some is not known or sums leave 64 bits.
std::optional<std::vector<Placement>> lives_with_peak(const Model& model, const Frames& frames, Report& report) {
  if (model.graphs.empty()) {
    report.totals.peak_activation_bytes = report.totals.planned_activation_bytes = 0;
    return std::nullopt;
  }
  try {
    std::optional<std::vector<Placement>> lives = Lifetimes(model, report).collect(frames.root);
    if (!lives) return std::nullopt;
    Count all = 0;  // so that no sum below can leave 64 bits
    for (const Placement& life : *lives) all += life.bytes;
    if (all > Count{INT64_MAX}) return std::nullopt;
    find_peak(*lives, report);
    return lives;
  } catch (const Overflow&) {
    return std::nullopt;
  }
}

}  // namespace

void plan_memory(const Model& model, const Frames& frames, Report& report) {
  std::optional<std::vector<Placement>> lives = lives_with_peak(model, frames, report);
  if (!lives) return;
  place(*lives, report);
  if (report.totals.planned_activation_bytes) report.plan = *std::move(lives);
}

void measure_peak(const Model& model, const Frames& frames, Report& report) { lives_with_peak(model, frames, report); }

std::optional<Activations> activations_of(const Model& model, const Frames& frames, const Report& report) {
  Activations activations;
  if (model.graphs.empty()) return activations;
  try {
    std::optional<std::vector<Placement>> lives = Lifetimes(model, report, &activations.of_frames).collect(frames.root);
    if (!lives) return std::nullopt;
    activations.lives = *std::move(lives);
    return activations;
  } catch (const Overflow&) {
    return std::nullopt;
  }
}

}  // namespace flopstat

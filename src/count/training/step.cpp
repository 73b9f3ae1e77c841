#include "count/training/step.h"

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <utility>

#include "count/backward/backward.h"
#include "count/backward/rules.h"
#include "count/training/gradients.h"
#include "count/training/losses.h"
#include "count/training/torch.h"
#include "count/training/work.h"
#include "graph/loop.h"
#include "ops/ops.h"

namespace flopstat {
namespace {

/// A node of one call.
using Place = std::pair<const Frame*, NodeIndex>;

/// The bits of a dropout's mask lie in a byte each.
constexpr uint64_t kMaskBytes = 1;

/// Trips of a loop that are walked one by one before all that are left are taken to be alike.
constexpr size_t kMaxWalks = 64;

/// Readers make an identity of a dropout, since that is what it is at inference; its type tells.
bool is_dropout(const Node& node) {
  return std::holds_alternative<Identity>(node.op) && node.type.find("Dropout") != std::string_view::npos;
}

class Step {
 public:
  Step(const Model& model, const Frame& root, const Report& report, TrainedParameters& parameters, KeptMemory* memory)
      : model_(model),
        root_(root),
        report_(report),
        parameters_(parameters),
        memory_(memory),
        places_(rows_of(model, root)),
        gradients_(gradients_of(model, root, parameters, places_, report)) {
    work_.rows.resize(report.rows.size());
  }

  StepWork walk(std::string_view& loss) {
    if (model_.graphs.empty()) return std::move(work_);
    find_losses(loss);
    forward(root_, gradients_);
    const Graph& graph = model_.graphs[root_.graph];
    std::vector<uint64_t> uses(graph.tensors.size(), 0);
    add_losses(loss, uses);
    backward(root_, gradients_, std::move(uses), 1);
    return std::move(work_);
  }

 private:
  // ---- The loss

  struct LossOutput {
    TensorId result = 0;                              ///< of the main graph
    const Frame* frame = nullptr;                     ///< of what the loss takes
    TensorId takes = 0;                               ///< the result, or the operand of a softmax behind it
    size_t axis = 0;                                  ///< of the rows
    std::optional<NodeIndex> softmax = std::nullopt;  ///< in that frame, and part of the loss
  };

  struct Maker {
    const Frame* frame = nullptr;
    NodeIndex node = 0;
    TensorId result = 0;
  };

  /// The node that makes a tensor, seen through views and into called graphs.
  std::optional<Maker> maker_of(const Frame& frame, TensorId id) const {
    const Graph& graph = model_.graphs[frame.graph];
    for (auto i = static_cast<NodeIndex>(graph.nodes.size()); i-- > 0;) {
      const Node& node = graph.nodes[i];
      const auto made = std::ranges::find(node.outputs, id);
      if (made == node.outputs.end()) continue;
      if (std::holds_alternative<Call>(node.op)) {
        const auto child = frame.children.find(i);
        if (child == frame.children.end() || child->second.calls.empty()) return std::nullopt;
        const Frame& callee = child->second.calls.front().frame;
        const std::vector<TensorId>& results = model_.graphs[callee.graph].outputs;
        const auto place = static_cast<size_t>(made - node.outputs.begin());
        return place < results.size() && results[place] != kAbsent ? maker_of(callee, results[place]) : std::nullopt;
      }
      const bool passes = is_view(node.op) || std::holds_alternative<Cast>(node.op);
      if (!passes || node.inputs.empty() || node.inputs[0] == kAbsent) return Maker{&frame, i, id};
      id = node.inputs[0];
    }
    return std::nullopt;
  }

  const Node& node_of(const Maker& maker) const { return model_.graphs[maker.frame->graph].nodes[maker.node]; }

  /// Keys and values that a decoder hands to its next run are no predictions: an attention's own, or an input with more
  /// behind it.
  bool is_cache(TensorId id) const {
    const std::optional<Maker> maker = maker_of(root_, id);
    if (!maker) return true;
    const Node& node = node_of(*maker);
    if (std::holds_alternative<Attention>(node.op)) return !node.outputs.empty() && node.outputs[0] != maker->result;
    if (!std::holds_alternative<Concat>(node.op)) return false;
    const std::vector<TensorId>& inputs = model_.graphs[maker->frame->graph].inputs;
    return std::ranges::any_of(node.inputs, [&](TensorId operand) {
      return operand != kAbsent && std::ranges::find(inputs, operand) != inputs.end();
    });
  }

  LossOutput loss_output(TensorId id) const {
    LossOutput output{.result = id, .frame = &root_, .takes = id};
    const Value* value = known(root_.values[id]);
    if (value == nullptr || value->shape.empty()) return output;
    output.axis = value->shape.size() - 1;
    const std::optional<Maker> maker = maker_of(root_, id);
    const auto* softmax = maker ? std::get_if<Softmax>(&node_of(*maker).op) : nullptr;
    if (softmax == nullptr || softmax->log || node_of(*maker).inputs.empty()) return output;
    output.axis = wrap_axis(softmax->axis, value->shape.size()).value_or(output.axis);
    output.frame = maker->frame;
    output.softmax = maker->node;
    output.takes = node_of(*maker).inputs[0];
    return output;
  }

  bool is_loss(TensorId id) const {
    const std::optional<Maker> maker = maker_of(root_, id);
    return maker && std::holds_alternative<NegativeLogLikelihood>(node_of(*maker).op);
  }

  /// The results that have a loss, and which one; a softmax that belongs to it is no operation of its own.
  void find_losses(std::string_view& loss) {
    for (const TensorId id : model_.graphs[root_.graph].outputs) {
      if (id != kAbsent && gradients_.has[id] && !is_cache(id)) losses_.push_back(loss_output(id));
    }
    const bool ends_in_softmax =
        !losses_.empty() && std::ranges::all_of(losses_, [](const LossOutput& each) { return bool{each.softmax}; });
    const bool has_its_own = std::ranges::any_of(losses_, [&](const LossOutput& each) { return is_loss(each.result); });
    if (loss.empty()) loss = has_its_own ? "none" : ends_in_softmax ? "cross-entropy" : "squared-error";
    for (LossOutput& each : losses_) {
      if (takes_logits(loss) && each.softmax) {
        part_of_loss_.insert({each.frame, *each.softmax});
      } else {
        each = {.result = each.result, .frame = &root_, .takes = each.result, .axis = each.axis};
      }
    }
  }

  void add_losses(std::string_view loss, std::vector<uint64_t>& uses) {
    for (const LossOutput& each : losses_) {
      ++uses[each.result];
      if (memory_ != nullptr) {
        memory_->read_by_loss(*each.frame, each.takes);
        memory_->gradient_by_loss(*each.frame, each.takes);
      }
      const Value* value = known(root_.values[each.result]);
      if (value == nullptr) {
        work_.loss_unknown = "the shape of the model's result is not known";
        continue;
      }
      const Known<LossCost> cost = loss_cost(loss, real_type(value->dtype), value->shape, each.axis);
      if (!known(cost)) {
        work_.loss_unknown = reason(cost).why;
        continue;
      }
      work_.loss.append(known(cost)->forward);
      work_.loss.append(known(cost)->backward);
    }
  }

  // ---- Forward

  uint32_t row_of(const Frame& frame, NodeIndex node) const { return places_.at(&frame)[node]; }

  /// The operands and results of a node; nothing where one of them is not known.
  bool gather(const Frame& frame, const Node& node) {
    const Graph& graph = model_.graphs[frame.graph];
    bool all = true;
    const auto fill = [&](const std::vector<TensorId>& ids, std::vector<Operand>& operands) {
      operands.clear();
      for (const TensorId id : ids) {
        if (id == kAbsent) {
          operands.emplace_back();
          continue;
        }
        all = all && known(frame.values[id]) != nullptr;
        operands.push_back({&graph.tensors[id], known(frame.values[id])});
      }
    };
    fill(node.inputs, in_);
    fill(node.outputs, out_);
    return all;
  }

  /// Statistics of the running kind: in a frozen layer, or of one whose scale and shift the file does not train.
  bool keeps_statistics(const Frame& frame, const Node& node) const {
    const Graph& graph = model_.graphs[frame.graph];
    for (size_t i = 1; i < node.inputs.size() && i < 5; ++i) {
      if (node.inputs[i] == kAbsent) continue;
      const StoredParameter* parameter = parameters_.find(graph.tensors[node.inputs[i]]);
      if (parameter != nullptr && (parameter->frozen || (i < 3 && !parameter->trainable))) return true;
    }
    return false;
  }

  /// The operation as training runs it.
  Op trained_op(const Frame& frame, const Node& node) const {
    const auto* norm = std::get_if<BatchNorm>(&node.op);
    if (norm == nullptr || norm->training || keeps_statistics(frame, node)) return node.op;
    BatchNorm trained = *norm;
    trained.training = true;
    return trained;
  }

  void forward(const Frame& frame, const RunGradients& gradients) {
    const Graph& graph = model_.graphs[frame.graph];
    for (NodeIndex i = 0; i < graph.nodes.size(); ++i) {
      const uint32_t row = row_of(frame, i);
      if (const auto child = frame.children.find(i); child != frame.children.end()) {
        forward_calls(child->second, gradients.calls.at(i));
        continue;
      }
      if (report_.rows[row].repeat == Figure{0} || part_of_loss_.contains({&frame, i})) continue;
      forward_node(frame, graph.nodes[i], row, gradients);
    }
  }

  void forward_calls(const Child& child, const std::vector<RunGradients::Trips>& calls) {
    static const RunGradients kNone;
    for (size_t c = 0; c < child.calls.size(); ++c) {
      const Frame& callee = child.calls[c].frame;
      if (!calls[c].empty()) {
        forward(callee, calls[c].back());
      } else {
        forward(callee, without_gradients(callee));
      }
    }
  }

  /// Of a condition, or of a branch that is not taken.
  RunGradients without_gradients(const Frame& frame) const {
    RunGradients none{.has = std::vector<bool>(model_.graphs[frame.graph].tensors.size(), false)};
    for (const auto& [node, child] : frame.children) none.calls[node].resize(child.calls.size());
    return none;
  }

  void forward_node(const Frame& frame, const Node& node, uint32_t row, const RunGradients& gradients) {
    const Row& counted = report_.rows[row];
    TrainingRow& result = work_.rows[row];
    if (!counted.unknown.empty()) {
      result.unknown = counted.unknown;
      return;
    }
    const uint64_t runs = counted.repeat.value_or(1);
    const bool moves_weights =
        std::ranges::any_of(node.outputs, [&](TensorId id) { return id != kAbsent && gradients.has[id]; });
    Cost cost;
    for (Work work : counted.figures.work) {
      if (work.mark == Mark::constant && moves_weights) work.mark = Mark::none;  // anew in each step
      if (work.mark == Mark::none) cost.add(work.part, work.unit, work.dtype, work.count, work.certainty);
    }
    if (!gather(frame, node)) return;
    const Operands operands(in_, out_);
    const Op op = trained_op(frame, node);
    const auto* norm = std::get_if<BatchNorm>(&op);
    if (norm != nullptr && norm->training) {
      const Known<Cost> by_batch = count(*norm, operands);
      if (known(by_batch)) replace_core(cost, *known(by_batch));
    }
    if (is_dropout(node) && is_float(operands.in(0).dtype())) {
      cost.add(Part::core, Unit::compare, operands.in(0).dtype(), operands.in(0).size());
      cost.add(Part::core, Unit::mul, operands.in(0).dtype(), operands.in(0).size());
    }
    add_work(result.forward, cost, runs);
    result.groups = groups_of(node.op, operands);
    const TorchFlops torch = torch_forward(node.op, backward_rules::units_in(cost, Unit::mul_add));
    add(result.torch_flops, torch.printed * runs);
    add(result.torch_flops_corrected, torch.corrected * runs);
  }

  static void replace_core(Cost& cost, const Cost& core) {
    Cost whole = core;
    for (const Work& work : cost.work) {
      if (work.part != Part::core) whole.add(work.part, work.unit, work.dtype, work.count, work.certainty);
    }
    cost = std::move(whole);
  }

  static void add(Figure& into, Count count) {
    if (into) into = (Count{*into} + count).value();
  }

  // ---- Backward

  /// Walks a run of a graph from its end. `uses`: contributions so far to the gradient of each tensor. Returns those to
  /// the gradients of the graph's inputs. The run happens `runs` times in a step.
  std::vector<uint64_t> backward(const Frame& frame, const RunGradients& gradients, std::vector<uint64_t> uses,
                                 uint64_t runs) {
    const Graph& graph = model_.graphs[frame.graph];
    for (auto i = static_cast<NodeIndex>(graph.nodes.size()); i-- > 0;) {
      const Node& node = graph.nodes[i];
      const uint32_t row = row_of(frame, i);
      if (report_.rows[row].repeat == Figure{0}) continue;
      const bool arrives = std::ranges::any_of(
          node.outputs, [&](TensorId id) { return id != kAbsent && uses[id] > 0 && gradients.has[id]; });
      if (!arrives || stops_gradient(node.op)) continue;
      if (part_of_loss_.contains({&frame, i})) {
        ++uses[node.inputs[0]];  // the gradient of the loss is that of the operand
        continue;
      }
      add_shared_results(frame, node, row, gradients, uses, runs);
      if (const auto child = frame.children.find(i); child != frame.children.end()) {
        backward_calls(node, child->second, gradients.calls.at(i), uses, gradients, runs);
      } else {
        backward_node(frame, node, row, gradients, uses, runs);
      }
    }
    for (TensorId id = 0; id < graph.tensors.size(); ++id) {
      if (uses[id] == 0) continue;
      if (StoredParameter* parameter = parameters_.find(graph.tensors[id])) parameter->gradients += uses[id] * runs;
    }
    std::vector<uint64_t> of_inputs;
    for (const TensorId id : graph.inputs) of_inputs.push_back(id == kAbsent ? 0 : uses[id]);
    return of_inputs;
  }

  /// A tensor that is used u times: u - 1 additions of its size.
  void add_shared_results(const Frame& frame, const Node& node, uint32_t row, const RunGradients& gradients,
                          const std::vector<uint64_t>& uses, uint64_t runs) {
    Cost cost;
    for (const TensorId id : node.outputs) {
      if (id == kAbsent || uses[id] == 0 || !gradients.has[id]) continue;
      if (memory_ != nullptr) memory_->touch_gradient(frame, id, row);
      const Value* value = known(frame.values[id]);
      if (uses[id] < 2 || value == nullptr) continue;
      cost.add(Part::core, Unit::add, real_type(value->dtype), (Count{uses[id]} - 1) * product(value->shape));
    }
    add_work(work_.rows[row].backward_input, cost, runs);
  }

  void backward_node(const Frame& frame, const Node& node, uint32_t row, const RunGradients& gradients,
                     std::vector<uint64_t>& uses, uint64_t runs) {
    std::vector<Flow::Asked> asked(node.inputs.size(), Flow::Asked::nothing);
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const TensorId id = node.inputs[i];
      if (id == kAbsent || !gradients.has[id] || !takes_gradient(node, i)) continue;
      const Value* value = known(frame.values[id]);
      const bool constant = value != nullptr && value->constant;
      asked[i] = constant ? Flow::Asked::parameter : Flow::Asked::activation;
      ++uses[id];
      if (memory_ != nullptr) memory_->touch_gradient(frame, id, row);
    }
    const auto arrived = std::make_unique<bool[]>(node.outputs.size());
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      arrived[i] = node.outputs[i] != kAbsent && uses[node.outputs[i]] > 0;
    }
    TrainingRow& result = work_.rows[row];
    if (!result.unknown.empty()) return;
    if (!gather(frame, node)) {
      result.unknown = "the shape of an operand or a result is not known";
      return;
    }
    const Operands operands(in_, out_);
    const Flow flow(asked, std::span(arrived.get(), node.outputs.size()));
    try {
      Known<Backward> cost = flopstat::backward(trained_op(frame, node), operands, flow);
      if (Backward* each = known(cost)) {
        add_dropout(node, operands, *each);
        const Known<Count> fused = add_activation(node, operands, *each);
        if (!known(fused)) {
          result.unknown = reason(fused).why;
          return;
        }
        add_row(frame, node, row, operands, flow, *each, runs);
      } else {
        result.unknown = reason(cost).why;
      }
    } catch (const Missing& missing) {
      result.unknown = missing.what();
    }
  }

  static void add_dropout(const Node& node, const Operands& operands, Backward& cost) {
    if (!is_dropout(node)) return;
    cost.input.add(Part::core, Unit::mul, operands.in(0).dtype(), operands.in(0).size());
    cost.kept_bytes += operands.in(0).size() * kMaskBytes;
  }

  /// The function that is fused behind an operation: its derivative, and what it keeps. Unknown: it has no rule.
  static Known<Count> add_activation(const Node& node, const Operands& operands, Backward& cost) {
    if (!node.activation) return Count{0};
    for (size_t i = 0; i < operands.all_out().size(); ++i) {
      const Operand& y = operands.out(i);
      if (!y) continue;
      const Known<Cost> each = derivative(*node.activation, real_type(y.dtype()), y.size());
      if (!known(each)) return reason(each);
      for (const Work& work : known(each)->work) cost.input.add(Part::activation, work.unit, work.dtype, work.count);
      if (kept_by(*node.activation) == KeptOf::result) cost.kept_results.push_back(i);
      if (kept_by(*node.activation) == KeptOf::argument) cost.kept_bytes += y.bytes();
    }
    return Count{0};
  }

  void add_row(const Frame& frame, const Node& node, uint32_t row, const Operands& operands, const Flow& flow,
               const Backward& cost, uint64_t runs) {
    const uint64_t all_runs = report_.rows[row].repeat.value_or(1);
    TrainingRow& result = work_.rows[row];
    add_work(result.backward_input, cost.input, runs);
    add_work(result.backward_weight, cost.weight, runs);
    const TorchFlops torch = torch_backward(node.op, operands, flow, cost);
    add(result.torch_flops, torch.printed * runs);
    add(result.torch_flops_corrected, torch.corrected * runs);
    if (memory_ == nullptr) return;
    for (const size_t i : cost.kept_operands) {
      if (i < node.inputs.size() && node.inputs[i] != kAbsent) memory_->keep(frame, node.inputs[i], row, all_runs);
    }
    for (const size_t i : cost.kept_results) {
      if (i < node.outputs.size() && node.outputs[i] != kAbsent) memory_->keep(frame, node.outputs[i], row, all_runs);
    }
    memory_->keep_bytes(cost.kept_bytes * runs, row);
  }

  // ---- Called graphs, backwards

  void backward_calls(const Node& node, const Child& child, const std::vector<RunGradients::Trips>& calls,
                      std::vector<uint64_t>& uses, const RunGradients& gradients, uint64_t runs) {
    const size_t skipped = first_delivered(node.op);
    // Contributions to the gradients of what the last call leaves.
    std::vector<uint64_t> left;
    for (const TensorId id : node.outputs) left.push_back(id == kAbsent ? 0 : uses[id]);
    left.insert(left.begin(), skipped, 0);
    std::vector<uint64_t> wanted(node.inputs.size(), 0);
    const size_t first = first_handed_down(node.op);
    for (size_t c = child.calls.size(); c-- > 0;) {
      if (calls[c].empty()) continue;
      const std::vector<uint64_t> of_inputs = repeats(node.op)
                                                  ? backward_loop(node.op, child.calls[c], calls[c], left, runs)
                                                  : backward_run(child.calls[c].frame, calls[c].front(), left, runs);
      for (size_t i = 0; i < of_inputs.size() && first + i < wanted.size(); ++i) wanted[first + i] = of_inputs[i];
      if (repeats(node.op)) {
        left = handed_back(node.op, model_.graphs[child.calls[c].frame.graph], of_inputs, left);
      }
    }
    for (size_t i = 0; i < wanted.size(); ++i) {
      const TensorId id = node.inputs[i];
      if (id != kAbsent && gradients.has[id]) uses[id] += wanted[i];
    }
  }

  std::vector<uint64_t> backward_run(const Frame& frame, const RunGradients& gradients,
                                     const std::vector<uint64_t>& left, uint64_t runs) {
    const Graph& graph = model_.graphs[frame.graph];
    std::vector<uint64_t> uses(graph.tensors.size(), 0);
    for (size_t i = 0; i < graph.outputs.size() && i < left.size(); ++i) {
      if (graph.outputs[i] != kAbsent) uses[graph.outputs[i]] += left[i];
    }
    return backward(frame, gradients, std::move(uses), runs);
  }

  /// What the trip before has to deliver: of what is carried, what this one wants of its inputs; of what is collected,
  /// its part of it.
  static std::vector<uint64_t> handed_back(const Op& op, const Graph& body, const std::vector<uint64_t>& of_inputs,
                                           const std::vector<uint64_t>& left) {
    std::vector<uint64_t> before = left;
    for (size_t i = 0; i < before.size(); ++i) {
      const std::optional<size_t> input = next_input(op, i);
      if (!input) continue;
      before[i] = *input < of_inputs.size() && !keeps(op, body, *input) ? of_inputs[*input] : 0;
    }
    return before;
  }

  /// All trips of one body, from the last. Trips that are alike are walked once. Returns the contributions to the
  /// gradients of the loop's operands: of what is carried those of the first trip, of what every trip reads the sum.
  std::vector<uint64_t> backward_loop(const Op& op, const Called& called, const RunGradients::Trips& trips,
                                      std::vector<uint64_t> left, uint64_t runs) {
    const Graph& body = model_.graphs[called.frame.graph];
    std::vector<uint64_t> sums(body.inputs.size(), 0);
    for (size_t i = 0; i < left.size(); ++i) {
      const std::optional<size_t> input = next_input(op, i);
      if (!input || *input >= sums.size() || !keeps(op, body, *input)) continue;
      sums[*input] = std::exchange(left[i], 0);  // what the loop hands on unchanged
    }
    uint64_t remaining = trips_of(called);
    for (size_t walks = 0; remaining > 0; ++walks) {
      const size_t trip = std::min<uint64_t>(remaining, trips.size()) - 1;
      const uint64_t alike = trip + 1 == trips.size() ? remaining - trip : 1;
      // Walked without adding anything first: what the trip before has to deliver tells whether it is like this one.
      const std::vector<uint64_t> of_inputs = backward_run(called.frame, trips[trip], left, 0);
      std::vector<uint64_t> before = handed_back(op, body, of_inputs, left);
      const uint64_t times = before == left || walks >= kMaxWalks ? alike : 1;
      backward_run(called.frame, trips[trip], left, runs * times);
      for (size_t i = 0; i < sums.size(); ++i) {
        sums[i] = keeps(op, body, i) ? sums[i] + of_inputs[i] * times : of_inputs[i];
      }
      left = std::move(before);
      remaining -= times;
    }
    return sums;
  }

  const Model& model_;
  const Frame& root_;
  const Report& report_;
  TrainedParameters& parameters_;
  KeptMemory* memory_;
  const RowsOfFrames places_;
  const RunGradients gradients_;
  std::vector<LossOutput> losses_;
  std::set<Place> part_of_loss_;  ///< nodes whose work is that of the loss
  StepWork work_;
  std::vector<Operand> in_;
  std::vector<Operand> out_;
};

}  // namespace

StepWork walk_step(const Model& model, const Frame& root, const Report& report, TrainedParameters& parameters,
                   std::string_view& loss, KeptMemory* memory) {
  return Step(model, root, report, parameters, memory).walk(loss);
}

}  // namespace flopstat

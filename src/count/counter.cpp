#include "count/counter.h"

#include <algorithm>
#include <map>
#include <memory>
#include <span>
#include <unordered_map>
#include <utility>

#include "count/derive.h"
#include "count/parameters.h"
#include "flopstat/error.h"
#include "model/user_rule.h"
#include "ops/ops.h"
#include "ops/quantize.h"
#include "ops/requantize.h"

namespace flopstat {
namespace {

/// Arithmetic of these on plain whole numbers is bookkeeping: shapes, indices, counters.
bool computes_indices(const Op& op) {
  return std::holds_alternative<Unary>(op) || std::holds_alternative<Binary>(op) ||
         std::holds_alternative<Select>(op) || std::holds_alternative<Reduce>(op) ||
         std::holds_alternative<ArgReduce>(op) || std::holds_alternative<Cumulate>(op) ||
         std::holds_alternative<TopK>(op) || std::holds_alternative<SegmentReduce>(op) ||
         std::holds_alternative<ReduceWindow>(op) || std::holds_alternative<ScatterReduce>(op) ||
         std::holds_alternative<ScatterNd>(op) || std::holds_alternative<EmbeddingBag>(op) ||
         std::holds_alternative<Sort>(op) || std::holds_alternative<Unique>(op) ||
         std::holds_alternative<Bucketize>(op);
}

bool any_quantized(const Operands& operands) {
  const auto quantized = [](const Operand& operand) { return operand && operand.quantized(); };
  return std::any_of(operands.all_in().begin(), operands.all_in().end(), quantized) ||
         std::any_of(operands.all_out().begin(), operands.all_out().end(), quantized);
}

bool all_constant(const Operands& operands) {
  bool any = false;
  for (const Operand& operand : operands.all_in()) {
    const bool absent = operand.tensor == nullptr;
    if (absent) continue;
    if (!operand || !operand.value->constant) return false;
    any = true;
  }
  return any;
}

void add_activation(Cost& cost, UnaryFn fn, const Operand& y) {
  if (!y || (y.quantized() && moves_clamps(fn))) return;
  add_function(cost, Part::activation, fn, y.dtype(), y.size());
}

/// Work on indices and on constants alone stays in the list, marked. A contraction always counts, and so does decoding
/// weights.
void mark(Cost& cost, const Op& op, const Operands& operands) {
  const bool constant = all_constant(operands) && !decodes_weights(op, operands);
  const bool index = computes_indices(op) && !any_quantized(operands);
  if (!constant && !index) return;
  const bool contracts =
      std::any_of(cost.work.begin(), cost.work.end(), [](const Work& work) { return work.unit == Unit::mul_add; });
  for (Work& work : cost.work) {
    if (constant && !contracts) work.mark = Mark::constant;
    if (index && is_integer(work.dtype) && work.unit != Unit::mul_add) work.mark = Mark::index;
  }
  if (constant && !contracts) cost.read_bytes = cost.written_bytes = Count{0};
}

/// Its elements have a fixed size; a handle has none and stands for no bytes. Text has neither.
bool has_fixed_size(const Operand& operand) {
  return bits_of(operand.dtype()) != 0 || operand.dtype() == DType::resource || product(operand.shape()) == 0;
}

/// Bytes of a tensor: of its contents where they are stored sparse or are text, else by its type and shape. Nothing for
/// text that is there only while the model runs.
std::optional<Count> bytes_of(const Operand& operand) {
  const Tensor& tensor = *operand.tensor;
  const bool is_fixed = has_fixed_size(operand);
  if (tensor.storage != 0 && (tensor.present || !is_fixed)) {
    const Count stored = tensor.stored_bytes;
    return operand.name == nullptr ? stored : operand.name->trace->letter("S", "bytes of contents as stored", stored);
  }
  return is_fixed ? std::optional(operand.bytes()) : std::nullopt;
}

/// Bytes that an operation moves of these operands or results: as many as it says, else all of them. Nothing where that
/// cannot be known; an operation that counts elements cannot say it of text.
std::optional<Count> bytes_moved(const std::optional<Count>& said, std::span<const Operand> operands) {
  if (said == Count{0}) return said;
  Count all = 0;
  for (const Operand& operand : operands) {
    if (!operand) continue;
    if (said && !has_fixed_size(operand)) return std::nullopt;
    const std::optional<Count> bytes = said ? Count{0} : bytes_of(operand);
    if (!bytes) return std::nullopt;
    all += *bytes;
  }
  return said ? said : all;
}

Certainty worst(const std::vector<Work>& work) {
  Certainty result = Certainty::exact;
  for (const Work& each : work) {
    if (each.mark == Mark::none) result = std::max(result, each.certainty);
  }
  return result;
}

uint64_t core_mul_adds(const std::vector<Work>& work) {
  Count total = 0;
  for (const Work& each : work) {
    if (each.part == Part::core && each.unit == Unit::mul_add) total += each.count;
  }
  return total.value();
}

/// Adds `count` to a list of work that has one entry per part, unit, type, certainty and mark.
/// Throws `Overflow`.
void merge(std::vector<Work>& into, const Work& work, uint64_t repeat) {
  const uint64_t count = (Count{work.count} * repeat).value();
  if (count == 0) return;
  for (Work& each : into) {
    if (each.part != work.part || each.unit != work.unit || each.dtype != work.dtype ||
        each.certainty != work.certainty || each.mark != work.mark) {
      continue;
    }
    each.count = (Count{each.count} + count).value();
    return;
  }
  into.push_back(work);
  into.back().count = count;
}

/// A sum with a figure that is not known is not known.
void add(Figure& into, const Figure& figure, uint64_t repeat) {
  if (repeat == 0) return;
  into = into && figure ? Figure{(Count{*into} + Count{*figure} * repeat).value()} : std::nullopt;
}

/// Adds a row that is known, or a sum: work and bytes as often as it runs, parameters once.
void add(Figures& into, const Figures& row, uint64_t repeat) {
  add(into.macs, row.macs, repeat);
  add(into.valid_macs, row.valid_macs, repeat);
  add(into.flops, row.flops, repeat);
  add(into.int_ops, row.int_ops, repeat);
  add(into.params, row.params, 1);
  add(into.weight_bytes, row.weight_bytes, 1);
  add(into.read_bytes, row.read_bytes, repeat);
  add(into.written_bytes, row.written_bytes, repeat);
  for (const Work& work : row.work) merge(into.work, work, repeat);
}

/// Adds a row as often as it runs. Of one that is not known, the parameters are. `loops`: FLOPs of each run count.
void add(Figures& into, const Row& row, uint64_t repeat, bool loops) {
  if (row.unknown.empty()) {
    const Figure before = into.flops;
    add(into, row.figures, repeat);
    if (loops || repeat < 2) return;
    into.flops = before;
    add(into.flops, row.figures.flops, 1);
    return;
  }
  if (row.figures.params) add(into.params, row.figures.params, 1);
  if (row.figures.weight_bytes) add(into.weight_bytes, row.figures.weight_bytes, 1);
}

/// MACs, then operations. Throws `Overflow`.
std::pair<uint64_t, uint64_t> dearness(const Figures& figures) {
  return {figures.macs.value_or(0), (Count{figures.flops.value_or(0)} + figures.int_ops.value_or(0)).value()};
}

/// How often something runs that runs `times` per run of what runs `repeat` times.
Figure product_of(const Figure& repeat, const Known<uint64_t>& times) {
  const uint64_t* each = known(times);
  if (repeat == 0U || (each != nullptr && *each == 0)) return 0;
  uint64_t product = 0;
  if (!repeat || each == nullptr || __builtin_mul_overflow(*repeat, *each, &product)) return std::nullopt;
  return product;
}

class Counter {
 public:
  Counter(const Model& model, const Convention& convention, bool derive, bool all)
      : model_(model), convention_(convention), derive_(derive), layers_(model) {
    if (all) tally_.emplace(model);
    reads_layers_ = all || convention.basis != Basis::work;
  }

  Report count(const Frames& frames, const Uses& uses) {
    report_.convention = convention_.info.name;
    report_.counted_as = name_of(convention_.info.unit);
    report_.dims = frames.dims;
    if (!model_.graphs.empty()) {
      report_.inputs = infos(frames.root, model_.graphs[model_.main].inputs);
      report_.outputs = infos(frames.root, model_.graphs[model_.main].outputs);
      report_.rows.reserve(model_.graphs[model_.main].nodes.size());
      operands_->reserve(operands_in(frames.root));
      count_frame(frames.root, uses, 1, {}, std::nullopt, {});
    }
    add_states(frames);
    sum_up();
    if (tally_) report_.by_convention = std::make_shared<const std::vector<ConventionCount>>(tally_->finish());
    report_.operands = std::move(operands_);
    return std::move(report_);
  }

 private:
  /// By the decoded tensor, the weights that engines keep packed.
  using PackedWeights = std::map<TensorId, Operand>;

  void count_frame(const Frame& frame, const Uses& uses, Figure repeat, ParameterCounter::Sources sources,
                   std::optional<uint32_t> caller, CallSite site) {
    const Graph& graph = model_.graphs[frame.graph];
    PackedWeights packed;
    if (reads_layers_) layers_.enter(frame, site);
    for (NodeIndex i = 0; i < graph.nodes.size(); ++i) {
      const Node& node = graph.nodes[i];
      count_node(graph, frame, i, uses, repeat, sources, packed, report_.rows.emplace_back());
      report_.rows.back().caller = caller;
      const auto child = frame.children.find(i);
      if (child != frame.children.end()) {
        count_calls(graph, frame, node, child->second, uses.children.at(i), repeat, sources);
      }
    }
    if (reads_layers_) layers_.back();
  }

  void count_calls(const Graph& graph, const Frame& frame, const Node& node, const Child& child,
                   const std::vector<Uses>& uses, Figure repeat, const ParameterCounter::Sources& sources) {
    const uint32_t caller = report_.rows.back().index;
    std::vector<size_t> starts;
    // Only the branch that is chosen is in the tally.
    const std::optional<ConventionTally> before = child.choose ? tally_ : std::nullopt;
    std::vector<std::optional<ConventionTally>> tallies;
    for (size_t c = 0; c < child.calls.size(); ++c) {
      const Called& called = child.calls[c];
      starts.push_back(report_.rows.size());
      if (child.choose) tally_ = before;
      const Graph& callee = model_.graphs[called.frame.graph];
      count_frame(called.frame, uses[c], product_of(repeat, called.repeat),
                  ParameterCounter::handed_down(graph, frame, node, callee, sources), caller,
                  reads_layers_ ? layers_.inside(node, called.frame.graph) : CallSite{});
      for (size_t i = starts.back(); called.bound && i < report_.rows.size(); ++i) {
        report_.rows[i].certainty = std::max(report_.rows[i].certainty, Certainty::bound);
      }
      if (child.choose) tallies.push_back(std::move(tally_));
    }
    starts.push_back(report_.rows.size());
    if (child.choose && !child.calls.empty()) tally_ = std::move(tallies[choose(starts)]);
  }

  /// Of branches that are taken on unknown conditions the dearest stands for all: the others run 0 times. Its number.
  size_t choose(const std::vector<size_t>& starts) {
    size_t dearest = 0;
    Figures most;
    for (size_t c = 0; c + 1 < starts.size(); ++c) {
      Figures sum = Figures::zero();
      for (size_t i = starts[c]; i < starts[c + 1]; ++i) {
        add(sum, report_.rows[i], report_.rows[i].repeat.value_or(1), true);
      }
      if (c != 0 && dearness(sum) <= dearness(most)) continue;
      dearest = c;
      most = std::move(sum);
    }
    for (size_t c = 0; c + 1 < starts.size(); ++c) {
      for (size_t i = starts[c]; c != dearest && i < starts[c + 1]; ++i) report_.rows[i].repeat = 0;
    }
    return dearest;
  }

  void count_node(const Graph& graph, const Frame& frame, NodeIndex index, const Uses& uses, Figure repeat,
                  ParameterCounter::Sources& sources, PackedWeights& packed, Row& row) {
    const Node& node = graph.nodes[index];
    row.index = static_cast<uint32_t>(report_.rows.size() - 1);
    row.graph = frame.graph;
    row.node = index;
    row.name = node.name;
    row.type = node.type;
    row.op = name_of(node.op);
    row.scope = node.scope;
    row.repeat = repeat;
    row.offset = node.offset;
    row.inputs = keep(frame, node.inputs);
    row.outputs = keep(frame, node.outputs);

    const Unknown* missing = gather(graph, frame, node);
    std::optional<Trace> trace;
    if (derive_) name_operands(node, in_, out_, trace.emplace());
    const Operands operands(in_, out_, trace ? &*trace : nullptr);
    std::vector<Claim> claims;
    try {
      claim_parameters(graph, frame, node, uses, operands, sources, row, derive_ ? &claims : nullptr);
    } catch (const Overflow& overflow) {
      row.unknown = overflow.what();
      return;
    }
    Known<Cost> cost = missing != nullptr ? Known<Cost>(*missing) : cost_of(node, operands, as_read(node, packed));
    if (const auto* opaque = std::get_if<Opaque>(&node.op); opaque != nullptr && opaque->rule != nullptr) {
      row.rule = opaque->rule->place;
    }
    if (Cost* each = known(cost)) {
      claim_hidden(*each, row);
      try {
        const Opinion opinion = opinion_of(index, operands, *each, row);
        if (derive_) row.derivation = derivation(*each, opinion, claims, row);
        fill(row, opinion, std::move(*each));
      } catch (const Overflow& overflow) {
        forget(row, overflow.what());
      } catch (const Missing& missing) {
        forget(row, missing.what());
      }
    } else {
      row.unknown = reason(cost).why.empty() ? "nothing is known of it" : reason(cost).why;
      if (tally_) tally_->add_unknown(node);
    }
  }

  /// Fills `in_` and `out_`. Returns the first operand or result that is present and unknown; an operation that is not
  /// understood says so itself.
  const Unknown* gather(const Graph& graph, const Frame& frame, const Node& node) {
    const Unknown* missing = nullptr;
    const auto fill_from = [&](const std::vector<TensorId>& ids, std::vector<Operand>& operands) {
      operands.clear();
      for (const TensorId id : ids) {
        if (id == kAbsent) {
          operands.emplace_back();
          continue;
        }
        const Known<Value>& value = frame.values[id];
        if (known(value) == nullptr && missing == nullptr) missing = &reason(value);
        operands.push_back({&graph.tensors[id], known(value)});
      }
    };
    fill_from(node.inputs, in_);
    fill_from(node.outputs, out_);
    if (const auto* opaque = std::get_if<Opaque>(&node.op); opaque != nullptr && opaque->rule == nullptr)
      return nullptr;
    if (frame.children.contains(static_cast<NodeIndex>(&node - graph.nodes.data()))) return nullptr;
    return missing;
  }

  /// The operands as they lie in memory: packed where they are decoded weights. Remembers which results are.
  std::span<const Operand> as_read(const Node& node, PackedWeights& packed) {
    const bool decodes = decodes_weights(node.op, Operands(in_, out_));
    if (packed.empty() && !decodes) return in_;
    read_ = in_;
    for (size_t i = 0; i < read_.size(); ++i) {
      const auto found = packed.find(node.inputs[i]);
      if (found == packed.end()) continue;
      read_[i].tensor = found->second.tensor;
      read_[i].value = found->second.value;
    }
    const bool moves = is_view(node.op) || std::holds_alternative<Transpose>(node.op);
    if (!decodes && !(moves && !node.inputs.empty() && packed.contains(node.inputs[0]))) return read_;
    if (!node.outputs.empty() && node.outputs[0] != kAbsent)
      packed[node.outputs[0]] = {read_[0].tensor, read_[0].value};
    return read_;
  }

  /// `read` are the operands as they lie in memory.
  static Known<Cost> cost_of(const Node& node, const Operands& operands, std::span<const Operand> read) {
    try {
      Known<Cost> cost = std::visit([&](const auto& op) { return flopstat::count(op, operands); }, node.op);
      if (Cost* each = known(cost)) {
        if (node.activation) {
          for (const Operand& y : operands.all_out()) add_activation(*each, *node.activation, y);
        }
        mark(*each, node.op, operands);
        each->read_bytes = bytes_moved(each->read_bytes, read);
        each->written_bytes = bytes_moved(each->written_bytes, operands.all_out());
      }
      return cost;
    } catch (const Overflow& overflow) {
      return Unknown{overflow.what()};
    } catch (const Missing& missing) {
      return Unknown{missing.what()};
    }
  }

  /// What the convention says of a node, and what it is told to say it.
  struct Opinion {
    std::optional<LayerViews> views;
    Statement statement;
  };

  Opinion opinion_of(NodeIndex index, const Operands& operands, const Cost& cost, const Row& row) {
    Opinion opinion;
    if (!reads_layers_) {
      opinion.statement = work_statement(cost);
      return opinion;
    }
    opinion.views = layers_.read(index, operands, cost);
    opinion.statement = statement(convention_, *opinion.views);
    if (tally_) tally_->add(*opinion.views, row.repeat.value_or(1));
    return opinion;
  }

  void fill(Row& row, const Opinion& opinion, Cost cost) const {
    row.figures.macs = core_mul_adds(cost.work);
    row.figures.valid_macs = (Count{*row.figures.macs} - cost.skippable).value();
    row.inexact = opinion.statement.inexact();
    if (opinion.statement.fails().empty()) {
      row.figures.flops = opinion.statement.value().value();
    } else {
      row.inexact = opinion.statement.fails();
    }
    row.figures.int_ops = int_ops(convention_, cost).value();
    if (cost.read_bytes) row.figures.read_bytes = cost.read_bytes->value();
    if (cost.written_bytes) row.figures.written_bytes = cost.written_bytes->value();
    row.certainty = worst(cost.work);
    row.figures.work = std::move(cost.work);
  }

  static void forget(Row& row, const char* why) {
    row.unknown = why;
    row.figures.macs = row.figures.valid_macs = row.figures.flops = row.figures.int_ops = std::nullopt;
  }

  /// Null where the figures leave 64 bits.
  std::shared_ptr<const Derivation> derivation(const Cost& cost, const Opinion& opinion,
                                               const std::vector<Claim>& claims, const Row& row) const {
    try {
      auto result = std::make_shared<Derivation>(derive(cost, convention_, opinion.statement));
      for (const Claim& claim : claims) result->parameters.push_back(source_of(claim, row.index));
      if (cost.parameters != 0) result->parameters.push_back(hidden_source(cost, row));
      return result;
    } catch (const Overflow&) {
      return nullptr;
    }
  }

  /// Parameters that no operand shows, under the name of the rule that says so.
  ParameterSource hidden_source(const Cost& cost, const Row& row) const {
    const uint32_t first = hidden_.at({row.graph, row.node});
    return {.name = row.rule,
            .dtype = cost.parameter_dtype,
            .shape = {},
            .elements = cost.parameters.value(),
            .weight_bytes = byte_size(cost.parameter_dtype, cost.parameters).value(),
            .quantization_bytes = 0,
            .counted_in = first == row.index ? std::nullopt : std::optional(first)};
  }

  static ParameterSource source_of(const Claim& claim, uint32_t row) {
    const Tensor& tensor = *claim.source.tensor;
    const Value& value = *claim.source.value;
    const Count elements = product(value.shape);
    const Count bytes = claim.source.made ? byte_size(value.dtype, elements) : Count{tensor.stored_bytes};
    return {.name = tensor.name,
            .dtype = value.dtype,
            .shape = {value.shape.begin(), value.shape.end()},
            .elements = elements.value(),
            .weight_bytes = bytes.value(),
            .quantization_bytes = tensor.quantization.stored_bytes,
            .counted_in = claim.row == row ? std::nullopt : std::optional(claim.row)};
  }

  void claim_parameters(const Graph& graph, const Frame& frame, const Node& node, const Uses& uses,
                        const Operands& operands, ParameterCounter::Sources& sources, Row& row,
                        std::vector<Claim>* claims) {
    Parameters claimed;
    Count quantization_bytes = report_.totals.quantization_bytes;
    const bool calls = frame.children.contains(static_cast<NodeIndex>(&node - graph.nodes.data()));
    // What an operation that is not understood makes of constants alone is no constant: they count where it reads them.
    if (!calls && all_constant(operands) && !std::holds_alternative<Opaque>(node.op)) {
      ParameterCounter::pass_on(graph, frame, node, uses, sources);
    } else if (!calls) {
      claimed = parameters_.claim(graph, frame, node, uses, sources, row.index, claims);
    }
    row.figures.params = claimed.elements.value();
    row.figures.weight_bytes = claimed.weight_bytes.value();
    quantization_bytes += claimed.quantization_bytes;
    if (claimed.trainable) {
      report_.totals.trainable_params = (*claimed.trainable + report_.totals.trainable_params.value_or(0)).value();
    }
    if (!calls) quantization_bytes += parameters_.claim_scales(graph, node, row.index);
    report_.totals.quantization_bytes = quantization_bytes.value();
  }

  /// Parameters that no operand shows belong to the first row of their node.
  void claim_hidden(const Cost& cost, Row& row) {
    if (cost.parameters == 0 || !hidden_.try_emplace({row.graph, row.node}, row.index).second) return;
    const Count bytes = byte_size(cost.parameter_dtype, cost.parameters);
    row.figures.params = (cost.parameters + row.figures.params.value_or(0)).value();
    row.figures.weight_bytes = (bytes + row.figures.weight_bytes.value_or(0)).value();
  }

  TensorInfo info(const Frame& frame, TensorId id) const {
    if (id == kAbsent) return {};
    const Tensor& tensor = model_.graphs[frame.graph].tensors[id];
    const Value* value = known(frame.values[id]);
    if (value == nullptr) return {tensor.name, tensor.dtype, std::nullopt};
    return {tensor.name, value->dtype, std::span<const int64_t>(value->shape)};
  }

  std::vector<TensorInfo> infos(const Frame& frame, const std::vector<TensorId>& ids) const {
    std::vector<TensorInfo> result;
    for (const TensorId id : ids) result.push_back(info(frame, id));
    return result;
  }

  /// Operands or results of a row. There is room for those of all rows, so none of them moves.
  std::span<const TensorInfo> keep(const Frame& frame, const std::vector<TensorId>& ids) {
    for (const TensorId id : ids) operands_->push_back(info(frame, id));
    return std::span<const TensorInfo>(*operands_).last(ids.size());
  }

  /// Operands and results of all nodes in a frame and in those that it calls.
  size_t operands_in(const Frame& frame) const {
    size_t sum = 0;
    for (const Node& node : model_.graphs[frame.graph].nodes) sum += node.inputs.size() + node.outputs.size();
    for (const auto& [node, child] : frame.children) {
      for (const Called& called : child.calls) sum += operands_in(called.frame);
    }
    return sum;
  }

  /// Variables outlive a run: they are no activations. Those of graphs that are not called are of no interest. One
  /// whose size is not known leaves the sum unknown.
  void add_states(const Frames& frames) {
    if (model_.graphs.empty()) {
      report_.totals.state_bytes = 0;
      return;
    }
    std::map<GraphId, const Frame*> called;
    find_called(frames.root, called);
    std::optional<Count> bytes = Count{0};
    const auto add_state = [&bytes](const Value* value) {
      const bool has_size = value != nullptr && bits_of(value->dtype) != 0;
      bytes = bytes && has_size ? std::optional<Count>(*bytes + byte_size(value->dtype, product(value->shape)))
                                : std::nullopt;
    };
    for (const auto& [id, frame] : called) {
      const std::vector<Tensor>& tensors = model_.graphs[id].tensors;
      for (size_t i = 0; i < tensors.size(); ++i) {
        if (tensors[i].is_state) add_state(known(frame->values[i]));
      }
    }
    for (const auto& [name, value] : frames.variables) add_state(known(value));
    report_.totals.state_bytes = bytes ? Figure{bytes->value()} : std::nullopt;
  }

  /// The first frame of each graph that is called.
  static void find_called(const Frame& frame, std::map<GraphId, const Frame*>& called) {
    called.emplace(frame.graph, &frame);
    for (const auto& [node, child] : frame.children) {
      for (const Called& each : child.calls) find_called(each.frame, called);
    }
  }

  void sum_up() {
    Totals& totals = report_.totals;
    totals.figures = Figures::zero();
    totals.nodes = report_.rows.size();
    std::unordered_map<std::string_view, size_t> position;
    for (const Row& row : report_.rows) {
      const auto [found, is_new] = position.try_emplace(row.type, report_.by_type.size());
      if (is_new) report_.by_type.push_back({.type = row.type, .figures = Figures::zero()});
      TypeSummary& type = report_.by_type[found->second];
      ++type.nodes;
      // A body whose trips are not known counts once, and the total is a lower bound.
      const uint64_t repeat = row.repeat.value_or(1);
      if (!row.unknown.empty() && repeat != 0) {
        ++type.unknown_nodes;
        ++totals.unknown_nodes;
      }
      if (!row.repeat || (!row.unknown.empty() && repeat != 0)) totals.complete = false;
      add(type.figures, row, repeat, convention_.counts_loops);
    }
    for (const TypeSummary& type : report_.by_type) add(totals.figures, type.figures, 1);
    if (convention_.needs_macs && totals.figures.macs == 0U) totals.figures.flops = std::nullopt;
    if (totals.figures.params == 0 && totals.complete) totals.trainable_params = 0;
    std::sort(report_.by_type.begin(), report_.by_type.end(), [](const TypeSummary& a, const TypeSummary& b) {
      return std::pair(dearness(b.figures), a.type) < std::pair(dearness(a.figures), b.type);
    });
  }

  const Model& model_;
  const Convention& convention_;
  const bool derive_;
  bool reads_layers_ = false;  ///< some convention looks at layers, not at work alone
  LayerReader layers_;
  std::optional<ConventionTally> tally_;
  Report report_;
  std::shared_ptr<std::vector<TensorInfo>> operands_ = std::make_shared<std::vector<TensorInfo>>();
  ParameterCounter parameters_;
  std::map<std::pair<GraphId, NodeIndex>, uint32_t> hidden_;  ///< the row that has a node's parameters without tensor
  std::vector<Operand> in_;
  std::vector<Operand> out_;
  std::vector<Operand> read_;
};

}  // namespace

Figures Figures::zero() {
  return {.macs = 0,
          .valid_macs = 0,
          .flops = 0,
          .int_ops = 0,
          .params = 0,
          .weight_bytes = 0,
          .read_bytes = 0,
          .written_bytes = 0,
          .work = {}};
}

std::optional<double> Figures::intensity() const {
  if (!flops || !int_ops || !read_bytes || !written_bytes || *read_bytes + *written_bytes == 0) return std::nullopt;
  return static_cast<double>(*flops + *int_ops) / static_cast<double>(*read_bytes + *written_bytes);
}

Report count(const Model& model, const Frames& frames, const Uses& uses, const Convention& convention, bool derive,
             bool all) {
  try {
    return Counter(model, convention, derive, all).count(frames, uses);
  } catch (const Overflow&) {
    throw Error(ErrorCode::limit, "the costs of its operations add up to more than 64 bits can hold", std::nullopt,
                "sizes or loops this large are no model that runs");
  }
}

}  // namespace flopstat

#include "count/layers.h"

#include <algorithm>

#include "count/convention.h"

namespace flopstat {
namespace {

constexpr std::string_view kUnknownNode =
    "the cost of an operation is not known: what the tool says of it is not, either";

bool calls(const Node& node) { return !called_graphs(node.op).empty(); }

UnaryFn function_of(Whole whole) {
  switch (whole) {
    case Whole::silu: return UnaryFn::silu;
    case Whole::mish: return UnaryFn::mish;
    case Whole::hard_swish: return UnaryFn::hard_swish;
    case Whole::gelu:
    case Whole::layer_norm:
    case Whole::group_norm: return UnaryFn::gelu_erf;
  }
  return UnaryFn::identity;
}

LayerKind kind_of(Whole whole) {
  switch (whole) {
    case Whole::layer_norm: return LayerKind::layer_norm;
    case Whole::group_norm: return LayerKind::group_norm;
    case Whole::silu:
    case Whole::gelu:
    case Whole::mish:
    case Whole::hard_swish: return LayerKind::activation;
  }
  return LayerKind::activation;
}

/// The TorchScript exporter gives weights that it computed names such as "onnx::Conv_12". The newer one, whose nodes
/// are called "node_...", computes new weights under the old names.
bool renamed(std::string_view format, const Node& node, std::string_view weight) {
  return format == "onnx" && (weight.starts_with("onnx::") || node.name.starts_with("node_"));
}

/// A product with stored weights.
bool is_dense(const Node& node, const Frame& frame) {
  if (!std::holds_alternative<MatMul>(node.op) || node.inputs.size() < 2 || node.inputs[1] == kAbsent) return false;
  const Value* w = known(frame.values[node.inputs[1]]);
  return w != nullptr && w->constant;
}

uint64_t& share_of(ConventionParts& parts, LayerKind kind) {
  switch (kind) {
    case LayerKind::convolution:
    case LayerKind::transposed_convolution:
    case LayerKind::dense:
    case LayerKind::product: return parts.products;
    case LayerKind::attention:
    case LayerKind::recurrent: return parts.attention;
    case LayerKind::batch_norm:
    case LayerKind::layer_norm:
    case LayerKind::group_norm:
    case LayerKind::instance_norm: return parts.normalization;
    case LayerKind::activation:
    case LayerKind::softmax:
    case LayerKind::log_softmax: return parts.activation;
    case LayerKind::max_pool:
    case LayerKind::average_pool:
    case LayerKind::global_average_pool:
    case LayerKind::global_max_pool:
    case LayerKind::reduction: return parts.pooling;
    case LayerKind::arithmetic:
    case LayerKind::resize:
    case LayerKind::embedding:
    case LayerKind::grid_sample:
    case LayerKind::movement:
    case LayerKind::other: return parts.other;
  }
  return parts.other;
}

void add(uint64_t& into, Count count, uint64_t repeat) { into = (Count{into} + Count{count.value()} * repeat).value(); }

void add_reason(ConventionCount& count, std::string_view reason) {
  if (reason.empty() || std::ranges::find(count.inexact, reason) != count.inexact.end()) return;
  count.inexact.emplace_back(reason);
}

}  // namespace

LayerReader::LayerReader(const Model& model) : model_(model), keras_(keras_version(model)) {}

void LayerReader::enter(const Frame& frame, CallSite site) {
  const Graph& graph = model_.graphs[frame.graph];
  frames_.push_back({.frame = &frame, .site = site, .pieces = find_pieces(graph, frame)});
  frames_.back().behind_any_function.resize(graph.tensors.size());
  if (!model_.format.starts_with("tensorflow")) return;
  frames_.back().open = open_sizes(graph, site.part);
  frames_.back().behind_function.resize(graph.tensors.size());
  if (model_.format == "tensorflow graph") frames_.back().behind_function = behind_functions(model_, graph);
}

bool LayerReader::stays_a_function(const Node& node) const {
  if (!calls(node) || !model_.format.starts_with("tensorflow")) return false;
  if (node.type == "LoopCond" || node.type == "Merge") return false;
  // What freezes a model puts the functions that it calls in their place.
  return model_.format == "tensorflow graph" || !std::holds_alternative<Call>(node.op);
}

CallSite LayerReader::inside(const Node& node, GraphId callee) const {
  CallSite site = frames_.back().site;
  const auto* loop = std::get_if<While>(&node.op);
  site.in_function = site.in_function || stays_a_function(node);
  site.in_loop =
      site.in_loop || loop != nullptr || std::holds_alternative<Loop>(node.op) || std::holds_alternative<Scan>(node.op);
  site.part = LoopPart::none;
  if (loop == nullptr) return site;
  const LoopPart body = node.type == "LoopCond" ? LoopPart::body : LoopPart::function_body;
  site.part = callee == loop->body ? body : LoopPart::condition;
  return site;
}

LayerViews LayerReader::read(NodeIndex index, const Operands& operands, const Cost& cost) {
  const Open& open = frames_.back();
  const Graph& graph = model_.graphs[open.frame->graph];
  const Node& node = graph.nodes[index];
  const ModulePiece& piece = open.pieces[index];

  CountedLayer layer = layer_of(node, operands, cost);
  layer.format = model_.format;
  layer.keras = keras_;
  layer.in_function = open.site.in_function;
  layer.in_loop = open.site.in_loop;
  const bool has_result = !node.outputs.empty() && node.outputs[0] != kAbsent;
  layer.size_is_open = has_result && !open.open.empty() && open.open[node.outputs[0]];
  layer.behind_function = has_result && !open.open.empty() && open.behind_function[node.outputs[0]];
  layer.in_attention = piece.in_attention;
  // A mean over axes is a function in what PyTorch exports; its modules are global pools.
  const auto* reduce = std::get_if<Reduce>(&node.op);
  const bool pools = layer.kind == LayerKind::global_average_pool || layer.kind == LayerKind::global_max_pool;
  if (pools && model_.format == "onnx" && reduce != nullptr && !reduce->spatial) layer.kind = LayerKind::reduction;
  if (operands.in(1)) layer.renamed_weight = renamed(model_.format, node, operands.in(1).tensor->name);
  layer.behind_dense = piece.behind && is_dense(graph.nodes[*piece.behind], *open.frame);
  look_up_weights(layer, operands);
  follow_functions(node, layer);

  LayerViews views{.node = layer, .module = layer, .activation = activation_of(node, layer)};
  join(views.module, piece);
  return views;
}

void LayerReader::join(CountedLayer& module, const ModulePiece& piece) const {
  module.inside = piece.inside;
  const Frame& frame = *frames_.back().frame;
  const auto elements = [&](TensorId id) {
    const Value* value = id == kAbsent ? nullptr : known(frame.values[id]);
    return value == nullptr ? Count{0} : product(value->shape);
  };
  if (piece.bias != kAbsent) {
    module.bias = elements(piece.bias);
    module.biased = module.y;
  }
  if (!piece.ends) return;
  module.kind = kind_of(*piece.ends);
  module.function = function_of(*piece.ends);
  module.x = elements(piece.x);
  module.w = elements(piece.scale);
  // What the exporter takes apart it also reshapes, under a name of its own.
  const bool invented = piece.scale != kAbsent && model_.graphs[frame.graph].tensors[piece.scale].name.starts_with('/');
  module.affine = piece.scale != kAbsent && !invented;
  if (!module.affine) {
    module.w = 0;
  } else {
    module.row = module.first_of_row = module.bias = module.w;
  }
}

void LayerReader::follow_functions(const Node& node, CountedLayer& layer) {
  std::vector<bool>& behind = frames_.back().behind_any_function;
  const auto is_behind = [&](TensorId id) { return id != kAbsent && behind[id]; };
  // Grouped convolutions of TensorFlow cannot run on every processor as they are.
  layer.is_function =
      keras_ >= 2 && layer.kind == LayerKind::convolution && layer.groups > 1 && node.type.starts_with("Conv");
  layer.behind_any_function = std::ranges::any_of(node.inputs, is_behind);
  if (!layer.is_function && !layer.behind_any_function && !stays_a_function(node)) return;
  for (const TensorId id : node.outputs) {
    if (id != kAbsent) behind[id] = true;
  }
}

void LayerReader::look_up_weights(CountedLayer& layer, const Operands& operands) {
  if (!operands.in(0) || !operands.in(1) || layer.w == 0) return;
  const GraphId graph = frames_.back().frame->graph;
  const auto id = static_cast<TensorId>(operands.in(1).tensor - model_.graphs[graph].tensors.data());
  const auto [first, is_new] = first_x_.try_emplace({graph, id}, operands.in(0).shape());
  layer.weights_seen = !is_new;
  layer.other_size = !is_new && first->second != operands.in(0).shape();
}

ConventionTally::ConventionTally(const Model& model) : model_(&model) {
  for (const Convention& each : conventions()) {
    ConventionCount count;
    count.name = each.info.name;
    count.unit = each.info.unit;
    if (each.tells_macs) count.macs = 0;
    count.assumes = assumption(each, model);
    add_reason(count, foreign(each, model));
    counts_.push_back(std::move(count));
  }
}

void ConventionTally::add(const LayerViews& views, uint64_t repeat) {
  if (repeat == 0) return;
  for (size_t i = 0; i < counts_.size(); ++i) {
    try {
      add(conventions()[i], views, repeat, counts_[i]);
    } catch (const Overflow& overflow) {
      counts_[i].fails = overflow.what();
    }
  }
}

void ConventionTally::add(const Convention& convention, const LayerViews& views, uint64_t repeat,
                          ConventionCount& count) {
  const Statement said = statement(convention, views);
  const uint64_t times = convention.counts_loops ? repeat : 1;
  flopstat::add(share_of(count.parts, said.kind), said.layer.core, times);
  flopstat::add(count.parts.bias, said.layer.bias, times);
  flopstat::add(count.parts.activation, said.activation.value(), times);
  if (count.macs) flopstat::add(*count.macs, said.layer.macs, times);
  if (count.fails.empty()) count.fails = said.fails();
  add_reason(count, said.inexact());
}

void ConventionTally::add_unknown(const Node& node) {
  const std::string_view format = model_->format;
  const Cost nothing;
  const CountedLayer layer{.node = &node, .cost = &nothing, .format = format};
  for (size_t i = 0; i < counts_.size(); ++i) {
    const Convention& convention = conventions()[i];
    const bool unregistered = std::holds_alternative<Opaque>(node.op) && format.starts_with("tensorflow");
    if (convention.skips_unknown && unregistered) continue;
    if (convention.basis == Basis::layers && counts_[i].fails.empty()) counts_[i].fails = convention.say(layer).fails;
    add_reason(counts_[i], kUnknownNode);
  }
}

std::vector<ConventionCount> ConventionTally::finish() const {
  std::vector<ConventionCount> result = counts_;
  for (size_t i = 0; i < result.size(); ++i) {
    ConventionCount& count = result[i];
    if (conventions()[i].needs_macs && count.macs == 0U && count.fails.empty()) count.fails = kNoMacs;
    if (!count.fails.empty()) {
      count.macs = std::nullopt;
      continue;
    }
    const ConventionParts& p = count.parts;
    uint64_t sum = 0;
    bool fits = true;
    for (const uint64_t part : {p.products, p.bias, p.activation, p.normalization, p.pooling, p.attention, p.other}) {
      fits = fits && !__builtin_add_overflow(sum, part, &sum);
    }
    if (fits) {
      count.value = sum;
    } else {
      count.fails = Overflow{}.what();
    }
  }
  return result;
}

}  // namespace flopstat

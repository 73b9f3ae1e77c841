#include "count/training/parameters.h"

#include <algorithm>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "count/backward/backward.h"
#include "model/suggest.h"

namespace flopstat {
namespace {

std::vector<std::string_view> components(std::string_view path, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const size_t end = std::min(path.find_first_of(separators), path.size());
    if (end > 0) parts.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

/// Whether a path has a layer's parts behind each other: "model/block_1/conv" lies in "block_1", and in "block_1/conv".
bool lies_in(std::string_view path, const std::vector<std::string_view>& layer) {
  const std::vector<std::string_view> parts = components(path, "/;");
  return !layer.empty() && !std::ranges::search(parts, layer).empty();
}

std::string_view closest_layer(const Report& report, std::string_view layer) {
  std::set<std::string_view> names;
  for (const Row& row : report.rows) {
    for (const std::string_view path : {row.scope, row.name}) {
      names.insert(path);
      for (const std::string_view part : components(path, "/;")) names.insert(part);
    }
  }
  names.erase("");
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  return closest(layer, candidates);
}

std::vector<bool> rows_frozen(const Report& report, const std::vector<std::string>& layers) {
  std::vector<bool> frozen(report.rows.size(), false);
  for (const std::string& layer : layers) {
    const std::vector<std::string_view> parts = components(layer, "/");
    bool any = false;
    for (const Row& row : report.rows) {
      if (!lies_in(row.scope, parts) && !lies_in(row.name, parts)) continue;
      frozen[row.index] = any = true;
    }
    if (any) continue;
    const std::string_view meant = closest_layer(report, layer);
    throw Error(ErrorCode::usage, "the model has no layer '" + layer + "' to freeze", std::nullopt,
                "a layer is a scope or a name of 'flopstat ops', or a part of one between slashes",
                meant.empty() ? "flopstat tree MODEL shows the layers" : "did you mean '" + std::string(meant) + "'?");
  }
  return frozen;
}

bool says_what_is_trainable(const Model& model) {
  return std::ranges::any_of(model.graphs, [](const Graph& graph) {
    return std::ranges::any_of(graph.tensors, [](const Tensor& tensor) { return tensor.trainable.has_value(); });
  });
}

bool on_constants_alone(const Frame& frame, const Node& node) {
  bool any = false;
  for (const TensorId id : node.inputs) {
    if (id == kAbsent) continue;
    const Value* value = known(frame.values[id]);
    if (value == nullptr || !value->constant) return false;
    any = true;
  }
  return any;
}

uint32_t number_rows(const Model& model, const Frame& frame, uint32_t next, RowsOfFrames& rows) {
  std::vector<uint32_t> own;
  for (NodeIndex i = 0; i < model.graphs[frame.graph].nodes.size(); ++i) {
    own.push_back(next++);
    const auto child = frame.children.find(i);
    if (child == frame.children.end()) continue;
    for (const Called& called : child->second.calls) next = number_rows(model, called.frame, next, rows);
  }
  rows.emplace(&frame, std::move(own));
  return next;
}

}  // namespace

RowsOfFrames rows_of(const Model& model, const Frame& root) {
  RowsOfFrames rows;
  if (!model.graphs.empty()) number_rows(model, root, 0, rows);
  return rows;
}

/// Follows constants to the rows that they reach, as the counter does.
class ParameterWalk {
 public:
  ParameterWalk(const Model& model, TrainedParameters& parameters)
      : model_(model), parameters_(parameters), file_says_(says_what_is_trainable(model)) {}

  void walk(const Frame& frame, const Uses& uses, ParameterCounter::Sources sources) {
    const Graph& graph = model_.graphs[frame.graph];
    for (NodeIndex i = 0; i < graph.nodes.size(); ++i) {
      const Node& node = graph.nodes[i];
      const uint32_t row = row_++;
      const auto child = frame.children.find(i);
      if (child != frame.children.end()) {
        for (size_t c = 0; c < child->second.calls.size(); ++c) {
          const Frame& callee = child->second.calls[c].frame;
          walk(callee, uses.children.at(i)[c],
               ParameterCounter::handed_down(graph, frame, node, model_.graphs[callee.graph], sources));
        }
      } else if (on_constants_alone(frame, node) && !std::holds_alternative<Opaque>(node.op)) {
        ParameterCounter::pass_on(graph, frame, node, uses, sources);
      } else {
        claim(graph, frame, node, uses, sources, row);
      }
    }
  }

 private:
  void claim(const Graph& graph, const Frame& frame, const Node& node, const Uses& uses,
             const ParameterCounter::Sources& sources, uint32_t row) {
    std::vector<Claim> claims;
    counter_.claim(graph, frame, node, uses, sources, row, &claims);
    for (const Claim& each : claims) {
      StoredParameter& parameter = add(each.source, each.row);
      parameter.frozen = parameter.frozen || parameters_.frozen_rows_[row];
    }
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] == kAbsent || !is_never_trained(node.op, i)) continue;
      for (const Source& source : ParameterCounter::sources_of(graph, frame, sources, node.inputs[i])) {
        if (StoredParameter* parameter = parameters_.find(*source.tensor)) parameter->trainable = false;
      }
    }
  }

  StoredParameter& add(const Source& source, uint32_t row) {
    if (StoredParameter* there = parameters_.find(*source.tensor)) return *there;
    const size_t place = parameters_.all_.size();
    if (source.made) {
      parameters_.made_.emplace(source.tensor, place);
    } else {
      parameters_.by_storage_.emplace(source.tensor->storage, place);
    }
    const DType dtype = source.value->dtype;
    const Count elements = product(source.value->shape);
    parameters_.all_.push_back({.elements = elements,
                                .bytes = byte_size(dtype, elements),
                                .dtype = dtype,
                                .row = row,
                                .trainable = is_float(dtype) && source.tensor->trainable.value_or(!file_says_)});
    return parameters_.all_.back();
  }

  const Model& model_;
  TrainedParameters& parameters_;
  const bool file_says_;
  ParameterCounter counter_;
  uint32_t row_ = 0;
};

TrainedParameters::TrainedParameters(const Model& model, const Frame& root, const Uses& uses, const Report& report,
                                     const std::vector<std::string>& frozen)
    : frozen_rows_(rows_frozen(report, frozen)) {
  if (!model.graphs.empty()) ParameterWalk(model, *this).walk(root, uses, {});
}

const StoredParameter* TrainedParameters::find(const Tensor& tensor) const {
  if (tensor.storage != 0) {
    const auto found = by_storage_.find(tensor.storage);
    return found == by_storage_.end() ? nullptr : &all_[found->second];
  }
  const auto found = made_.find(&tensor);
  return found == made_.end() ? nullptr : &all_[found->second];
}

StoredParameter* TrainedParameters::find(const Tensor& tensor) {
  return const_cast<StoredParameter*>(std::as_const(*this).find(tensor));
}

}  // namespace flopstat

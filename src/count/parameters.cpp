#include "count/parameters.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <variant>

namespace flopstat {
namespace {

/// Whether the node needs its i-th operand as numbers to compute with.
bool reaches_as_data(const Node& node, size_t i, const Uses& uses) {
  const Role role = role_of(node.op, i);
  if (role == Role::weight) return true;
  return role == Role::data && uses.roles[node.inputs[i]].has(Role::data);
}

/// The row that has claimed the key, and whether it does so only now.
template <class Key>
std::pair<uint32_t, bool> first_claim(std::unordered_map<Key, uint32_t>& claimed, Key key, uint32_t row) {
  const auto [found, is_new] = claimed.try_emplace(key, row);
  return {found->second, is_new};
}

}  // namespace

std::vector<Source> ParameterCounter::sources_of(const Graph& graph, const Frame& frame, const Sources& known_sources,
                                                 TensorId id) {
  const Value* value = known(frame.values[id]);
  if (value == nullptr || !value->constant) return {};
  if (const auto found = known_sources.find(id); found != known_sources.end()) return found->second;
  if (graph.tensors[id].storage == 0) return {};
  return {{&graph.tensors[id], value, false}};
}

void ParameterCounter::pass_on(const Graph& graph, const Frame& frame, const Node& node, const Uses& uses,
                               Sources& sources) {
  std::vector<Source> passed;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (node.inputs[i] == kAbsent || !reaches_as_data(node, i, uses)) continue;
    const std::vector<Source> more = sources_of(graph, frame, sources, node.inputs[i]);
    passed.insert(passed.end(), more.begin(), more.end());
  }
  // Each once: a constant added to itself again and again would have 2^n sources.
  const auto before = [](const Source& a, const Source& b) { return std::less<>()(a.tensor, b.tensor); };
  const auto same = [](const Source& a, const Source& b) { return a.tensor == b.tensor; };
  std::sort(passed.begin(), passed.end(), before);
  passed.erase(std::unique(passed.begin(), passed.end(), same), passed.end());
  const bool fills = std::holds_alternative<Fill>(node.op);
  for (const TensorId id : node.outputs) {
    if (id == kAbsent) continue;
    const Value* value = known(frame.values[id]);
    if (value == nullptr || !value->constant) continue;
    sources[id] = fills ? std::vector<Source>{{&graph.tensors[id], value, true}} : passed;
  }
}

ParameterCounter::Sources ParameterCounter::handed_down(const Graph& graph, const Frame& frame, const Node& node,
                                                        const Graph& callee, const Sources& sources) {
  Sources result;
  const size_t first = first_handed_down(node.op);
  for (size_t i = 0; i < callee.inputs.size() && first + i < node.inputs.size(); ++i) {
    const TensorId operand = node.inputs[first + i];
    if (operand == kAbsent || callee.inputs[i] == kAbsent) continue;
    std::vector<Source> from = sources_of(graph, frame, sources, operand);
    if (!from.empty()) result.emplace(callee.inputs[i], std::move(from));
  }
  return result;
}

Parameters ParameterCounter::claim(const Graph& graph, const Frame& frame, const Node& node, const Uses& uses,
                                   const Sources& sources, uint32_t row, std::vector<Claim>* claims) {
  Parameters claimed;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (node.inputs[i] == kAbsent) continue;
    const Value* value = known(frame.values[node.inputs[i]]);
    if (value == nullptr || !value->constant || !reaches_as_data(node, i, uses)) continue;
    if (graph.tensors[node.inputs[i]].storage != 0) {
      claim({&graph.tensors[node.inputs[i]], value, false}, row, claimed, claims);
    } else {
      for (const Source& source : sources_of(graph, frame, sources, node.inputs[i])) {
        claim(source, row, claimed, claims);
      }
    }
  }
  return claimed;
}

Count ParameterCounter::claim_scales(const Graph& graph, const Node& node, uint32_t row) {
  Count bytes = 0;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (node.inputs[i] == kAbsent || role_of(node.op, i) != Role::quantization) continue;
    const Tensor& tensor = graph.tensors[node.inputs[i]];
    if (tensor.storage != 0 && claimed_storages_.emplace(tensor.storage, row).second) bytes += tensor.stored_bytes;
  }
  return bytes;
}

void ParameterCounter::claim(const Source& source, uint32_t row, Parameters& claimed, std::vector<Claim>* claims) {
  const DType dtype = source.value->dtype;
  const std::optional<bool> trainable = source.tensor->trainable;
  if (source.value->shape.empty() && !trainable) return;
  if (dtype == DType::boolean || dtype == DType::string) return;
  const auto [counted_in, is_new] = source.made ? first_claim(claimed_fills_, source.tensor, row)
                                                : first_claim(claimed_storages_, source.tensor->storage, row);
  const bool repeated = !is_new && counted_in == row;
  if (claims != nullptr && !repeated) claims->push_back({source, counted_in});
  if (!is_new) return;
  const Count elements = product(source.value->shape);
  claimed.elements += elements;
  claimed.weight_bytes += source.made ? byte_size(dtype, elements) : Count{source.tensor->stored_bytes};
  claimed.quantization_bytes += source.tensor->quantization.stored_bytes;
  if (trainable) claimed.trainable = claimed.trainable.value_or(0) + (*trainable ? elements : Count{0});
}

}  // namespace flopstat

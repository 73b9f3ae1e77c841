#include "count/convention.h"

#include <algorithm>

#include "count/conventions/families.h"
#include "count/conventions/flopstat.h"

namespace flopstat {
namespace {

std::vector<Convention> all_conventions() {
  std::vector<Convention> all;
  for (const auto family :
       {flopstat_conventions, keras_conventions, tensorflow_conventions, torch_conventions, ptflops_conventions,
        thop_conventions, deepspeed_conventions, onnx_conventions, engine_conventions}) {
    std::ranges::move(family(), std::back_inserter(all));
  }
  return all;
}

constexpr std::string_view kForeign =
    "the tool does not read such files: this is its rule, applied to the layers of this one";

}  // namespace

std::span<const Convention> conventions() {
  static const std::vector<Convention> all = all_conventions();
  return all;
}

const Convention* find_convention(std::string_view name) {
  // Most runs need no other: the rest is not made for them.
  static const Convention own = own_convention();
  if (name == own.info.name) return &own;
  const std::span<const Convention> all = conventions();
  const auto found = std::ranges::find(all, name, [](const Convention& each) { return each.info.name; });
  return found == all.end() ? nullptr : &*found;
}

std::span<const ConventionInfo> convention_list() {
  static const std::vector<ConventionInfo> infos = [] {
    std::vector<ConventionInfo> result;
    for (const Convention& each : conventions()) result.push_back(each.info);
    return result;
  }();
  return infos;
}

std::string_view name_of(CountUnit unit) {
  switch (unit) {
    case CountUnit::flops: return "FLOPs";
    case CountUnit::macs: return "MACs";
    case CountUnit::operations: return "operations";
  }
  return "FLOPs";
}

Statement work_statement(const Cost& cost) {
  return {.layer = said_by_flopstat({.cost = &cost}), .activation = {.core = activation_by_flopstat(cost)}};
}

Statement statement(const Convention& convention, const LayerViews& views) {
  if (convention.basis == Basis::work) {
    Statement result = work_statement(*views.node.cost);
    result.kind = views.node.kind;
    return result;
  }
  const bool whole = convention.basis != Basis::nodes;
  const CountedLayer& layer = whole ? views.module : views.node;
  // What another node stands for, and what is done on shapes or when the model is loaded, is no module.
  if (whole && (layer.inside || layer.mark != Mark::none)) return {.kind = layer.kind};
  Statement result{.layer = convention.say(layer), .kind = layer.kind};
  if (views.activation) result.activation = convention.say(*views.activation);
  return result;
}

std::string_view foreign(const Convention& convention, const Model& model) {
  std::string_view rest = convention.formats;
  if (rest.empty()) return {};
  // ONNX files of other exporters were no modules of PyTorch.
  const bool other_exporter = convention.basis == Basis::modules && !model.producer.empty() &&
                              model.producer.find("torch") == std::string::npos;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(' '), rest.size());
    if (!other_exporter && model.format.starts_with(rest.substr(0, end))) return {};
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return kForeign;
}

int keras_version(const Model& model) {
  constexpr std::string_view kWriter = "Keras ";
  if (!model.format.starts_with("keras") || !model.producer.starts_with(kWriter)) return 0;
  const std::string_view version = std::string_view(model.producer).substr(kWriter.size());
  const bool known =
      !version.empty() && version[0] >= '1' && version[0] <= '3' && (version.size() == 1 || version[1] == '.');
  return known ? version[0] - '0' : 0;
}

std::string_view assumption(const Convention& convention, const Model& model) {
  if (!convention.lowers_keras || !model.format.starts_with("keras")) return {};
  return keras_version(model) == 3
             ? "counted as the operators of TensorFlow that Keras 3 makes of the layers"
             : "counted as the operators of TensorFlow that Keras 2 (tf_keras) makes of the layers";
}

Count int_ops(const Convention& convention, const Cost& cost) {
  return convention.basis == Basis::work ? int_ops_by_flopstat(cost) : Count{0};
}

}  // namespace flopstat

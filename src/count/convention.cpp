#include "count/convention.h"

#include <algorithm>

#include "count/conventions/deepspeed.h"
#include "count/conventions/engines.h"
#include "count/conventions/flopstat.h"
#include "count/conventions/keras.h"
#include "count/conventions/onnx.h"
#include "count/conventions/ptflops.h"
#include "count/conventions/tensorflow.h"
#include "count/conventions/thop.h"
#include "count/conventions/torch.h"

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

Count int_ops(const Convention& convention, const Cost& cost) {
  return convention.basis == Basis::work ? int_ops_by_flopstat(cost) : Count{0};
}

}  // namespace flopstat

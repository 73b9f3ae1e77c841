#include "formats/onnx/operators.h"

#include <algorithm>
#include <array>

#include "flopstat/known.h"
#include "formats/onnx/schema.h"
#include "formats/onnx/tensor.h"

namespace flopstat::onnx {
namespace {

// --- normalisation --------------------------------------------------------------------------------------------------

/// Results behind the first are the running statistics, which only training updates.
Op batch_norm(NodeReader& node) {
  if (node.integer("training_mode", 0) != 0) return BatchNorm{.training = true};
  if (node.integer("spatial", 1) == 0) return Opaque{"normalising per element (spatial = 0) has no rule"};
  node.keep_outputs(1);
  return BatchNorm{};
}

/// Before 13: over all axes from `axis` on, by default 1. Since then: over that axis, by default the last.
Op softmax(NodeReader& node) {
  const bool flatten = node.version() < 13;
  return Softmax{.axis = node.integer("axis", flatten ? 1 : -1), .flatten = flatten};
}

Op log_softmax(NodeReader& node) {
  const bool flatten = node.version() < 13;
  return Softmax{.axis = node.integer("axis", flatten ? 1 : -1), .log = true, .flatten = flatten};
}

Op lp_norm(NodeReader& node) { return L2Norm{.axis = node.integer("axis", -1), .absolute = node.integer("p", 2) == 1}; }

// --- reductions -----------------------------------------------------------------------------------------------------

template <ReduceFn fn>
Op reduce(NodeReader& node) {
  node.set_inputs({node.input(0), node.attribute_or_input("axes", 1)});
  return Reduce{.fn = fn,
                .keep_dims = node.integer("keepdims", 1) != 0,
                .none_means_none = node.integer("noop_with_empty_axes", 0) != 0};
}

template <bool max>
Op arg_reduce(NodeReader& node) {
  node.set_inputs({node.input(0), node.scalar(node.integer("axis", 0))});
  return ArgReduce{.max = max, .keep_dims = node.integer("keepdims", 1) != 0};
}

template <bool product>
Op cumulate(NodeReader&) {
  return Cumulate{.product = product};
}

/// k was an attribute before 10.
Op top_k(NodeReader& node) {
  if (node.has("k")) node.set_inputs({node.input(0), node.scalar(node.integer("k", 0))});
  if (node.input(1) == kAbsent) node.corrupt("it has no k");
  return TopK{.axis = node.integer("axis", -1)};
}

// --- normalisation by rows -------------------------------------------------------------------------------------------

Op layer_norm(NodeReader& node) { return Normalize{.axis = node.integer("axis", -1)}; }

Op rms_norm(NodeReader& node) { return Normalize{.axis = node.integer("axis", -1), .root_mean_square = true}; }

Op instance_norm(NodeReader&) { return Normalize{.rows = Normalize::Rows::channels}; }

Op group_norm(NodeReader& node) {
  return Normalize{.rows = Normalize::Rows::channels, .groups = node.integer("num_groups", 1)};
}

Op mean_variance_norm(NodeReader& node) {
  return Normalize{.rows = Normalize::Rows::axes,
                   .axes = node.integers("axes").value_or(std::vector<int64_t>{0, 2, 3})};
}

Op hardmax(NodeReader& node) {
  const bool flatten = node.version() < 13;
  return Hardmax{.axis = node.integer("axis", flatten ? 1 : -1), .flatten = flatten};
}

// --- losses ----------------------------------------------------------------------------------------------------------

Op likelihood_loss(NodeReader& node) {
  const std::string_view word = node.text("reduction", "mean");
  NegativeLogLikelihood op;
  if (word == "none") op.reduction = NegativeLogLikelihood::Reduction::none;
  if (word == "sum") op.reduction = NegativeLogLikelihood::Reduction::sum;
  return op;
}

/// The loss of a log-softmax over the classes, which is its second result.
Op cross_entropy_loss(NodeReader& node) {
  const Softmax log_softmax{.axis = 1, .log = true};
  const TensorId second = node.take_result(1);
  TensorId logs = second;
  if (second == kAbsent) {
    logs = node.emit(log_softmax, {node.input(0)});
  } else {
    node.emit_into(second, log_softmax, {node.input(0)});
  }
  node.set_inputs({logs, node.input(1), node.input(2)});
  return likelihood_loss(node);
}

Op unique(NodeReader& node) {
  Unique op{.counted = true};
  if (node.has("axis")) op.axis = node.integer("axis", 0);
  return op;
}

constexpr auto kOperators = std::to_array<Operator>({
    {"ArgMax", 1, arg_reduce<true>},
    {"ArgMin", 1, arg_reduce<false>},
    {"BatchNormalization", 5, batch_norm},
    {"CumProd", 2, cumulate<true>},
    {"CumSum", 2, cumulate<false>},
    {"GroupNormalization", 3, group_norm},
    {"Hardmax", 1, hardmax},
    {"InstanceNormalization", 3, instance_norm},
    {"LayerNormalization", 2, layer_norm},
    {"LogSoftmax", 1, log_softmax},
    {"LpNormalization", 1, lp_norm},
    {"MeanVarianceNormalization", 1, mean_variance_norm},
    {"NegativeLogLikelihoodLoss", 2, likelihood_loss},
    {"RMSNormalization", 2, rms_norm},
    {"ReduceL1", 1, reduce<ReduceFn::l1>},
    {"ReduceL2", 1, reduce<ReduceFn::l2>},
    {"ReduceLogSum", 1, reduce<ReduceFn::log_sum>},
    {"ReduceLogSumExp", 1, reduce<ReduceFn::log_sum_exp>},
    {"ReduceMax", 1, reduce<ReduceFn::max>},
    {"ReduceMean", 1, reduce<ReduceFn::mean>},
    {"ReduceMin", 1, reduce<ReduceFn::min>},
    {"ReduceProd", 1, reduce<ReduceFn::prod>},
    {"ReduceSum", 1, reduce<ReduceFn::sum>},
    {"ReduceSumSquare", 1, reduce<ReduceFn::sum_square>},
    {"SimplifiedLayerNormalization", 2, rms_norm},
    {"Softmax", 1, softmax},
    {"SoftmaxCrossEntropyLoss", 2, cross_entropy_loss},
    {"TopK", 1, top_k},
    {"Unique", 1, unique},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> normalize_operators() { return kOperators; }

}  // namespace flopstat::onnx

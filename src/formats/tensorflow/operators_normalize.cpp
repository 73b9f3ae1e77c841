#include <algorithm>
#include <array>

#include "formats/tensorflow/operators.h"
#include "formats/tensorflow/windows.h"

namespace flopstat::tensorflow {
namespace {

Op softmax(NodeReader&) { return Softmax{}; }
Op log_softmax(NodeReader&) { return Softmax{.log = true}; }

/// x, scale, shift, mean, variance. Only training makes use of the results behind the first.
Op batch_norm(NodeReader& node) {
  const bool training = node.flag("is_training", true);
  node.keep_outputs(training ? 3 : 1);
  return BatchNorm{.layout = layout_of(node), .training = training};
}

/// Half the sum of squares.
Op l2_loss(NodeReader& node) {
  const TensorId sum = node.emit(Reduce{.fn = ReduceFn::sum_square, .keep_dims = false}, {node.input(0)});
  node.set_inputs({sum, node.real_scalar(0.5)});
  return Binary{BinaryFn::mul};
}

constexpr auto kOperators = std::to_array<Operator>({
    {"FusedBatchNorm", 5, batch_norm},
    {"FusedBatchNormV2", 5, batch_norm},
    {"FusedBatchNormV3", 5, batch_norm},
    {"L2Loss", 1, l2_loss},
    {"LogSoftmax", 1, log_softmax},
    {"Softmax", 1, softmax},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> normalize_operators() { return kOperators; }

}  // namespace flopstat::tensorflow

#include <algorithm>
#include <array>

#include "formats/tensorflow/operators.h"

namespace flopstat::tensorflow {
namespace {

template <ReduceFn fn>
Op reduce(NodeReader& node) {
  return Reduce{.fn = fn, .keep_dims = node.flag("keep_dims", false), .none_means_none = true};
}

template <bool max>
Op arg_reduce(NodeReader& node) {
  const DType to = node.type("output_type");
  return ArgReduce{.max = max, .keep_dims = false, .to = to == DType::unknown ? DType::i64 : to};
}

template <bool product>
Op cumulate(NodeReader&) {
  return Cumulate{.product = product};
}

Op top_k(NodeReader& node) {
  const DType index = node.type("index_type");
  return TopK{.index = index == DType::unknown ? DType::i32 : index};
}

Op top_k_by_attribute(NodeReader& node) {
  node.set_inputs({node.input(0), node.scalar(node.integer("k", 1))});
  return TopK{.index = DType::i32};
}

template <ReduceFn fn>
Op segments(NodeReader&) {
  return SegmentReduce{.fn = fn};
}

Op unique(NodeReader& node) {
  const DType index = node.type("out_idx");
  node.set_inputs({node.input(0)});
  return Unique{.index = index == DType::unknown ? DType::i32 : index};
}

Op bucketize(NodeReader& node) { return Bucketize{.boundaries = static_cast<int64_t>(node.real_count("boundaries"))}; }

/// x [..., k], size, weights: how often each number below `size` occurs, [..., size].
Op dense_counts(NodeReader& node) {
  const TensorId x = node.input(0);
  const TensorId lead = node.emit(ShapeOf{.start = 0, .end = -1}, {x});
  const TensorId size = node.emit(Reshape{}, {node.input(1), node.constant({1})});
  const TensorId shape = node.emit(Concat{}, {lead, size});
  const TensorId zeros = node.emit(Expand{}, {node.real_scalar(0), shape});
  node.set_inputs({zeros, x, x});
  return ScatterReduce{.fn = BinaryFn::add};
}

/// x, size, weights: how often each number below `size` occurs in all of x, [size].
Op counts(NodeReader& node) {
  const TensorId size = node.emit(Reshape{}, {node.input(1), node.constant({1})});
  const TensorId zeros = node.emit(Expand{}, {node.real_scalar(0), size});
  node.set_inputs({zeros, node.input(0), node.input(0)});
  return ScatterReduce{.fn = BinaryFn::add};
}

constexpr auto kOperators = std::to_array<Operator>({
    {"All", 2, reduce<ReduceFn::all>},
    {"Any", 2, reduce<ReduceFn::any>},
    {"ArgMax", 2, arg_reduce<true>},
    {"ArgMin", 2, arg_reduce<false>},
    {"Bincount", 2, counts},
    {"Bucketize", 1, bucketize},
    {"Cumprod", 2, cumulate<true>},
    {"Cumsum", 2, cumulate<false>},
    {"DenseBincount", 2, dense_counts},
    {"EuclideanNorm", 2, reduce<ReduceFn::l2>},
    {"Max", 2, reduce<ReduceFn::max>},
    {"Mean", 2, reduce<ReduceFn::mean>},
    {"Min", 2, reduce<ReduceFn::min>},
    {"Prod", 2, reduce<ReduceFn::prod>},
    {"SegmentMax", 2, segments<ReduceFn::max>},
    {"SegmentMaxV2", 3, segments<ReduceFn::max>},
    {"SegmentMean", 2, segments<ReduceFn::mean>},
    {"SegmentMin", 2, segments<ReduceFn::min>},
    {"SegmentMinV2", 3, segments<ReduceFn::min>},
    {"SegmentProd", 2, segments<ReduceFn::prod>},
    {"SegmentProdV2", 3, segments<ReduceFn::prod>},
    {"SegmentSum", 2, segments<ReduceFn::sum>},
    {"SegmentSumV2", 3, segments<ReduceFn::sum>},
    {"Sum", 2, reduce<ReduceFn::sum>},
    {"TopK", 1, top_k_by_attribute},
    {"TopKV2", 2, top_k},
    {"Unique", 1, unique},
    {"UniqueV2", 1, unique},
    {"UnsortedSegmentMax", 3, segments<ReduceFn::max>},
    {"UnsortedSegmentMin", 3, segments<ReduceFn::min>},
    {"UnsortedSegmentProd", 3, segments<ReduceFn::prod>},
    {"UnsortedSegmentSum", 3, segments<ReduceFn::sum>},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> reduce_operators() { return kOperators; }

}  // namespace flopstat::tensorflow

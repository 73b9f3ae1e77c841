#include "formats/tensorflow/results.h"

#include <algorithm>
#include <array>
#include <span>

namespace flopstat::tensorflow {
namespace {

/// The output arguments behind the first one, of which each gives one result.
struct Results {
  std::string_view op;
  std::array<std::string_view, 7> arguments;  ///< all of them, in order
};

constexpr auto kResults = std::to_array<Results>({
    {"AudioMicrofrontend", {"filterbanks"}},
    {"BatchFunction", {"out_tensors"}},
    {"BlockLSTM", {"i", "cs", "f", "o", "ci", "co", "h"}},
    {"BlockLSTMV2", {"i", "cs", "f", "o", "ci", "co", "h"}},
    {"CTCGreedyDecoder", {"decoded_indices", "decoded_values", "decoded_shape", "log_probability"}},
    {"CombinedNonMaxSuppression", {"nmsed_boxes", "nmsed_scores", "nmsed_classes", "valid_detections"}},
    {"CudnnRNN", {"output", "output_h", "output_c", "reserve_space"}},
    {"CudnnRNNV2", {"output", "output_h", "output_c", "reserve_space", "host_reserved"}},
    {"CudnnRNNV3", {"output", "output_h", "output_c", "reserve_space", "host_reserved"}},
    {"DecodeWav", {"audio", "sample_rate"}},
    {"Eig", {"e", "v"}},
    {"FakeQuantWithMinMaxVarsGradient", {"backprops_wrt_input", "backprop_wrt_min", "backprop_wrt_max"}},
    {"FusedBatchNorm", {"y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2"}},
    {"FusedBatchNormV2", {"y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2"}},
    {"FusedBatchNormV3",
     {"y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2", "reserve_space_3"}},
    {"GRUBlockCell", {"r", "u", "c", "h"}},
    {"ListDiff", {"out", "idx"}},
    {"LogMatrixDeterminant", {"sign", "log_abs_determinant"}},
    {"LookupTableExportV2", {"keys", "values"}},
    {"LSTMBlockCell", {"i", "cs", "f", "o", "ci", "co", "h"}},
    {"Lu", {"lu", "p"}},
    {"MaxPoolWithArgmax", {"output", "argmax"}},
    {"Merge", {"output", "value_index"}},
    {"NonMaxSuppressionV4", {"selected_indices", "valid_outputs"}},
    {"NonMaxSuppressionV5", {"selected_indices", "selected_scores", "valid_outputs"}},
    {"Qr", {"q", "r"}},
    {"QuantizeDown", {"output", "output_min", "output_max"}},
    {"QuantizeV2", {"output", "output_min", "output_max"}},
    {"QuantizedAdd", {"z", "min_z", "max_z"}},
    {"QuantizedAvgPool", {"output", "min_output", "max_output"}},
    {"QuantizedBiasAdd", {"output", "min_out", "max_out"}},
    {"QuantizedConcat", {"output", "output_min", "output_max"}},
    {"QuantizedConcatV2", {"output", "output_min", "output_max"}},
    {"QuantizedConv2D", {"output", "min_output", "max_output"}},
    {"QuantizedDepthwiseConv2D", {"output", "min_output", "max_output"}},
    {"QuantizedMatMul", {"out", "min_out", "max_out"}},
    {"QuantizedMaxPool", {"output", "min_output", "max_output"}},
    {"QuantizedMul", {"z", "min_z", "max_z"}},
    {"QuantizedRelu", {"activations", "min_activations", "max_activations"}},
    {"QuantizedRelu6", {"activations", "min_activations", "max_activations"}},
    {"QuantizedReshape", {"output", "output_min", "output_max"}},
    {"RaggedRange", {"rt_nested_splits", "rt_dense_values"}},
    {"RaggedTensorToSparse", {"sparse_indices", "sparse_values", "sparse_dense_shape"}},
    {"RequantizationRange", {"output_min", "output_max"}},
    {"Requantize", {"output", "output_min", "output_max"}},
    {"SampleDistortedBoundingBoxV2", {"begin", "size", "bboxes"}},
    {"SelfAdjointEigV2", {"e", "v"}},
    {"SoftmaxCrossEntropyWithLogits", {"loss", "backprop"}},
    {"SparseFillEmptyRows", {"output_indices", "output_values", "empty_row_indicator", "reverse_index_map"}},
    {"SparseReshape", {"output_indices", "output_shape"}},
    {"SparseSlice", {"output_indices", "output_values", "output_shape"}},
    {"SparseSoftmaxCrossEntropyWithLogits", {"loss", "backprop"}},
    {"StatelessRandomGetKeyCounter", {"key", "counter"}},
    {"StatelessRandomGetKeyCounterAlg", {"key", "counter", "alg"}},
    {"StringSplit", {"indices", "values", "shape"}},
    {"StringSplitV2", {"indices", "values", "shape"}},
    {"Svd", {"s", "u", "v"}},
    {"Switch", {"output_false", "output_true"}},
    {"TensorArrayConcatV3", {"value", "lengths"}},
    {"TensorArrayV3", {"handle", "flow"}},
    {"TensorListConcat", {"tensor", "lengths"}},
    {"TensorListConcatV2", {"tensor", "lengths"}},
    {"TensorListPopBack", {"output_handle", "tensor"}},
    {"TopK", {"values", "indices"}},
    {"TopKV2", {"values", "indices"}},
    {"Unique", {"y", "idx"}},
    {"UniqueV2", {"y", "idx"}},
    {"UniqueWithCounts", {"y", "idx", "count"}},
    {"UniqueWithCountsV2", {"y", "idx", "count"}},
});

}  // namespace

uint32_t first_result(std::string_view op, std::string_view argument) {
  const auto row = std::ranges::find(kResults, op, &Results::op);
  if (row == kResults.end()) return 0;
  const auto place = std::ranges::find(row->arguments, argument);
  return place == row->arguments.end() ? 0 : static_cast<uint32_t>(place - row->arguments.begin());
}

}  // namespace flopstat::tensorflow

#include "count/rules.h"

#include <algorithm>
#include <memory>
#include <string>

#include "count/counter.h"
#include "graph/frames.h"
#include "graph/uses.h"
#include "ops/functions.h"

namespace flopstat {
namespace {

// --- operands of cases -----------------------------------------------------------------------------------------------

Given data(Shape shape, DType dtype = DType::f32) { return {.shape = std::move(shape), .dtype = dtype}; }
Given weight(Shape shape, DType dtype = DType::f32) {
  return {.shape = std::move(shape), .dtype = dtype, .stored = true};
}
Given int8(Shape shape) { return {.shape = std::move(shape), .dtype = DType::i8, .quantized = true}; }
Given int8_weight(Shape shape) {
  return {.shape = std::move(shape), .dtype = DType::i8, .stored = true, .quantized = true};
}
Given list(std::vector<int64_t> values) {
  return {
      .shape = {static_cast<int64_t>(values.size())}, .dtype = DType::i32, .stored = true, .values = std::move(values)};
}
Given scalar(int64_t value) {
  return {.shape = {}, .dtype = DType::i32, .stored = true, .values = std::vector<int64_t>{value}};
}
Given absent() { return {.absent = true}; }

/// A square window over two axes.
Window window(int64_t kernel, int64_t stride, Padding padding) {
  return {{{.kernel = kernel, .stride = stride}, {.kernel = kernel, .stride = stride}}, padding};
}

// --- the rules -------------------------------------------------------------------------------------------------------

constexpr std::string_view kOnnx = "ONNX operator specification, docs/Operators.md";
constexpr std::string_view kOnnxMl = "ONNX operator specification, docs/Operators-ml.md";
constexpr std::string_view kTflite = "TensorFlow Lite, tensorflow/lite/kernels";
constexpr std::string_view kBoth = "ONNX operator specification; TensorFlow Lite kernels";
constexpr std::string_view kStableHlo = "StableHLO specification";
constexpr std::string_view kSection2 = "docs/counting.md, section 2";
constexpr std::string_view kSection7 = "docs/counting.md, sections 2 and 7";

Conv conv() {
  return {.axes = {DataLayout::channels_last, FilterLayout::o_spatial_i}, .window = window(3, 2, Padding::same_upper)};
}

Conv depthwise() {
  Conv op = conv();
  op.axes.filter = FilterLayout::depthwise;
  return op;
}

/// x [T, B, I], weights and biases of four gates, states: the operands of `Lstm`.
std::vector<Given> lstm_operands() {
  std::vector<Given> in{data({28, 1, 28})};
  for (int i = 0; i < 4; ++i) in.push_back(weight({20, 28}));
  for (int i = 0; i < 4; ++i) in.push_back(weight({20, 20}));
  for (int i = 0; i < 3; ++i) in.push_back(absent());
  for (int i = 0; i < 4; ++i) in.push_back(weight({20}));
  in.insert(in.end(), {absent(), absent(), data({1, 20}), data({1, 20})});
  return in;
}

std::vector<Given> recurrent_operands(int64_t gates) {
  return {data({5, 1, 10}), weight({1, gates * 20, 10}), weight({1, gates * 20, 20}), weight({1, 2 * gates * 20})};
}

std::vector<Rule> contractions() {
  return {
      {"conv",
       "each output is a sum of products over a window and the input channels of its group",
       kBoth,
       {{"2-D, with a bias and a fused relu",
         conv(),
         {data({1, 224, 224, 3}), weight({32, 3, 3, 3}), weight({32})},
         UnaryFn::relu},
        {"depthwise: one input channel for each output", depthwise(), {data({1, 16, 16, 8}), weight({1, 3, 3, 8})}},
        {"8-bit integers: 5 operations bring each accumulator to the output's scale",
         conv(),
         {int8({1, 16, 16, 8}), int8_weight({4, 3, 3, 8}), weight({4}, DType::i32)}},
        {"axes anywhere (StableHLO)",
         GeneralConv{.x = {0, 3, {1, 2}},
                     .w = {2, 3, {0, 1}},
                     .y = {0, 3, {1, 2}},
                     .window = {{{.pad_before = 1, .pad_after = 1}, {.pad_before = 1, .pad_after = 1}}},
                     .base_dilation = {1, 1}},
         {data({1, 8, 8, 3}), weight({3, 3, 3, 16})}}}},
      {"conv_transpose",
       "each input is spread over a window of the output",
       kBoth,
       {{"with a bias",
         ConvTranspose{.window = window(3, 2, Padding::given)},
         {data({1, 8, 8, 8}), weight({8, 12, 3, 3}), weight({12})}}}},
      {"deform_conv",
       "a convolution whose taps lie between the points of x and are blended from those around them",
       "Dai et al. 2017, Deformable convolutional networks; ONNX operator DeformConv",
       {{"with a mask",
         DeformConv{window(3, 1, Padding::valid)},
         {data({1, 8, 8, 8}), weight({4, 8, 3, 3}), data({1, 18, 6, 6}), absent(), data({1, 9, 6, 6})}}}},
      {"matmul",
       "each output is a sum of k products; dense layers, too",
       kBoth,
       {{"with a bias", MatMul{.transpose_b = true}, {data({1, 784}), weight({100, 784}), weight({100})}},
        {"8-bit integers",
         MatMul{.transpose_b = true},
         {int8({1, 784}), int8_weight({100, 784}), weight({100}, DType::i32)}},
        {"float inputs, 8-bit weights: the inputs are quantized while running",
         MatMul{.transpose_b = true},
         {data({1, 784}), int8_weight({100, 784})}},
        {"Gemm with alpha and beta",
         MatMul{.scales_product = true, .scales_bias = true},
         {data({4, 8}), weight({8, 6}), weight({6})}}}},
      {"attention",
       "scores of each query with each key, their softmax, and by it a blend of the values",
       "Vaswani et al. 2017, Attention is all you need; ONNX operator Attention",
       {{"8 heads of 64, 10 tokens",
         Attention{.heads = 8},
         {data({1, 10, 512}), data({1, 10, 512}), data({1, 10, 512})}},
        {"causal: a query does not see the keys behind its own",
         Attention{.heads = 8, .causal = true},
         {data({1, 10, 512}), data({1, 10, 512}), data({1, 10, 512})}},
        {"one new token behind 99 that are remembered",
         Attention{.heads = 8, .causal = true},
         {data({1, 1, 512}), data({1, 1, 512}), data({1, 1, 512}), absent(), data({1, 8, 99, 64}),
          data({1, 8, 99, 64})}}}},
      {"linear_attention",
       "attention without scores, by a state that each token updates",
       "Katharopoulos et al. 2020, Transformers are RNNs; ONNX operator LinearAttention",
       {{"", LinearAttention{}, {data({1, 3, 4}), data({1, 3, 4}), data({1, 3, 4})}},
        {"with decay and the delta rule",
         LinearAttention{.delta = true},
         {data({1, 3, 4}), data({1, 3, 4}), data({1, 3, 4}), absent(), data({1, 3, 1}), data({1, 3, 1})}}}},
      {"rotary_embedding",
       "pairs of elements turned by the angle of their position",
       "Su et al. 2021, RoFormer; ONNX operator RotaryEmbedding",
       {{"", RotaryEmbedding{.heads = 4}, {data({1, 2, 32}), weight({2, 4}), weight({2, 4})}},
        {"half of each head",
         RotaryEmbedding{.heads = 4, .width = 4},
         {data({1, 2, 32}), weight({2, 2}), weight({2, 2})}}}},
      {"affine_grid",
       "the place in an image that each point of another is taken from",
       "Jaderberg et al. 2015, Spatial transformer networks; ONNX operator AffineGrid",
       {{"", AffineGrid{}, {data({1, 2, 3}), list({1, 3, 5, 6})}}}},
      {"determinant", "the determinant of each matrix", "ONNX operator Det", {{"", Determinant{}, {data({2, 3, 3})}}}},
      {"einsum",
       "a sum of products over the letters that the output lacks",
       kOnnx,
       {{"", Einsum{"bij,bjk->bik"}, {data({2, 3, 4}), data({2, 4, 5})}},
        {"a letter of one operand alone is summed out first", Einsum{"ijl,jk->ik"}, {data({3, 4, 2}), data({4, 5})}}}},
      {"lsh_projection",
       "for each bit the sign of a weighted sum of hashes",
       "TensorFlow Lite, lsh_projection.cc",
       {{"", LshProjection{}, {weight({3, 2}), data({5, 4}), data({5})}}}},
      {"lstm",
       "per step 4 gates, each a product with the input and one with the state, then the new states",
       "Hochreiter and Schmidhuber 1997, Long short-term memory; TensorFlow Lite, UNIDIRECTIONAL_SEQUENCE_LSTM",
       {{"", Lstm{.time_major = true}, lstm_operands(), std::nullopt, 1},
        {"all gates in one product (TensorFlow)",
         BlockLstm{.clip = true, .forget_bias = true},
         {data({5, 1, 10}), weight({30, 80}), weight({80}), data({1, 20}), data({1, 20})},
         std::nullopt,
         7}}},
      {"recurrent",
       "an LSTM, GRU or simple recurrent layer with its gates stacked",
       "ONNX operators LSTM, GRU and RNN; Cho et al. 2014 for the GRU",
       {{"LSTM", Recurrent{.cell = Recurrent::Cell::lstm}, recurrent_operands(4), std::nullopt, 3},
        {"GRU, reset gate behind the product", Recurrent{.cell = Recurrent::Cell::gru}, recurrent_operands(3),
         std::nullopt, 2},
        {"simple", Recurrent{.cell = Recurrent::Cell::rnn}, recurrent_operands(1), std::nullopt, 2},
        {"two layers of LSTM cells in both directions, the parameters in one list (cuDNN)",
         StackedRecurrent{.bidirectional = true},
         {data({5, 1, 10}), weight({2 * 4 * 20 * (10 + 20 + 2) + 2 * 4 * 20 * (40 + 20 + 2)}), data({4, 1, 20}),
          data({4, 1, 20})},
         std::nullopt,
         3}}},
      {"rnn",
       "per step a product with the input and one with the state",
       "Elman 1990, Finding structure in time; TensorFlow Lite, RNN",
       {{"", Rnn{}, {data({1, 8}), weight({16, 8}), weight({16, 16}), weight({16}), data({1, 16})}, UnaryFn::tanh}}},
      {"svdf",
       "filters over the inputs, whose results over time are filtered again",
       "Nakkiran et al. 2015, Compressing deep neural networks using a rank-constrained topology; TensorFlow Lite, "
       "SVDF",
       {{"", Svdf{.rank = 2}, {data({1, 96}), weight({64, 96}), weight({64, 8}), weight({32}), data({1, 512})}}}},
      {"rfft",
       "the discrete Fourier transform of real input",
       "Cooley and Tukey 1965; TensorFlow Lite, RFFT2D",
       {{"one axis of 512 points", RealFft{}, {data({96, 1, 512}), list({1, 512})}}}},
  };
}

std::vector<Rule> windows_and_elements() {
  return {
      {"pool",
       "the largest or the average element of each window, padding left out",
       kBoth,
       {{"max", Pool{.window = window(2, 2, Padding::valid)}, {data({1, 8, 28, 28})}},
        {"average", Pool{.fn = PoolFn::average, .window = window(2, 2, Padding::valid)}, {data({1, 8, 28, 28})}},
        {"L2", Pool{.fn = PoolFn::l2, .window = window(2, 2, Padding::valid)}, {data({1, 8, 28, 28})}}}},
      {"reduce_window",
       "each window reduced to one element",
       kStableHlo,
       {{"sum", ReduceWindow{}, {data({4, 4}), absent(), list({2, 2}), list({2, 2})}}}},
      {"morphology",
       "the largest sum of an element and its weight in each window, padding left out",
       "Serra 1982, Image analysis and mathematical morphology; TensorFlow Dilation2D",
       {{"", Morphology{.window = window(1, 1, Padding::same_upper)}, {data({1, 8, 8, 3}), weight({3, 3, 3})}}}},
      {"lrn",
       "each element divided by a power of the squares of its neighbouring channels",
       "Krizhevsky et al. 2012; ONNX operator LRN",
       {{"", Lrn{.size = 5}, {data({1, 16, 8, 8})}}}},
      {"resize",
       "each output from its nearest neighbours on the axes that change",
       kBoth,
       {{"nearest", Resize{.axes = {2, 3}}, {data({1, 8, 13, 13}), list({26, 26})}},
        {"bilinear", Resize{.fn = ResizeFn::linear, .axes = {2, 3}}, {data({1, 8, 13, 13}), list({26, 26})}},
        {"cubic", Resize{.fn = ResizeFn::cubic, .axes = {2, 3}}, {data({1, 8, 13, 13}), list({26, 26})}}}},
      {"grid_sample",
       "x read at given places between its points",
       "Jaderberg et al. 2015, Spatial transformer networks; ONNX operator GridSample",
       {{"bilinear", GridSample{}, {data({1, 3, 8, 8}), data({1, 4, 4, 2})}},
        {"cubic", GridSample{ResizeFn::cubic}, {data({1, 3, 8, 8}), data({1, 4, 4, 2})}}}},
      {"warp_images",
       "images read between their points where boxes or projections say",
       "Jaderberg et al. 2015, Spatial transformer networks; TensorFlow CropAndResize and ImageProjectiveTransformV3",
       {{"bilinear", WarpImages{}, {data({1, 8, 8, 3}), data({1, 8}), absent(), list({6, 6})}},
        {"boxes", WarpImages{}, {data({1, 8, 8, 3}), data({5, 4}), data({5}, DType::i32), list({4, 4})}}}},
      {"roi_pool",
       "each box of an image cut into cells, of each its average or its largest",
       "He et al. 2017, Mask R-CNN; ONNX operators RoiAlign and MaxRoiPool",
       {{"average of 2 x 2 samples",
         RoiPool{.height = 5, .width = 5, .samples = 2},
         {data({1, 8, 16, 16}), data({3, 4}), data({3}, DType::i64)}},
        {"largest of the points of a cell",
         RoiPool{.cell = RoiPool::Cell::maximum, .height = 2, .width = 2},
         {data({1, 8, 16, 16}), data({3, 5})}}}},
      {"unpool", "elements put back where a pooling took them", "ONNX operator MaxUnpool", {}},
      {"col2im",
       "columns made an image again, added up where their blocks overlap",
       "ONNX operator Col2Im",
       {{"", ColumnsToImage{}, {data({1, 5, 5}), list({5, 5}), list({1, 5})}}}},
      {"unary",
       "a function of one element; each has a rule of its own name",
       kSection2,
       {{"relu", Unary{UnaryFn::relu}, {data({1, 100})}}}},
      {"binary",
       "a function of two or more operands that are broadcast; each has a rule of its own name",
       kSection7,
       {{"three operands added", Binary{BinaryFn::add}, {data({1, 10}), data({1, 10}), data({1, 10})}},
        {"8-bit integers", Binary{BinaryFn::add}, {int8({1, 10}), int8({1, 10})}}}},
      {"select",
       "by a condition the element of one or the other operand",
       kBoth,
       {{"", Select{}, {data({1, 10}, DType::boolean), data({1, 10}), data({1, 10})}}}},
      {"cast", "another type: no arithmetic", kBoth, {}},
      {"bitcast", "the same bits as another type: a view", "TensorFlow, Bitcast", {}},
      {"quantize",
       "floats to integers: divided by the scale, rounded, zero point, clamped",
       "ONNX operator QuantizeLinear; TensorFlow Lite, QUANTIZE",
       {{"",
         Quantize{.to = DType::i8},
         {data({1, 10}),
          weight({1}),
          {.shape = {1}, .dtype = DType::i8, .stored = true, .values = std::vector<int64_t>{3}}}}}},
      {"dequantize",
       "integers to floats: less the zero point, times the scale",
       "ONNX operator DequantizeLinear; TensorFlow Lite, DEQUANTIZE",
       {{"", Dequantize{}, {int8({1, 10})}}}},
      {"dynamic_quantize",
       "floats to integers by a scale and a zero point from their own range",
       "ONNX operator DynamicQuantizeLinear",
       {{"", DynamicQuantize{}, {data({1, 10})}, std::nullopt, 3}}},
      {"fake_quantize",
       "quantized and dequantized again",
       "TensorFlow Lite, FAKE_QUANT",
       {{"", FakeQuantize{}, {data({1, 10})}}}},
      {"densify", "sparse storage made dense: a copy", "TensorFlow Lite, DENSIFY", {}},
      {"softmax",
       "exponentials less the largest, divided by their sum, row by row",
       kBoth,
       {{"", Softmax{}, {data({1, 10})}}, {"logarithm", Softmax{.log = true}, {data({1, 10})}}}},
      {"batch_norm",
       "a scale and a shift per channel, folded from four constants",
       "Ioffe and Szegedy 2015; ONNX operator BatchNormalization",
       {{"", BatchNorm{}, {data({1, 64, 56, 56}), weight({64}), weight({64}), weight({64}), weight({64})}}}},
      {"normalize",
       "rows less their mean, divided by their deviation: layer, group and instance normalisation",
       "Ba et al. 2016, Layer normalization; Wu and He 2018; Ulyanov et al. 2016; Zhang and Sennrich 2019",
       {{"layers", Normalize{}, {data({3, 512}), weight({512}), weight({512})}},
        {"groups of channels",
         Normalize{.rows = Normalize::Rows::channels, .groups = 4},
         {data({1, 16, 8, 8}), weight({16}), weight({16})}},
        {"root mean square", Normalize{.root_mean_square = true}, {data({3, 512}), weight({512})}}}},
      {"hardmax",
       "1 at the largest element of each row, else 0",
       "ONNX operator Hardmax",
       {{"", Hardmax{}, {data({3, 10})}}}},
      {"negative_log_likelihood",
       "what a prediction of classes loses",
       "ONNX operator NegativeLogLikelihoodLoss",
       {{"mean", NegativeLogLikelihood{}, {data({3, 5}), data({3}, DType::i64)}},
        {"weighted classes", NegativeLogLikelihood{}, {data({3, 5}), data({3}, DType::i64), weight({5})}}}},
      {"l2_norm",
       "each row divided by its length",
       "TensorFlow Lite, L2_NORMALIZATION",
       {{"", L2Norm{}, {data({2, 4})}}}},
      {"reduce",
       "the elements of each row combined to one",
       kBoth,
       {{"sum", Reduce{.fn = ReduceFn::sum}, {data({7, 7, 64}), list({0, 1})}},
        {"mean", Reduce{.fn = ReduceFn::mean}, {data({7, 7, 64}), list({0, 1})}},
        {"product", Reduce{.fn = ReduceFn::prod}, {data({7, 7, 64}), list({0, 1})}},
        {"largest", Reduce{.fn = ReduceFn::max}, {data({7, 7, 64}), list({0, 1})}},
        {"L1", Reduce{.fn = ReduceFn::l1}, {data({7, 7, 64}), list({0, 1})}},
        {"L2", Reduce{.fn = ReduceFn::l2}, {data({7, 7, 64}), list({0, 1})}},
        {"sum of squares", Reduce{.fn = ReduceFn::sum_square}, {data({7, 7, 64}), list({0, 1})}},
        {"logarithm of the sum", Reduce{.fn = ReduceFn::log_sum}, {data({7, 7, 64}), list({0, 1})}},
        {"log-sum-exp", Reduce{.fn = ReduceFn::log_sum_exp}, {data({7, 7, 64}), list({0, 1})}}}},
      {"arg_reduce",
       "the place of the largest or smallest of each row",
       kBoth,
       {{"", ArgReduce{}, {data({3, 1000}), scalar(1)}}}},
      {"cumulate", "running sums of each row", kBoth, {{"", Cumulate{}, {data({4, 10}), scalar(1)}}}},
      {"top_k",
       "the k largest of each row and their places",
       kBoth,
       {{"", TopK{}, {data({1, 1000}), scalar(5)}, std::nullopt, 2}}},
      {"segment_reduce",
       "the entries that share an id combined",
       "TensorFlow, tf.math.unsorted_segment_sum",
       {{"", SegmentReduce{}, {data({6, 4}), list({0, 0, 1, 1, 2, 2})}}}},
      {"embedding_bag",
       "weighted rows of a table added up",
       "TensorFlow Lite, embedding_lookup_sparse.cc",
       {{"",
         EmbeddingBag{},
         {list({0, 1, 2, 3, 4, 5}), data({6, 2}, DType::i32), list({3, 2}), data({6}), weight({50, 8})}}}},
      {"sort", "each row in order", kStableHlo, {{"", Sort{}, {data({3, 10})}}}},
      {"unique",
       "the distinct elements",
       "TensorFlow Lite, UNIQUE",
       {{"of a constant", Unique{}, {list({3, 1, 3, 2}), data({4})}}}},
      {"bucketize",
       "between which boundaries each element lies",
       "TensorFlow Lite, BUCKETIZE",
       {{"", Bucketize{.boundaries = 3}, {data({2, 50})}}}},
  };
}

/// Operations that compute nothing themselves.
Rule moves(std::string_view name, std::string_view what, std::string_view source = kBoth) {
  return {name, what, source, {}};
}

std::vector<Rule> movements() {
  const Given indices{.shape = {2, 1}, .dtype = DType::i32, .stored = true, .values = std::vector<int64_t>{0, 2}};
  return {
      moves("reshape", "the same memory under another shape"),
      moves("squeeze", "axes of size 1 left out"),
      moves("unsqueeze", "axes of size 1 put in"),
      moves("flatten", "the same memory with two axes"),
      moves("identity", "the same; dropout at inference, too"),
      moves("shape", "the sizes of the axes"),
      moves("size", "the number of axes or elements"),
      moves("fill", "one value everywhere"),
      moves("eye", "ones on a diagonal", kOnnx),
      moves("zeros_like", "zeros everywhere"),
      moves("range", "numbers a step apart"),
      moves("random", "random numbers: drawing counts as none"),
      {"multinomial",
       "classes drawn by their logits",
       "TensorFlow Lite, multinomial.cc",
       {{"", Multinomial{}, {data({2, 8}), scalar(3)}}}},
      moves("iota", "each element's place on an axis", kStableHlo),
      moves("one_hot", "a 1 at each index"),
      moves("transpose", "axes in another order"),
      {"concat",
       "tensors side by side; 8-bit ones are brought to one scale",
       kBoth,
       {{"", Concat{.axis = 1}, {data({1, 4}), data({1, 4})}},
        {"8-bit integers of other scales", Concat{.axis = 1}, {int8({1, 4}), int8({1, 4})}}}},
      moves("split", "a tensor cut along an axis"),
      moves("slice", "a box of a tensor"),
      moves("strided_slice", "a box of a tensor, in steps"),
      {"pad",
       "a border around a tensor; an 8-bit one is brought to the output's scale",
       kBoth,
       {{"", Pad{}, {data({1, 4}), list({0, 0, 1, 1})}},
        {"8-bit integers of another scale", Pad{}, {int8({1, 4}), list({0, 0, 1, 1})}}}},
      moves("dilate", "elements set apart", "TensorFlow Lite, DILATE"),
      moves("gather", "entries by index; embeddings"),
      moves("gather_nd", "entries by indices on several axes"),
      moves("gather_elements", "one element for each index"),
      {"scatter_nd",
       "updates added up at their indices",
       "TensorFlow, tf.scatter_nd",
       {{"", ScatterNd{}, {indices, data({2}), list({4})}}}},
      {"scatter",
       "updates put, or combined, at their indices",
       "ONNX operator ScatterElements; StableHLO, scatter",
       {{"added", ScatterReduce{BinaryFn::add}, {data({4}), list({0, 2}), data({2})}}}},
      moves("sparse_to_dense", "values put at their indices", kTflite),
      moves("update_slice", "a box of a tensor replaced", kStableHlo),
      {"stack",
       "tensors along a new axis; 8-bit ones are brought to one scale",
       kTflite,
       {{"", Stack{}, {data({4}), data({4})}}, {"8-bit integers of other scales", Stack{}, {int8({4}), int8({4})}}}},
      moves("unstack", "a tensor for each entry of an axis", kTflite),
      moves("tile", "a tensor repeated"),
      moves("expand", "a tensor broadcast to a shape"),
      moves("broadcast_shapes", "the shape that two shapes broadcast to", kTflite),
      moves("reverse", "parts of a tensor in reverse order"),
      moves("center_crop_pad", "axes cut or padded at both ends", kOnnx),
      moves("compress", "the entries for which a condition holds", kOnnx),
      moves("triangle", "a matrix without what is above or below a diagonal", kOnnx),
      moves("matrix_diag", "a row on the diagonal of a matrix", kTflite),
      moves("matrix_set_diag", "the diagonal of a matrix replaced", kTflite),
      moves("space_to_batch", "blocks of spatial axes as batch", kTflite),
      moves("batch_to_space", "batch as blocks of spatial axes", kTflite),
      moves("space_to_depth", "blocks of spatial axes as channels"),
      moves("depth_to_space", "channels as blocks of spatial axes"),
      moves("non_zero", "where a condition holds"),
      moves("sequence", "tensors in a row", kOnnx),
      moves("sequence_at", "one tensor of a sequence", kOnnx),
      moves("sequence_insert", "a sequence with a tensor more", kOnnx),
      moves("sequence_erase", "a sequence with a tensor less", kOnnx),
      moves("sequence_length", "the number of tensors of a sequence", kOnnx),
      moves("split_to_sequence", "a sequence of parts of a tensor", kOnnx),
      moves("concat_sequence", "the tensors of a sequence side by side", kOnnx),
      moves("has_value", "whether there is something", kOnnx),
  };
}

std::vector<Rule> signals_and_control() {
  constexpr std::string_view kSignal = "tensorflow/tflite-micro, signal/src";
  return {
      moves("map_values", "each element looked up in a table", kOnnxMl),
      {"count_ngrams",
       "how often each of a list of n-grams occurs",
       "ONNX operator TfIdfVectorizer",
       {{"weighted", CountNgrams{.columns = 7, .weighted = true}, {data({2, 12}, DType::i32)}}}},
      {"tree_ensemble",
       "decision trees, each walked from its root to a leaf, their leaves added up",
       kOnnxMl,
       {{"3 trees of depth 2", TreeEnsemble{.trees = 3, .depth = 6, .targets = 2}, {data({10, 4})}}}},
      {"support_vectors",
       "a support vector machine: the kernel of the input with each stored vector, weighted and added up",
       "Chang and Lin 2011, LIBSVM; ONNX operators SVMClassifier and SVMRegressor",
       {{"linear", SupportVectors{.vectors = 3}, {data({1, 4})}},
        {"radial", SupportVectors{.kernel = SupportVectors::Kernel::radial, .vectors = 3}, {data({1, 4})}}}},
      {"dft",
       "the discrete Fourier transform along an axis",
       "Cooley and Tukey 1965; ONNX operator DFT",
       {{"complex numbers", FourierTransform{}, {data({4, 8, 2})}},
        {"real numbers", FourierTransform{.half = true}, {data({4, 8, 1})}}}},
      {"stft",
       "the Fourier transform of each windowed frame",
       "ONNX operator STFT",
       {{"", ShortTimeFourier{}, {data({1, 16, 1}), scalar(8), weight({8})}}}},
      {"window_function",
       "the weights of a window: Hann, Hamming or Blackman",
       "Harris 1978, On the use of windows for harmonic analysis; ONNX operator HannWindow",
       {{"Hann", WindowFunction{}, {scalar(10)}}}},
      {"mel_weights",
       "triangles that gather the bins of a spectrum into those of the mel scale",
       "ONNX operator MelWeightMatrix",
       {{"", MelWeights{}, {scalar(8), scalar(16), scalar(8192), scalar(0), scalar(4096)}}}},
      {"signal",
       "a step of the audio front end, in fixed point",
       kSignal,
       {{"window", Signal{.fn = SignalFn::window}, {data({1, 480}, DType::i16), weight({480}, DType::i16)}},
        {"real FFT", Signal{.fn = SignalFn::rfft, .size = 512}, {data({1, 480}, DType::i16)}},
        {"energy", Signal{.fn = SignalFn::energy, .size = 257}, {data({1, 514}, DType::i16)}},
        {"block scaling", Signal{.fn = SignalFn::fft_auto_scale}, {data({480}, DType::i16)}, std::nullopt, 2},
        {"filter bank: each weight and its complement once",
         Signal{.fn = SignalFn::filter_bank, .size = 2},
         {data({257}, DType::u32), weight({12}, DType::i16), weight({12}, DType::i16), list({0, 0, 4}), list({0, 0, 6}),
          list({2, 4, 6})}},
        {"spectral subtraction",
         Signal{.fn = SignalFn::filter_bank_spectral_subtraction},
         {data({40}, DType::u32)},
         std::nullopt,
         2},
        {"gain control (PCAN)",
         Signal{.fn = SignalFn::pcan},
         {data({40}, DType::u32), data({40}, DType::u32), weight({125}, DType::i16)}},
        {"square root",
         Signal{.fn = SignalFn::filter_bank_square_root},
         {data({40}, DType::u64), data({}, DType::i32)}},
        {"logarithm", Signal{.fn = SignalFn::filter_bank_log}, {data({40}, DType::u32)}}}},
      {"spectrogram",
       "magnitudes of the spectrum of each windowed frame",
       "TensorFlow Lite, internal/spectrogram.cc",
       {{"frames of 480 samples every 320", AudioSpectrogram{.window = 480, .stride = 320}, {data({16000, 1})}}}},
      {"mfcc",
       "a mel filter bank, its logarithm, a cosine transform",
       "TensorFlow Lite, internal/mfcc.cc",
       {{"40 filters, 13 coefficients", Mfcc{.filters = 40, .coefficients = 13}, {data({1, 49, 257}), scalar(16000)}}}},
      {"detection_post_process",
       "boxes decoded from anchors, then non-maximum suppression",
       "TensorFlow Lite, detection_postprocess.cc",
       {{"all classes at once",
         DetectionPostProcess{.max_detections = 10, .classes = 90},
         {data({1, 1917, 4}), data({1, 1917, 91}), weight({1917, 4})},
         std::nullopt,
         4}}},
      {"non_max_suppression",
       "boxes in the order of their scores, less those that overlap a better one",
       "TensorFlow Lite, non_max_suppression.h",
       {{"", NonMaxSuppression{}, {data({100, 4}), data({100}), scalar(10)}, std::nullopt, 2}}},
      moves("variable", "a handle to a variable", kTflite),
      moves("read_variable", "the value of a variable", kTflite),
      moves("assign_variable", "a new value of a variable", kTflite),
      moves("hash_table", "a handle to a table of keys and values", kTflite),
      moves("hash_table_find", "values by their keys", kTflite),
      moves("hash_table_import", "a table filled", kTflite),
      moves("hash_table_size", "the number of entries of a table", kTflite),
      moves("key_lookup", "values by their keys", kTflite),
      moves("skip_gram", "the n-grams of a text: their number is known only while running", kTflite),
      moves("call", "a graph called: its operations are rows of their own"),
      moves("call_once", "a graph that runs once, before the first inference", kTflite),
      moves("if", "one of two graphs: the dearer one where the condition is not known"),
      moves("case", "one of several graphs: the dearest one where the index is not known", kTflite),
      moves("while", "a graph repeated: its operations count as often as the file lets know"),
      moves("loop", "a graph repeated a number of times or while a condition holds", kOnnx),
      moves("scan", "a graph repeated for each entry of a sequence", kOnnx),
      moves("opaque", "an operation that is known to exist and not understood: its cost is not known"),
  };
}

void append(std::vector<Rule>& all, std::vector<Rule> more) { std::ranges::move(more, std::back_inserter(all)); }

std::vector<Rule> functions() {
  std::vector<Rule> all;
  for (uint8_t i = 0; i <= static_cast<uint8_t>(UnaryFn::complex_abs); ++i) {
    const auto fn = static_cast<UnaryFn>(i);
    if (fn == UnaryFn::identity) continue;  // the operation of that name
    const bool is_complex = fn == UnaryFn::real || fn == UnaryFn::imag || fn == UnaryFn::complex_abs;
    std::vector<Given> in{data({1, 100}, is_complex ? DType::c64 : DType::f32)};
    if (fn == UnaryFn::clip) in.insert(in.end(), {weight({}), weight({})});
    all.push_back({name_of(fn), "a function of one element", kSection2, {{"", Unary{fn}, std::move(in)}}});
  }
  for (uint8_t i = 0; i <= static_cast<uint8_t>(BinaryFn::join_text); ++i) {
    const auto fn = static_cast<BinaryFn>(i);
    all.push_back({name_of(fn),
                   "a function of two elements, broadcast",
                   kSection7,
                   {{"", Binary{fn}, {data({1, 100}), data({1, 100})}},
                    {"8-bit integers", Binary{fn}, {int8({1, 100}), int8({1, 100})}}}});
  }
  return all;
}

// --- a model of one node ---------------------------------------------------------------------------------------------

struct Storage {
  Model model;
  Frames frames;
};

/// Scales that differ from tensor to tensor, so that what brings them together is seen.
Quantization quantization(TensorId id) {
  return {.scales = 1, .scale = 0.5F + static_cast<float>(id), .zero_point = 3, .asymmetric = true};
}

TensorId add_operand(Graph& graph, const Given& given) {
  if (given.absent) return kAbsent;
  const auto id = static_cast<TensorId>(graph.tensors.size());
  Tensor tensor{.dtype = given.dtype, .dims = std::vector<Dim>()};
  for (const int64_t size : given.shape) tensor.dims->push_back({size});
  if (given.quantized) tensor.quantization = quantization(id);
  if (given.values) tensor.elements = std::make_shared<const Elements>(given.values->begin(), given.values->end());
  if (given.stored) {
    tensor.stored_bytes = byte_size(given.dtype, product(given.shape)).value();
    tensor.storage = id + 1;
  } else {
    graph.inputs.push_back(id);
  }
  graph.tensors.push_back(std::move(tensor));
  return id;
}

Model model_of(const Example& example) {
  Model model{.file = {}, .format = "example", .graphs = std::vector<Graph>(1)};
  Graph& graph = model.graphs[0];
  Node node{.type = name_of(example.op), .op = example.op, .activation = example.activation};
  for (const Given& given : example.in) node.inputs.push_back(add_operand(graph, given));
  const bool quantized =
      !example.in.empty() && example.in[0].quantized && !std::holds_alternative<Dequantize>(example.op);
  for (size_t i = 0; i < example.results; ++i) {
    const auto id = static_cast<TensorId>(graph.tensors.size());
    graph.tensors.push_back({.dtype = quantized ? example.in[0].dtype : DType::unknown});
    if (quantized) graph.tensors.back().quantization = quantization(id);
    node.outputs.push_back(id);
  }
  if (std::holds_alternative<Quantize>(example.op)) graph.tensors.back().quantization = quantization(0);
  graph.outputs = node.outputs;
  graph.nodes.push_back(std::move(node));
  return model;
}

}  // namespace

const std::vector<Rule>& rules() {
  static const std::vector<Rule> all = [] {
    std::vector<Rule> result = contractions();
    append(result, windows_and_elements());
    append(result, movements());
    append(result, signals_and_control());
    append(result, functions());
    return result;
  }();
  return all;
}

const Rule* find_rule(std::string_view name) {
  const auto found = std::ranges::find(rules(), name, &Rule::name);
  return found == rules().end() ? nullptr : &*found;
}

Report counted(const Example& example) {
  auto storage = std::make_shared<Storage>();
  storage->model = model_of(example);
  storage->frames = infer(storage->model, {});
  const Uses uses = analyze(storage->model, storage->frames.root);
  Report report = count(storage->model, storage->frames, uses, conventions().front(), true);
  report.storage = std::move(storage);
  return report;
}

}  // namespace flopstat

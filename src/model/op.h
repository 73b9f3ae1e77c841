#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "flopstat/dtype.h"
#include "model/attributes.h"

/// Every operation there is, one struct each. Readers translate their format's spelling into these; the meaning (shape
/// and cost) lives in `ops/`. Each comment gives the operands in order; "?" marks one that may be absent. What a format
/// writes as an attribute and another as an operand (axes, sizes, starts) is always an operand here: readers make a
/// constant of it.
namespace flopstat {

using GraphId = uint32_t;

// --- windows ---------------------------------------------------------------------------------------------------------

/// One spatial axis of a sliding window, in elements.
struct Axis {
  int64_t kernel = 1;  ///< pools only; a convolution takes it from its weight
  int64_t stride = 1;
  int64_t dilation = 1;
  int64_t pad_before = 0;
  int64_t pad_after = 0;
};

enum class Padding : uint8_t {
  given,       ///< by the axes' `pad_before` and `pad_after`
  same_upper,  ///< output = ceil(input / stride), the odd point after
  same_lower,  ///< the odd point before
  valid,       ///< none
};

/// One entry per spatial axis, outermost first. Every kernel, stride and dilation is in [1, 2^20].
struct Window {
  std::vector<Axis> axes;
  Padding padding = Padding::given;
  bool ceil = false;  ///< an incomplete last window gives an output too (pools)
};

enum class DataLayout : uint8_t { channels_first, channels_last };

enum class FilterLayout : uint8_t {
  oi_spatial,   ///< ONNX, PyTorch: [O, I/g, k...]
  o_spatial_i,  ///< TFLite: [O, k..., I/g]
  spatial_io,   ///< TensorFlow: [k..., I/g, O]
  depthwise,    ///< TFLite depthwise: [1, k..., O]
  spatial_im,   ///< TensorFlow depthwise: [k..., C, O/C]
  io_spatial,   ///< ONNX transposed: [I, O/g, k...]
  spatial_oi,   ///< TensorFlow transposed: [k..., O, I]
};

struct ConvAxes {
  DataLayout data = DataLayout::channels_first;
  FilterLayout filter = FilterLayout::oi_spatial;
};

// --- functions of one element ----------------------------------------------------------------------------------------

enum class UnaryFn : uint8_t {
  identity,
  abs,
  neg,
  sign,
  floor,
  ceil,
  round,
  reciprocal,
  square,
  sqrt,
  rsqrt,
  cbrt,
  exp,
  log,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  asinh,
  acosh,
  atanh,
  tanh,
  erf,
  relu,
  relu6,
  relu_n1_to_1,
  relu_0_to_1,
  clip,
  thresholded_relu,
  shrink,  ///< towards zero by a bias, zero where it is near
  affine,
  scaled_tanh,
  leaky_relu,
  elu,
  elu_alpha,  ///< alpha other than 1
  celu,
  selu,
  sigmoid,
  log_sigmoid,
  silu,
  quick_gelu,
  gelu_erf,
  gelu_tanh,
  softplus,
  softsign,
  mish,
  hard_sigmoid,
  hard_swish,
  hard_tanh,
  logical_not,
  bitwise_not,
  is_nan,
  is_inf,
  sign_bit,
  matches_text,  ///< a text against a pattern: a boolean
  real,
  imag,
  complex_abs,
};

// --- contractions ----------------------------------------------------------------------------------------------------

/// x, w, bias? -> y. Groups = channels of x / input channels of w.
struct Conv {
  static constexpr std::string_view name = "conv";
  ConvAxes axes = {};
  Window window = {};
  bool asymmetric_inputs = false;  ///< a float x on an integer w is quantized with a zero point while running
};

/// x, w, bias?, output shape? -> y. Without an output shape its size follows from the window and `output_padding`.
struct ConvTranspose {
  static constexpr std::string_view name = "conv_transpose";
  ConvAxes axes = {.filter = FilterLayout::io_spatial};
  Window window = {};
  int64_t groups = 1;
  std::vector<int64_t> output_padding = {};
};

/// a [..., m, k], b [..., k, n], bias? (any broadcastable shape) -> y [..., m, n]. A vector operand is a row or a
/// column.
struct MatMul {
  static constexpr std::string_view name = "matmul";
  bool transpose_a = false;
  bool transpose_b = false;
  bool collapse_rows = false;  ///< a is read as [|a| / k, k] whatever its shape (TFLite without keep_num_dims)
  bool asymmetric_inputs = false;
  bool scales_product = false;  ///< Gemm with alpha other than 1
  bool scales_bias = false;     ///< Gemm with beta other than 1
};

/// A convolution whose axes stand anywhere (StableHLO): x, w -> y.
struct GeneralConv {
  static constexpr std::string_view name = "conv";

  /// Which axes of a tensor are what. `batch` and `features`: of w its input and output features.
  struct Places {
    int64_t batch = 0;
    int64_t features = 0;
    std::vector<int64_t> spatial = {};
  };
  Places x = {};
  Places w = {};
  Places y = {};
  Window window = {};
  std::vector<int64_t> base_dilation = {};  ///< per spatial axis: x has zeros between its points
  int64_t groups = 1;
  int64_t batch_groups = 1;
};

/// x, w, offsets [N, 2 * G * K, ...] for K taps and G groups of channels, bias?, mask [N, G * K, ...]? -> y: a
/// convolution whose taps lie between the points of x and are blended from those around them.
struct DeformConv {
  static constexpr std::string_view name = "deform_conv";
  Window window = {};
};

/// q [B, h, Sq, D] or [B, Sq, h * D], k and v [B, hk, Sk, D] or [B, Sk, hk * D], mask?, past k? and past v?
/// [B, hk, P, D] -> y like q with the width of v, present k? and present v? [B, hk, P + Sk, D], scores? [B, h, Sq, P +
/// Sk]. Query heads share the key heads in equal groups.
struct Attention {
  static constexpr std::string_view name = "attention";
  int64_t heads = 0;     ///< h and hk where the operands have three axes
  int64_t kv_heads = 0;  ///< 0: as many as `heads`
  bool causal = false;   ///< the last query sees the last key, and each one before it a key less
  int64_t window = -1;   ///< keys that a query sees before its own; -1: all
  bool softcap = false;
  bool scaled = true;      ///< the scores are multiplied by a number that is not 1
  bool past_full = false;  ///< past and present are one buffer: P + Sk is its length
};

/// q [B, T, h * D], k [B, T, hk * D], v [B, T, hk * Dv], past state? [B, hk, D, Dv], decay?, beta? -> y [B, T, h * Dv],
/// state [B, hk, D, Dv]: attention without scores, by a state that each token updates.
struct LinearAttention {
  static constexpr std::string_view name = "linear_attention";
  int64_t heads = 1;
  int64_t kv_heads = 1;
  bool delta = false;   ///< the state loses what it held under the key
  bool scaled = false;  ///< the result is multiplied by a number that is not 1
};

/// x [B, heads, S, D] or [B, S, heads * D], cosines, sines, positions? -> y, pairs of elements turned by the angle of
/// their position.
struct RotaryEmbedding {
  static constexpr std::string_view name = "rotary_embedding";
  int64_t heads = 0;  ///< of x with three axes
  int64_t width = 0;  ///< elements of each head that are turned; 0: all
};

/// theta [N, 2, 3] or [N, 3, 4], size [4] or [5] -> sampling positions [N, (D,) H, W, 2 or 3].
struct AffineGrid {
  static constexpr std::string_view name = "affine_grid";
};

/// x [..., n, n] -> its determinants [...].
struct Determinant {
  static constexpr std::string_view name = "determinant";
};

/// x... -> y, by an explicit or implicit equation such as "bij,bjk->bik".
struct Einsum {
  static constexpr std::string_view name = "einsum";
  std::string equation = {};
};

enum class Direction : uint8_t { forward, reverse, bidirectional };

/// One direction of an LSTM over a sequence. x [T, B, I] (or [B, T, I]), then the operands as TFLite numbers them:
///   1-4   input weights i?, f, c, o [H, I]          5-8   recurrent weights i?, f, c, o [H, R], or diagonals [H]
///   9-11  peephole i?, f?, o? [H]                   12-15 biases i?, f, c, o [H]
///   16-17 projection weight? [P, H], bias? [P]      18-19 states h? [B, R], c? [B, H]
///   20-23 layer normalisation i?, f?, c?, o? [H]
/// -> y, then (if asked for) last h and last c. Absent input-gate weights mean a coupled gate (CIFG).
struct Lstm {
  static constexpr std::string_view name = "lstm";
  bool time_major = false;
  bool single_step = false;  ///< x is [B, I]: one step, no time axis
  bool cell_clip = false;
  bool projection_clip = false;
  bool asymmetric_inputs = false;
};

/// The LSTM of TFLite's BASIC kernel: x [B, I], previous y [B, H], w [4H, I+H], bias [4H], previous state [B, H]
/// -> y [B, H], state [B, H], concatenated input [B, I+H], activations [B, 4H].
struct BasicLstm {
  static constexpr std::string_view name = "lstm";
};

/// A recurrent layer with its gates stacked, as ONNX and PyTorch store it, D directions:
/// x [T, B, I], w [D, G*H, I], r [D, G*H, H], bias? [D, 2*G*H], lengths?, h? [D, B, H], c? [D, B, H], peephole? [D,
/// 3*H]
/// -> y [T, D, B, H]?, last h [D, B, H]?, last c [D, B, H]?. G = 4 (lstm), 3 (gru), 1 (rnn).
/// As TensorFlow stores one direction, no operand or result has the axis D: w [I, G*H], r [H, G*H], bias? [G*H] or
/// [2, G*H].
struct Recurrent {
  static constexpr std::string_view name = "recurrent";
  enum class Cell : uint8_t { lstm, gru, rnn };
  Cell cell = Cell::lstm;
  Direction direction = Direction::forward;
  bool batch_major = false;         ///< x [B, T, I], y [B, T, D, H], states [B, D, H]
  bool linear_before_reset = true;  ///< gru: the reset gate acts behind the recurrent product
  bool coupled_gates = false;       ///< lstm: input gate = 1 - forget gate
  bool clip = false;
  bool relu = false;                    ///< rnn: its activation is relu, else tanh
  std::vector<UnaryFn> functions = {};  ///< of the gates, the cell and (lstm) its result, per direction; empty: usual
};

/// The LSTM of TensorFlow's block kernels: x [T, B, I] or one step [B, I], w [I + H, 4H], bias [4H], h [B, H], c [B,
/// H], peepholes i?, f?, o? [H] -> input gates, cell states, forget gates, output gates, cell gates, tanh of the cell
/// states, y: each [T, B, H], or [B, H].
struct BlockLstm {
  static constexpr std::string_view name = "lstm";
  bool clip = false;         ///< the cell states are clipped
  bool forget_bias = false;  ///< a number is added to the forget gates
};

/// L recurrent layers on top of each other in D directions, parameters in one list (cuDNN): x [T, B, I], parameters
/// [n], h [L * D, B, H], c? (lstm) like h, lengths? -> y [T, B, D * H], last h, last c.
struct StackedRecurrent {
  static constexpr std::string_view name = "recurrent";
  Recurrent::Cell cell = Recurrent::Cell::lstm;
  bool bidirectional = false;
  bool batch_major = false;  ///< x [B, T, I], y [B, T, D * H], states [B, L * D, H]
  bool relu = false;         ///< rnn: its activation is relu, else tanh
};

/// A simple recurrent layer of TFLite: x [B, I] or [B, T, I] / [T, B, I], w [H, I], r [H, H], bias [H], state [B, H] ->
/// y.
struct Rnn {
  static constexpr std::string_view name = "rnn";
  bool sequence = false;
  bool time_major = false;
  bool asymmetric_inputs = false;
};

/// Both directions of an LSTM over one sequence, as TFLite numbers the operands: x [T, B, I] (or [B, T, I]), the
/// operands 1 to 17 of `Lstm` forward, the same backward (18-34), states h and c forward (35, 36) and backward (37,
/// 38), a second input? (39), its weights i?, f?, c?, o? forward (40-43) and backward (44-47). A second input without
/// weights is read by the backward cell instead of x.
/// -> y forward, y backward; or both on the last axis of one y.
struct BidirectionalLstm {
  static constexpr std::string_view name = "lstm";
  bool time_major = false;
  bool merge_outputs = false;
  bool cell_clip = false;
  bool projection_clip = false;
  bool asymmetric_inputs = false;
};

/// Both directions of TFLite's simple recurrent layer: x [T, B, I] (or [B, T, I]); w, r, bias and state forward, the
/// same backward; a second input?, its weights forward? and backward?, as in `BidirectionalLstm`. The activation behind
/// them is the cell's. -> y forward, y backward; or both on the last axis of one y.
struct BidirectionalRnn {
  static constexpr std::string_view name = "rnn";
  bool time_major = false;
  bool merge_outputs = false;
  bool asymmetric_inputs = false;
};

/// x [B, I], feature weights [F, I], time weights [F, memory], bias? [F / rank], state [B, F * memory] -> y [B, F /
/// rank].
struct Svdf {
  static constexpr std::string_view name = "svdf";
  int64_t rank = 1;
  bool asymmetric_inputs = false;
};

/// seeds [hashes, bits], x [n, ...], weights? [n] -> one bit per seed, the sign of a weighted sum of hashes of x:
/// [hashes * bits], or packed [hashes].
struct LshProjection {
  static constexpr std::string_view name = "lsh_projection";
  bool packed = false;
};

/// Discrete Fourier transform of the last `axes` axes: x, lengths -> y. Real input, n/2 + 1 complex outputs.
struct RealFft {
  static constexpr std::string_view name = "rfft";
  int64_t axes = 2;
};

// --- functions -------------------------------------------------------------------------------------------------------

enum class ReduceFn : uint8_t { sum, mean, prod, max, min, any, all, l1, l2, sum_square, log_sum, log_sum_exp };

// --- windows without weights -----------------------------------------------------------------------------------------

enum class PoolFn : uint8_t { max, average, l1, l2, lp };

/// x -> y, indices?
struct Pool {
  static constexpr std::string_view name = "pool";
  PoolFn fn = PoolFn::max;
  DataLayout layout = DataLayout::channels_first;
  Window window = {};
  bool averages_padding = false;    ///< an average divides by all taps of a window that lie on x or its padding
  std::vector<int64_t> sizes = {};  ///< of y's spatial axes; windows follow from them: the i-th of n windows over m
                                    ///< points is [floor(i * m / n), ceil((i + 1) * m / n)). Empty: `window` says
};

/// x, start value?, window sizes, strides?, dilations? (one per axis of x) -> y, each window reduced to one element.
struct ReduceWindow {
  static constexpr std::string_view name = "reduce_window";
  ReduceFn fn = ReduceFn::sum;
  std::vector<int64_t> base_dilation = {};  ///< per axis: x has nothing between its points; empty: 1
  std::vector<int64_t> padding = {};        ///< before and after each axis; empty: none
};

/// x [N, H, W, C], w [kh, kw, C] -> y, the largest of the sums of x and w in each window (grey-scale morphology).
struct Morphology {
  static constexpr std::string_view name = "morphology";
  Window window = {};
};

/// Local response normalisation over `size` neighbouring channels: x -> y.
struct Lrn {
  static constexpr std::string_view name = "lrn";
  DataLayout layout = DataLayout::channels_first;
  int64_t size = 5;
};

enum class ResizeFn : uint8_t { nearest, linear, cubic };

/// x, sizes? (one per axis named by `axes`, or per axis of x), scales? -> y.
struct Resize {
  static constexpr std::string_view name = "resize";
  enum class Aspect : uint8_t { free, not_larger, not_smaller };
  ResizeFn fn = ResizeFn::nearest;
  std::vector<int64_t> axes = {};  ///< empty: all axes of x
  Aspect aspect = Aspect::free;    ///< kept: one scale for all axes, so that no size is above or below its target
};

/// x [N, C, ...], positions [N, ..., axes] -> y [N, C, ...], x read between its points.
struct GridSample {
  static constexpr std::string_view name = "grid_sample";
  ResizeFn fn = ResizeFn::linear;
};

/// x [N, H, W, C], maps [n, k], number of the image of each map [n]?, sizes [2] -> y [n, sizes, C]: each map, a box or
/// a projection, tells where in its image y is read, between its points. Without numbers there is one map for each
/// image, or one for all: y [N, sizes, C].
struct WarpImages {
  static constexpr std::string_view name = "warp_images";
  ResizeFn fn = ResizeFn::linear;
};

/// x [N, C, H, W], boxes [n, 4] or with their batch index [n, 5], batch indices [n]? -> y [n, C, height, width]: each
/// box cut into cells.
struct RoiPool {
  static constexpr std::string_view name = "roi_pool";
  enum class Cell : uint8_t {
    maximum,   ///< of the points in the cell
    average,   ///< of `samples` x `samples` blends of four points
    greatest,  ///< of those blends
  };
  Cell cell = Cell::average;
  int64_t height = 1;
  int64_t width = 1;
  int64_t samples = 0;  ///< 0: by the size of the box
};

/// x, places (of each of its elements in y), shape? -> y, zero elsewhere. Without a shape the window's inverse gives
/// it.
struct Unpool {
  static constexpr std::string_view name = "unpool";
  Window window = {};
};

/// x [N, C * K, L], image sizes, block sizes (K elements) -> y [N, C, image...]: blocks added up where they overlap.
struct ColumnsToImage {
  static constexpr std::string_view name = "col2im";
};

// --- element-wise ----------------------------------------------------------------------------------------------------

/// x, bounds (clip only: min?, max?) -> y
struct Unary {
  static constexpr std::string_view name = "unary";
  UnaryFn fn = UnaryFn::identity;
};

enum class BinaryFn : uint8_t {
  add,
  sub,
  mul,
  div,
  floor_div,
  mod,        ///< sign of the dividend
  floor_mod,  ///< sign of the divisor
  pow,
  maximum,
  minimum,
  mean,
  squared_difference,
  atan2,
  prelu,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  logical_and,
  logical_or,
  logical_xor,
  bitwise_and,
  bitwise_or,
  bitwise_xor,
  shift_left,
  shift_right,
  join_text,
};

/// x... -> y, two or more operands broadcast to one shape (NumPy's rule).
struct Binary {
  static constexpr std::string_view name = "binary";
  BinaryFn fn = BinaryFn::add;
  std::optional<int64_t> axis = std::nullopt;  ///< of the first operand, at which the second one's axes begin
};

/// condition, x, y -> z, broadcast.
struct Select {
  static constexpr std::string_view name = "select";
  bool rows = false;  ///< the condition has one axis and picks whole rows (TFLite SELECT)
};

/// x, like? -> y of the type `to`; where that is unknown, of the type of `like`.
struct Cast {
  static constexpr std::string_view name = "cast";
  DType to = DType::unknown;
};

/// x -> y, the same bits as another type: a wider one takes the last axis, a narrower one adds one.
struct Bitcast {
  static constexpr std::string_view name = "bitcast";
  DType to = DType::unknown;
};

// --- quantization ----------------------------------------------------------------------------------------------------

/// x, scale?, zero point? -> y. Without operands the output tensor carries its scale. Integer x: rescaled.
struct Quantize {
  static constexpr std::string_view name = "quantize";
  DType to = DType::unknown;
};

/// x, scale?, zero point? -> y. Without operands the input tensor carries its scale. An f16 x is a cast.
struct Dequantize {
  static constexpr std::string_view name = "dequantize";
  DType to = DType::f32;
};

/// x -> y u8, its scale, its zero point, from the range of x.
struct DynamicQuantize {
  static constexpr std::string_view name = "dynamic_quantize";
};

/// x, (min, max or scale, zero point)... -> y
struct FakeQuantize {
  static constexpr std::string_view name = "fake_quantize";
};

/// x in sparse storage -> y dense.
struct Densify {
  static constexpr std::string_view name = "densify";
};

// --- normalisation ---------------------------------------------------------------------------------------------------

/// x -> y, over `axis` (negative: from the end), or over all axes from it on where `flatten` says so (ONNX before 13).
struct Softmax {
  static constexpr std::string_view name = "softmax";
  int64_t axis = -1;
  bool log = false;
  bool scaled = false;  ///< beta other than 1
  bool flatten = false;
};

/// x, scale, shift, mean, variance -> y. Channels on axis 1, or last.
struct BatchNorm {
  static constexpr std::string_view name = "batch_norm";
  DataLayout layout = DataLayout::channels_first;
  bool training = false;  ///< by the statistics of x, which move the running ones: -> y, mean, variance
};

/// x, scale?, shift? -> y, mean?, 1 / deviation?: rows of x, each less its mean and divided by its deviation. What is a
/// row, `rows` says. The scale has one element per channel or per element of a row.
struct Normalize {
  static constexpr std::string_view name = "normalize";
  enum class Rows : uint8_t {
    trailing,  ///< all axes from `axis` on: layer normalisation
    channels,  ///< each of `groups` equal groups of channels (axis 1) of an item; 0: each channel
    axes,      ///< the axes `axes`
  };
  Rows rows = Rows::trailing;
  int64_t axis = -1;
  int64_t groups = 0;
  std::vector<int64_t> axes = {};
  bool root_mean_square = false;  ///< no mean is taken
};

/// x -> y, 1 at the largest element of `axis` (or of all axes from it on), else 0.
struct Hardmax {
  static constexpr std::string_view name = "hardmax";
  int64_t axis = -1;
  bool flatten = false;
};

/// logs of probabilities [N, C, ...], classes [N, ...], weights [C]? -> loss: [] or, not reduced, [N, ...].
struct NegativeLogLikelihood {
  static constexpr std::string_view name = "negative_log_likelihood";
  enum class Reduction : uint8_t { none, sum, mean };
  Reduction reduction = Reduction::mean;
};

/// x -> y = x / |x|, over `axis`.
struct L2Norm {
  static constexpr std::string_view name = "l2_norm";
  int64_t axis = -1;
  bool absolute = false;  ///< |x| is the sum of absolute values, not the root of the sum of squares
};

// --- reductions ------------------------------------------------------------------------------------------------------

/// x, axes? -> y. No axes operand: all axes, unless `none_means_none` or `spatial`.
struct Reduce {
  static constexpr std::string_view name = "reduce";
  ReduceFn fn = ReduceFn::sum;
  bool keep_dims = true;
  bool none_means_none = false;
  bool spatial = false;  ///< without axes: all but the first two (a global pool of any rank)
};

/// x, axis -> indices of the largest or smallest.
struct ArgReduce {
  static constexpr std::string_view name = "arg_reduce";
  bool max = true;
  bool keep_dims = false;
  DType to = DType::i64;
};

/// x, axis -> running sum or product.
struct Cumulate {
  static constexpr std::string_view name = "cumulate";
  bool product = false;
};

/// x, k -> values, indices, along the last axis or `axis`.
struct TopK {
  static constexpr std::string_view name = "top_k";
  int64_t axis = -1;
  DType index = DType::i64;
};

/// x [n, ...], segment ids, number of segments? -> y [number, ...]: the entries of x that share an id, reduced. The ids
/// have as many axes as they take from x. No number: the ids are sorted and the last one tells.
struct SegmentReduce {
  static constexpr std::string_view name = "segment_reduce";
  ReduceFn fn = ReduceFn::sum;
};

/// ids [n], places [n, r] (sorted), shape [r], weights [n], table [e, ...] -> y [shape without its last size, ...]: the
/// weighted rows of the table that belong to one place, added up.
struct EmbeddingBag {
  static constexpr std::string_view name = "embedding_bag";
  enum class Combine : uint8_t { sum, mean, root_mean_square };
  Combine combine = Combine::sum;
};

/// x... -> the same, sorted by the first along `axis`.
struct Sort {
  static constexpr std::string_view name = "sort";
  int64_t axis = -1;
};

/// x -> its distinct elements, the place of each element of x among them. `counted` (ONNX): distinct elements or
/// entries of `axis`, the first place of each, the place of each in x among them, how often each occurs.
struct Unique {
  static constexpr std::string_view name = "unique";
  DType index = DType::i64;
  bool counted = false;
  std::optional<int64_t> axis = std::nullopt;
};

/// x -> for each element the number of `boundaries` up to it.
struct Bucketize {
  static constexpr std::string_view name = "bucketize";
  int64_t boundaries = 0;
};

// --- views: the result is the operand's memory -----------------------------------------------------------------------

/// x, shape -> y. -1: what remains. 0: the size of x, unless `zero_is_zero`.
struct Reshape {
  static constexpr std::string_view name = "reshape";
  bool zero_is_zero = false;
};

/// x, axes? -> y without those axes of size 1 (all of them if absent).
struct Squeeze {
  static constexpr std::string_view name = "squeeze";
};

/// x, axes -> y with axes of size 1 at those places of y.
struct Unsqueeze {
  static constexpr std::string_view name = "unsqueeze";
};

/// x -> y of two axes, split before `axis`.
struct Flatten {
  static constexpr std::string_view name = "flatten";
  int64_t axis = 1;
};

/// x... -> the same. Dropout at inference, stop-gradient.
struct Identity {
  static constexpr std::string_view name = "identity";
};

// --- shape readers and generators ------------------------------------------------------------------------------------

/// x -> its shape (axes `start` to `end`).
struct ShapeOf {
  static constexpr std::string_view name = "shape";
  DType to = DType::i64;
  int64_t start = 0;
  std::optional<int64_t> end = std::nullopt;
};

/// x -> its number of axes, or of elements.
struct SizeOf {
  static constexpr std::string_view name = "size";
  enum class What : uint8_t { axes, elements };
  What what = What::elements;
  DType to = DType::i64;
};

/// shape, value? -> y filled with it (zero if absent).
struct Fill {
  static constexpr std::string_view name = "fill";
  DType to = DType::f32;
};

/// x -> y of the same shape, ones on a diagonal; the type is that of x where `to` is unknown.
struct EyeLike {
  static constexpr std::string_view name = "eye";
  DType to = DType::unknown;
};

/// x -> random numbers of the same shape; the type is that of x where `to` is unknown.
struct RandomLike {
  static constexpr std::string_view name = "random";
  DType to = DType::unknown;
};

/// x -> y of the same shape, filled with zeros.
struct ZerosLike {
  static constexpr std::string_view name = "zeros_like";
};

/// start, limit, delta -> y
struct Range {
  static constexpr std::string_view name = "range";
};

/// shape -> y of random numbers.
struct Random {
  static constexpr std::string_view name = "random";
  DType to = DType::f32;
};

/// logits [B, n], samples -> y [B, samples] of drawn classes.
struct Multinomial {
  static constexpr std::string_view name = "multinomial";
  DType to = DType::i64;
};

/// state, shape -> state, y of random bits.
struct RandomBits {
  static constexpr std::string_view name = "random";
  DType to = DType::u32;
};

/// shape -> y whose elements are their places on `axis`.
struct Iota {
  static constexpr std::string_view name = "iota";
  int64_t axis = 0;
  DType to = DType::i64;
};

/// indices, depth, on, off -> y
struct OneHot {
  static constexpr std::string_view name = "one_hot";
  int64_t axis = -1;
};

// --- movement --------------------------------------------------------------------------------------------------------

/// x, permutation? -> y. Absent: the axes reversed.
struct Transpose {
  static constexpr std::string_view name = "transpose";
};

/// x... -> y; where `axis_first`, axis, x... -> y.
struct Concat {
  static constexpr std::string_view name = "concat";
  int64_t axis = 0;
  bool axis_first = false;  ///< the first operand is the axis
};

/// x, axis, sizes? -> y... Without sizes: equal parts, the last one smaller.
struct Split {
  static constexpr std::string_view name = "split";
};

/// x, begin, size -> y. A size of -1 reaches to the end.
struct Slice {
  static constexpr std::string_view name = "slice";
};

/// x, start, end, axes?, steps? -> y. Bounds are clamped, negative ones count from the end.
struct SliceTo {
  static constexpr std::string_view name = "slice";
};

/// x, begin, end, strides -> y, with TensorFlow's masks: bit i speaks of entry i of begin, end and strides.
struct StridedSlice {
  static constexpr std::string_view name = "strided_slice";
  uint32_t begin_mask = 0;
  uint32_t end_mask = 0;
  uint32_t ellipsis_mask = 0;
  uint32_t new_axis_mask = 0;
  uint32_t shrink_axis_mask = 0;
  bool offset = false;                ///< end is relative to begin
  std::vector<int64_t> lengths = {};  ///< per entry, how far its end is behind its begin, where the file tells that of
                                      ///< two that only a run knows; -1: it does not. Such a box lies within x
};

enum class PadFn : uint8_t { constant, reflect, symmetric, edge, wrap };

/// x, pads, axes? -> y. Pads are [rank, 2] or the ONNX order (all begins, then all ends), of the axes if there are any.
struct Pad {
  static constexpr std::string_view name = "pad";
  PadFn fn = PadFn::constant;
  bool pairs = true;  ///< [rank, 2]; else begins, then ends
};

/// x, dilations (one per axis) -> y with that many steps from one element to the next, filled up between them.
struct Dilate {
  static constexpr std::string_view name = "dilate";
};

/// x, value -> y with elements before, between and behind those of each axis; a negative number takes some away.
struct PadBetween {
  static constexpr std::string_view name = "pad";
  std::vector<int64_t> before = {};
  std::vector<int64_t> between = {};
  std::vector<int64_t> after = {};
};

/// x, starts... (one without axes per axis of x) -> y of these sizes.
struct DynamicSlice {
  static constexpr std::string_view name = "slice";
  std::vector<int64_t> sizes = {};
};

/// x, indices -> y: each index names the start of a box of `sizes` in x (StableHLO).
struct GatherBoxes {
  static constexpr std::string_view name = "gather";
  std::vector<int64_t> sizes = {};
  std::vector<int64_t> dropped_axes = {};  ///< axes of x of size 1 in the box that y does not have
  std::vector<int64_t> box_axes = {};      ///< axes of y that the box fills, in order
  int64_t index_axis = 0;                  ///< axis of the indices that holds the numbers of one index
};

/// x, indices, axis? -> y: the indices' axes replace that axis of x, or without the operand `axis`.
struct Gather {
  static constexpr std::string_view name = "gather";
  int64_t axis = 0;
  int64_t batch_dims = 0;
};

/// x, indices [..., n] -> y: each index names a position on the first n axes behind the batch ones.
struct GatherNd {
  static constexpr std::string_view name = "gather_nd";
  int64_t batch_dims = 0;
};

/// x, indices -> y of the indices' shape.
struct GatherElements {
  static constexpr std::string_view name = "gather_elements";
  int64_t axis = 0;
};

/// indices, updates, shape -> y of that shape.
struct ScatterNd {
  static constexpr std::string_view name = "scatter_nd";
};

/// x, indices, updates -> y of the shape of x.
struct ScatterInto {
  static constexpr std::string_view name = "scatter";
};

/// x, indices, updates -> y of the shape of x, each update combined with what is there by `fn` (absent: put in its
/// place).
struct ScatterReduce {
  static constexpr std::string_view name = "scatter";
  std::optional<BinaryFn> fn = std::nullopt;
};

/// indices, shape, values, default -> y of that shape.
struct SparseToDense {
  static constexpr std::string_view name = "sparse_to_dense";
};

/// x, update, start indices -> y of the shape of x.
struct UpdateSlice {
  static constexpr std::string_view name = "update_slice";
};

/// x... of one shape -> y with a new axis.
struct Stack {
  static constexpr std::string_view name = "stack";
  int64_t axis = 0;
};

/// x -> y..., one per entry of `axis`, without it.
struct Unstack {
  static constexpr std::string_view name = "unstack";
  int64_t axis = 0;
};

/// x, repeats -> y
struct Tile {
  static constexpr std::string_view name = "tile";
};

/// x, shape -> y broadcast to it; where a size of the shape is 1 the one of x is kept if `two_way`.
struct Expand {
  static constexpr std::string_view name = "expand";
  bool two_way = false;
};

/// x, shape -> y of that shape: axis i of x is axis `axes[i]` of y.
struct BroadcastInto {
  static constexpr std::string_view name = "expand";
  std::vector<int64_t> axes = {};
};

/// shape, shape -> the shape both broadcast to.
struct BroadcastShapes {
  static constexpr std::string_view name = "broadcast_shapes";
};

/// x, axes or lengths -> y of the same shape, parts of it in reverse order.
struct Reverse {
  static constexpr std::string_view name = "reverse";
};

/// x, sizes -> y, each axis (or those of `axes`) cut or padded at both ends to its size.
struct CenterCropPad {
  static constexpr std::string_view name = "center_crop_pad";
  std::optional<std::vector<int64_t>> axes = std::nullopt;
};

/// x, condition -> the entries of `axis` (or of x as a list) for which it is true.
struct Compress {
  static constexpr std::string_view name = "compress";
  std::optional<int64_t> axis = std::nullopt;
};

/// x [..., m, n], diagonal? -> x, zero above (or, `upper`, below) it.
struct Triangle {
  static constexpr std::string_view name = "triangle";
  bool upper = true;
};

/// x [..., n] -> y [..., n, n] with it on the diagonal.
struct MatrixDiag {
  static constexpr std::string_view name = "matrix_diag";
};

/// x [..., m, n], diagonal [..., min(m, n)] -> x with that diagonal.
struct MatrixSetDiag {
  static constexpr std::string_view name = "matrix_set_diag";
};

/// x, block sizes, pads [n, 2] -> y
struct SpaceToBatch {
  static constexpr std::string_view name = "space_to_batch";
};

/// x, block sizes, crops [n, 2] -> y
struct BatchToSpace {
  static constexpr std::string_view name = "batch_to_space";
};

struct SpaceToDepth {
  static constexpr std::string_view name = "space_to_depth";
  int64_t block = 2;
  DataLayout layout = DataLayout::channels_last;
};

struct DepthToSpace {
  static constexpr std::string_view name = "depth_to_space";
  int64_t block = 2;
  DataLayout layout = DataLayout::channels_last;
};

/// condition -> coordinates of what is true: their number depends on the data.
struct NonZero {
  static constexpr std::string_view name = "non_zero";
  bool transposed = false;  ///< [rank, n] (ONNX) instead of [n, rank]
};

// --- sequences of tensors and what may be absent ---------------------------------------------------------------------

/// x... -> a sequence of them.
struct MakeSequence {
  static constexpr std::string_view name = "sequence";
};

/// sequence, position -> the tensor there.
struct SequenceAt {
  static constexpr std::string_view name = "sequence_at";
};

/// sequence, x, position? -> the sequence with x before that position, or at its end.
struct SequenceInsert {
  static constexpr std::string_view name = "sequence_insert";
};

/// sequence, position? -> the sequence without that tensor, or without its last.
struct SequenceErase {
  static constexpr std::string_view name = "sequence_erase";
};

/// sequence -> the number of its tensors.
struct SequenceLength {
  static constexpr std::string_view name = "sequence_length";
};

/// x, sizes? (one for all parts, or one each; absent: 1) -> a sequence of its parts along `axis`.
struct SplitToSequence {
  static constexpr std::string_view name = "split_to_sequence";
  int64_t axis = 0;
  bool keep_axis = true;  ///< of parts of size 1, where no sizes are given
};

/// sequence -> its tensors side by side on `axis`, a new one if `stacked`.
struct ConcatSequence {
  static constexpr std::string_view name = "concat_sequence";
  int64_t axis = 0;
  bool stacked = false;
};

/// x? -> whether it is there.
struct HasValue {
  static constexpr std::string_view name = "has_value";
};

// --- tables and trees ------------------------------------------------------------------------------------------------

/// x -> y of the same shape, each element looked up in a table that the operation holds.
struct MapValues {
  static constexpr std::string_view name = "map_values";
  DType to = DType::unknown;
};

/// x, texts or numbers [C] or [N, C] -> how often each of `columns` n-grams occurs: [columns] or [N, columns].
struct CountNgrams {
  static constexpr std::string_view name = "count_ngrams";
  int64_t columns = 0;
  bool weighted = false;
};

/// x [N, F] -> label [N]? (a classifier), scores [N, targets]. The trees' sizes are attributes.
struct TreeEnsemble {
  static constexpr std::string_view name = "tree_ensemble";
  int64_t trees = 0;
  int64_t depth = 0;  ///< sum over the trees of the branches on the longest way down
  int64_t targets = 1;
  bool classifier = false;
  DType label = DType::i64;
};

/// x [N, F] -> label [N]? (a classifier), scores [N, classes]: by kernels with stored vectors.
struct SupportVectors {
  static constexpr std::string_view name = "support_vectors";
  enum class Kernel : uint8_t { linear, polynomial, radial, sigmoid };
  Kernel kernel = Kernel::linear;
  int64_t vectors = 0;
  int64_t classes = 1;  ///< of a classifier; 1: a regression
  bool classifier = false;
  DType label = DType::i64;
};

// --- signal and detection --------------------------------------------------------------------------------------------

/// The steps of TensorFlow Lite Micro's audio front end (tensorflow/lite/micro/kernels and signal/).
enum class SignalFn : uint8_t {
  window,
  fft_auto_scale,
  rfft,
  energy,
  filter_bank,
  filter_bank_square_root,
  filter_bank_spectral_subtraction,
  pcan,
  filter_bank_log,
  delay,
  framer,
  stacker,
  overlap_add,
  irfft,
};

/// Operands and results as the operator of that name has them (listed in ops/signal.cpp).
struct Signal {
  static constexpr std::string_view name = "signal";
  SignalFn fn = SignalFn::window;
  int64_t size = 0;  ///< rfft, irfft: its length; energy: bins from `start_index` to `end_index`; filter_bank: its
                     ///< channels; framer: samples in a frame; stacker: elements in a stack of frames
  int64_t step = 0;  ///< framer, overlap_add: samples from one frame to the next
};

/// samples [n, channels] -> y [channels, frames, bins]: magnitudes of the spectrum of each windowed frame, `stride`
/// samples apart; a frame is padded to the next power of two.
struct AudioSpectrogram {
  static constexpr std::string_view name = "spectrogram";
  int64_t window = 0;
  int64_t stride = 0;
  bool squared = false;
};

/// spectrogram [channels, frames, bins] of squared magnitudes, sample rate -> y [channels, frames, coefficients]: a mel
/// filter bank between two frequencies, its logarithm, a cosine transform.
struct Mfcc {
  static constexpr std::string_view name = "mfcc";
  int64_t filters = 40;
  int64_t coefficients = 13;
  double lower_frequency = 20;  ///< in hertz
  double upper_frequency = 4000;
};

/// x [..., n, 1 or 2], length?, axis? -> y [..., m, 1 or 2]: a discrete Fourier transform along `axis`; the last axis
/// holds real and imaginary part. m = length, or length / 2 + 1 where `half`.
struct FourierTransform {
  static constexpr std::string_view name = "dft";
  int64_t axis = -2;
  bool inverse = false;
  bool half = false;
};

/// x [B, n, 1 or 2], step, window [f]?, length? -> y [B, frames, f or f / 2 + 1, 2].
struct ShortTimeFourier {
  static constexpr std::string_view name = "stft";
  bool half = true;
};

/// size -> y [size], a sum of `cosines` cosines and a constant.
struct WindowFunction {
  static constexpr std::string_view name = "window_function";
  int64_t cosines = 1;
  DType to = DType::f32;
};

/// mel bins, length of the transform, sample rate, lowest frequency, highest frequency -> y [length / 2 + 1, bins].
struct MelWeights {
  static constexpr std::string_view name = "mel_weights";
  DType to = DType::f32;
};

/// boxes [B, n, 4], scores [B, n, classes], anchors [n, 4] -> boxes, classes, scores, count: SSD's decoding and
/// non-maximum suppression.
struct DetectionPostProcess {
  static constexpr std::string_view name = "detection_post_process";
  int64_t max_detections = 0;
  int64_t classes_per_detection = 1;
  int64_t detections_per_class = 100;
  int64_t classes = 0;       ///< without the background; 0: every column of the scores
  bool regular_nms = false;  ///< per class; else on the best class of each box
};

/// boxes [n, 4], scores [n], most boxes, overlap threshold, score threshold, sigma? -> indices [most], scores [most]
/// (with `soft`), number found.
struct NonMaxSuppression {
  static constexpr std::string_view name = "non_max_suppression";
  bool soft = false;  ///< an overlapping box loses score instead of its place
};

// --- state -----------------------------------------------------------------------------------------------------------

/// -> a handle to the variable of that name.
struct VarHandle {
  static constexpr std::string_view name = "variable";
  std::string variable = {};
};

/// handle -> its value
struct ReadVariable {
  static constexpr std::string_view name = "read_variable";
};

/// handle, value ->
struct AssignVariable {
  static constexpr std::string_view name = "assign_variable";
};

/// -> a handle to a table of keys and values.
struct HashTable {
  static constexpr std::string_view name = "hash_table";
};

/// handle, keys, default -> values of the keys' shape.
struct HashTableFind {
  static constexpr std::string_view name = "hash_table_find";
  DType to = DType::i64;
};

/// handle, keys, values ->
struct HashTableImport {
  static constexpr std::string_view name = "hash_table_import";
};

/// handle -> number of entries
struct HashTableSize {
  static constexpr std::string_view name = "hash_table_size";
};

/// queries [n], keys [k], values [k, ...] -> values of the queries [n, ...], whether each was found [n].
struct KeyLookup {
  static constexpr std::string_view name = "key_lookup";
};

/// text -> its n-grams.
struct SkipGram {
  static constexpr std::string_view name = "skip_gram";
};

// --- control flow: handled by graph/, not by ops/ --------------------------------------------------------------------

/// Operands and results are the graph's.
struct Call {
  static constexpr std::string_view name = "call";
  GraphId body = 0;
};

/// Runs once, before the first inference: its graph's work is no part of a run.
struct CallOnce {
  static constexpr std::string_view name = "call_once";
  GraphId body = 0;
};

/// condition, operands... -> results of the branch taken.
struct If {
  static constexpr std::string_view name = "if";
  GraphId then_graph = 0;
  GraphId else_graph = 0;
};

/// number, operands... -> results of the graph of that number; of the last one where there is none of it.
struct Case {
  static constexpr std::string_view name = "case";
  std::vector<GraphId> graphs = {};
};

/// carried... -> carried...: while the condition graph says so, the body replaces them.
struct While {
  static constexpr std::string_view name = "while";
  GraphId condition = 0;
  GraphId body = 0;
};

/// trips?, condition?, carried..., shared... -> carried..., collected...: the body takes the number of the trip, the
/// condition, what is carried and what is shared (the same in each trip), and gives the next condition, what is
/// carried, and a part of each collected result: those are stacked.
struct Loop {
  static constexpr std::string_view name = "loop";
  GraphId body = 0;
  size_t carried = 0;
};

/// state..., sequences..., shared... -> state..., collected...: the body takes the state, one entry of each sequence
/// and what is shared, and gives the state and a part of each collected result.
struct Scan {
  static constexpr std::string_view name = "scan";
  GraphId body = 0;
  size_t states = 0;
  std::vector<int64_t> axes = {};         ///< one per sequence, in which its entries lie
  std::vector<int64_t> result_axes = {};  ///< one per collected result
  bool batched = false;                   ///< every operand has a batch axis in front, which the body does not see
};

struct UserRule;  // model/user_rule.h

/// Known to exist, not understood; or counted by a rule that the user gave. Operands and results are the file's.
struct Opaque {
  static constexpr std::string_view name = "opaque";
  std::string why = {};
  std::shared_ptr<const Attributes> attributes = nullptr;  ///< as the file has them, for rules; null: none are kept
  std::string domain = {};                                 ///< that the type belongs to, where a format has domains
  std::shared_ptr<const UserRule> rule = nullptr;          ///< set by graph/apply_rules, not by readers
};

using Op =
    std::variant<Conv, ConvTranspose, GeneralConv, DeformConv, MatMul, Attention, LinearAttention,               //
                 RotaryEmbedding, AffineGrid, Determinant, Einsum, LshProjection, Lstm, BasicLstm, BlockLstm,    //
                 Recurrent, StackedRecurrent, Rnn, BidirectionalLstm, BidirectionalRnn, Svdf, RealFft,           //
                 Pool, ReduceWindow, Morphology, Lrn, Resize, GridSample, WarpImages, RoiPool, Unpool,           //
                 ColumnsToImage,                                                                                 //
                 Unary, Binary, Select, Cast, Bitcast,                                                           //
                 Quantize, Dequantize, DynamicQuantize, FakeQuantize, Densify,                                   //
                 Softmax, BatchNorm, Normalize, Hardmax, NegativeLogLikelihood, L2Norm,                          //
                 Reduce, ArgReduce, Cumulate, TopK, SegmentReduce, EmbeddingBag, Sort, Unique, Bucketize,        //
                 Reshape, Squeeze, Unsqueeze, Flatten, Identity,                                                 //
                 ShapeOf, SizeOf, Fill, EyeLike, RandomLike, ZerosLike, Range, Random, RandomBits, Multinomial,  //
                 Iota, OneHot,                                                                                   //
                 Transpose, Concat, Split, Slice, SliceTo, StridedSlice, DynamicSlice, Pad, PadBetween, Dilate,  //
                 Gather, GatherNd, GatherElements, GatherBoxes, ScatterNd, ScatterInto, ScatterReduce,           //
                 SparseToDense, UpdateSlice, Stack, Unstack, Tile, Expand, BroadcastInto, BroadcastShapes,       //
                 Reverse, CenterCropPad, Compress, Triangle, MatrixDiag, MatrixSetDiag,                          //
                 SpaceToBatch, BatchToSpace, SpaceToDepth, DepthToSpace, NonZero,                                //
                 MakeSequence, SequenceAt, SequenceInsert, SequenceErase, SequenceLength, SplitToSequence,       //
                 ConcatSequence, HasValue,                                                                       //
                 MapValues, CountNgrams, TreeEnsemble, SupportVectors,                                           //
                 FourierTransform, ShortTimeFourier, WindowFunction, MelWeights, Signal, AudioSpectrogram,       //
                 Mfcc, DetectionPostProcess, NonMaxSuppression,                                                  //
                 VarHandle, ReadVariable, AssignVariable, HashTable, HashTableFind, HashTableImport,             //
                 HashTableSize, KeyLookup, SkipGram,                                                             //
                 Call, CallOnce, If, Case, While, Loop, Scan, Opaque>;

/// The graphs that an operation calls; none for most.
std::vector<GraphId> called_graphs(const Op& op);

/// Position of the first operand that goes to the graphs that an operation calls: behind the one that chooses.
size_t first_handed_down(const Op& op);

/// The operation's canonical word: "conv", "matmul", ...
inline std::string_view name_of(const Op& op) {
  return std::visit([](const auto& each) { return each.name; }, op);
}

}  // namespace flopstat

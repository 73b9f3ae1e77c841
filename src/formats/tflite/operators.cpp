#include "formats/tflite/operators.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>

#include "bytes/flexbuffer.h"

namespace flopstat::tflite {

void OperatorReader::reorder(std::initializer_list<size_t> order) {
  std::vector<TensorId> inputs;
  inputs.reserve(order.size());
  for (const size_t i : order) inputs.push_back(i < node.inputs.size() ? node.inputs[i] : kAbsent);
  node.inputs = std::move(inputs);
}

void OperatorReader::fuse_activation(uint32_t slot) {
  switch (choice(slot)) {
    case 0: return;
    case 1: node.activation = UnaryFn::relu; return;
    case 2: node.activation = UnaryFn::relu_n1_to_1; return;
    case 3: node.activation = UnaryFn::relu6; return;
    case 4: node.activation = UnaryFn::tanh; return;
    case 5: node.activation = UnaryFn::sign_bit; return;
    default:
      throw Error(ErrorCode::corrupt, "an unknown fused activation, " + std::to_string(choice(slot)), node.offset);
  }
}

namespace {

using Read = Op (*)(OperatorReader&);

/// Largest kernel, stride or dilation that is followed: products with any size stay within 64 bits.
constexpr int64_t kMaxWindow = int64_t{1} << 20;

// --- what several operators share ------------------------------------------------------------------------------------

template <UnaryFn fn>
Op unary(OperatorReader&) {
  return Unary{fn};
}

template <BinaryFn fn>
Op binary(OperatorReader&) {
  return Binary{fn};
}

/// ADD, SUB, MUL, DIV: an activation may be fused, in the first slot.
template <BinaryFn fn>
Op fused_binary(OperatorReader& reader) {
  reader.fuse_activation(0);
  return Binary{fn};
}

template <ReduceFn fn>
Op reduce(OperatorReader& reader) {
  return Reduce{.fn = fn, .keep_dims = reader.flag(0)};
}

template <class Operation>
Op plain(OperatorReader&) {
  return Operation{};
}

Padding padding(const OperatorReader& reader, uint32_t slot) {
  return reader.choice(slot) == 0 ? Padding::same_upper : Padding::valid;
}

/// The operation, unless its window is out of range.
template <class Operation>
Op checked(Operation operation) {
  for (const Axis& axis : operation.window.axes) {
    for (const int64_t size : {axis.kernel, axis.stride, axis.dilation}) {
      if (size < 1 || size > kMaxWindow) {
        return Opaque{"a window has kernel, stride or dilation " + std::to_string(size) + ", which is no window"};
      }
    }
  }
  return operation;
}

// --- contractions ----------------------------------------------------------------------------------------------------

/// The runtime quantizes float activations with a zero point where the integer weights have a scale per channel,
/// without one where they share a scale. Source: tensorflow/lite/kernels/conv.cc, depthwise_conv.cc.
bool asymmetric_by_channels(const OperatorReader& reader) {
  const Tensor* weight = reader.input(1);
  return weight != nullptr && weight->quantization.scales > 1;
}

Op conv_2d(OperatorReader& reader) {
  reader.fuse_activation(3);
  return checked(Conv{.axes = {DataLayout::channels_last, FilterLayout::o_spatial_i},
                      .window = {{{.stride = reader.integer(2, 0), .dilation = reader.integer(5, 1)},
                                  {.stride = reader.integer(1, 0), .dilation = reader.integer(4, 1)}},
                                 padding(reader, 0)},
                      .asymmetric_inputs = asymmetric_by_channels(reader)});
}

/// The depth multiplier (slot 3) is not read: it follows from the shapes, as in the runtime.
Op depthwise_conv_2d(OperatorReader& reader) {
  reader.fuse_activation(4);
  return checked(Conv{.axes = {DataLayout::channels_last, FilterLayout::depthwise},
                      .window = {{{.stride = reader.integer(2, 0), .dilation = reader.integer(6, 1)},
                                  {.stride = reader.integer(1, 0), .dilation = reader.integer(5, 1)}},
                                 padding(reader, 0)},
                      .asymmetric_inputs = asymmetric_by_channels(reader)});
}

/// output shape, w, x, bias?
Op transpose_conv(OperatorReader& reader) {
  reader.fuse_activation(3);
  reader.reorder({2, 1, 3, 0});
  return checked(ConvTranspose{
      .axes = {DataLayout::channels_last, FilterLayout::o_spatial_i},
      .window = {{{.stride = reader.integer(2, 0)}, {.stride = reader.integer(1, 0)}}, padding(reader, 0)}});
}

Window window_3d(const OperatorReader& reader) {
  return {{{.stride = reader.integer(1, 0), .dilation = reader.integer(5, 1)},
           {.stride = reader.integer(3, 0), .dilation = reader.integer(7, 1)},
           {.stride = reader.integer(2, 0), .dilation = reader.integer(6, 1)}},
          padding(reader, 0)};
}

Op conv_3d(OperatorReader& reader) {
  reader.fuse_activation(4);
  return checked(Conv{.axes = {DataLayout::channels_last, FilterLayout::spatial_io}, .window = window_3d(reader)});
}

/// output shape, w, x, bias?
Op conv_3d_transpose(OperatorReader& reader) {
  reader.fuse_activation(4);
  reader.reorder({2, 1, 3, 0});
  return checked(
      ConvTranspose{.axes = {DataLayout::channels_last, FilterLayout::spatial_oi}, .window = window_3d(reader)});
}

Op fully_connected(OperatorReader& reader) {
  reader.fuse_activation(0);
  return MatMul{.transpose_b = true, .collapse_rows = !reader.flag(2), .asymmetric_inputs = reader.flag(3)};
}

Op batch_matmul(OperatorReader& reader) {
  return MatMul{.transpose_a = reader.flag(0), .transpose_b = reader.flag(1), .asymmetric_inputs = reader.flag(2)};
}

Op lstm(OperatorReader& reader) {
  reader.fuse_activation(0);
  const bool basic = reader.choice(3) == 1;
  reader.node.activation.reset();  // the cell's own functions, not one behind it
  if (basic) return BasicLstm{};
  return Lstm{.single_step = true,
              .cell_clip = reader.real(1, 0) > 0,
              .projection_clip = reader.real(2, 0) > 0,
              .asymmetric_inputs = reader.flag(4)};
}

Op unidirectional_sequence_lstm(OperatorReader& reader) {
  return Lstm{.time_major = reader.flag(3),
              .cell_clip = reader.real(1, 0) > 0,
              .projection_clip = reader.real(2, 0) > 0,
              .asymmetric_inputs = reader.flag(4)};
}

Op rnn(OperatorReader& reader) {
  reader.fuse_activation(0);
  return Rnn{.asymmetric_inputs = reader.flag(1)};
}

Op unidirectional_sequence_rnn(OperatorReader& reader) {
  reader.fuse_activation(1);
  return Rnn{.sequence = true, .time_major = reader.flag(0), .asymmetric_inputs = reader.flag(2)};
}

Op svdf(OperatorReader& reader) {
  reader.fuse_activation(1);
  return Svdf{.rank = reader.integer(0, 1), .asymmetric_inputs = reader.flag(2)};
}

// --- windows, normalisation, reduction -------------------------------------------------------------------------------

template <PoolFn fn>
Op pool_2d(OperatorReader& reader) {
  reader.fuse_activation(5);
  return checked(Pool{.fn = fn,
                      .layout = DataLayout::channels_last,
                      .window = {{{.kernel = reader.integer(4, 0), .stride = reader.integer(2, 0)},
                                  {.kernel = reader.integer(3, 0), .stride = reader.integer(1, 0)}},
                                 padding(reader, 0)}});
}

Op local_response_normalization(OperatorReader& reader) {
  return Lrn{.layout = DataLayout::channels_last, .size = 2 * reader.integer(0, 5) + 1};
}

template <ResizeFn fn>
Op resize(OperatorReader&) {
  return Resize{.fn = fn, .axes = {1, 2}};
}

Op softmax(OperatorReader& reader) { return Softmax{.scaled = reader.real(0, 1.0F) != 1.0F}; }

Op log_softmax(OperatorReader&) { return Softmax{.log = true}; }

Op l2_normalization(OperatorReader& reader) {
  reader.fuse_activation(0);
  return L2Norm{};
}

template <bool max>
Op arg_reduce(OperatorReader& reader) {
  return ArgReduce{.max = max, .to = reader.output_type()};
}

Op top_k(OperatorReader& reader) { return TopK{.index = reader.output_type(1)}; }

Op rfft_2d(OperatorReader&) { return RealFft{.axes = 2}; }

// --- element-wise ----------------------------------------------------------------------------------------------------

Op gelu(OperatorReader& reader) { return Unary{reader.flag(0) ? UnaryFn::gelu_tanh : UnaryFn::gelu_erf}; }

Op select(OperatorReader&) { return Select{.rows = true}; }

Op cast(OperatorReader& reader) { return Cast{.to = reader.output_type()}; }

Op bitcast(OperatorReader& reader) { return Bitcast{.to = reader.output_type()}; }

Op quantize(OperatorReader& reader) { return Quantize{.to = reader.output_type()}; }

Op dequantize(OperatorReader& reader) { return Dequantize{.to = reader.output_type()}; }

// --- views, shapes, movement -----------------------------------------------------------------------------------------

/// The target shape is the second operand or, in files that leave it out, an option.
Op reshape(OperatorReader& reader) {
  if (reader.input(1) == nullptr && reader.options) {
    const auto shape = reader.options->vector<int32_t>(0).copy<int64_t>();
    reader.node.inputs.resize(2, kAbsent);
    reader.node.inputs[1] = add_constant(reader.graph, shape);
  }
  return Reshape{.zero_is_zero = true};
}

Op squeeze(OperatorReader& reader) {
  const auto axes = reader.options ? reader.options->vector<int32_t>(0).copy<int64_t>() : std::vector<int64_t>{};
  if (!axes.empty()) reader.node.inputs.push_back(add_constant(reader.graph, axes));
  return Squeeze{};
}

Op shape(OperatorReader& reader) { return ShapeOf{.to = reader.output_type()}; }

Op rank(OperatorReader& reader) { return SizeOf{.what = SizeOf::What::axes, .to = reader.output_type()}; }

Op fill(OperatorReader& reader) { return Fill{.to = reader.output_type()}; }

Op random(OperatorReader& reader) { return Random{.to = reader.output_type()}; }

Op one_hot(OperatorReader& reader) { return OneHot{.axis = reader.integer(0, -1)}; }

Op concatenation(OperatorReader& reader) {
  reader.fuse_activation(1);
  return Concat{.axis = reader.integer(0)};
}

/// axis, x
Op split(OperatorReader& reader) {
  reader.reorder({1, 0});
  return Split{};
}

/// x, sizes, axis
Op split_v(OperatorReader& reader) {
  reader.reorder({0, 2, 1});
  return Split{};
}

Op strided_slice(OperatorReader& reader) {
  const auto mask = [&](uint32_t slot) { return static_cast<uint32_t>(reader.integer(slot)); };
  return StridedSlice{.begin_mask = mask(0),
                      .end_mask = mask(1),
                      .ellipsis_mask = mask(2),
                      .new_axis_mask = mask(3),
                      .shrink_axis_mask = mask(4),
                      .offset = reader.flag(5)};
}

Op mirror_pad(OperatorReader& reader) { return Pad{.fn = reader.choice(0) == 0 ? PadFn::reflect : PadFn::symmetric}; }

Op gather(OperatorReader& reader) { return Gather{.axis = reader.integer(0), .batch_dims = reader.integer(1)}; }

/// ids, table
Op embedding_lookup(OperatorReader& reader) {
  reader.reorder({1, 0});
  return Gather{};
}

Op pack(OperatorReader& reader) { return Stack{.axis = reader.integer(1)}; }

Op unpack(OperatorReader& reader) { return Unstack{.axis = reader.integer(1)}; }

Op space_to_depth(OperatorReader& reader) { return SpaceToDepth{.block = reader.integer(0, 1)}; }

Op depth_to_space(OperatorReader& reader) { return DepthToSpace{.block = reader.integer(0, 1)}; }

// --- state and control flow ------------------------------------------------------------------------------------------

Op var_handle(OperatorReader& reader) {
  return VarHandle{reader.options ? std::string(reader.options->string(1)) : std::string{}};
}

GraphId graph_id(const OperatorReader& reader, uint32_t slot) {
  return static_cast<GraphId>(reader.integer(slot));  // a negative one is refused with those that are too large
}

Op call(OperatorReader& reader) { return Call{graph_id(reader, 0)}; }

Op call_once(OperatorReader& reader) { return CallOnce{graph_id(reader, 0)}; }

Op if_then_else(OperatorReader& reader) { return If{graph_id(reader, 0), graph_id(reader, 1)}; }

Op while_loop(OperatorReader& reader) { return While{graph_id(reader, 0), graph_id(reader, 1)}; }

/// A composite stands for the graph that defines it.
Op composite(OperatorReader& reader) { return Call{graph_id(reader, 1)}; }

// --- the table -------------------------------------------------------------------------------------------------------

struct Spelling {
  std::string_view name;
  Read read = nullptr;  ///< null: no rule
};

/// One row per operator code, in the schema's order.
constexpr std::array kBuiltins{
    Spelling{"ADD", fused_binary<BinaryFn::add>},
    Spelling{"AVERAGE_POOL_2D", pool_2d<PoolFn::average>},
    Spelling{"CONCATENATION", concatenation},
    Spelling{"CONV_2D", conv_2d},
    Spelling{"DEPTHWISE_CONV_2D", depthwise_conv_2d},
    Spelling{"DEPTH_TO_SPACE", depth_to_space},
    Spelling{"DEQUANTIZE", dequantize},
    Spelling{"EMBEDDING_LOOKUP", embedding_lookup},
    Spelling{"FLOOR", unary<UnaryFn::floor>},
    Spelling{"FULLY_CONNECTED", fully_connected},
    Spelling{"HASHTABLE_LOOKUP"},
    Spelling{"L2_NORMALIZATION", l2_normalization},
    Spelling{"L2_POOL_2D", pool_2d<PoolFn::l2>},
    Spelling{"LOCAL_RESPONSE_NORMALIZATION", local_response_normalization},
    Spelling{"LOGISTIC", unary<UnaryFn::sigmoid>},
    Spelling{"LSH_PROJECTION"},
    Spelling{"LSTM", lstm},
    Spelling{"MAX_POOL_2D", pool_2d<PoolFn::max>},
    Spelling{"MUL", fused_binary<BinaryFn::mul>},
    Spelling{"RELU", unary<UnaryFn::relu>},
    Spelling{"RELU_N1_TO_1", unary<UnaryFn::relu_n1_to_1>},
    Spelling{"RELU6", unary<UnaryFn::relu6>},
    Spelling{"RESHAPE", reshape},
    Spelling{"RESIZE_BILINEAR", resize<ResizeFn::linear>},
    Spelling{"RNN", rnn},
    Spelling{"SOFTMAX", softmax},
    Spelling{"SPACE_TO_DEPTH", space_to_depth},
    Spelling{"SVDF", svdf},
    Spelling{"TANH", unary<UnaryFn::tanh>},
    Spelling{"CONCAT_EMBEDDINGS"},
    Spelling{"SKIP_GRAM"},
    Spelling{"CALL", call},
    Spelling{"CUSTOM"},
    Spelling{"EMBEDDING_LOOKUP_SPARSE"},
    Spelling{"PAD", plain<Pad>},
    Spelling{"UNIDIRECTIONAL_SEQUENCE_RNN", unidirectional_sequence_rnn},
    Spelling{"GATHER", gather},
    Spelling{"BATCH_TO_SPACE_ND", plain<BatchToSpace>},
    Spelling{"SPACE_TO_BATCH_ND", plain<SpaceToBatch>},
    Spelling{"TRANSPOSE", plain<Transpose>},
    Spelling{"MEAN", reduce<ReduceFn::mean>},
    Spelling{"SUB", fused_binary<BinaryFn::sub>},
    Spelling{"DIV", fused_binary<BinaryFn::div>},
    Spelling{"SQUEEZE", squeeze},
    Spelling{"UNIDIRECTIONAL_SEQUENCE_LSTM", unidirectional_sequence_lstm},
    Spelling{"STRIDED_SLICE", strided_slice},
    Spelling{"BIDIRECTIONAL_SEQUENCE_RNN"},
    Spelling{"EXP", unary<UnaryFn::exp>},
    Spelling{"TOPK_V2", top_k},
    Spelling{"SPLIT", split},
    Spelling{"LOG_SOFTMAX", log_softmax},
    Spelling{"DELEGATE"},
    Spelling{"BIDIRECTIONAL_SEQUENCE_LSTM"},
    Spelling{"CAST", cast},
    Spelling{"PRELU", binary<BinaryFn::prelu>},
    Spelling{"MAXIMUM", binary<BinaryFn::maximum>},
    Spelling{"ARG_MAX", arg_reduce<true>},
    Spelling{"MINIMUM", binary<BinaryFn::minimum>},
    Spelling{"LESS", binary<BinaryFn::less>},
    Spelling{"NEG", unary<UnaryFn::neg>},
    Spelling{"PADV2", plain<Pad>},
    Spelling{"GREATER", binary<BinaryFn::greater>},
    Spelling{"GREATER_EQUAL", binary<BinaryFn::greater_equal>},
    Spelling{"LESS_EQUAL", binary<BinaryFn::less_equal>},
    Spelling{"SELECT", select},
    Spelling{"SLICE", plain<Slice>},
    Spelling{"SIN", unary<UnaryFn::sin>},
    Spelling{"TRANSPOSE_CONV", transpose_conv},
    Spelling{"SPARSE_TO_DENSE"},
    Spelling{"TILE", plain<Tile>},
    Spelling{"EXPAND_DIMS", plain<Unsqueeze>},
    Spelling{"EQUAL", binary<BinaryFn::equal>},
    Spelling{"NOT_EQUAL", binary<BinaryFn::not_equal>},
    Spelling{"LOG", unary<UnaryFn::log>},
    Spelling{"SUM", reduce<ReduceFn::sum>},
    Spelling{"SQRT", unary<UnaryFn::sqrt>},
    Spelling{"RSQRT", unary<UnaryFn::rsqrt>},
    Spelling{"SHAPE", shape},
    Spelling{"POW", binary<BinaryFn::pow>},
    Spelling{"ARG_MIN", arg_reduce<false>},
    Spelling{"FAKE_QUANT", plain<FakeQuantize>},
    Spelling{"REDUCE_PROD", reduce<ReduceFn::prod>},
    Spelling{"REDUCE_MAX", reduce<ReduceFn::max>},
    Spelling{"PACK", pack},
    Spelling{"LOGICAL_OR", binary<BinaryFn::logical_or>},
    Spelling{"ONE_HOT", one_hot},
    Spelling{"LOGICAL_AND", binary<BinaryFn::logical_and>},
    Spelling{"LOGICAL_NOT", unary<UnaryFn::logical_not>},
    Spelling{"UNPACK", unpack},
    Spelling{"REDUCE_MIN", reduce<ReduceFn::min>},
    Spelling{"FLOOR_DIV", binary<BinaryFn::floor_div>},
    Spelling{"REDUCE_ANY", reduce<ReduceFn::any>},
    Spelling{"SQUARE", unary<UnaryFn::square>},
    Spelling{"ZEROS_LIKE", plain<ZerosLike>},
    Spelling{"FILL", fill},
    Spelling{"FLOOR_MOD", binary<BinaryFn::floor_mod>},
    Spelling{"RANGE", plain<Range>},
    Spelling{"RESIZE_NEAREST_NEIGHBOR", resize<ResizeFn::nearest>},
    Spelling{"LEAKY_RELU", unary<UnaryFn::leaky_relu>},
    Spelling{"SQUARED_DIFFERENCE", binary<BinaryFn::squared_difference>},
    Spelling{"MIRROR_PAD", mirror_pad},
    Spelling{"ABS", unary<UnaryFn::abs>},
    Spelling{"SPLIT_V", split_v},
    Spelling{"UNIQUE"},
    Spelling{"CEIL", unary<UnaryFn::ceil>},
    Spelling{"REVERSE_V2", plain<Reverse>},
    Spelling{"ADD_N", binary<BinaryFn::add>},
    Spelling{"GATHER_ND", plain<GatherNd>},
    Spelling{"COS", unary<UnaryFn::cos>},
    Spelling{"WHERE", plain<NonZero>},
    Spelling{"RANK", rank},
    Spelling{"ELU", unary<UnaryFn::elu>},
    Spelling{"REVERSE_SEQUENCE", plain<Reverse>},
    Spelling{"MATRIX_DIAG"},
    Spelling{"QUANTIZE", quantize},
    Spelling{"MATRIX_SET_DIAG"},
    Spelling{"ROUND", unary<UnaryFn::round>},
    Spelling{"HARD_SWISH", unary<UnaryFn::hard_swish>},
    Spelling{"IF", if_then_else},
    Spelling{"WHILE", while_loop},
    Spelling{"NON_MAX_SUPPRESSION_V4"},
    Spelling{"NON_MAX_SUPPRESSION_V5"},
    Spelling{"SCATTER_ND", plain<ScatterNd>},
    Spelling{"SELECT_V2", plain<Select>},
    Spelling{"DENSIFY", plain<Densify>},
    Spelling{"SEGMENT_SUM"},
    Spelling{"BATCH_MATMUL", batch_matmul},
    Spelling{"PLACEHOLDER_FOR_GREATER_OP_CODES"},
    Spelling{"CUMSUM", plain<Cumulate>},
    Spelling{"CALL_ONCE", call_once},
    Spelling{"BROADCAST_TO", plain<Expand>},
    Spelling{"RFFT2D", rfft_2d},
    Spelling{"CONV_3D", conv_3d},
    Spelling{"IMAG", unary<UnaryFn::imag>},
    Spelling{"REAL", unary<UnaryFn::real>},
    Spelling{"COMPLEX_ABS", unary<UnaryFn::complex_abs>},
    Spelling{"HASHTABLE"},
    Spelling{"HASHTABLE_FIND"},
    Spelling{"HASHTABLE_IMPORT"},
    Spelling{"HASHTABLE_SIZE"},
    Spelling{"REDUCE_ALL", reduce<ReduceFn::all>},
    Spelling{"CONV_3D_TRANSPOSE", conv_3d_transpose},
    Spelling{"VAR_HANDLE", var_handle},
    Spelling{"READ_VARIABLE", plain<ReadVariable>},
    Spelling{"ASSIGN_VARIABLE", plain<AssignVariable>},
    Spelling{"BROADCAST_ARGS", plain<BroadcastShapes>},
    Spelling{"RANDOM_STANDARD_NORMAL", random},
    Spelling{"BUCKETIZE"},
    Spelling{"RANDOM_UNIFORM", random},
    Spelling{"MULTINOMIAL"},
    Spelling{"GELU", gelu},
    Spelling{"DYNAMIC_UPDATE_SLICE", plain<UpdateSlice>},
    Spelling{"RELU_0_TO_1", unary<UnaryFn::relu_0_to_1>},
    Spelling{"UNSORTED_SEGMENT_PROD"},
    Spelling{"UNSORTED_SEGMENT_MAX"},
    Spelling{"UNSORTED_SEGMENT_SUM"},
    Spelling{"ATAN2", binary<BinaryFn::atan2>},
    Spelling{"UNSORTED_SEGMENT_MIN"},
    Spelling{"SIGN", unary<UnaryFn::sign>},
    Spelling{"BITCAST", bitcast},
    Spelling{"BITWISE_XOR", binary<BinaryFn::bitwise_xor>},
    Spelling{"RIGHT_SHIFT", binary<BinaryFn::shift_right>},
    Spelling{"STABLEHLO_LOGISTIC"},
    Spelling{"STABLEHLO_ADD"},
    Spelling{"STABLEHLO_DIVIDE"},
    Spelling{"STABLEHLO_MULTIPLY"},
    Spelling{"STABLEHLO_MAXIMUM"},
    Spelling{"STABLEHLO_RESHAPE"},
    Spelling{"STABLEHLO_CLAMP"},
    Spelling{"STABLEHLO_CONCATENATE"},
    Spelling{"STABLEHLO_BROADCAST_IN_DIM"},
    Spelling{"STABLEHLO_CONVOLUTION"},
    Spelling{"STABLEHLO_SLICE"},
    Spelling{"STABLEHLO_CUSTOM_CALL"},
    Spelling{"STABLEHLO_REDUCE"},
    Spelling{"STABLEHLO_ABS"},
    Spelling{"STABLEHLO_AND"},
    Spelling{"STABLEHLO_COSINE"},
    Spelling{"STABLEHLO_EXPONENTIAL"},
    Spelling{"STABLEHLO_FLOOR"},
    Spelling{"STABLEHLO_LOG"},
    Spelling{"STABLEHLO_MINIMUM"},
    Spelling{"STABLEHLO_NEGATE"},
    Spelling{"STABLEHLO_OR"},
    Spelling{"STABLEHLO_POWER"},
    Spelling{"STABLEHLO_REMAINDER"},
    Spelling{"STABLEHLO_RSQRT"},
    Spelling{"STABLEHLO_SELECT"},
    Spelling{"STABLEHLO_SUBTRACT"},
    Spelling{"STABLEHLO_TANH"},
    Spelling{"STABLEHLO_SCATTER"},
    Spelling{"STABLEHLO_COMPARE"},
    Spelling{"STABLEHLO_CONVERT"},
    Spelling{"STABLEHLO_DYNAMIC_SLICE"},
    Spelling{"STABLEHLO_DYNAMIC_UPDATE_SLICE"},
    Spelling{"STABLEHLO_PAD"},
    Spelling{"STABLEHLO_IOTA"},
    Spelling{"STABLEHLO_DOT_GENERAL"},
    Spelling{"STABLEHLO_REDUCE_WINDOW"},
    Spelling{"STABLEHLO_SORT"},
    Spelling{"STABLEHLO_WHILE"},
    Spelling{"STABLEHLO_GATHER"},
    Spelling{"STABLEHLO_TRANSPOSE"},
    Spelling{"DILATE"},
    Spelling{"STABLEHLO_RNG_BIT_GENERATOR"},
    Spelling{"REDUCE_WINDOW"},
    Spelling{"STABLEHLO_COMPOSITE", composite},
};

static_assert(kBuiltins[3].name == "CONV_2D" && kBuiltins[54].name == "PRELU" && kBuiltins[118].name == "IF" &&
                  kBuiltins[162].name == "STABLEHLO_LOGISTIC" && kBuiltins[206].name == "STABLEHLO_COMPOSITE",
              "the rows follow the schema's numbers");

// --- custom operators with a public definition -----------------------------------------------------------------------

/// x, w [O, kh, kw, I], bias. The options are the three integers of TfLiteTransposeConvParams: padding (1 SAME, 2
/// VALID), stride across, stride down. Source: mediapipe/util/tflite/operations/transpose_conv_bias.cc.
Op transpose_conv_bias(OperatorReader& reader) {
  constexpr int32_t kSame = 1;
  std::array<int32_t, 3> stored{};
  if (reader.custom_options.size() < sizeof stored) return Opaque{"its options are cut short"};
  std::memcpy(stored.data(), reader.custom_options.data(), sizeof stored);
  return checked(ConvTranspose{.axes = {DataLayout::channels_last, FilterLayout::o_spatial_i},
                               .window = {{{.stride = stored[2]}, {.stride = stored[1]}},
                                          stored[0] == kSame ? Padding::same_upper : Padding::valid}});
}

int64_t option(const OperatorReader& reader, std::string_view key, int64_t fallback) {
  const double value = flexbuffer_number(reader.custom_options, key).value_or(static_cast<double>(fallback));
  return value >= 0 && value <= static_cast<double>(kMaxDim) ? static_cast<int64_t>(value) : 0;
}

/// Source: tensorflow/lite/kernels/detection_postprocess.cc.
Op detection_post_process(OperatorReader& reader) {
  return DetectionPostProcess{.max_detections = option(reader, "max_detections", 0),
                              .classes_per_detection = option(reader, "max_classes_per_detection", 1),
                              .detections_per_class = option(reader, "detections_per_class", 100),
                              .classes = option(reader, "num_classes", 0),
                              .regular_nms = option(reader, "use_regular_nms", 0) != 0};
}

template <SignalFn fn>
Op signal(OperatorReader&) {
  return Signal{.fn = fn};
}

Op signal_rfft(OperatorReader& reader) { return Signal{.fn = SignalFn::rfft, .size = option(reader, "fft_length", 0)}; }

Op signal_energy(OperatorReader& reader) {
  const int64_t bins = option(reader, "end_index", 0) - option(reader, "start_index", 0);
  return Signal{.fn = SignalFn::energy, .size = std::max<int64_t>(bins, 0)};
}

Op signal_filter_bank(OperatorReader& reader) {
  return Signal{.fn = SignalFn::filter_bank, .size = option(reader, "num_channels", 0)};
}

constexpr std::array kCustoms{
    Spelling{"SignalWindow", signal<SignalFn::window>},
    Spelling{"SignalFftAutoScale", signal<SignalFn::fft_auto_scale>},
    Spelling{"SignalRfft", signal_rfft},
    Spelling{"SignalEnergy", signal_energy},
    Spelling{"SignalFilterBank", signal_filter_bank},
    Spelling{"SignalFilterBankSquareRoot", signal<SignalFn::filter_bank_square_root>},
    Spelling{"SignalFilterBankSpectralSubtraction", signal<SignalFn::filter_bank_spectral_subtraction>},
    Spelling{"SignalPCAN", signal<SignalFn::pcan>},
    Spelling{"SignalFilterBankLog", signal<SignalFn::filter_bank_log>},
    Spelling{"Convolution2DTransposeBias", transpose_conv_bias},
    Spelling{"TFLite_Detection_PostProcess", detection_post_process},
};

}  // namespace

size_t builtin_count() { return kBuiltins.size(); }

std::string_view builtin_name(uint32_t code) {
  return code < kBuiltins.size() ? kBuiltins[code].name : std::string_view("UNKNOWN_BUILTIN");
}

Op read_builtin(uint32_t code, OperatorReader& reader) {
  if (code >= kBuiltins.size()) {
    return Opaque{"builtin operator " + std::to_string(code) + " is newer than this version of flopstat"};
  }
  const Spelling& spelling = kBuiltins[code];
  if (spelling.read == nullptr) return Opaque{"there is no rule for the operator " + std::string(spelling.name)};
  return spelling.read(reader);
}

Op read_custom(std::string_view name, OperatorReader& reader) {
  const auto* const found =
      std::find_if(kCustoms.begin(), kCustoms.end(), [name](const Spelling& each) { return each.name == name; });
  if (found != kCustoms.end()) return found->read(reader);
  if (name.starts_with("Flex")) {
    return Opaque{"'" + std::string(name) + "' runs a TensorFlow operation inside TensorFlow Lite; it is not followed"};
  }
  return Opaque{"the custom operator '" + std::string(name) + "' has no public definition"};
}

DType tensor_type(int8_t number) {
  constexpr std::array kTypes{
      DType::f32, DType::f16, DType::i32,  DType::u8,   DType::i64, DType::string,   DType::boolean, DType::i16,
      DType::c64, DType::i8,  DType::f64,  DType::c128, DType::u64, DType::resource, DType::variant, DType::u32,
      DType::u16, DType::i4,  DType::bf16, DType::i2,   DType::u4,  DType::f8e4m3,   DType::f8e5m2};
  return number >= 0 && static_cast<size_t>(number) < kTypes.size() ? kTypes[static_cast<size_t>(number)]
                                                                    : DType::unknown;
}

}  // namespace flopstat::tflite

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

/// The cell's functions are fixed: the activation in the options is not read, as in the runtime.
Op bidirectional_sequence_lstm(OperatorReader& reader) {
  return BidirectionalLstm{.time_major = reader.flag(4, true),
                           .merge_outputs = reader.flag(3),
                           .cell_clip = reader.real(1, 0) > 0,
                           .projection_clip = reader.real(2, 0) > 0,
                           .asymmetric_inputs = reader.flag(5)};
}

Op bidirectional_sequence_rnn(OperatorReader& reader) {
  reader.fuse_activation(1);
  return BidirectionalRnn{
      .time_major = reader.flag(0), .merge_outputs = reader.flag(2), .asymmetric_inputs = reader.flag(3)};
}

Op lsh_projection(OperatorReader& reader) {
  constexpr uint8_t kSparse = 1;
  return LshProjection{.packed = reader.choice(0) == kSparse};
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

template <ReduceFn fn>
Op segment(OperatorReader&) {
  return SegmentReduce{fn};
}

Op embedding_lookup_sparse(OperatorReader& reader) {
  using Combine = EmbeddingBag::Combine;
  switch (reader.choice(0)) {
    case 0: return EmbeddingBag{Combine::sum};
    case 1: return EmbeddingBag{Combine::mean};
    case 2: return EmbeddingBag{Combine::root_mean_square};
    default: return Opaque{"it combines rows in a way that has no name: " + std::to_string(reader.choice(0))};
  }
}

Op unique(OperatorReader& reader) { return Unique{.index = reader.output_type(1)}; }

Op bucketize(OperatorReader& reader) {
  const size_t boundaries = reader.options ? reader.options->vector<float>(0).size() : 0;
  return Bucketize{.boundaries = static_cast<int64_t>(boundaries)};
}

/// The functions by which a window may be reduced, as the schema numbers them.
Op reduce_window(OperatorReader& reader) {
  constexpr std::array kFunctions{ReduceFn::sum, ReduceFn::prod, ReduceFn::min,
                                  ReduceFn::max, ReduceFn::all,  ReduceFn::any};
  const int64_t fn = reader.integer(0) - 1;
  if (fn < 0 || fn >= static_cast<int64_t>(kFunctions.size())) {
    return Opaque{"it reduces windows by a function that has no name: " + std::to_string(fn + 1)};
  }
  return ReduceWindow{.fn = kFunctions[static_cast<size_t>(fn)]};
}

Op top_k(OperatorReader& reader) { return TopK{.index = reader.output_type(1)}; }

Op rfft_2d(OperatorReader&) { return RealFft{.axes = 2}; }

// --- element-wise ----------------------------------------------------------------------------------------------------

Op gelu(OperatorReader& reader) { return Unary{reader.flag(0) ? UnaryFn::gelu_tanh : UnaryFn::gelu_erf}; }

Op select(OperatorReader&) { return Select{.rows = true}; }

Op cast(OperatorReader& reader) { return Cast{.to = reader.output_type()}; }

Op bitcast(OperatorReader& reader) { return Bitcast{.to = reader.output_type()}; }

/// What sparse storage leaves out is 0 in the result, too.
void hand_absent_elements_on(OperatorReader& reader) {
  const Tensor* x = reader.input(0);
  if (x == nullptr || reader.node.outputs.empty() || reader.node.outputs[0] == kAbsent) return;
  reader.graph.tensors[reader.node.outputs[0]].present = x->present;
}

Op densify(OperatorReader& reader) {
  hand_absent_elements_on(reader);
  return Densify{};
}

Op quantize(OperatorReader& reader) { return Quantize{.to = reader.output_type()}; }

Op dequantize(OperatorReader& reader) {
  const Tensor* x = reader.input(0);
  if (x != nullptr && !x->quantization.asymmetric) hand_absent_elements_on(reader);
  return Dequantize{.to = reader.output_type()};
}

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

Op multinomial(OperatorReader& reader) { return Multinomial{.to = reader.output_type()}; }

Op one_hot(OperatorReader& reader) { return OneHot{.axis = reader.integer(0)}; }

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

Op hashtable_find(OperatorReader& reader) { return HashTableFind{.to = reader.output_type()}; }

template <bool soft>
Op non_max_suppression(OperatorReader&) {
  return NonMaxSuppression{soft};
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

// --- operators without a definition in the file ----------------------------------------------------------------------

Op concat_embeddings(OperatorReader&) { return Opaque{"no runtime ever had a kernel for it: its work is not defined"}; }

Op delegate(OperatorReader&) {
  return Opaque{"it stands for a part of a graph that a delegate took over while running: the file does not say which"};
}

Op placeholder(OperatorReader&) {
  return Opaque{"it is no operator: the file's operator code lacks the number that it announces"};
}

Op custom_call(OperatorReader& reader) {
  const std::string_view target = reader.options ? reader.options->string(0) : std::string_view{};
  return Opaque{"it calls '" + std::string(target) + "', a function outside the file"};
}

// --- StableHLO: the sizes of a result are those that the file states -------------------------------------------------

/// The stated sizes of a result as an operand; none where a size is open.
TensorId stated_sizes(OperatorReader& reader, size_t result = 0) {
  if (result >= reader.node.outputs.size() || reader.node.outputs[result] == kAbsent) return kAbsent;
  const Tensor& tensor = reader.graph.tensors[reader.node.outputs[result]];
  if (!tensor.dims) return kAbsent;
  std::vector<int64_t> sizes;
  for (const Dim& dim : *tensor.dims) {
    if (dim.size < 0) return kAbsent;
    sizes.push_back(dim.size);
  }
  return add_constant(reader.graph, sizes);
}

/// A list in the options as an operand; none where it is empty.
TensorId listed(OperatorReader& reader, uint32_t slot) {
  const std::vector<int64_t> values = reader.list(slot);
  return values.empty() ? kAbsent : add_constant(reader.graph, values);
}

/// Operands of which only the first comes from the file.
void operands(OperatorReader& reader, std::vector<TensorId> behind_first) {
  reader.node.inputs.resize(1, kAbsent);
  reader.node.inputs.insert(reader.node.inputs.end(), behind_first.begin(), behind_first.end());
}

Op hlo_reshape(OperatorReader& reader) {
  operands(reader, {stated_sizes(reader)});
  return Reshape{.zero_is_zero = true};
}

/// low, x, high
Op hlo_clamp(OperatorReader& reader) {
  reader.reorder({1, 0, 2});
  return Unary{UnaryFn::clip};
}

Op hlo_concatenate(OperatorReader& reader) { return Concat{.axis = reader.wide(0)}; }

Op hlo_broadcast_in_dim(OperatorReader& reader) {
  operands(reader, {stated_sizes(reader)});
  return BroadcastInto{.axes = reader.list(0)};
}

Op hlo_slice(OperatorReader& reader) {
  operands(reader, {add_constant(reader.graph, reader.list(0)), add_constant(reader.graph, reader.list(1)), kAbsent,
                    listed(reader, 2)});
  return SliceTo{};
}

Op hlo_transpose(OperatorReader& reader) {
  operands(reader, {add_constant(reader.graph, reader.list(0))});
  return Transpose{};
}

Op hlo_dynamic_slice(OperatorReader& reader) { return DynamicSlice{.sizes = reader.list(0)}; }

Op hlo_pad(OperatorReader& reader) {
  return PadBetween{.before = reader.list(0), .between = reader.list(2), .after = reader.list(1)};
}

Op hlo_iota(OperatorReader& reader) {
  reader.node.inputs = {stated_sizes(reader)};
  return Iota{.axis = reader.wide(0), .to = reader.output_type()};
}

Op hlo_rng_bit_generator(OperatorReader& reader) {
  operands(reader, {stated_sizes(reader, 1)});
  return RandomBits{.to = reader.output_type(1)};
}

template <BinaryFn on_booleans, BinaryFn on_integers>
Op hlo_logic(OperatorReader& reader) {
  return Binary{reader.output_type() == DType::boolean ? on_booleans : on_integers};
}

Op hlo_compare(OperatorReader& reader) {
  constexpr std::array kDirections{BinaryFn::equal,   BinaryFn::not_equal,  BinaryFn::greater_equal,
                                   BinaryFn::greater, BinaryFn::less_equal, BinaryFn::less};
  const auto direction = static_cast<size_t>(reader.integer(0));
  if (direction >= kDirections.size()) return Opaque{"it compares in a direction that has no name"};
  return Binary{kDirections[direction]};
}

/// The function of a body that does nothing but combine two values.
std::optional<BinaryFn> combination(const Body& body) {
  if (body.operators != 1) return std::nullopt;
  switch (body.code) {
    case 0:
    case 163: return BinaryFn::add;
    case 18:
    case 165: return BinaryFn::mul;
    case 55:
    case 166: return BinaryFn::maximum;
    case 57:
    case 181: return BinaryFn::minimum;
    case 86:
    case 176: return BinaryFn::logical_and;
    case 84:
    case 183: return BinaryFn::logical_or;
    default: return std::nullopt;
  }
}

std::optional<ReduceFn> reduction(const Body& body) {
  const std::optional<BinaryFn> fn = combination(body);
  if (!fn) return std::nullopt;
  switch (*fn) {
    case BinaryFn::add: return ReduceFn::sum;
    case BinaryFn::mul: return ReduceFn::prod;
    case BinaryFn::maximum: return ReduceFn::max;
    case BinaryFn::minimum: return ReduceFn::min;
    case BinaryFn::logical_and: return ReduceFn::all;
    case BinaryFn::logical_or: return ReduceFn::any;
    default: return std::nullopt;
  }
}

Body body_of(const OperatorReader& reader, uint32_t slot) {
  const int64_t graph = reader.integer(slot);
  return reader.body && graph >= 0 ? reader.body(static_cast<uint32_t>(graph)) : Body{};
}

Opaque no_plain_body() { return Opaque{"its body is more than one operation on two values: it is not followed"}; }

/// x, start value
Op hlo_reduce(OperatorReader& reader) {
  const std::optional<ReduceFn> fn = reduction(body_of(reader, 1));
  if (!fn || reader.operands() != 2) return no_plain_body();
  reader.node.inputs = {reader.node.inputs[0], add_constant(reader.graph, reader.list(0)), reader.node.inputs[1]};
  return Reduce{.fn = *fn, .keep_dims = false, .none_means_none = true};
}

/// x, start value
Op hlo_reduce_window(OperatorReader& reader) {
  const std::optional<ReduceFn> fn = reduction(body_of(reader, 5));
  if (!fn || reader.operands() != 2) return no_plain_body();
  reader.node.inputs.insert(reader.node.inputs.end(), {listed(reader, 0), listed(reader, 1), listed(reader, 3)});
  return ReduceWindow{.fn = *fn, .base_dilation = reader.list(2), .padding = reader.list(4)};
}

/// A body without operators puts the update in place of what is there.
Op hlo_scatter(OperatorReader& reader) {
  const Body body = body_of(reader, 6);
  const std::optional<BinaryFn> fn = combination(body);
  if (reader.operands() != 3 || (body.operators != 0 && !fn)) return no_plain_body();
  return ScatterReduce{fn};
}

Op hlo_gather(OperatorReader& reader) {
  return GatherBoxes{.sizes = reader.list(4),
                     .dropped_axes = reader.list(1),
                     .box_axes = reader.list(0),
                     .index_axis = reader.wide(3)};
}

Op hlo_sort(OperatorReader& reader) { return Sort{.axis = reader.wide(0)}; }

Op hlo_convolution(OperatorReader& reader) {
  GeneralConv conv{.x = {reader.wide(5), reader.wide(6), reader.list(7)},
                   .w = {reader.wide(8), reader.wide(9), reader.list(10)},
                   .y = {reader.wide(11), reader.wide(12), reader.list(13)},
                   .base_dilation = reader.list(2),
                   .groups = std::max<int64_t>(reader.wide(14), 1),
                   .batch_groups = std::max<int64_t>(reader.wide(15), 1)};
  const size_t axes = conv.x.spatial.size();
  const auto entry = [](const std::vector<int64_t>& list, size_t i, int64_t otherwise) {
    return i < list.size() ? list[i] : otherwise;
  };
  const std::vector<int64_t> strides = reader.list(0);
  const std::vector<int64_t> pads = reader.list(1);
  const std::vector<int64_t> dilations = reader.list(3);
  conv.base_dilation.resize(axes, 1);
  for (size_t i = 0; i < axes; ++i) {
    conv.window.axes.push_back({.stride = entry(strides, i, 1),
                                .dilation = entry(dilations, i, 1),
                                .pad_before = entry(pads, 2 * i, 0),
                                .pad_after = entry(pads, 2 * i + 1, 0)});
  }
  return checked(std::move(conv));
}

/// The product as an equation: batch axes first, then what remains of each operand.
Op hlo_dot_general(OperatorReader& reader) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const Tensor* left = reader.input(0);
  const Tensor* right = reader.input(1);
  if (left == nullptr || right == nullptr || !left->dims || !right->dims ||
      left->dims->size() + right->dims->size() > kLetters.size()) {
    return Opaque{"the file does not say how many axes its operands have"};
  }
  std::string a(kLetters.substr(0, left->dims->size()));
  std::string b(kLetters.substr(a.size(), right->dims->size()));
  std::string summed;
  std::string batch;
  const auto pair = [&](uint32_t left_slot, uint32_t right_slot, std::string& into) {
    const std::vector<int64_t> of_left = reader.list(left_slot);
    const std::vector<int64_t> of_right = reader.list(right_slot);
    bool fits = of_left.size() == of_right.size();
    for (size_t i = 0; fits && i < of_left.size(); ++i) {
      const auto l = static_cast<size_t>(of_left[i]);
      const auto r = static_cast<size_t>(of_right[i]);
      fits = l < a.size() && r < b.size();
      if (fits) into += b[r] = a[l];
    }
    return fits;
  };
  if (!pair(0, 1, batch) || !pair(2, 3, summed)) return Opaque{"its axes do not fit its operands"};
  std::string result = batch;
  for (const char letter : a + b) {
    if (summed.find(letter) == std::string::npos && result.find(letter) == std::string::npos) result += letter;
  }
  return Einsum{a + "," + b + "->" + result};
}

// --- the numbers that versions of the schema use for different operators ---------------------------------------------

Op shift_left_or_complex(OperatorReader& reader) {
  if (!is_complex(reader.output_type())) return Binary{BinaryFn::shift_left};
  reader.node.type = "COMPLEX";
  return Cast{.to = reader.output_type()};
}

/// A number chooses among graphs.
Op hlo_case(OperatorReader& reader) {
  constexpr uint8_t kCaseOptions = 23;
  if (!reader.options || reader.options_2_type != kCaseOptions || reader.options->vector<int32_t>(0).empty()) {
    return Opaque{"the file does not say among which graphs it chooses"};
  }
  return Case{reader.options->vector<int32_t>(0).copy<GraphId>()};
}

// --- the table -------------------------------------------------------------------------------------------------------

struct Spelling {
  std::string_view name;
  Read read;
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
    Spelling{"HASHTABLE_LOOKUP", plain<KeyLookup>},
    Spelling{"L2_NORMALIZATION", l2_normalization},
    Spelling{"L2_POOL_2D", pool_2d<PoolFn::l2>},
    Spelling{"LOCAL_RESPONSE_NORMALIZATION", local_response_normalization},
    Spelling{"LOGISTIC", unary<UnaryFn::sigmoid>},
    Spelling{"LSH_PROJECTION", lsh_projection},
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
    Spelling{"CONCAT_EMBEDDINGS", concat_embeddings},
    Spelling{"SKIP_GRAM", plain<SkipGram>},
    Spelling{"CALL", call},
    Spelling{"CUSTOM", placeholder},
    Spelling{"EMBEDDING_LOOKUP_SPARSE", embedding_lookup_sparse},
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
    Spelling{"BIDIRECTIONAL_SEQUENCE_RNN", bidirectional_sequence_rnn},
    Spelling{"EXP", unary<UnaryFn::exp>},
    Spelling{"TOPK_V2", top_k},
    Spelling{"SPLIT", split},
    Spelling{"LOG_SOFTMAX", log_softmax},
    Spelling{"DELEGATE", delegate},
    Spelling{"BIDIRECTIONAL_SEQUENCE_LSTM", bidirectional_sequence_lstm},
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
    Spelling{"SPARSE_TO_DENSE", plain<SparseToDense>},
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
    Spelling{"UNIQUE", unique},
    Spelling{"CEIL", unary<UnaryFn::ceil>},
    Spelling{"REVERSE_V2", plain<Reverse>},
    Spelling{"ADD_N", binary<BinaryFn::add>},
    Spelling{"GATHER_ND", plain<GatherNd>},
    Spelling{"COS", unary<UnaryFn::cos>},
    Spelling{"WHERE", plain<NonZero>},
    Spelling{"RANK", rank},
    Spelling{"ELU", unary<UnaryFn::elu>},
    Spelling{"REVERSE_SEQUENCE", plain<Reverse>},
    Spelling{"MATRIX_DIAG", plain<MatrixDiag>},
    Spelling{"QUANTIZE", quantize},
    Spelling{"MATRIX_SET_DIAG", plain<MatrixSetDiag>},
    Spelling{"ROUND", unary<UnaryFn::round>},
    Spelling{"HARD_SWISH", unary<UnaryFn::hard_swish>},
    Spelling{"IF", if_then_else},
    Spelling{"WHILE", while_loop},
    Spelling{"NON_MAX_SUPPRESSION_V4", non_max_suppression<false>},
    Spelling{"NON_MAX_SUPPRESSION_V5", non_max_suppression<true>},
    Spelling{"SCATTER_ND", plain<ScatterNd>},
    Spelling{"SELECT_V2", plain<Select>},
    Spelling{"DENSIFY", densify},
    Spelling{"SEGMENT_SUM", segment<ReduceFn::sum>},
    Spelling{"BATCH_MATMUL", batch_matmul},
    Spelling{"PLACEHOLDER_FOR_GREATER_OP_CODES", placeholder},
    Spelling{"CUMSUM", plain<Cumulate>},
    Spelling{"CALL_ONCE", call_once},
    Spelling{"BROADCAST_TO", plain<Expand>},
    Spelling{"RFFT2D", rfft_2d},
    Spelling{"CONV_3D", conv_3d},
    Spelling{"IMAG", unary<UnaryFn::imag>},
    Spelling{"REAL", unary<UnaryFn::real>},
    Spelling{"COMPLEX_ABS", unary<UnaryFn::complex_abs>},
    Spelling{"HASHTABLE", plain<HashTable>},
    Spelling{"HASHTABLE_FIND", hashtable_find},
    Spelling{"HASHTABLE_IMPORT", plain<HashTableImport>},
    Spelling{"HASHTABLE_SIZE", plain<HashTableSize>},
    Spelling{"REDUCE_ALL", reduce<ReduceFn::all>},
    Spelling{"CONV_3D_TRANSPOSE", conv_3d_transpose},
    Spelling{"VAR_HANDLE", var_handle},
    Spelling{"READ_VARIABLE", plain<ReadVariable>},
    Spelling{"ASSIGN_VARIABLE", plain<AssignVariable>},
    Spelling{"BROADCAST_ARGS", plain<BroadcastShapes>},
    Spelling{"RANDOM_STANDARD_NORMAL", random},
    Spelling{"BUCKETIZE", bucketize},
    Spelling{"RANDOM_UNIFORM", random},
    Spelling{"MULTINOMIAL", multinomial},
    Spelling{"GELU", gelu},
    Spelling{"DYNAMIC_UPDATE_SLICE", plain<UpdateSlice>},
    Spelling{"RELU_0_TO_1", unary<UnaryFn::relu_0_to_1>},
    Spelling{"UNSORTED_SEGMENT_PROD", segment<ReduceFn::prod>},
    Spelling{"UNSORTED_SEGMENT_MAX", segment<ReduceFn::max>},
    Spelling{"UNSORTED_SEGMENT_SUM", segment<ReduceFn::sum>},
    Spelling{"ATAN2", binary<BinaryFn::atan2>},
    Spelling{"UNSORTED_SEGMENT_MIN", segment<ReduceFn::min>},
    Spelling{"SIGN", unary<UnaryFn::sign>},
    Spelling{"BITCAST", bitcast},
    Spelling{"BITWISE_XOR", binary<BinaryFn::bitwise_xor>},
    Spelling{"RIGHT_SHIFT", binary<BinaryFn::shift_right>},
    Spelling{"STABLEHLO_LOGISTIC", unary<UnaryFn::sigmoid>},
    Spelling{"STABLEHLO_ADD", binary<BinaryFn::add>},
    Spelling{"STABLEHLO_DIVIDE", binary<BinaryFn::div>},
    Spelling{"STABLEHLO_MULTIPLY", binary<BinaryFn::mul>},
    Spelling{"STABLEHLO_MAXIMUM", binary<BinaryFn::maximum>},
    Spelling{"STABLEHLO_RESHAPE", hlo_reshape},
    Spelling{"STABLEHLO_CLAMP", hlo_clamp},
    Spelling{"STABLEHLO_CONCATENATE", hlo_concatenate},
    Spelling{"STABLEHLO_BROADCAST_IN_DIM", hlo_broadcast_in_dim},
    Spelling{"STABLEHLO_CONVOLUTION", hlo_convolution},
    Spelling{"STABLEHLO_SLICE", hlo_slice},
    Spelling{"STABLEHLO_CUSTOM_CALL", custom_call},
    Spelling{"STABLEHLO_REDUCE", hlo_reduce},
    Spelling{"STABLEHLO_ABS", unary<UnaryFn::abs>},
    Spelling{"STABLEHLO_AND", hlo_logic<BinaryFn::logical_and, BinaryFn::bitwise_and>},
    Spelling{"STABLEHLO_COSINE", unary<UnaryFn::cos>},
    Spelling{"STABLEHLO_EXPONENTIAL", unary<UnaryFn::exp>},
    Spelling{"STABLEHLO_FLOOR", unary<UnaryFn::floor>},
    Spelling{"STABLEHLO_LOG", unary<UnaryFn::log>},
    Spelling{"STABLEHLO_MINIMUM", binary<BinaryFn::minimum>},
    Spelling{"STABLEHLO_NEGATE", unary<UnaryFn::neg>},
    Spelling{"STABLEHLO_OR", hlo_logic<BinaryFn::logical_or, BinaryFn::bitwise_or>},
    Spelling{"STABLEHLO_POWER", binary<BinaryFn::pow>},
    Spelling{"STABLEHLO_REMAINDER", binary<BinaryFn::mod>},
    Spelling{"STABLEHLO_RSQRT", unary<UnaryFn::rsqrt>},
    Spelling{"STABLEHLO_SELECT", plain<Select>},
    Spelling{"STABLEHLO_SUBTRACT", binary<BinaryFn::sub>},
    Spelling{"STABLEHLO_TANH", unary<UnaryFn::tanh>},
    Spelling{"STABLEHLO_SCATTER", hlo_scatter},
    Spelling{"STABLEHLO_COMPARE", hlo_compare},
    Spelling{"STABLEHLO_CONVERT", cast},
    Spelling{"STABLEHLO_DYNAMIC_SLICE", hlo_dynamic_slice},
    Spelling{"STABLEHLO_DYNAMIC_UPDATE_SLICE", plain<UpdateSlice>},
    Spelling{"STABLEHLO_PAD", hlo_pad},
    Spelling{"STABLEHLO_IOTA", hlo_iota},
    Spelling{"STABLEHLO_DOT_GENERAL", hlo_dot_general},
    Spelling{"STABLEHLO_REDUCE_WINDOW", hlo_reduce_window},
    Spelling{"STABLEHLO_SORT", hlo_sort},
    Spelling{"STABLEHLO_WHILE", while_loop},
    Spelling{"STABLEHLO_GATHER", hlo_gather},
    Spelling{"STABLEHLO_TRANSPOSE", hlo_transpose},
    Spelling{"DILATE", plain<Dilate>},
    Spelling{"STABLEHLO_RNG_BIT_GENERATOR", hlo_rng_bit_generator},
    Spelling{"REDUCE_WINDOW", reduce_window},
    Spelling{"STABLEHLO_COMPOSITE", composite},
};

static_assert(kBuiltins[3].name == "CONV_2D" && kBuiltins[54].name == "PRELU" && kBuiltins[118].name == "IF" &&
                  kBuiltins[162].name == "STABLEHLO_LOGISTIC" && kBuiltins[206].name == "STABLEHLO_COMPOSITE",
              "the rows follow the schema's numbers");

/// What follows means different things in different versions of the schema.
constexpr std::array kNewBuiltins{
    Spelling{"STABLEHLO_SHIFT_LEFT", shift_left_or_complex},
    Spelling{"STABLEHLO_CBRT", unary<UnaryFn::cbrt>},
    Spelling{"STABLEHLO_CASE", hlo_case},
};

/// Null for a code that the schema did not have when this was written.
const Spelling* builtin(uint32_t code) {
  if (code < kBuiltins.size()) return &kBuiltins[code];
  const size_t place = code - kBuiltins.size();
  return place < kNewBuiltins.size() ? &kNewBuiltins[place] : nullptr;
}

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

/// Options of the circular buffers, each in samples.
Op signal_framer(OperatorReader& reader) {
  return Signal{
      .fn = SignalFn::framer, .size = option(reader, "frame_size", 0), .step = option(reader, "frame_step", 0)};
}

Op signal_overlap_add(OperatorReader& reader) {
  return Signal{.fn = SignalFn::overlap_add, .step = option(reader, "frame_step", 0)};
}

Op signal_irfft(OperatorReader& reader) {
  return Signal{.fn = SignalFn::irfft, .size = option(reader, "fft_length", 0)};
}

/// A stack is the frame of this run with those before and behind it.
Op signal_stacker(OperatorReader& reader) {
  const int64_t channels = option(reader, "num_channels", 0);
  const int64_t frames = option(reader, "stacker_left_context", 0) + 1 + option(reader, "stacker_right_context", 0);
  const bool fits = channels == 0 || frames <= kMaxDim / channels;
  return Signal{.fn = SignalFn::stacker, .size = fits ? channels * frames : 0};
}

/// Source: tensorflow/lite/kernels/audio_spectrogram.cc.
Op audio_spectrogram(OperatorReader& reader) {
  return AudioSpectrogram{.window = option(reader, "window_size", 0),
                          .stride = option(reader, "stride", 0),
                          .squared = option(reader, "magnitude_squared", 0) != 0};
}

/// Source: tensorflow/lite/kernels/mfcc.cc.
Op mfcc(OperatorReader& reader) {
  return Mfcc{.filters = option(reader, "filterbank_channel_count", 0),
              .coefficients = option(reader, "dct_coefficient_count", 0),
              .lower_frequency = flexbuffer_number(reader.custom_options, "lower_frequency_limit").value_or(0),
              .upper_frequency = flexbuffer_number(reader.custom_options, "upper_frequency_limit").value_or(0)};
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
    Spelling{"SignalDelay", signal<SignalFn::delay>},
    Spelling{"SignalFramer", signal_framer},
    Spelling{"SignalStacker", signal_stacker},
    Spelling{"SignalOverlapAdd", signal_overlap_add},
    Spelling{"SignalIrfft", signal_irfft},
    Spelling{"AudioSpectrogram", audio_spectrogram},
    Spelling{"Mfcc", mfcc},
    Spelling{"Convolution2DTransposeBias", transpose_conv_bias},
    Spelling{"TFLite_Detection_PostProcess", detection_post_process},
};

struct AsAttribute {
  AttributeValue operator()(const std::vector<int64_t>& numbers) const { return numbers; }
  AttributeValue operator()(const std::vector<double>& numbers) const { return numbers; }
  AttributeValue operator()(std::string_view text) const { return std::string(text); }
};

/// What the options of a custom operator hold, where they are a map.
std::shared_ptr<const Attributes> attributes_in(Bytes options) {
  auto attributes = std::make_shared<Attributes>();
  for (const FlexEntry& entry : flexbuffer_entries(options, kMaxAttributes, kMaxAttributeNumbers)) {
    attributes->push_back({std::string(entry.key), std::visit(AsAttribute{}, entry.value)});
  }
  return attributes;
}

}  // namespace

size_t builtin_count() { return kBuiltins.size(); }

std::string_view builtin_name(uint32_t code) {
  const Spelling* spelling = builtin(code);
  return spelling == nullptr ? std::string_view("UNKNOWN_BUILTIN") : spelling->name;
}

Op read_builtin(uint32_t code, OperatorReader& reader) {
  const Spelling* spelling = builtin(code);
  if (spelling != nullptr) return spelling->read(reader);
  return Opaque{"builtin operator " + std::to_string(code) + " is newer than this version of flopstat"};
}

Op read_custom(std::string_view name, OperatorReader& reader) {
  const auto* const found =
      std::find_if(kCustoms.begin(), kCustoms.end(), [name](const Spelling& each) { return each.name == name; });
  if (found != kCustoms.end()) return found->read(reader);
  std::shared_ptr<const Attributes> attributes = attributes_in(reader.custom_options);
  if (name.starts_with("Flex")) {
    return Opaque{"'" + std::string(name) + "' runs a TensorFlow operation inside TensorFlow Lite; it is not followed",
                  std::move(attributes)};
  }
  return Opaque{"the custom operator '" + std::string(name) + "' has no public definition", std::move(attributes)};
}

DType tensor_type(int8_t number) {
  constexpr std::array kTypes{
      DType::f32, DType::f16, DType::i32,  DType::u8,   DType::i64, DType::string,   DType::boolean, DType::i16,
      DType::c64, DType::i8,  DType::f64,  DType::c128, DType::u64, DType::resource, DType::variant, DType::u32,
      DType::u16, DType::i4,  DType::bf16, DType::i2,   DType::u4,  DType::f8e4m3,   DType::f8e5m2};
  const auto index = static_cast<uint8_t>(number);  // a negative one lies behind the table
  return index < kTypes.size() ? kTypes[index] : DType::unknown;
}

}  // namespace flopstat::tflite

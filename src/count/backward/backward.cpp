#include "count/backward/backward.h"

#include <concepts>
#include <string>
#include <variant>

#include "count/backward/rules.h"

namespace flopstat {
namespace {

using namespace backward_rules;

template <class Op, class... Listed>
concept IsOneOf = (std::same_as<Op, Listed> || ...);

/// Operations that have a rule of their own.
template <class Op>
concept HasRule =
    IsOneOf<Op, Conv, ConvTranspose, GeneralConv, MatMul, Einsum, Attention, RotaryEmbedding, Lstm, BasicLstm,
            BlockLstm, Recurrent, StackedRecurrent, Rnn, Unary, Binary, Select, Softmax, BatchNorm, Normalize, L2Norm,
            NegativeLogLikelihood, Pool, Reduce, Cumulate, Resize, Pad, ScatterReduce, Dequantize, TopK>;

/// Operations that move elements, each to one place or to none.
template <class Op>
concept Moves = IsOneOf<Op, Reshape, Squeeze, Unsqueeze, Flatten, Identity, Cast, Transpose, Concat, Split, Slice,
                        SliceTo, StridedSlice, DynamicSlice, PadBetween, Dilate, Stack, Unstack, Reverse, CenterCropPad,
                        Compress, Triangle, MatrixDiag, MatrixSetDiag, SpaceToBatch, BatchToSpace, SpaceToDepth,
                        DepthToSpace, UpdateSlice, ScatterNd, ScatterInto, Unpool, Sort, MakeSequence, SequenceAt,
                        SequenceInsert, SequenceErase, SplitToSequence, ConcatSequence, ReadVariable, Densify>;

/// Operations that read elements several times.
template <class Op>
concept Copies = IsOneOf<Op, Tile, Expand, BroadcastInto>;

/// Operations that read elements by index.
template <class Op>
concept Gathers = IsOneOf<Op, Gather, GatherNd, GatherElements, GatherBoxes>;

/// Operations whose results do not depend smoothly on their operands, or on their sizes alone.
template <class Op>
concept Stops =
    IsOneOf<Op, ShapeOf, SizeOf, Fill, EyeLike, RandomLike, ZerosLike, Range, Random, RandomBits, Multinomial, Iota,
            OneHot, BroadcastShapes, ArgReduce, Unique, Bucketize, Hardmax, NonZero, SequenceLength, HasValue,
            NonMaxSuppression, VarHandle, AssignVariable, HashTable, HashTableFind, HashTableImport, HashTableSize,
            KeyLookup, SkipGram, LshProjection, CountNgrams, WindowFunction, MelWeights, CallOnce>;

/// Operations that training does not go through here: called graphs are entered, and these have no gradient rule.
template <class Op>
concept HasNoRule =
    IsOneOf<Op, DeformConv, LinearAttention, AffineGrid, Determinant, BidirectionalLstm, BidirectionalRnn, Svdf,
            RealFft, ReduceWindow, Morphology, Lrn, GridSample, WarpImages, RoiPool, ColumnsToImage, Bitcast, Quantize,
            DynamicQuantize, FakeQuantize, SegmentReduce, EmbeddingBag, SparseToDense, MapValues, TreeEnsemble,
            SupportVectors, FourierTransform, ShortTimeFourier, Signal, AudioSpectrogram, Mfcc, DetectionPostProcess,
            Call, If, Case, While, Loop, Scan, Opaque>;

template <class Op>
Known<Backward> visit(const Op& op, const Operands& operands, const Flow& flow) {
  static_assert(HasRule<Op> + Moves<Op> + Copies<Op> + Gathers<Op> + Stops<Op> + HasNoRule<Op> == 1,
                "every operation stands in exactly one of the lists above");
  if constexpr (HasRule<Op>) {
    return rule(op, operands, flow);
  } else if constexpr (Moves<Op>) {
    return moved();
  } else if constexpr (Copies<Op>) {
    return copied(operands, flow);
  } else if constexpr (Gathers<Op>) {
    return gathered(operands, flow, 1);
  } else {
    return Unknown{"there is no gradient rule for the operation " + std::string(op.name)};
  }
}

bool is_flat(UnaryFn fn) {
  return fn == UnaryFn::sign || fn == UnaryFn::floor || fn == UnaryFn::ceil || fn == UnaryFn::round ||
         fn == UnaryFn::logical_not || fn == UnaryFn::bitwise_not || fn == UnaryFn::is_nan || fn == UnaryFn::is_inf ||
         fn == UnaryFn::sign_bit || fn == UnaryFn::matches_text;
}

}  // namespace

Known<Backward> backward(const Op& op, const Operands& operands, const Flow& flow) {
  return std::visit([&](const auto& each) { return visit(each, operands, flow); }, op);
}

bool stops_gradient(const Op& op) {
  if (const auto* unary = std::get_if<Unary>(&op)) return is_flat(unary->fn);
  if (const auto* binary = std::get_if<Binary>(&op)) return binary->fn == BinaryFn::floor_div;
  return std::visit([]<class Op>(const Op&) { return Stops<Op>; }, op);
}

bool is_never_trained(const Op& op, size_t operand) {
  if (std::holds_alternative<BatchNorm>(op)) return operand >= 3;
  return std::holds_alternative<RotaryEmbedding>(op) && operand > 0;
}

}  // namespace flopstat

#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "flopstat/known.h"
#include "model/cost.h"
#include "model/op.h"
#include "ops/operands.h"

namespace flopstat {

/// Values of a node's results, one per result that the operation documents.
using Inferred = Known<std::vector<Value>>;

/// The only result of a node.
inline std::vector<Value> one_result(DType dtype, Shape shape) {
  std::vector<Value> results;
  results.push_back({.dtype = dtype, .shape = std::move(shape)});
  return results;
}

// Three functions give an operation its meaning:
//   infer  the type, shape and (for small tensors) element values of its results. Every operand that is present is
//          known. Unknown: the shape depends on input data, or the operands do not fit together.
//   count  the work of one run; operands and results are known. Unknown: there is no formula for it.
//   role   what its i-th operand is for.
// A macro, because the three declarations are the same for each of the operations and one that is left out must not
// compile.
#define FLOPSTAT_DECLARE_OP(Operation)                              \
  Inferred infer(const Operation& op, const Operands& operands);    \
  Known<Cost> count(const Operation& op, const Operands& operands); \
  Role role(const Operation& op, size_t operand)

// conv.cpp
FLOPSTAT_DECLARE_OP(Conv);
FLOPSTAT_DECLARE_OP(ConvTranspose);
// general_conv.cpp
FLOPSTAT_DECLARE_OP(GeneralConv);
// deform_conv.cpp
FLOPSTAT_DECLARE_OP(DeformConv);
// attention.cpp
FLOPSTAT_DECLARE_OP(Attention);
FLOPSTAT_DECLARE_OP(LinearAttention);
FLOPSTAT_DECLARE_OP(RotaryEmbedding);
// linear_algebra.cpp
FLOPSTAT_DECLARE_OP(AffineGrid);
FLOPSTAT_DECLARE_OP(Determinant);
// matmul.cpp
FLOPSTAT_DECLARE_OP(MatMul);
// einsum.cpp
FLOPSTAT_DECLARE_OP(Einsum);
// lstm.cpp
FLOPSTAT_DECLARE_OP(Lstm);
FLOPSTAT_DECLARE_OP(BasicLstm);
FLOPSTAT_DECLARE_OP(BlockLstm);
// recurrent.cpp
FLOPSTAT_DECLARE_OP(Recurrent);
FLOPSTAT_DECLARE_OP(StackedRecurrent);
FLOPSTAT_DECLARE_OP(Rnn);
// bidirectional.cpp
FLOPSTAT_DECLARE_OP(BidirectionalLstm);
FLOPSTAT_DECLARE_OP(BidirectionalRnn);
// svdf.cpp
FLOPSTAT_DECLARE_OP(Svdf);
// fourier.cpp
FLOPSTAT_DECLARE_OP(RealFft);
// signal.cpp
FLOPSTAT_DECLARE_OP(Signal);
// audio.cpp
FLOPSTAT_DECLARE_OP(AudioSpectrogram);
FLOPSTAT_DECLARE_OP(Mfcc);
// pool.cpp
FLOPSTAT_DECLARE_OP(Pool);
FLOPSTAT_DECLARE_OP(Lrn);
// morphology.cpp
FLOPSTAT_DECLARE_OP(Morphology);
// reduce_window.cpp
FLOPSTAT_DECLARE_OP(ReduceWindow);
// resize.cpp
FLOPSTAT_DECLARE_OP(Resize);
// sample.cpp: tensors read between their points
FLOPSTAT_DECLARE_OP(GridSample);
FLOPSTAT_DECLARE_OP(WarpImages);
FLOPSTAT_DECLARE_OP(RoiPool);
// unpool.cpp
FLOPSTAT_DECLARE_OP(Unpool);
FLOPSTAT_DECLARE_OP(ColumnsToImage);
// elementwise.cpp
FLOPSTAT_DECLARE_OP(Unary);
FLOPSTAT_DECLARE_OP(Binary);
FLOPSTAT_DECLARE_OP(Select);
FLOPSTAT_DECLARE_OP(Cast);
FLOPSTAT_DECLARE_OP(Bitcast);
// quantize.cpp
FLOPSTAT_DECLARE_OP(Quantize);
FLOPSTAT_DECLARE_OP(Dequantize);
FLOPSTAT_DECLARE_OP(DynamicQuantize);
FLOPSTAT_DECLARE_OP(FakeQuantize);
FLOPSTAT_DECLARE_OP(Densify);
// normalize.cpp
FLOPSTAT_DECLARE_OP(Softmax);
FLOPSTAT_DECLARE_OP(BatchNorm);
FLOPSTAT_DECLARE_OP(Normalize);
FLOPSTAT_DECLARE_OP(Hardmax);
FLOPSTAT_DECLARE_OP(L2Norm);
// loss.cpp
FLOPSTAT_DECLARE_OP(NegativeLogLikelihood);
// reduce.cpp
FLOPSTAT_DECLARE_OP(Reduce);
FLOPSTAT_DECLARE_OP(ArgReduce);
FLOPSTAT_DECLARE_OP(Cumulate);
FLOPSTAT_DECLARE_OP(TopK);
// segment.cpp: sums of what belongs together
FLOPSTAT_DECLARE_OP(SegmentReduce);
FLOPSTAT_DECLARE_OP(EmbeddingBag);
// order.cpp: elements compared with each other or with boundaries
FLOPSTAT_DECLARE_OP(Sort);
FLOPSTAT_DECLARE_OP(Unique);
FLOPSTAT_DECLARE_OP(Bucketize);
// key_lookup.cpp: tables of keys and values, hashes, text
FLOPSTAT_DECLARE_OP(KeyLookup);
FLOPSTAT_DECLARE_OP(HashTable);
FLOPSTAT_DECLARE_OP(HashTableFind);
FLOPSTAT_DECLARE_OP(HashTableImport);
FLOPSTAT_DECLARE_OP(HashTableSize);
FLOPSTAT_DECLARE_OP(LshProjection);
FLOPSTAT_DECLARE_OP(SkipGram);
// view.cpp
FLOPSTAT_DECLARE_OP(Reshape);
FLOPSTAT_DECLARE_OP(Squeeze);
FLOPSTAT_DECLARE_OP(Unsqueeze);
FLOPSTAT_DECLARE_OP(Flatten);
FLOPSTAT_DECLARE_OP(Identity);
// generate.cpp
FLOPSTAT_DECLARE_OP(ShapeOf);
FLOPSTAT_DECLARE_OP(SizeOf);
FLOPSTAT_DECLARE_OP(Fill);
FLOPSTAT_DECLARE_OP(EyeLike);
FLOPSTAT_DECLARE_OP(RandomLike);
FLOPSTAT_DECLARE_OP(ZerosLike);
FLOPSTAT_DECLARE_OP(Range);
FLOPSTAT_DECLARE_OP(Random);
FLOPSTAT_DECLARE_OP(RandomBits);
FLOPSTAT_DECLARE_OP(Multinomial);
FLOPSTAT_DECLARE_OP(Iota);
FLOPSTAT_DECLARE_OP(OneHot);
FLOPSTAT_DECLARE_OP(BroadcastShapes);
// rearrange.cpp: every element of the operand, perhaps several times
FLOPSTAT_DECLARE_OP(Transpose);
FLOPSTAT_DECLARE_OP(Pad);
FLOPSTAT_DECLARE_OP(Tile);
FLOPSTAT_DECLARE_OP(Expand);
FLOPSTAT_DECLARE_OP(Reverse);
FLOPSTAT_DECLARE_OP(CenterCropPad);
FLOPSTAT_DECLARE_OP(Compress);
FLOPSTAT_DECLARE_OP(Triangle);
FLOPSTAT_DECLARE_OP(PadBetween);
FLOPSTAT_DECLARE_OP(Dilate);
FLOPSTAT_DECLARE_OP(BroadcastInto);
FLOPSTAT_DECLARE_OP(MatrixDiag);
FLOPSTAT_DECLARE_OP(MatrixSetDiag);
// concat.cpp: tensors side by side on one axis
FLOPSTAT_DECLARE_OP(Concat);
FLOPSTAT_DECLARE_OP(Stack);
FLOPSTAT_DECLARE_OP(Unstack);
FLOPSTAT_DECLARE_OP(Split);
// space.cpp: blocks of spatial axes as batch or channels
FLOPSTAT_DECLARE_OP(SpaceToBatch);
FLOPSTAT_DECLARE_OP(BatchToSpace);
FLOPSTAT_DECLARE_OP(SpaceToDepth);
FLOPSTAT_DECLARE_OP(DepthToSpace);
// slice.cpp: a box of the operand
FLOPSTAT_DECLARE_OP(Slice);
FLOPSTAT_DECLARE_OP(SliceTo);
FLOPSTAT_DECLARE_OP(StridedSlice);
FLOPSTAT_DECLARE_OP(DynamicSlice);
// gather.cpp: elements read by index
FLOPSTAT_DECLARE_OP(Gather);
FLOPSTAT_DECLARE_OP(GatherNd);
FLOPSTAT_DECLARE_OP(GatherElements);
FLOPSTAT_DECLARE_OP(GatherBoxes);
FLOPSTAT_DECLARE_OP(NonZero);
// sequence.cpp: sequences of tensors and what may be absent
FLOPSTAT_DECLARE_OP(MakeSequence);
FLOPSTAT_DECLARE_OP(SequenceAt);
FLOPSTAT_DECLARE_OP(SequenceInsert);
FLOPSTAT_DECLARE_OP(SequenceErase);
FLOPSTAT_DECLARE_OP(SequenceLength);
FLOPSTAT_DECLARE_OP(SplitToSequence);
FLOPSTAT_DECLARE_OP(ConcatSequence);
FLOPSTAT_DECLARE_OP(HasValue);
// trees.cpp: tables, n-grams, trees, support vectors
FLOPSTAT_DECLARE_OP(MapValues);
FLOPSTAT_DECLARE_OP(CountNgrams);
FLOPSTAT_DECLARE_OP(TreeEnsemble);
FLOPSTAT_DECLARE_OP(SupportVectors);
// fourier.cpp
FLOPSTAT_DECLARE_OP(FourierTransform);
FLOPSTAT_DECLARE_OP(ShortTimeFourier);
FLOPSTAT_DECLARE_OP(WindowFunction);
FLOPSTAT_DECLARE_OP(MelWeights);
// scatter.cpp: elements written by index
FLOPSTAT_DECLARE_OP(ScatterNd);
FLOPSTAT_DECLARE_OP(ScatterInto);
FLOPSTAT_DECLARE_OP(ScatterReduce);
FLOPSTAT_DECLARE_OP(SparseToDense);
FLOPSTAT_DECLARE_OP(UpdateSlice);
// detection.cpp
FLOPSTAT_DECLARE_OP(DetectionPostProcess);
FLOPSTAT_DECLARE_OP(NonMaxSuppression);
// control.cpp: shapes and roles of these come from graph/
FLOPSTAT_DECLARE_OP(VarHandle);
FLOPSTAT_DECLARE_OP(ReadVariable);
FLOPSTAT_DECLARE_OP(AssignVariable);
FLOPSTAT_DECLARE_OP(Call);
FLOPSTAT_DECLARE_OP(CallOnce);
FLOPSTAT_DECLARE_OP(If);
FLOPSTAT_DECLARE_OP(Case);
FLOPSTAT_DECLARE_OP(While);
FLOPSTAT_DECLARE_OP(Loop);
FLOPSTAT_DECLARE_OP(Scan);
// opaque.cpp: what only the user can know
FLOPSTAT_DECLARE_OP(Opaque);

#undef FLOPSTAT_DECLARE_OP

/// The result is the memory of the first operand under another shape: nothing is read or written.
bool is_view(const Op& op);

/// Work of a function of one element on `elements` of them, appended to the cost. Source: docs/counting.md, section 2.
void add_function(Cost& cost, Part part, UnaryFn fn, DType dtype, Count elements);

}  // namespace flopstat

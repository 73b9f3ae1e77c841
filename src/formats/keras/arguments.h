#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "formats/keras/layer.h"

/// Arguments and steps that many layers share. Versions of Keras renamed arguments: where several names are given, the
/// first one that the configuration has counts.
namespace flopstat::keras {

using Names = std::initializer_list<std::string_view>;

/// That name; the first of all where the configuration has none of them.
std::string_view key_of(const LayerReader& layer, Names names);

/// A number of units, filters, rows...: from 1 to 2^31 - 1. Throws `Error` (corrupt) elsewhere or where it is missing.
int64_t size(const LayerReader& layer, Names names);

/// The product of two sizes. Throws `Error` (corrupt) where it is no size of an axis.
int64_t times(const LayerReader& layer, int64_t a, int64_t b);

/// One number per spatial axis.
std::vector<int64_t> per_axis(const LayerReader& layer, Names names, size_t rank, int64_t otherwise);

/// Two numbers per spatial axis, before and after: one for all, one per axis, or a pair per axis; none is negative.
std::vector<int64_t> pairs_per_axis(const LayerReader& layer, Names names, size_t rank, int64_t otherwise);

/// The entries of a list; null ("any size") is -1. One number is a list of one.
std::vector<int64_t> sizes_or_any(const LayerReader& layer, const JsonValue& list);

/// use_bias
bool has_bias(const LayerReader& layer);

DataLayout layout_of(const LayerReader& layer);

/// Axis of the channels in a tensor of that rank.
size_t channel_axis(DataLayout layout, size_t rank);

/// Axis of x that the first spatial one is.
size_t first_spatial(DataLayout layout);

/// Window of a convolution or a pool by strides, dilation_rate and padding. `causal` pads before only.
Window window_of(const LayerReader& layer, const std::vector<int64_t>& kernel);

/// A flag of the call itself: use_causal_mask=True.
bool call_flag(const LayerReader& layer, size_t position, std::string_view name);

/// The tensor, or tensors, that a keyword or positional argument of the call holds; none where it is absent.
std::vector<TensorId> call_tensors(const LayerReader& layer, size_t position, std::string_view name);

// --- steps -----------------------------------------------------------------------------------------------------------

TensorId transposed(LayerReader& layer, TensorId x, const std::vector<int64_t>& permutation);

/// 0: the size of x on that axis. -1: what remains.
TensorId reshaped(LayerReader& layer, TensorId x, const std::vector<int64_t>& shape);

/// The sizes of axes [first, end) as a tensor: they may be open.
TensorId sizes_of(LayerReader& layer, TensorId x, size_t first, size_t end);

/// x with axes of size 1 at those places of the result.
TensorId with_axes(LayerReader& layer, TensorId x, const std::vector<int64_t>& axes);

/// x without those axes of size 1.
TensorId without_axes(LayerReader& layer, TensorId x, const std::vector<int64_t>& axes);

TensorId reduced(LayerReader& layer, ReduceFn fn, TensorId x, const std::vector<int64_t>& axes, bool keep_dims);

/// x in the layer's floating-point type, if it is of whole numbers.
TensorId as_real(LayerReader& layer, TensorId x);

/// x, in a row that these variables belong to: those that the layer has and only training reads.
TensorId holding(LayerReader& layer, TensorId x, const std::vector<TensorId>& variables);

/// Tensors of different ranks as merging layers take them: those of lower rank get axes of size 1 behind the batch.
std::vector<TensorId> aligned(LayerReader& layer, std::vector<TensorId> tensors);

/// The list of the operands.
std::vector<TensorId> inputs_of(const LayerReader& layer);

/// The operands of a function of several: tensors and numbers among its positional arguments, lists flattened; behind
/// them those of the keywords x1, x2, x, y, a, b. Throws `Error` (corrupt) for other things.
std::vector<TensorId> operands_and_numbers(LayerReader& layer);

/// A number of the file as a constant without axes; `kAbsent` for other values.
TensorId number(LayerReader& layer, const JsonValue& value);

/// first, first + 1, ..., end - 1
std::vector<int64_t> counted(size_t first, size_t end);

}  // namespace flopstat::keras

#include <algorithm>
#include <array>
#include <string>

#include "formats/keras/arguments.h"

namespace flopstat::keras {
namespace {

using Results = std::vector<TensorId>;

/// Augmentations change their images while a model is trained only.
Results identity(LayerReader& layer) {
  Results results;
  for (const TensorId x : inputs_of(layer)) results.push_back(layer.emit(Identity{}, {x}));
  return results;
}

// --- numbers ---------------------------------------------------------------------------------------------------------

/// A number of the configuration; the first of a list, whose length no rule asks for.
TensorId number_or_first(LayerReader& layer, std::string_view key, double otherwise) {
  const JsonValue* value = layer.value(key);
  for (int depth = 0; value != nullptr && value->array() != nullptr && depth < 8; ++depth) {
    value = value->array()->empty() ? nullptr : &value->array()->front();
  }
  return layer.real_scalar(value != nullptr ? value->real().value_or(otherwise) : otherwise);
}

/// Mean and variance of the kept axes, in the configuration or as variables, which no training moves.
Results normalization(LayerReader& layer) {
  TensorId x = as_real(layer, layer.input());
  const size_t rank = layer.shape(x).size();
  const JsonValue* axis = layer.config().find("axis");
  const bool none = axis != nullptr && axis->is_null();
  std::vector<int64_t> spread(rank, 1);
  std::vector<int64_t> shape;
  std::vector<size_t> kept;
  for (const int64_t each : none ? std::vector<int64_t>{} : layer.integers("axis").value_or(std::vector<int64_t>{-1})) {
    kept.push_back(layer.axis(x, each));
  }
  std::ranges::sort(kept);
  for (const size_t each : kept) {
    spread[each] = layer.shape(x)[each];
    shape.push_back(spread[each]);
  }
  TensorId mean = kAbsent;
  TensorId variance = kAbsent;
  if (layer.has("mean")) {
    mean = number_or_first(layer, "mean", 0);
    variance = number_or_first(layer, "variance", 1);
  } else {
    mean = layer.variable("mean", {.shape = shape, .trainable = false});
    variance = layer.variable("variance", {.shape = shape, .trainable = false});
    x = holding(layer, x, {layer.variable("count", {.shape = {}, .trainable = false, .dtype = DType::i32})});
    if (!kept.empty() && kept.front() + kept.size() != rank) {
      mean = reshaped(layer, mean, spread);
      variance = reshaped(layer, variance, spread);
    }
  }
  const TensorId root = layer.emit(Unary{UnaryFn::sqrt}, {variance});
  const TensorId deviation = layer.emit(Binary{BinaryFn::maximum}, {root, layer.real_scalar(1e-7)});
  if (layer.boolean("invert", false)) {
    return {layer.emit(Binary{BinaryFn::add}, {mean, layer.emit(Binary{BinaryFn::mul}, {x, deviation})})};
  }
  return {layer.emit(Binary{BinaryFn::div}, {layer.emit(Binary{BinaryFn::sub}, {x, mean}), deviation})};
}

/// x * scale + offset. Adding a zero is no work.
Results rescaling(LayerReader& layer) {
  const TensorId x = as_real(layer, layer.input());
  const TensorId y = layer.emit(Binary{BinaryFn::mul}, {x, number_or_first(layer, "scale", 1)});
  const JsonValue* offset = layer.value("offset");
  const bool zero = offset == nullptr || offset->real() == 0.0;
  return {zero ? y : layer.emit(Binary{BinaryFn::add}, {y, number_or_first(layer, "offset", 0)})};
}

// --- images ----------------------------------------------------------------------------------------------------------

/// The axes of an image's rows and columns.
std::vector<int64_t> image_axes(const LayerReader& layer, TensorId x) {
  const size_t rank = layer.shape(x).size();
  if (rank != 3 && rank != 4) layer.corrupt("an image has 3 axes, or 4 with the batch, not " + std::to_string(rank));
  const size_t first = rank - (layout_of(layer) == DataLayout::channels_first ? 2 : 3);
  return counted(first, first + 2);
}

Results resized(LayerReader& layer, TensorId x, ResizeFn fn) {
  const Resize op{.fn = fn, .axes = image_axes(layer, x)};
  return {layer.emit(op, {x, layer.constant({size(layer, {"height"}), size(layer, {"width"})})})};
}

Results resizing(LayerReader& layer) {
  const TensorId x = as_real(layer, layer.input());
  const std::string_view interpolation = layer.text("interpolation", "bilinear");
  if (interpolation == "nearest") return resized(layer, x, ResizeFn::nearest);
  if (interpolation == "bilinear") return resized(layer, x, ResizeFn::linear);
  if (interpolation == "bicubic") return resized(layer, x, ResizeFn::cubic);
  const std::string why = "resizing by '" + std::string(interpolation.substr(0, 80)) + "' has no rule";
  return {layer.emit(Opaque{why}, {x})};
}

/// The middle of a larger image; a smaller one is resized.
Results center_crop(LayerReader& layer) {
  const TensorId x = as_real(layer, layer.input());
  const std::vector<int64_t> axes = image_axes(layer, x);
  const std::vector<int64_t> sizes = {size(layer, {"height"}), size(layer, {"width"})};
  for (size_t i = 0; i < 2; ++i) {
    if (layer.shape(x)[static_cast<size_t>(axes[i])] < sizes[i]) return resized(layer, x, ResizeFn::linear);
  }
  return {layer.emit(CenterCropPad{.axes = axes}, {x, layer.constant(sizes)})};
}

/// Each image spread over the whole range of values, training or not.
Results auto_contrast(LayerReader& layer) {
  const TensorId x = as_real(layer, layer.input());
  if (layer.shape(x).size() != 4) layer.corrupt("its images have no four axes");
  const TensorId low = reduced(layer, ReduceFn::min, x, {1, 2}, true);
  const TensorId high = reduced(layer, ReduceFn::max, x, {1, 2}, true);
  const TensorId range = layer.emit(Binary{BinaryFn::sub}, {high, low});
  const TensorId scale = layer.emit(Binary{BinaryFn::div}, {layer.real_scalar(255), range});
  const TensorId shift = layer.emit(Unary{UnaryFn::neg}, {layer.emit(Binary{BinaryFn::mul}, {low, scale})});
  const TensorId spread = layer.emit(Binary{}, {layer.emit(Binary{BinaryFn::mul}, {x, scale}), shift});
  const TensorId clipped = layer.emit(Unary{UnaryFn::clip}, {spread, layer.real_scalar(0), layer.real_scalar(255)});
  return {layer.emit(Select{}, {layer.emit(Unary{UnaryFn::is_nan}, {clipped}), x, clipped})};
}

/// Applies while the model is used too.
Results local_equalization(LayerReader& layer) {
  return {layer.emit_opaque("the equalization of local histograms has no rule", layer.input())};
}

/// Layers one behind the other.
Results pipeline(LayerReader& layer) {
  const JsonValue* layers = layer.config().find("layers");
  if (layers == nullptr || layers->array() == nullptr) layer.corrupt("'layers' is no list");
  Results results = inputs_of(layer);
  for (size_t i = 0; i < layers->array()->size(); ++i) {
    results = layer.call((*layers->array())[i], "layers/" + std::to_string(i), results);
  }
  return results;
}

// --- categories ------------------------------------------------------------------------------------------------------

/// Numbers of categories in the form that `mode` asks for: themselves ("int"), one row of `depth` for each ("one_hot"),
/// one row for each item of the batch.
Results encoded(LayerReader& layer, TensorId x, std::string_view mode, int64_t depth) {
  if (mode == "int" || mode == "integer") return {x};
  if (mode != "one_hot" && mode != "multi_hot" && mode != "count" && mode != "tf_idf" && mode != "binary") {
    layer.corrupt("the output_mode '" + std::string(mode.substr(0, 80)) + "' is not known");
  }
  const size_t rank = layer.shape(x).size();
  if (mode == "one_hot" && rank > 1 && layer.shape(x).back() == 1) x = without_axes(layer, x, {-1});
  const TensorId hot = layer.emit(OneHot{}, {x, layer.scalar(depth), layer.real_scalar(1), layer.real_scalar(0)});
  if (mode == "one_hot" || rank < 2) return {hot};
  if (mode == "multi_hot" || mode == "binary") return {reduced(layer, ReduceFn::max, hot, {-2}, false)};
  const TensorId counts = reduced(layer, ReduceFn::sum, hot, {-2}, false);
  if (mode == "count") return {counts};
  return {layer.emit(Binary{BinaryFn::mul}, {counts, layer.real_scalar(1)})};  // by the weight of each category
}

Results category_encoding(LayerReader& layer) {
  const int64_t tokens = size(layer, {"num_tokens", "max_tokens"});
  TensorId x = layer.input();
  if (!is_integer(layer.dtype(x))) x = layer.emit(Cast{.to = DType::i32}, {x});
  return encoded(layer, x, layer.text("output_mode", "multi_hot"), tokens);
}

Results discretization(LayerReader& layer) {
  const JsonValue* given = layer.value("bin_boundaries");
  const JsonValue::Array* list = given != nullptr ? given->array() : nullptr;
  const int64_t boundaries = list != nullptr ? std::ssize(*list) : size(layer, {"num_bins"}) - 1;
  const TensorId bins = layer.emit(Bucketize{.boundaries = boundaries}, {layer.input()});
  return encoded(layer, bins, layer.text("output_mode", "int"), boundaries + 1);
}

TensorId mapped(LayerReader& layer, TensorId x) { return layer.emit(MapValues{.to = DType::i64}, {x}); }

Results hashing(LayerReader& layer) {
  const int64_t bins = size(layer, {"num_bins"});
  return encoded(layer, mapped(layer, layer.input()), layer.text("output_mode", "int"), bins);
}

/// One number for the values of all operands together.
Results hashed_crossing(LayerReader& layer) {
  const int64_t bins = size(layer, {"num_bins"});
  Results hashes;
  for (const TensorId x : inputs_of(layer)) hashes.push_back(mapped(layer, x));
  if (hashes.size() < 2) layer.corrupt("it needs two operands");
  const TensorId mixed = layer.emit(Binary{BinaryFn::bitwise_xor}, hashes);
  const TensorId bin = layer.emit(Binary{BinaryFn::floor_mod}, {mixed, layer.scalar(bins)});
  return encoded(layer, bin, layer.text("output_mode", "int"), bins);
}

/// Entries of the vocabulary, those for what is not in it included; none where only the file's assets have them.
std::optional<int64_t> vocabulary_size(const LayerReader& layer) {
  if (layer.has("max_tokens") && layer.boolean("pad_to_max_tokens", false)) return size(layer, {"max_tokens"});
  const JsonValue* words = layer.value("vocabulary");
  const JsonValue::Array* list = words != nullptr ? words->array() : nullptr;
  if (list == nullptr) return std::nullopt;
  const int64_t unseen = layer.integer("num_oov_indices", 1);
  if (unseen < 0 || unseen > kMaxDim) layer.corrupt("'num_oov_indices' is " + std::to_string(unseen));
  return std::ssize(*list) + unseen + (layer.has("mask_token") ? 1 : 0);
}

Results encoded_by_vocabulary(LayerReader& layer, TensorId numbers, std::string_view mode) {
  if (mode == "int") return {numbers};
  const std::optional<int64_t> depth = vocabulary_size(layer);
  if (depth) return encoded(layer, numbers, mode, *depth);
  return {layer.emit(Opaque{"the size of its vocabulary is not in the configuration"}, {numbers})};
}

Results lookup(LayerReader& layer) {
  if (layer.boolean("invert", false)) {
    const DType words = layer.class_name() == "StringLookup" ? DType::string : DType::i64;
    return {layer.emit(MapValues{.to = words}, {layer.input()})};
  }
  return encoded_by_vocabulary(layer, mapped(layer, layer.input()), layer.text("output_mode", "int"));
}

/// Each text, [B] or [B, 1], becomes the numbers of its words: of as many as `output_sequence_length` says.
Results text_vectorization(LayerReader& layer) {
  TensorId x = layer.input();
  if (layer.shape(x).size() == 1) x = with_axes(layer, x, {1});
  const std::string_view mode = layer.text("output_mode", "int");
  if (mode != "int") return encoded_by_vocabulary(layer, mapped(layer, x), mode);
  if (!layer.has("output_sequence_length")) {
    return {layer.emit(Opaque{"the number of words in a text depends on the data"}, {x})};
  }
  const TensorId words = layer.emit(Tile{}, {x, layer.constant({1, size(layer, {"output_sequence_length"})})});
  return {mapped(layer, words)};
}

// --- sound -----------------------------------------------------------------------------------------------------------

/// The smallest power of two that is not below n.
int64_t next_power(int64_t n) {
  int64_t power = 1;
  while (power < n) power *= 2;
  return power;
}

/// Frames times a bank of sines, as a convolution with kernels of their own: real and imaginary parts.
Results stft_spectrogram(LayerReader& layer) {
  const int64_t frame = layer.has("frame_length") ? size(layer, {"frame_length"}) : 256;
  const int64_t step = layer.has("frame_step") ? size(layer, {"frame_step"}) : std::max<int64_t>(1, frame / 2);
  const int64_t bins = (layer.has("fft_length") ? size(layer, {"fft_length"}) : next_power(frame)) / 2 + 1;
  const std::string_view mode = layer.text("mode", "log");
  const bool channels_first = layout_of(layer) == DataLayout::channels_first;
  const bool same = layer.text("padding", "valid") == "same";
  const TensorId x = layer.input();
  if (layer.shape(x).size() != 3) layer.corrupt("its input has no three axes");
  const int64_t channels = layer.shape(x)[channels_first ? 1 : 2];
  const TensorId real = mode == "imag" ? kAbsent : layer.variable("real_kernel", {.shape = {frame, 1, bins}});
  const TensorId imaginary = mode == "real" ? kAbsent : layer.variable("imag_kernel", {.shape = {frame, 1, bins}});

  // Each channel is a sound of its own: [B * channels, samples, 1].
  const TensorId sounds = channels_first ? x : transposed(layer, x, {0, 2, 1});
  const TensorId samples = sizes_of(layer, sounds, 2, 3);
  const TensorId each_shape = layer.emit(Concat{}, {layer.constant({-1}), samples, layer.constant({1})});
  const TensorId each = layer.emit(Reshape{}, {sounds, each_shape});
  const Conv op{
      .axes = {DataLayout::channels_last, FilterLayout::spatial_io},
      .window = {.axes = {{.kernel = frame, .stride = step}}, .padding = same ? Padding::same_upper : Padding::valid}};
  const auto part = [&](TensorId kernel) {
    return kernel == kAbsent ? kAbsent : layer.emit(op, {each, kernel});  // [B * channels, frames, bins]
  };
  const TensorId re = part(real);
  const TensorId im = part(imaginary);
  const auto squared = [&](TensorId tensor) { return layer.emit(Unary{UnaryFn::square}, {tensor}); };

  int64_t width = bins;
  TensorId y = kAbsent;
  if (mode == "real") {
    y = re;
  } else if (mode == "imag") {
    y = im;
  } else if (mode == "angle") {
    y = layer.emit(Binary{BinaryFn::atan2}, {im, re});
  } else if (mode == "stft") {
    y = layer.emit(Concat{.axis = 2}, {re, im});
    width = 2 * bins;
  } else {
    y = layer.emit(Binary{}, {squared(re), squared(im)});
  }
  if (mode == "psd") {  // all but the outer bins stand for their mirror images too
    const TensorId axes = layer.constant({2});
    const TensorId inner = layer.emit(SliceTo{}, {y, layer.constant({1}), layer.constant({-1}), axes});
    y = layer.emit(Binary{}, {y, layer.emit(Pad{.pairs = false}, {inner, layer.constant({0, 0, 1, 0, 0, 1})})});
  }
  if (mode == "magnitude" || mode == "log") {
    const TensorId floor = layer.real_scalar(1e-7);
    y = layer.emit(Unary{UnaryFn::sqrt}, {layer.emit(Binary{BinaryFn::maximum}, {y, floor})});
    if (mode == "log") y = layer.emit(Unary{UnaryFn::log}, {layer.emit(Binary{BinaryFn::maximum}, {y, floor})});
  }
  const TensorId frames = sizes_of(layer, y, 1, 2);
  const TensorId apart = layer.emit(Concat{}, {layer.constant({-1, channels}), frames, layer.constant({width})});
  y = layer.emit(Reshape{}, {y, apart});  // [B, channels, frames, bins]
  if (layer.boolean("expand_dims", false)) return {channels_first ? y : transposed(layer, y, {0, 2, 3, 1})};
  const TensorId by_frame = transposed(layer, y, {0, 2, 1, 3});
  const TensorId rows = reshaped(layer, by_frame, {0, 0, times(layer, channels, width)});
  return {channels_first ? transposed(layer, rows, {0, 2, 1}) : rows};
}

/// Spectra of windows around every `sequence_stride` samples, added up in bands, their decibels.
Results mel_spectrogram(LayerReader& layer) {
  const int64_t length = layer.has("fft_length") ? size(layer, {"fft_length"}) : 2048;
  const int64_t stride = layer.has("sequence_stride") ? size(layer, {"sequence_stride"}) : 512;
  const int64_t bands = layer.has("num_mel_bins") ? size(layer, {"num_mel_bins"}) : 128;
  const TensorId x = layer.input();
  const bool batch = layer.shape(x).size() == 2;
  if (!batch && layer.shape(x).size() != 1) layer.corrupt("its input has more than batch and samples");
  const TensorId rows = batch ? x : with_axes(layer, x, {0});
  const int64_t margin = length / 2;
  const TensorId padded =
      layer.emit(Pad{.fn = PadFn::reflect, .pairs = false}, {rows, layer.constant({0, margin, 0, margin})});
  const TensorId parts =
      layer.emit(ShortTimeFourier{.half = true},
                 {with_axes(layer, padded, {2}), layer.scalar(stride), kAbsent, layer.scalar(length)});
  const TensorId square = layer.emit(Unary{UnaryFn::square}, {parts});
  const TensorId power = reduced(layer, ReduceFn::sum, square, {-1}, false);  // [B, frames, bins]
  const TensorId root = layer.emit(Unary{UnaryFn::sqrt}, {power});
  const double exponent = layer.real("mag_exp", 2);
  const TensorId spectrum = layer.emit(Binary{BinaryFn::pow}, {root, layer.real_scalar(exponent)});
  const int64_t rate = layer.has("sampling_rate") ? size(layer, {"sampling_rate"}) : 16'000;
  const double highest = layer.real("max_freq", static_cast<double>(rate) / 2);
  const TensorId bank =
      layer.emit(MelWeights{}, {layer.scalar(bands), layer.scalar(length), layer.scalar(rate),
                                layer.real_scalar(layer.real("min_freq", 20)), layer.real_scalar(highest)});
  TensorId y = layer.emit(MatMul{}, {spectrum, bank});
  if (layer.boolean("power_to_db", true)) {
    const TensorId least = layer.emit(Binary{BinaryFn::maximum}, {y, layer.real_scalar(1e-10)});
    const TensorId ten = layer.real_scalar(10);
    y = layer.emit(Binary{BinaryFn::mul}, {layer.emit(Unary{UnaryFn::log}, {least}), ten});
    y = layer.emit(Binary{BinaryFn::sub}, {y, ten});
    const TensorId top = layer.emit(Reduce{.fn = ReduceFn::max, .keep_dims = false}, {y});
    const TensorId floor = layer.emit(Binary{BinaryFn::sub}, {top, layer.real_scalar(80)});
    y = layer.emit(Binary{BinaryFn::maximum}, {y, floor});
  }
  y = transposed(layer, y, {0, 2, 1});
  return {batch ? y : without_axes(layer, y, {0})};
}

constexpr auto kLayers = std::to_array<Layer>({
    {"AugMix", identity},
    {"AutoContrast", auto_contrast},
    {"CategoryEncoding", category_encoding},
    {"CenterCrop", center_crop},
    {"ContrastLimitedAdaptiveHistogramEqualization", local_equalization},
    {"CutMix", identity},
    {"Discretization", discretization},
    {"Equalization", identity},
    {"HashedCrossing", hashed_crossing},
    {"Hashing", hashing},
    {"IntegerLookup", lookup},
    {"MaxNumBoundingBoxes", identity},
    {"MelSpectrogram", mel_spectrogram},
    {"MixUp", identity},
    {"Normalization", normalization},
    {"Pipeline", pipeline},
    {"RandAugment", identity},
    {"RandomBrightness", identity},
    {"RandomColorDegeneration", identity},
    {"RandomColorJitter", identity},
    {"RandomContrast", identity},
    {"RandomCrop", center_crop},
    {"RandomElasticTransform", identity},
    {"RandomErasing", identity},
    {"RandomFlip", identity},
    {"RandomGaussianBlur", identity},
    {"RandomGrayscale", identity},
    {"RandomHeight", identity},
    {"RandomHue", identity},
    {"RandomInvert", identity},
    {"RandomPerspective", identity},
    {"RandomPosterization", identity},
    {"RandomRotation", identity},
    {"RandomSaturation", identity},
    {"RandomSharpness", identity},
    {"RandomShear", identity},
    {"RandomTranslation", identity},
    {"RandomWidth", identity},
    {"RandomZoom", identity},
    {"Rescaling", rescaling},
    {"Resizing", resizing},
    {"STFTSpectrogram", stft_spectrogram},
    {"Solarization", identity},
    {"StringLookup", lookup},
    {"TextVectorization", text_vectorization},
});
static_assert(std::ranges::is_sorted(kLayers, {}, &Layer::name));

}  // namespace

std::span<const Layer> preprocessing_layers() { return kLayers; }

}  // namespace flopstat::keras

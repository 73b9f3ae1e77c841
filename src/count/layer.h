#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "count/pieces.h"
#include "model/cost.h"
#include "model/model.h"
#include "ops/operands.h"

/// A node as the tools that count see it: what kind of layer it is, and the sizes that their formulas are made of.
namespace flopstat {

enum class LayerKind : uint8_t {
  convolution,
  transposed_convolution,
  dense,    ///< a product with stored weights
  product,  ///< a product of two activations
  attention,
  recurrent,
  batch_norm,
  layer_norm,  ///< over the last axes
  group_norm,
  instance_norm,
  activation,
  softmax,
  log_softmax,
  max_pool,
  average_pool,
  global_average_pool,
  global_max_pool,
  reduction,
  arithmetic,
  resize,
  embedding,
  grid_sample,
  movement,  ///< nothing is computed: reshape, concat, pad, transpose, cast
  other,
};

/// "convolution", "batch_norm": as a user's convention writes it.
std::string_view name_of(LayerKind kind);

/// Sizes are those of the whole batch; a size that the kind does not have is 0. |x| is the first operand's number of
/// elements, |y| the first result's.
struct CountedLayer {
  LayerKind kind = LayerKind::other;
  UnaryFn function = UnaryFn::identity;  ///< of an activation
  BinaryFn arithmetic = BinaryFn::add;   ///< of arithmetic; also prelu
  ReduceFn reduction = ReduceFn::sum;    ///< of a reduction
  ResizeFn resize = ResizeFn::nearest;   ///< of a resize
  Recurrent::Cell cell = Recurrent::Cell::lstm;

  Count macs = 0;    ///< multiply-adds of its products, padding included
  Count x = 0;       ///< elements of what it is applied to
  Count y = 0;       ///< elements of its first result
  Count w = 0;       ///< elements of its weights, biases left out
  Count bias = 0;    ///< elements of its bias
  Count biased = 0;  ///< results that a bias is added to: |y| or 0
  Count operands = 1;
  Count channels = 0;  ///< of the result

  // Convolutions, products, windows.
  Count length = 0;       ///< of each sum of products
  Count groups = 1;       ///< of channels
  Count in_channels = 0;  ///< of x
  Count batch = 1;        ///< N
  Count stride = 1;       ///< product of the strides
  Count taps = 0;         ///< of a window
  Count first_taps = 0;   ///< on its first axis
  Count all_taps = 0;     ///< of all windows of a pool; on padding only where an average divides by them
  bool adaptive = false;  ///< windows of an average pool that follow from their number, as PyTorch exports them
  Count blocked_y = 0;  ///< results of a convolution with gaps that is one without gaps on blocks of x, as TensorFlow's
  Count conv_points = 0;  ///< that a convolution of the same window over the same x would have
  size_t axes = 0;        ///< spatial ones; of batch norms too

  // Normalisations, softmax, resizes.
  Count row = 1;                                 ///< elements of what is normalised together
  Count first_of_row = 1;                        ///< on the first of the axes that are
  bool affine = false;                           ///< there is a scale
  bool trains = false;                           ///< a batch norm by the statistics of x
  bool to_sizes = false;                         ///< resized to sizes, not by factors
  Count points = 0;                              ///< of the result of a resize, in one channel
  std::optional<int64_t> factor = std::nullopt;  ///< of a resize by one whole factor

  // Recurrent layers, attention.
  Count runs = 0;    ///< of the cell: steps, batch items and directions
  Count inputs = 0;  ///< I
  Count hidden = 0;  ///< H
  Count directions = 1;
  Count scores = 0;  ///< pairs of a query and a key, of all heads
  bool has_bias = false;

  // Where it stands.
  const Node* node = nullptr;
  const Cost* cost = nullptr;
  std::string_view format = {};
  int keras = 0;                 ///< the version of Keras that wrote the file; 0 of another one
  bool behind_dense = false;     ///< a dense layer gives it x, seen through views and biases
  bool in_attention = false;     ///< one of two products with a softmax between them, or that softmax
  bool renamed_weight = false;   ///< the exporter gave the weight another name than the module had: it is computed
  bool inside = false;           ///< part of a module that another node stands for
  bool weights_seen = false;     ///< an earlier row has its weights
  bool other_size = false;       ///< that row read an x of another shape
  bool in_function = false;      ///< of the graph of a function that TensorFlow does not put in the place of its call
  bool is_function = false;      ///< a convolution that Keras makes a function of its own of
  bool behind_function = false;  ///< what it reads comes from a function that may lose sizes, perhaps through others
  bool behind_any_function = false;  ///< ... or from any other one
  bool size_is_open = false;         ///< TensorFlow's shape functions do not tell |y|: a loop changes what it reads
  bool in_loop = false;              ///< of a graph that a loop runs
  Mark mark = Mark::none;            ///< of all its work
};

/// A constant that an exporter writes where its format asks for an operand: parameters of a module have its name.
bool is_invented(const Tensor& tensor);

/// The layer that a node is by itself, without a fused activation. `operands` are its own, `cost` what it costs.
CountedLayer layer_of(const Node& node, const Operands& operands, const Cost& cost);

/// The fused activation of a node as a layer behind it, if it has one.
std::optional<CountedLayer> activation_of(const Node& node, const CountedLayer& layer);

}  // namespace flopstat

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "count/layers.h"
#include "flopstat/conventions.h"
#include "flopstat/known.h"
#include "model/cost.h"
#include "model/model.h"
#include "ops/operands.h"

namespace flopstat {

/// What a tool says of one layer.
struct Said {
  Count core = 0;                 ///< of the layer itself, in the tool's unit
  Count bias = 0;                 ///< of adding its bias
  Count macs = 0;                 ///< multiply-adds, where the tool tells them apart
  std::string_view inexact = {};  ///< why the tool may say something else; empty: it does not
  std::string_view fails = {};    ///< why the tool gives no number for the whole model; empty where it gives one

  Count value() const { return core + bias; }
};

/// What a tool looks at.
enum class Basis : uint8_t {
  work,     ///< flopstat's own units of work
  nodes,    ///< the nodes of the file
  modules,  ///< modules of PyTorch: what an exporter took apart is put together again
  layers,   ///< layers of Keras: each once, however often it is called
};

/// From what a node does to the number that somebody means by "FLOPs", "MACs", "operations".
struct Convention {
  ConventionInfo info = {};
  Basis basis = Basis::nodes;
  std::function<Said(const CountedLayer&)> say = {};
  bool tells_macs = false;        ///< `Said::macs` is the tool's own figure
  bool counts_loops = true;       ///< a node counts as often as it runs, not once
  bool skips_unknown = false;     ///< in a file of its own: what it does not know counts nothing
  bool lowers_keras = false;      ///< of a file of Keras: it counts the operators that the layers become
  bool needs_macs = false;        ///< the tool fails where the whole model has no multiply-adds: it divides by them
  std::string_view formats = {};  ///< first words of formats that the tool, or what writes its files, knows: "onnx
                                  ///< keras"; empty: all
};

/// All conventions, the default one first.
std::span<const Convention> conventions();

/// The convention of that name, or null.
const Convention* find_convention(std::string_view name);

/// What the convention says of one node: its layer, the activation fused behind it, and all of it.
struct Statement {
  Said layer = {};
  Said activation = {};
  LayerKind kind = LayerKind::other;  ///< that the convention takes the layer for

  Count value() const { return layer.value() + activation.value(); }

  /// Why the number may not be the tool's, and why there is none; empty where neither is so.
  std::string_view inexact() const { return layer.inexact.empty() ? activation.inexact : layer.inexact; }
  std::string_view fails() const { return layer.fails.empty() ? activation.fails : layer.fails; }
};

/// Counts with names stay formulas. Throws `Overflow`.
Statement statement(const Convention& convention, const LayerViews& views);

/// The same of a node whose layer nobody looks at, under a convention of basis `work`.
Statement work_statement(const Cost& cost);

/// Why a tool gives no number of a model without multiply-adds, under `Convention::needs_macs`.
inline constexpr std::string_view kNoMacs =
    "ZeroDivisionError: it divides by the model's multiply-adds, and there are none";

/// Why a convention's tool cannot have counted what the file was made from; empty where it can.
std::string_view foreign(const Convention& convention, const Model& model);

/// The version of Keras that wrote a file of its own, 1 to 3; 0 where the file does not say so or is another one.
int keras_version(const Model& model);

/// What the convention assumes of the operators that the layers of a file become; empty where it need not.
std::string_view assumption(const Convention& convention, const Model& model);

/// Integer operations: those of the convention's own units of work. A tool that does not tell types apart has none.
Count int_ops(const Convention& convention, const Cost& cost);

}  // namespace flopstat

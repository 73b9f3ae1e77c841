#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flopstat/derivation.h"
#include "flopstat/dtype.h"
#include "flopstat/error.h"
#include "flopstat/work.h"

/// The finished report: everything that a writer of tables, JSON or pages needs, and nothing else. All figures are
/// counted from the file, none is measured. A figure that is not known has no value; it is never 0. Names, shapes and
/// the operands of rows are views into memory that the report keeps alive.
namespace flopstat {

struct ConventionCount;  // flopstat/conventions.h
struct Training;         // flopstat/training.h

/// One operand or result. A shape that is not known has no value; a scalar's is empty.
struct TensorInfo {
  std::string_view name;
  DType dtype = DType::unknown;
  std::optional<std::span<const int64_t>> shape;
};

using Figure = std::optional<uint64_t>;

/// What one run of one node, or all runs of many, cost. A sum with a figure that is not known is not known; rows whose
/// whole cost is not known are left out of it.
struct Figures {
  Figure macs;          ///< mul_adds of core parts, whatever their type, padding included
  Figure valid_macs;    ///< without products that the file alone shows to be zero
  Figure flops;         ///< floating-point operations by the report's convention
  Figure int_ops;       ///< integer operations by the report's convention
  Figure params;        ///< parameters that no earlier row has
  Figure weight_bytes;  ///< their stored bytes
  Figure read_bytes;    ///< not known where an operand is text
  Figure written_bytes;
  std::vector<Work> work;  ///< summed by part, unit, type, certainty and mark

  /// Nothing, and known to be nothing: where a sum begins.
  static Figures zero();

  /// (FLOPs + OPs) / (bytes read + written), if all are known and some bytes move.
  std::optional<double> intensity() const;
};

/// One node in one call of its graph.
struct Row {
  uint32_t index = 0;  ///< position in the report
  uint32_t graph = 0;
  uint32_t node = 0;                              ///< position in its graph
  std::optional<uint32_t> caller = std::nullopt;  ///< row of the node that calls this graph; none in the main graph
  std::string_view name;
  std::string_view type;               ///< the file's word
  std::string_view op;                 ///< the canonical word
  std::string_view scope;              ///< layer path, or empty
  Figure repeat = 1;                   ///< runs per run of the model; 0 for a branch that is not taken
  uint64_t offset = 0;                 ///< byte in the file, or in the C array
  std::span<const TensorInfo> inputs;  ///< an absent operand has the type unknown and no shape
  std::span<const TensorInfo> outputs;
  Figures figures;  ///< of one run
  Certainty certainty = Certainty::exact;
  std::string unknown;       ///< why its cost is not known; empty where it is
  std::string_view rule;     ///< the user's rule that counts it, "my.toml:3"; empty where there is none
  std::string_view inexact;  ///< why FLOPs may not be those of the convention's tool; empty where they are
  std::shared_ptr<const Derivation> derivation =
      nullptr;  ///< where `Options::derive` asks for it and the cost is known
};

/// All rows of one type.
struct TypeSummary {
  std::string_view type;
  uint64_t nodes = 0;  ///< rows
  uint64_t unknown_nodes = 0;
  Figures figures;  ///< figure * repeat, summed over the rows that are known
};

/// Where one activation lies in the planned memory, and while which rows.
struct Placement {
  std::string_view name;
  uint64_t offset = 0;
  uint64_t bytes = 0;
  uint32_t first_row = 0;  ///< writes it (0 for a graph input)
  uint32_t last_row = 0;   ///< reads it last (the last row for a graph output)
};

struct Totals {
  uint64_t nodes = 0;             ///< rows
  uint64_t unknown_nodes = 0;     ///< rows whose cost is not known
  bool complete = true;           ///< no such row, no unknown repeat: else every figure is a lower bound
  Figures figures;                ///< figure * repeat, summed over the rows that are known; params and weights once
  Figure float_equivalent_flops;  ///< of the same network without quantization; none where nothing is quantized
  Figure trainable_params;        ///< where the file says which are; 0 where it has no parameters
  uint64_t buffer_elements = 0;   ///< stored constants that the file names as no parameters
  uint64_t quantization_bytes = 0;
  Figure state_bytes = 0;  ///< of what outlives a run; none where the size of some of it is not known
  Figure training_peak_bytes;
  Figure peak_activation_bytes;      ///< lower bound of every plan in this order
  Figure planned_activation_bytes;   ///< a real placement, 16-byte aligned
  std::optional<uint32_t> peak_row;  ///< row at which the peak is reached
};

struct ReportWarning {
  std::string code;
  std::string message;
};

/// What the file says of the model in words; each is empty where it does not.
struct About {
  std::string_view name = {};
  std::string_view description = {};
  std::string_view version = {};
  std::string_view author = {};
  std::string_view license = {};
  std::string_view min_runtime = {};  ///< the oldest runtime that runs it: "1.14.0"
};

/// A file that lies in the model's file without being part of the model: labels, a vocabulary.
struct AttachedFile {
  std::string_view name = {};
  uint64_t bytes = 0;  ///< as it lies there
};

struct Report {
  std::string path;
  std::string_view format;   ///< "tflite", or "tflite in a C array"
  std::string_view c_array;  ///< name of the array, where the model is one in C source
  std::string producer;
  About about;
  uint64_t file_bytes = 0;      ///< of the file, or of the array
  uint64_t attached_bytes = 0;  ///< of these, what is no part of the model: an archive behind it
  std::vector<AttachedFile> attached_files;
  std::string_view convention;
  std::string_view counted_as = "FLOPs";  ///< what the convention's tool calls its number, `Figures::flops` here
  std::map<std::string, int64_t> dims;    ///< free dimensions and the sizes they were given
  std::string_view signature;             ///< the one that is counted, if the file names any
  std::vector<std::string_view> other_signatures;
  std::vector<TensorInfo> inputs;
  std::vector<TensorInfo> outputs;
  std::vector<Row> rows;
  std::vector<TypeSummary> by_type;  ///< most MACs first, then most operations, then by name
  std::vector<Placement> plan;
  Totals totals;
  std::vector<ReportWarning> warnings;
  std::shared_ptr<const std::vector<ConventionCount>> by_convention;  ///< under `Options::all_conventions`
  std::shared_ptr<const Training> training;                           ///< under `Options::training`
  std::vector<Error> unmatched;  ///< under `Options::skip_unmatched_names`: each name that the model does not have
  std::shared_ptr<const std::vector<TensorInfo>> operands;  ///< of all rows
  std::shared_ptr<const void> storage;                      ///< keeps names and shapes alive
};

}  // namespace flopstat

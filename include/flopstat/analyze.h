#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "flopstat/error.h"
#include "flopstat/report.h"

namespace flopstat {

/// A whole or a real number.
using Number = std::variant<int64_t, double>;

/// What `DequantizeLinear -> operation -> QuantizeLinear` is counted as.
enum class Qdq : uint8_t {
  integer,     ///< the integer operation that engines run; what quantizes and dequantizes around it is part of it
  as_written,  ///< three operations: the one between is floating-point work
};

/// What a step of training is, and how many there are.
struct TrainingOptions {
  std::string optimizer = "sgd";         ///< flopstat/training.h lists them
  std::string loss = {};                 ///< empty: the file's, else the one that fits the last operation
  std::vector<std::string> frozen = {};  ///< layers that stay as they are: paths such as "backbone" or "block_1/conv"
  uint64_t samples = 0;                  ///< of an epoch; 0: only one step is counted
  uint64_t epochs = 1;
  uint64_t micro_batches = 1;  ///< whose gradients are added up for one step of the optimizer
};

struct Options {
  std::map<std::string, int64_t> dims = {};                  ///< free dimensions by name: {"batch", 8}
  std::map<std::string, std::vector<int64_t>> inputs = {};   ///< whole input shapes by name
  std::map<std::string, std::vector<Number>> contents = {};  ///< of small inputs by name, in row-major order
  std::vector<int64_t> image_size = {};                      ///< height and width of all images; empty: the file's
  std::string signature = {};                                ///< empty: the default one, else the first
  std::string tag = {};  ///< of the graph in a SavedModel: "train", or all its tags, "eval+tpu"; empty: "serve"
  std::string convention = "flopstat";  ///< a name of flopstat/conventions.h, or a file that holds one's own (.toml)
  bool all_conventions = false;         ///< also count under every convention: Report::by_convention
  std::optional<TrainingOptions> training = std::nullopt;  ///< also count a step of training: Report::training
  std::vector<std::string> rules = {};  ///< files that say what operators cost which nobody else knows: docs/rules.md
  Qdq qdq = Qdq::integer;
  bool as_float = false;              ///< count the network as it was before quantization, and warn that this was done
  bool float_equivalent = false;      ///< also count the network as it was before quantization
  bool derive = false;                ///< also tell of every row how its figures came about
  bool trust_stored_shapes = true;    ///< false: stored shapes of tensors other than inputs are ignored
  bool skip_unmatched_names = false;  ///< dims and inputs that the model does not have are no error: Report::unmatched
};

/// Reads a model file and counts what it costs. Nothing in the file is executed.
///
/// Throws `Error` where the file cannot be read or the options do not fit the model. What is merely not known is a row
/// with a reason.
Report analyze(const std::string& path, const Options& options = {});

/// The same for bytes in memory; `path` is only shown.
Report analyze(std::vector<std::byte> bytes, std::string path, const Options& options = {});

/// A file format that `analyze` reads.
struct FormatInfo {
  std::string_view name;        ///< in reports and in the JSON: "tflite"
  std::string_view title;       ///< "TensorFlow Lite"
  std::string_view extensions;  ///< that such files usually have: ".tflite"; files are recognised by their bytes
};

/// Every such format, in the order in which they are tried.
std::span<const FormatInfo> formats();

/// Version of the library and the program, "0.1.0".
const char* version();

}  // namespace flopstat

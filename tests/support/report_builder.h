#pragma once

// Reports made by hand, so that writers are tested without a model file:
//
//     ReportBuilder b("sine.tflite");
//     b.input("x", DType::f32, {1, 1});
//     b.row({.type = "TANH", .op = "tanh", .work = {{.unit = Unit::transcendental, .dtype = DType::f32, .count = 1}}});
//     Report report = b.finish();
//
// Totals, types and the figures of a row follow from its work: 2 operations a mul_add, 1 any other.

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flopstat/report.h"

namespace flopstat::test {

struct OperandSpec {
  std::string name = {};
  DType dtype = DType::unknown;
  std::optional<std::vector<int64_t>> shape = std::nullopt;
};

struct RowSpec {
  std::string type;
  std::string op = {};
  std::string name = {};
  std::vector<OperandSpec> inputs = {};
  std::vector<OperandSpec> outputs = {};
  std::vector<Work> work = {};
  uint64_t padding_macs = 0;  ///< of the mul_adds: products with padding
  uint64_t params = 0;
  uint64_t weight_bytes = 0;
  uint64_t read_bytes = 0;
  uint64_t written_bytes = 0;
  Figure repeat = 1;
  std::string scope = {};
  std::optional<uint32_t> caller = std::nullopt;
  std::string unknown = {};  ///< not empty: the cost is not known, and the figures above are not used
};

class ReportBuilder {
 public:
  explicit ReportBuilder(std::string path);

  ReportBuilder& input(const std::string& name, DType dtype, const std::vector<int64_t>& shape);
  ReportBuilder& output(const std::string& name, DType dtype, const std::vector<int64_t>& shape);
  ReportBuilder& row(const RowSpec& spec);

  /// The report with totals and types summed up. Other fields may be changed in it.
  Report finish();

 private:
  struct Storage {
    std::deque<std::string> texts;
    std::deque<std::vector<int64_t>> shapes;
    std::deque<std::vector<TensorInfo>> operands;
  };
  std::string_view keep(const std::string& text);
  TensorInfo keep(const OperandSpec& tensor);
  std::span<const TensorInfo> keep(const std::vector<OperandSpec>& tensors);

  std::shared_ptr<Storage> storage_ = std::make_shared<Storage>();
  Report report_;
};

/// Dense 784 -> 100 -> 100 -> 10 with relu, relu and a softmax of its own (docs/counting.md, section 1).
Report mnist_mlp();

/// A convolution with padding in 8-bit integers, an operation without a rule, and a loop body that runs an unknown
/// number of times.
Report incomplete_model();

}  // namespace flopstat::test

#include "support/report_builder.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace flopstat::test {
namespace {

Figures figures_of(const RowSpec& spec) {
  if (!spec.unknown.empty()) return {};
  uint64_t macs = 0, flops = 0, int_ops = 0;
  for (const Work& work : spec.work) {
    if (work.unit == Unit::mul_add && work.part == Part::core) macs += work.count;
    const uint64_t operations = work.count * (work.unit == Unit::mul_add ? 2 : 1);
    if (work.mark == Mark::none) (is_float(work.dtype) ? flops : int_ops) += operations;
  }
  return {.macs = macs,
          .valid_macs = macs - spec.padding_macs,
          .flops = flops,
          .int_ops = int_ops,
          .params = spec.params,
          .weight_bytes = spec.weight_bytes,
          .read_bytes = spec.read_bytes,
          .written_bytes = spec.written_bytes,
          .work = spec.work};
}

constexpr Figure Figures::* kFigures[] = {&Figures::macs,       &Figures::valid_macs,   &Figures::flops,
                                          &Figures::int_ops,    &Figures::params,       &Figures::weight_bytes,
                                          &Figures::read_bytes, &Figures::written_bytes};

void add(Figures& sum, const Figures& figures, uint64_t repeat) {
  for (const auto member : kFigures) sum.*member = (sum.*member).value_or(0) + (figures.*member).value_or(0) * repeat;
  for (Work work : figures.work) {
    work.count *= repeat;
    sum.work.push_back(work);
  }
}

Figures zero() {
  Figures figures;
  for (const auto member : kFigures) figures.*member = 0;
  return figures;
}

}  // namespace

ReportBuilder::ReportBuilder(std::string path) {
  report_.path = std::move(path);
  report_.format = "tflite";
  report_.convention = "flopstat";
  report_.storage = storage_;
}

std::string_view ReportBuilder::keep(const std::string& text) { return storage_->texts.emplace_back(text); }

TensorInfo ReportBuilder::keep(const OperandSpec& tensor) {
  TensorInfo info{.name = keep(tensor.name), .dtype = tensor.dtype, .shape = std::nullopt};
  if (tensor.shape) info.shape = storage_->shapes.emplace_back(*tensor.shape);
  return info;
}

std::span<const TensorInfo> ReportBuilder::keep(const std::vector<OperandSpec>& tensors) {
  std::vector<TensorInfo>& infos = storage_->operands.emplace_back();
  for (const OperandSpec& tensor : tensors) infos.push_back(keep(tensor));
  return infos;
}

ReportBuilder& ReportBuilder::input(const std::string& name, DType dtype, const std::vector<int64_t>& shape) {
  report_.inputs.push_back(keep({name, dtype, shape}));
  return *this;
}

ReportBuilder& ReportBuilder::output(const std::string& name, DType dtype, const std::vector<int64_t>& shape) {
  report_.outputs.push_back(keep({name, dtype, shape}));
  return *this;
}

ReportBuilder& ReportBuilder::row(const RowSpec& spec) {
  Row row;
  row.index = row.node = static_cast<uint32_t>(report_.rows.size());
  row.name = keep(spec.name);
  row.type = keep(spec.type);
  row.op = keep(spec.op);
  row.scope = keep(spec.scope);
  row.caller = spec.caller;
  row.repeat = spec.repeat;
  row.inputs = keep(spec.inputs);
  row.outputs = keep(spec.outputs);
  row.figures = figures_of(spec);
  for (const Work& work : spec.work) row.certainty = std::max(row.certainty, work.certainty);
  row.unknown = spec.unknown;
  report_.rows.push_back(std::move(row));
  return *this;
}

Report ReportBuilder::finish() {
  Report report = report_;
  Totals& totals = report.totals;
  totals.figures = zero();
  std::map<std::string_view, TypeSummary> types;
  for (const Row& row : report.rows) {
    TypeSummary& type = types.try_emplace(row.type, TypeSummary{.type = row.type, .figures = zero()}).first->second;
    ++type.nodes;
    ++totals.nodes;
    if (!row.repeat) totals.complete = false;
    if (!row.unknown.empty()) {
      ++type.unknown_nodes;
      ++totals.unknown_nodes;
      totals.complete = false;
      continue;
    }
    add(type.figures, row.figures, row.repeat.value_or(1));
    add(totals.figures, row.figures, row.repeat.value_or(1));
  }
  for (auto& [name, type] : types) report.by_type.push_back(std::move(type));
  std::sort(report.by_type.begin(), report.by_type.end(), [](const TypeSummary& a, const TypeSummary& b) {
    return std::tuple(*b.figures.macs, *b.figures.flops + *b.figures.int_ops, a.type) <
           std::tuple(*a.figures.macs, *a.figures.flops + *a.figures.int_ops, b.type);
  });
  return report;
}

Report mnist_mlp() {
  ReportBuilder b("mnist_mlp.tflite");
  b.input("x", DType::f32, {1, 784}).output("y", DType::f32, {1, 10});
  const int64_t widths[] = {784, 100, 100, 10};
  const auto bytes = [](uint64_t elements) { return elements * sizeof(float); };
  for (size_t layer = 0; layer < 3; ++layer) {
    const auto in = static_cast<uint64_t>(widths[layer]), out = static_cast<uint64_t>(widths[layer + 1]);
    RowSpec dense{.type = "FULLY_CONNECTED", .op = "matmul", .name = "dense_" + std::to_string(layer)};
    dense.inputs = {{"h", DType::f32, {{1, widths[layer]}}},
                    {"w", DType::f32, {{widths[layer + 1], widths[layer]}}},
                    {"b", DType::f32, {{widths[layer + 1]}}}};
    dense.outputs = {{"h", DType::f32, {{1, widths[layer + 1]}}}};
    dense.work = {{.unit = Unit::mul_add, .dtype = DType::f32, .count = in * out},
                  {.part = Part::bias, .unit = Unit::add, .dtype = DType::f32, .count = out}};
    const Work relu{.part = Part::activation, .unit = Unit::compare, .dtype = DType::f32, .count = out};
    if (layer < 2) dense.work.push_back(relu);
    dense.params = in * out + out;
    dense.weight_bytes = bytes(dense.params);
    dense.read_bytes = bytes(in) + dense.weight_bytes;
    dense.written_bytes = bytes(out);
    b.row(dense);
  }
  const uint64_t n = 10;
  b.row({.type = "SOFTMAX",
         .op = "softmax",
         .name = "softmax",
         .inputs = {{"h", DType::f32, {{1, 10}}}},
         .outputs = {{"y", DType::f32, {{1, 10}}}},
         .work = {{.unit = Unit::compare, .dtype = DType::f32, .count = n - 1},
                  {.unit = Unit::add, .dtype = DType::f32, .count = 2 * n - 1},
                  {.unit = Unit::transcendental, .dtype = DType::f32, .count = n},
                  {.unit = Unit::div, .dtype = DType::f32, .count = n}},
         .read_bytes = bytes(n),
         .written_bytes = bytes(n)});
  Report report = b.finish();
  report.producer = "TOCO Converted.";
  report.file_bytes = 360'000;
  report.dims = {{"batch", 1}};
  report.totals.peak_activation_bytes = report.totals.planned_activation_bytes = bytes(784 + 100);
  report.totals.peak_row = 0;
  report.plan = {{.name = "x", .offset = 0, .bytes = bytes(784), .first_row = 0, .last_row = 0}};
  return report;
}

Report incomplete_model() {
  ReportBuilder b("broken/quantized.tflite");
  b.input("x", DType::i8, {1, 5, 5, 1}).output("y", DType::i8, {1, 5, 5, 8});
  const uint64_t taps = 5 * 5 * 8 * 3 * 3, valid_taps = 8 * 13 * 13;  // 13 of 15 taps on each axis
  b.row({.type = "CONV_2D",
         .op = "conv",
         .name = "conv",
         .inputs = {{"x", DType::i8, {{1, 5, 5, 1}}}, {"w", DType::i8, {{8, 3, 3, 1}}}, {}},
         .outputs = {{"y", DType::i8, {{1, 5, 5, 8}}}},
         .work = {{.unit = Unit::mul_add, .dtype = DType::i8, .count = taps},
                  {.part = Part::requantize, .unit = Unit::add, .dtype = DType::i32, .count = 5 * 5 * 8 * 5}},
         .padding_macs = taps - valid_taps,
         .params = 8 * 3 * 3,
         .weight_bytes = 8 * 3 * 3,
         .read_bytes = 5 * 5 + 8 * 3 * 3,
         .written_bytes = 5 * 5 * 8});
  b.row({.type = "FlexFoo",
         .op = "opaque",
         .name = "foo\x1b[31m",
         .inputs = {{"y", DType::i8, {{1, 5, 5, 8}}}},
         .outputs = {{"z", DType::unknown, std::nullopt}},
         .unknown = "no rule for the custom operation 'FlexFoo'"});
  b.row({.type = "NON_MAX_SUPPRESSION_V4",
         .op = "nms",
         .work = {{.unit = Unit::compare, .dtype = DType::f32, .certainty = Certainty::bound, .count = 700},
                  {.unit = Unit::add, .dtype = DType::i32, .mark = Mark::index, .count = 3}},
         .read_bytes = 400,
         .written_bytes = 40,
         .repeat = std::nullopt});
  Report report = b.finish();
  report.file_bytes = 2'000;
  report.signature = "serving_default";
  report.other_signatures = {"train"};
  report.totals.peak_activation_bytes = 5 * 5 + 5 * 5 * 8;
  report.totals.float_equivalent_flops = 2 * taps;
  report.warnings = {{"custom_op", "the custom operation 'FlexFoo' is not known"}};
  return report;
}

}  // namespace flopstat::test

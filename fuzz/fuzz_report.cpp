#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <vector>

#include "flopstat/report.h"
#include "fuzz/source.h"
#include "reports/error_text.h"
#include "reports/escape.h"
#include "reports/json.h"
#include "reports/terminal.h"

namespace flopstat {
namespace {

constexpr size_t kLongestName = 300;

/// A report whose names, figures and shapes are any.
class RandomReport {
 public:
  explicit RandomReport(fuzz::Source& source) : source_(source) {}

  Report make() {
    Report report;
    report.path = source_.text(kLongestName);
    report.format = "tflite";  // our own word, like those of operations and conventions
    report.producer = source_.text(kLongestName);
    report.file_bytes = source_.word();
    report.convention = "flopstat";
    if (source_.flag()) {
      const std::string_view dim = name();
      report.dims.emplace(dim, static_cast<int64_t>(source_.word()));
    }
    report.signature = name();
    for (size_t n = source_.below(3); n > 0; --n) report.other_signatures.push_back(name());
    report.inputs = tensors();
    report.outputs = tensors();
    for (size_t n = source_.below(6); n > 0; --n) report.rows.push_back(row(report.rows.size()));
    for (size_t n = source_.below(6); n > 0; --n) {
      report.by_type.push_back({name(), source_.word(), source_.byte(), figures()});
    }
    report.totals.nodes = report.rows.size();
    report.totals.unknown_nodes = source_.byte();
    report.totals.complete = source_.flag();
    report.totals.figures = figures();
    report.totals.float_equivalent_flops = figure();
    report.totals.trainable_params = figure();
    report.totals.buffer_elements = source_.word();
    report.totals.quantization_bytes = source_.word();
    report.totals.state_bytes = source_.word();
    report.totals.training_peak_bytes = figure();
    report.totals.peak_activation_bytes = figure();
    report.totals.planned_activation_bytes = figure();
    if (!report.rows.empty() && source_.flag()) {
      report.totals.peak_row = static_cast<uint32_t>(source_.below(report.rows.size()));
    }
    for (size_t n = source_.below(3); n > 0; --n) {
      report.warnings.push_back({std::string(name()), std::string(name())});
    }
    return report;
  }

 private:
  std::string_view name() { return source_.text(kLongestName); }

  Figure figure() {
    const uint8_t bytes = source_.byte() % 10;
    if (bytes == 9) return std::nullopt;
    return bytes == 8 ? source_.word() : uint64_t{source_.byte()} << (8 * bytes % 64);
  }

  Figures figures() {
    Figures result{figure(), figure(), figure(), figure(), figure(), figure(), figure(), figure(), {}};
    for (size_t n = source_.below(3); n > 0; --n) {
      result.work.push_back({.part = static_cast<Part>(source_.below(4)),
                             .unit = static_cast<Unit>(source_.below(6)),
                             .dtype = static_cast<DType>(source_.below(24)),
                             .certainty = static_cast<Certainty>(source_.below(3)),
                             .mark = static_cast<Mark>(source_.below(3)),
                             .count = source_.word()});
    }
    return result;
  }

  const std::vector<TensorInfo>& tensors() {
    std::vector<TensorInfo>& result = tensors_.emplace_back(source_.below(3));
    for (TensorInfo& each : result) {
      each.name = name();
      each.dtype = static_cast<DType>(source_.below(24));
      if (source_.flag()) continue;
      std::vector<int64_t>& shape = shapes_.emplace_back(source_.below(8));
      for (int64_t& size : shape) size = static_cast<int64_t>(source_.word() >> (8 * source_.below(8)));
      each.shape = shape;
    }
    return result;
  }

  Row row(size_t index) {
    Row row;
    row.index = static_cast<uint32_t>(index);
    row.name = name();
    row.type = name();
    row.op = "conv";
    row.scope = name();
    row.repeat = figure();
    row.inputs = tensors();
    row.outputs = tensors();
    row.figures = figures();
    row.unknown = source_.flag() ? std::string(name()) : std::string();
    return row;
  }

  fuzz::Source& source_;
  std::deque<std::vector<int64_t>> shapes_;  // these two are what the report's spans view
  std::deque<std::vector<TensorInfo>> tensors_;
};

[[noreturn]] void fail(const char* what, std::string_view text) {
  std::fprintf(stderr, "%s:\n%.*s\n", what, static_cast<int>(text.size()), text.data());
  std::abort();
}

/// Text for a terminal: complete lines, nothing that moves the cursor, and no line wider than asked for.
void check_terminal(const std::string& text, const TerminalStyle& style) {
  size_t columns = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    const CodePoint point = first_code_point(rest);
    if (!point.valid || (!style.utf8 && point.value > 0x7e)) fail("a byte that is no character there", text);
    if (point.value == '\n') {
      columns = 0;
    } else if (point.value < 0x20 || (point.value >= 0x7f && point.value < 0xa0)) {
      fail("a control character", text);
    } else {
      columns += display_width(rest.substr(0, point.bytes));
      if (style.width != 0 && columns > style.width) fail("a line wider than asked for", text);
    }
    rest.remove_prefix(point.bytes);
  }
}

/// JSON is ASCII and its control characters are line ends alone.
void check_json(const std::string& json) {
  for (const char c : json) {
    if (c != '\n' && (c < 0x20 || c > 0x7e)) fail("JSON that is not ASCII", json);
  }
}

}  // namespace
}  // namespace flopstat

/// Whatever stands in a report, its outputs are well-formed.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flopstat;
  constexpr size_t kNarrowest = 40;
  fuzz::Source source({data, size});
  TerminalStyle style{.width = kNarrowest + source.byte(),
                      .utf8 = source.flag(),
                      .exact = source.flag(),
                      .hints = source.flag(),
                      .details = source.flag()};
  RandomReport random(source);
  const Report report = random.make();

  std::string text;
  write_terminal(report, style, text);
  check_terminal(text, style);
  style.colour = true;
  style.width = 0;
  write_terminal(report, style, text);

  std::string json;
  write_json(report, json);
  check_json(json);

  const Error error(ErrorCode::corrupt, report.producer, report.file_bytes, report.path, std::string(report.format));
  json.clear();
  write_json(error, report.path, json);
  check_json(json);
  style.colour = false;
  check_terminal(error_text(error, report.path, style), style);
  return 0;
}

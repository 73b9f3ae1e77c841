#include "reports/derivation_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "reports/escape.h"
#include "reports/figure_text.h"
#include "reports/notes.h"
#include "reports/peak.h"
#include "reports/units.h"

namespace flopstat {
namespace {

constexpr size_t kIndent = 2;
constexpr size_t kRowsShown = 24;  // where lines are limited

/// The page so far, and how it is written.
struct Page {
  const TerminalStyle& style;
  std::string& out;

  void heading(std::string_view title) const {
    out += '\n';
    out += paint(title, Emphasis::bold, style);
    out += '\n';
  }

  void line(std::string_view text, Emphasis emphasis = Emphasis::plain) const {
    write_note(shown(text), emphasis, style, out, kIndent);
  }

  std::string escaped(std::string_view text) const { return escape(text, !style.utf8); }

  /// Formulas with a sign of multiplication that the terminal has.
  std::string shown(std::string_view text) const {
    if (style.utf8) return std::string(text);
    constexpr std::string_view kDot = "·";
    std::string plain;
    for (size_t i = 0; i < text.size(); ++i) {
      const bool dot = text.substr(i, kDot.size()) == kDot;
      plain += dot ? '*' : text[i];
      if (dot) i += kDot.size() - 1;
    }
    return plain;
  }
};

/// "|y|·k = 100·784 = 78,400", what says the same twice left out.
std::string equation(const Derived& derived) {
  std::string text = derived.formula;
  if (derived.numbers != derived.formula) text += " = " + derived.numbers;
  const std::string value = thousands(derived.value);
  return derived.numbers == value ? text : text + " = " + value;
}

std::string work_name(const Work& work) {
  const std::string part = work.part == Part::core ? "" : std::string(name_of(work.part)) + " ";
  return part + std::string(name_of(work.unit));
}

std::string_view remark(const Work& work) {
  switch (work.mark) {
    case Mark::index: return " (arithmetic on shapes, indices or counters: no operations under this convention)";
    case Mark::constant: return " (on constants alone, done when the model is loaded: no operations per run)";
    case Mark::none: break;
  }
  switch (work.certainty) {
    case Certainty::bound: return " (an upper bound: the data decide)";
    case Certainty::model: return " (by the usual formula, not by what an engine executes)";
    case Certainty::rule: return " (as the user's rule says)";
    case Certainty::exact: break;
  }
  return "";
}

std::string factors_text(const Letter& letter) {
  if (letter.factors.size() < 2) return thousands(letter.value);
  std::string text;
  for (const int64_t size : letter.factors) text += fmt::format("{}{}", text.empty() ? "" : "·", size);
  return text + " = " + thousands(letter.value);
}

void write_letters(const Derivation& derivation, const Page& page) {
  if (derivation.letters.empty()) return;
  page.heading("letters");
  for (const Letter& letter : derivation.letters) {
    page.line(fmt::format("{} = {}, {}", letter.name, factors_text(letter), letter.meaning));
  }
}

void write_work(const Row& row, const Page& page) {
  page.heading("work");
  if (row.figures.work.empty()) page.line("none: no arithmetic");
  for (size_t i = 0; i < row.figures.work.size(); ++i) {
    const Work& work = row.figures.work[i];
    page.line(fmt::format("{} in {}: {}{}", work_name(work), name_of(work.dtype), equation(row.derivation->work[i]),
                          remark(work)));
  }
}

/// A figure and its derivation. They come from one computation; if they ever differ, that is said.
void write_figure(std::string_view title, std::string_view unit, const Derived& derived, const Figure& figure,
                  const Page& page) {
  if (!figure) return page.line(fmt::format("{}: not known", title), Emphasis::warn);
  page.line(fmt::format("{}: {}{}", title, equation(derived), unit));
  if (derived.value == *figure) return;
  page.line(fmt::format("this is a bug in flopstat: the report says {}, the derivation {}; please report it", *figure,
                        derived.value),
            Emphasis::error);
}

std::string tensor_text(const TensorInfo& tensor, const Page& page) {
  if (tensor.dtype == DType::unknown && !tensor.shape) return "left out";
  std::string text = fmt::format("{} {}", name_of(tensor.dtype), shape_text(tensor));
  if (!tensor.name.empty()) text += fmt::format(" '{}'", page.escaped(tensor.name));
  return text;
}

void write_tensors(const Row& row, const Page& page) {
  page.heading("operands and results");
  for (size_t i = 0; i < row.inputs.size(); ++i) {
    page.line(fmt::format("operand {}: {}", i, tensor_text(row.inputs[i], page)));
  }
  for (size_t i = 0; i < row.outputs.size(); ++i) {
    page.line(fmt::format("result {}: {}", i, tensor_text(row.outputs[i], page)));
  }
}

std::string source_text(const ParameterSource& source, const Page& page) {
  std::string sizes;
  for (const int64_t size : source.shape) sizes += fmt::format("{}{}", sizes.empty() ? "" : "·", size);
  const std::string product = source.shape.size() > 1 ? sizes + " = " : "";
  const std::string name = source.name.empty() ? "a constant" : fmt::format("'{}'", page.escaped(source.name));
  std::string text = fmt::format("{}, {}: {}{} parameters, {} B", name, name_of(source.dtype), product,
                                 thousands(source.elements), thousands(source.weight_bytes));
  if (source.quantization_bytes > 0) {
    text += fmt::format(" (and {} B of scales and zero points)", thousands(source.quantization_bytes));
  }
  return source.counted_in ? text + fmt::format(", counted in row #{}, which shares it", *source.counted_in) : text;
}

void write_parameters(const Row& row, const Page& page) {
  page.heading("parameters");
  uint64_t parameters = 0, bytes = 0;
  for (const ParameterSource& source : row.derivation->parameters) {
    page.line(source_text(source, page));
    if (source.counted_in) continue;
    parameters += source.elements;
    bytes += source.weight_bytes;
  }
  page.line(fmt::format("together: {} parameters, {} B of weights", thousands(parameters), thousands(bytes)));
  if (parameters == row.figures.params && bytes == row.figures.weight_bytes) return;
  page.line("this is a bug in flopstat: the report says otherwise; please report it", Emphasis::error);
}

void write_intensity(const Figures& figures, const Page& page) {
  const std::optional<double> intensity = figures.intensity();
  if (!intensity) return page.line("intensity: none, since nothing is known to move");
  page.line(
      fmt::format("intensity: (FLOPs + integer OPs) / (bytes read + written) = ({} + {}) / ({} + {}) = {} "
                  "operations per byte",
                  thousands(*figures.flops), thousands(*figures.int_ops), thousands(*figures.read_bytes),
                  thousands(*figures.written_bytes), ratio(*intensity)));
}

void write_operations(const Report& report, const Row& row, const Page& page, const Row* own = nullptr) {
  const Derivation& derivation = *row.derivation;
  page.heading(fmt::format("figures of one run (convention {})", report.convention));
  write_figure("MACs", "", derivation.macs, row.figures.macs, page);
  write_figure("valid MACs", "", derivation.valid_macs, row.figures.valid_macs, page);
  write_figure(counted_title(report), "", derivation.flops, row.figures.flops, page);
  if (!row.inexact.empty()) page.line(fmt::format("perhaps not the tool's number: {}", row.inexact), Emphasis::warn);
  if (own != nullptr && own->derivation) {
    write_figure("FLOPs (flopstat)", "", own->derivation->flops, own->figures.flops, page);
  }
  write_figure("integer OPs", "", derivation.int_ops, row.figures.int_ops, page);
}

void write_figures(const Report& report, const Row& row, const Row* own, const Page& page) {
  const Derivation& derivation = *row.derivation;
  write_operations(report, row, page, own);
  write_figure("bytes read", " B", derivation.read_bytes, row.figures.read_bytes, page);
  write_figure("bytes written", " B", derivation.written_bytes, row.figures.written_bytes, page);
  write_intensity(row.figures, page);
}

std::string title_of(const Row& row, const Page& page) {
  std::string title = fmt::format("#{} {}", row.index, page.escaped(row.type));
  if (!row.name.empty()) title += fmt::format(" '{}'", page.escaped(row.name));
  return title;
}

std::string standing_of(const Row& row, const Page& page) {
  std::string text = fmt::format("operation {}", row.op);
  if (!row.scope.empty()) text += fmt::format(", in layer '{}'", page.escaped(row.scope));
  if (!row.rule.empty()) text += fmt::format(", counted by the rule {}", page.escaped(row.rule));
  if (row.caller) text += fmt::format(", called by row #{}", *row.caller);
  if (!row.repeat) return text + ", runs an unknown number of times: totals count it once";
  if (*row.repeat == 0) return text + ", does not run: part of no total but the parameters";
  return *row.repeat == 1 ? text : text + fmt::format(", runs {} times: totals count it so often", *row.repeat);
}

// ---- Totals

struct SummedFigure {
  std::string_view title;
  std::string_view unit;
  Figure Figures::* figure;
};

constexpr SummedFigure kSums[] = {
    {"MACs", "", &Figures::macs},
    {"valid MACs", "", &Figures::valid_macs},
    {"FLOPs", "", &Figures::flops},
    {"integer OPs", "", &Figures::int_ops},
    {"parameters", "", &Figures::params},
    {"weights", " B", &Figures::weight_bytes},
    {"bytes read", " B", &Figures::read_bytes},
    {"bytes written", " B", &Figures::written_bytes},
};

/// "179,258 = 179,210 FULLY_CONNECTED x3 + 48 SOFTMAX x1".
void write_sum(const SummedFigure& sum, const Report& report, const Page& page) {
  const Figure& total = report.totals.figures.*sum.figure;
  if (!total) return page.line(fmt::format("{}: not known", sum.title), Emphasis::warn);
  std::string terms;
  uint64_t together = 0;
  for (const TypeSummary& type : report.by_type) {
    const uint64_t part = (type.figures.*sum.figure).value_or(0);
    together += part;
    if (part == 0) continue;
    terms +=
        fmt::format("{}{} {} x{}", terms.empty() ? "" : " + ", thousands(part), page.escaped(type.type), type.nodes);
  }
  const std::string sign = report.totals.complete ? "" : "at least ";
  page.line(fmt::format("{}: {}{}{}{}", sum.title, sign, terms, terms.empty() ? "" : " = ",
                        thousands(*total) + std::string(sum.unit)));
  if (together != *total) page.line("this is a bug in flopstat: the sum differs; please report it", Emphasis::error);
}

void write_peak(const Report& report, const Page& page) {
  const Totals& totals = report.totals;
  if (!totals.peak_activation_bytes || !totals.peak_row) return;
  std::string terms;
  uint64_t together = 0;
  for (const Placement& each : alive_at_peak(report)) {
    together += each.bytes;
    terms += fmt::format("{}{} '{}'", terms.empty() ? "" : " + ", thousands(each.bytes), page.escaped(each.name));
  }
  const bool listed = together == *totals.peak_activation_bytes;
  page.line(fmt::format("peak activations: {}{} B, alive at row #{}", listed ? terms + " = " : "",
                        thousands(*totals.peak_activation_bytes), *totals.peak_row));
}

/// The multiply-adds of every row that has any, from its shapes.
void write_macs_of_rows(const Report& report, const Page& page) {
  const auto counts = [](const Row& row) { return row.derivation && row.figures.macs.value_or(0) > 0; };
  const auto rows = static_cast<size_t>(std::ranges::count_if(report.rows, counts));
  if (rows == 0) return;
  page.heading("MACs, row by row");
  const size_t limit = page.style.width == 0 ? rows : kRowsShown;
  size_t shown = 0;
  for (const Row& row : report.rows) {
    if (!counts(row) || shown++ >= limit) continue;
    std::string text = fmt::format("#{} {}: {}", row.index, page.escaped(row.type), equation(row.derivation->macs));
    if (!row.repeat) text += ", an unknown number of times, counted once";
    if (row.repeat && *row.repeat != 1) text += fmt::format(", {} times", *row.repeat);
    page.line(text);
  }
  if (rows > limit) page.line(fmt::format("and {} more (--wide shows all)", rows - limit), Emphasis::dim);
}

}  // namespace

void write_row_derivation(const Report& report, const Row& row, const TerminalStyle& style, std::string& out,
                          const Row* own) {
  const Page page{style, out};
  out += paint(title_of(row, page), Emphasis::bold, style);
  out += '\n';
  page.line(standing_of(row, page));
  write_tensors(row, page);
  if (!row.unknown.empty()) {
    page.heading("not known");
    page.line(page.escaped(row.unknown), Emphasis::warn);
    page.line(
        "what would help: the size of a free dimension (--dim NAME=N), the shape of an input (--input "
        "NAME=SHAPE), or a rule for the operation ('flopstat formats' tells what is read)");
    return;
  }
  if (!row.derivation) return page.line("the figures leave 64 bits: there is nothing to derive", Emphasis::warn);
  write_letters(*row.derivation, page);
  write_work(row, page);
  write_figures(report, row, own, page);
  write_parameters(row, page);
}

void write_totals_derivation(const Report& report, const TerminalStyle& style, std::string& out) {
  const Page page{style, out};
  write_file_line(report, style, out);
  page.heading(fmt::format("totals of one run (convention {})", report.convention));
  for (const SummedFigure& sum : kSums) write_sum(sum, report, page);
  write_intensity(report.totals.figures, page);
  write_peak(report, page);
  write_macs_of_rows(report, page);
  std::string notes;
  write_unknown(report, style, notes);
  write_certainty(report, style, notes);
  write_assumed(report, style, notes);
  if (!notes.empty()) out.append("\n").append(notes);
}

void write_example(const Report& report, const Row& row, const TerminalStyle& style, std::string& out) {
  const Page page{style, out};
  write_tensors(row, page);
  if (!row.derivation) return page.line(page.escaped(row.unknown), Emphasis::warn);
  write_letters(*row.derivation, page);
  write_work(row, page);
  write_operations(report, row, page);
}

void write_formulas(std::string_view title, const Row& row, const TerminalStyle& style, std::string& out) {
  std::string text;
  for (size_t i = 0; row.derivation && i < row.figures.work.size(); ++i) {
    text += fmt::format("{}{} {}", text.empty() ? "" : "; ", work_name(row.figures.work[i]),
                        row.derivation->work[i].formula);
  }
  if (text.empty()) text = row.unknown.empty() ? "no arithmetic" : row.unknown;
  const Page page{style, out};
  page.line(title.empty() ? text : fmt::format("{}: {}", title, text));
}

}  // namespace flopstat

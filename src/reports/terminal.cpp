#include "reports/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/escape.h"
#include "reports/figure_text.h"
#include "reports/prose.h"
#include "reports/table.h"
#include "reports/units.h"

namespace flopstat {
namespace {

constexpr size_t kIndent = 2;
constexpr size_t kGap = 3;          // between the pieces of a line
constexpr size_t kLabelWidth = 13;  // of the summary: the longest label and two spaces
constexpr size_t kBarWidth = 12;
constexpr size_t kTensorsShown = 3;  // of the inputs and outputs, where lines are limited
constexpr size_t kReasonsShown = 6;

// ---- The file

std::string shape_text(const TensorInfo& tensor) {
  if (!tensor.shape) return "?";
  if (tensor.shape->empty()) return "scalar";
  std::string text;
  for (const int64_t size : *tensor.shape) {
    if (!text.empty()) text += 'x';
    text += size < 0 ? "?" : fmt::format("{}", size);
  }
  return text;
}

std::string shapes_text(std::string_view label, const std::vector<TensorInfo>& tensors, const TerminalStyle& style) {
  const size_t shown = style.width == 0 ? tensors.size() : std::min(tensors.size(), kTensorsShown);
  std::string text;
  for (size_t i = 0; i < shown; ++i) text += fmt::format("{} {}", i == 0 ? label : ",", shape_text(tensors[i]));
  if (shown < tensors.size()) text += fmt::format(" and {} more", tensors.size() - shown);
  return text;
}

/// Types of the multiply-adds, most frequent first; of the inputs where there are none.
std::string dtypes_text(const Report& report) {
  std::map<DType, uint64_t> counts;
  for (const Work& work : report.totals.figures.work) {
    if (work.unit == Unit::mul_add && work.part == Part::core) counts[work.dtype] += work.count;
  }
  if (counts.empty()) {
    for (const TensorInfo& input : report.inputs) ++counts[input.dtype];
  }
  std::vector<std::pair<uint64_t, DType>> sorted;
  sorted.reserve(counts.size());
  for (const auto& [dtype, count] : counts) sorted.emplace_back(count, dtype);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  std::string text;
  for (const auto& [count, dtype] : sorted) text += (text.empty() ? "" : " + ") + std::string(name_of(dtype));
  return text;
}

void write_file(const Report& report, const TerminalStyle& style, std::string& out) {
  std::vector<Piece> pieces = {{shown_file_name(report.path, style), Emphasis::bold}, {std::string(report.format)}};
  if (const std::string dtypes = dtypes_text(report); !dtypes.empty()) pieces.push_back({dtypes});
  pieces.push_back({fmt::format("{} {}", thousands(report.totals.nodes), report.totals.nodes == 1 ? "op" : "ops")});
  if (!report.inputs.empty()) pieces.push_back({shapes_text("in", report.inputs, style)});
  if (!report.outputs.empty()) pieces.push_back({shapes_text("out", report.outputs, style)});
  write_pieces(pieces, 0, kGap, kIndent, style, out);
}

// ---- The summary

struct SummaryLine {
  std::string_view label;
  std::vector<Piece> pieces;
};

/// A figure of the whole model in a sentence.
std::string total_text(std::string_view key, const Report& report, const TerminalStyle& style) {
  const Column& c = column(key);
  return figure_text(cell(c, report.totals), c.quantity, !report.totals.complete, Form::sentence, style);
}

std::string bytes_text(uint64_t bytes, const TerminalStyle& style) {
  return figure_text(bytes, Quantity::bytes, false, Form::sentence, style);
}

/// Whether a kind of operation is shown: not where the model has none of it and has some of the other.
bool shows(std::string_view key, const Totals& totals) {
  const Figures& figures = totals.figures;
  if (key == "flops") return figures.flops != 0u || figures.int_ops == 0u;
  if (key == "int_ops") return figures.int_ops != 0u;
  return true;
}

SummaryLine compute_line(const Report& report, const TerminalStyle& style) {
  const Figures& figures = report.totals.figures;
  SummaryLine line{"Compute", {{total_text("macs", report, style) + " MACs", Emphasis::bold}}};
  if (shows("flops", report.totals)) line.pieces.push_back({total_text("flops", report, style) + " FLOPs"});
  if (shows("int_ops", report.totals)) line.pieces.push_back({total_text("int_ops", report, style) + " integer OPs"});
  if (figures.valid_macs && figures.macs && *figures.valid_macs < *figures.macs) {
    line.pieces.push_back({total_text("valid_macs", report, style) + " MACs without padding"});
  }
  if (report.totals.float_equivalent_flops) {
    line.pieces.push_back({total_text("float_equivalent_flops", report, style) + " FLOPs before quantization"});
  }
  line.pieces.push_back({fmt::format("(convention {})", report.convention), Emphasis::dim});
  return line;
}

SummaryLine parameters_line(const Report& report, const TerminalStyle& style) {
  const Totals& totals = report.totals;
  SummaryLine line{"Parameters", {{total_text("params", report, style), Emphasis::bold}}};
  std::string weights = "weights " + total_text("weight_bytes", report, style);
  if (totals.figures.weight_bytes && report.file_bytes > 0 && totals.complete) {
    weights += fmt::format(" = {} of the file", percent(*totals.figures.weight_bytes, report.file_bytes));
  }
  line.pieces.push_back({fmt::format("{} ({})", weights, bytes_text(report.file_bytes, style))});
  if (totals.trainable_params) line.pieces.push_back({total_text("trainable_params", report, style) + " trainable"});
  if (totals.buffer_elements > 0) {
    line.pieces.push_back({"buffers " + total_text("buffer_elements", report, style) + " elements"});
  }
  if (totals.quantization_bytes > 0) {
    line.pieces.push_back({"quantization " + bytes_text(totals.quantization_bytes, style)});
  }
  return line;
}

SummaryLine activations_line(const Report& report, const TerminalStyle& style) {
  const Totals& totals = report.totals;
  SummaryLine line{"Activations", {{total_text("peak_activation_bytes", report, style), Emphasis::bold}}};
  std::string peak = "peak";
  if (totals.peak_row && *totals.peak_row < report.rows.size()) {
    peak += fmt::format(" at #{} {}", *totals.peak_row, escape(report.rows[*totals.peak_row].type, !style.utf8));
  }
  line.pieces.push_back({peak + " (lower bound)"});
  line.pieces.push_back({"planned " + total_text("planned_activation_bytes", report, style)});
  if (totals.state_bytes > 0) line.pieces.push_back({"state " + bytes_text(totals.state_bytes, style)});
  return line;
}

SummaryLine traffic_line(const Report& report, const TerminalStyle& style) {
  const Figures& figures = report.totals.figures;
  Cell sum = Missing::unknown;
  uint64_t bytes = 0;
  if (figures.read_bytes && figures.written_bytes &&
      !__builtin_add_overflow(*figures.read_bytes, *figures.written_bytes, &bytes)) {
    sum = bytes;
  }
  const std::string text = figure_text(sum, Quantity::bytes, !report.totals.complete, Form::sentence, style);
  return {"Traffic",
          {{text, Emphasis::bold},
           {"read " + total_text("read_bytes", report, style)},
           {"written " + total_text("written_bytes", report, style)},
           {"per run"}}};
}

SummaryLine intensity_line(const Report& report, const TerminalStyle& style) {
  return {"Intensity", {{total_text("intensity", report, style), Emphasis::bold}, {"operations per byte (OP/B)"}}};
}

void write_summary(const Report& report, const TerminalStyle& style, std::string& out) {
  std::vector<SummaryLine> lines = {compute_line(report, style), parameters_line(report, style),
                                    activations_line(report, style), traffic_line(report, style),
                                    intensity_line(report, style)};
  std::vector<Piece> producer = words(escape(report.producer, !style.utf8));
  if (style.details && !producer.empty()) lines.push_back({"Producer", std::move(producer)});
  size_t first_width = 0;
  for (const SummaryLine& line : lines) first_width = std::max(first_width, display_width(line.pieces[0].text));
  for (SummaryLine& line : lines) {
    const size_t gap = line.label == "Producer" ? 1 : kGap;
    if (gap == kGap) line.pieces[0].text.append(first_width - display_width(line.pieces[0].text), ' ');
    out.append(kIndent, ' ').append(fmt::format("{:<{}}", line.label, kLabelWidth));
    write_pieces(line.pieces, kIndent + kLabelWidth, gap, kIndent + kLabelWidth, style, out);
  }
}

// ---- The table by op type

/// A figure of the table, and how early it is left out where the table is too wide.
struct TableColumn {
  std::string_view key;
  int priority;
};

constexpr TableColumn kTableColumns[] = {
    {"macs", Table::kAlways}, {"flops", 8},      {"int_ops", 8},       {"params", 7},
    {"weight_bytes", 5},      {"read_bytes", 2}, {"written_bytes", 1}, {"intensity", 4},
};
constexpr int kSharePriority = 6;
constexpr int kBarPriority = 3;

/// A bar of at most `kBarWidth` columns.
std::string bar(uint64_t part, uint64_t whole, const TerminalStyle& style) {
  const double length = kBarWidth * static_cast<double>(part) / static_cast<double>(whole);
  std::string text;
  if (!style.utf8) return text.append(static_cast<size_t>(std::lround(length)), '#');
  constexpr std::string_view eighth_blocks[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<size_t>(std::lround(length * 8));
  for (size_t i = 0; i < eighths / 8; ++i) text += "█";
  return text.append(eighth_blocks[eighths % 8]);
}

/// Share of the multiply-adds and its bar; of what is known of them where the report is not complete.
std::pair<std::string, std::string> share(const Figures& figures, bool unknown, const Totals& totals,
                                          const TerminalStyle& style) {
  if (!figures.macs || !totals.figures.macs || (unknown && *figures.macs == 0)) return {"?", ""};
  if (*totals.figures.macs == 0) return {"-", ""};
  return {percent(*figures.macs, *totals.figures.macs), bar(*figures.macs, *totals.figures.macs, style)};
}

/// One row: the figures of a type, or of the whole model.
template <class Summary>
Table::Row table_row(const Summary& summary, bool unknown, std::string label, uint64_t nodes, const Totals& totals,
                     const TerminalStyle& style) {
  Table::Row row;
  for (const TableColumn& c : kTableColumns) {
    if (!shows(c.key, totals)) continue;
    const Column& figure = column(c.key);
    row.cells.push_back(figure_text(cell(figure, summary), figure.quantity, unknown, Form::column, style));
    if (c.key != "macs") continue;
    auto [text, shape] = share(summary.figures, unknown, totals, style);
    row.cells.push_back(std::move(text));
    row.cells.push_back(std::move(shape));
  }
  row.cells.push_back(std::move(label));
  row.cells.push_back(fmt::format("x{}", nodes));
  return row;
}

void write_types(const Report& report, const TerminalStyle& style, std::string& out) {
  Table table;
  for (const TableColumn& c : kTableColumns) {
    if (!shows(c.key, report.totals)) continue;
    table.columns.push_back({.title = std::string(column(c.key).title), .priority = c.priority});
    if (c.key != "macs") continue;
    table.columns.push_back({.title = report.totals.complete ? "%" : "% known", .priority = kSharePriority});
    table.columns.push_back({.align = Table::Align::left, .priority = kBarPriority, .emphasis = Emphasis::dim});
  }
  table.columns.push_back({.title = "Op type", .align = Table::Align::left});
  table.columns.push_back({.align = Table::Align::left});
  std::set<std::string_view> endless;  // types of which some row runs an unknown number of times
  for (const Row& row : report.rows) {
    if (!row.repeat) endless.insert(row.type);
  }
  for (const TypeSummary& type : report.by_type) {
    const bool unknown = type.unknown_nodes > 0 || endless.contains(type.type);
    table.rows.push_back(table_row(type, unknown, escape(type.type, !style.utf8), type.nodes, report.totals, style));
    if (unknown) table.rows.back().emphasis = Emphasis::warn;
  }
  table.rows.push_back(
      table_row(report.totals, !report.totals.complete, "TOTAL", report.totals.nodes, report.totals, style));
  table.rows.back().cells[2].clear();
  table.rows.back().emphasis = Emphasis::bold;
  table.write(style, kIndent, out);
}

// ---- What is unknown, and what was assumed

void write_note(std::string_view text, Emphasis emphasis, const TerminalStyle& style, std::string& out,
                size_t indent = kIndent) {
  out.append(indent, ' ');
  write_pieces(words(text, emphasis), indent, 1, indent + 2, style, out);
}

/// Rows that are not known for one reason: the first of them, how many, and whether all are of its type.
struct Reason {
  const Row* first;
  uint64_t rows = 0;
  bool one_type = true;
};

/// "Conv x3 (#7)", or "Conv and 2 others (#7)" where only the first is a Conv.
std::string rows_text(const Reason& reason, bool ascii) {
  const std::string type = escape(reason.first->type, ascii);
  const std::string_view others = reason.rows == 2 ? "other" : "others";
  return reason.one_type ? fmt::format("{} x{} (#{})", type, reason.rows, reason.first->index)
                         : fmt::format("{} and {} {} (#{})", type, reason.rows - 1, others, reason.first->index);
}

/// Rows that are not known, those of one reason together: mostly one row is to blame and the rest follow it.
void write_unknown(const Report& report, const TerminalStyle& style, std::string& out) {
  std::vector<Reason> reasons;
  std::map<std::string_view, size_t> seen;
  uint64_t endless = 0;
  for (const Row& row : report.rows) {
    if (!row.repeat) ++endless;
    if (row.unknown.empty()) continue;
    const auto [place, added] = seen.try_emplace(row.unknown, reasons.size());
    if (added) reasons.push_back({&row});
    Reason& reason = reasons[place->second];
    ++reason.rows;
    reason.one_type &= row.type == reason.first->type;
  }
  if (!reasons.empty()) {
    const uint64_t nodes = report.totals.unknown_nodes;
    write_note(fmt::format("? {} of {} ops {} not known; totals are lower bounds:", thousands(nodes),
                           thousands(report.totals.nodes), nodes == 1 ? "is" : "are"),
               Emphasis::warn, style, out);
    const size_t shown = style.width == 0 ? reasons.size() : std::min(reasons.size(), kReasonsShown);
    for (size_t i = 0; i < shown; ++i) {
      const bool ascii = !style.utf8;
      write_note(rows_text(reasons[i], ascii) + ": " + escape(reasons[i].first->unknown, ascii), Emphasis::warn, style,
                 out, 2 * kIndent);
    }
    if (shown < reasons.size()) {
      write_note(fmt::format("and {} more (--wide shows all)", reasons.size() - shown), Emphasis::warn, style, out,
                 2 * kIndent);
    }
  }
  if (endless > 0) {
    write_note(fmt::format("? {} in a loop whose number of rounds is not known; one round is counted",
                           endless == 1 ? "1 op is" : thousands(endless) + " ops are"),
               Emphasis::warn, style, out);
  }
}

void write_certainty(const Report& report, const TerminalStyle& style, std::string& out) {
  const auto rows_of = [&](Certainty certainty) {
    return std::count_if(report.rows.begin(), report.rows.end(),
                         [=](const Row& row) { return row.certainty == certainty && row.unknown.empty(); });
  };
  if (const auto bounds = rows_of(Certainty::bound)) {
    write_note(fmt::format("note: {} {} upper bounds, the true count depends on the data", bounds,
                           bounds == 1 ? "op's figures are" : "ops' figures are"),
               Emphasis::plain, style, out);
  }
  if (const auto models = rows_of(Certainty::model)) {
    write_note(fmt::format("note: {} by the usual formula, not by what an engine executes",
                           models == 1 ? "1 op is counted" : fmt::format("{} ops are counted", models)),
               Emphasis::plain, style, out);
  }
}

void write_assumed(const Report& report, const TerminalStyle& style, std::string& out) {
  const bool ascii = !style.utf8;
  if (!report.dims.empty()) {
    std::string dims;
    for (const auto& [name, size] : report.dims) {
      dims += fmt::format("{}{} = {}", dims.empty() ? "" : ", ", escape(name, ascii), size);
    }
    write_note(fmt::format("note: free dimensions: {} (--dim {}=N changes it)", dims,
                           escape(report.dims.begin()->first, ascii)),
               Emphasis::plain, style, out);
  }
  if (!report.other_signatures.empty()) {
    std::string others;
    for (const std::string_view name : report.other_signatures) {
      others += fmt::format("{}'{}'", others.empty() ? "" : ", ", escape(name, ascii));
    }
    write_note(
        fmt::format("note: counted is signature '{}'; there {}: {} (--signature NAME)", escape(report.signature, ascii),
                    report.other_signatures.size() == 1 ? "is also" : "are also", others),
        Emphasis::plain, style, out);
  }
}

void write_details(const Report& report, const TerminalStyle& style, std::string& out) {
  Table table;
  table.columns = {{.title = "Work"},
                   {.title = "Unit", .align = Table::Align::left},
                   {.title = "Type", .align = Table::Align::left},
                   {.title = "Part", .align = Table::Align::left},
                   {.title = "Mark", .align = Table::Align::left}};
  for (const Work& work : report.totals.figures.work) {
    table.rows.push_back(
        {{figure_text(work.count, Quantity::count, false, Form::column, style), std::string(name_of(work.unit)),
          std::string(name_of(work.dtype)), std::string(name_of(work.part)),
          work.mark == Mark::none ? "" : std::string(name_of(work.mark))}});
  }
  out += '\n';
  table.write(style, kIndent, out);
}

void write_next(const Report& report, const TerminalStyle& style, std::string& out) {
  std::vector<Piece> pieces = {{"next:", Emphasis::dim}};
  if (!report.dims.empty()) {
    pieces.push_back({fmt::format("flopstat MODEL --dim {}=8", escape(report.dims.begin()->first, !style.utf8))});
  }
  for (const char* command : {"flopstat MODEL --json", "flopstat A B", "flopstat help"}) pieces.push_back({command});
  out.append("\n").append(kIndent, ' ');
  write_pieces(pieces, kIndent, kGap, kIndent + 2, style, out);
}

}  // namespace

void write_terminal(const Report& report, const TerminalStyle& style, std::string& out) {
  write_file(report, style, out);
  out += '\n';
  write_summary(report, style, out);
  out += '\n';
  write_types(report, style, out);
  std::string notes;
  write_unknown(report, style, notes);
  write_certainty(report, style, notes);
  write_assumed(report, style, notes);
  if (!notes.empty()) out.append("\n").append(notes);
  if (style.details) write_details(report, style, out);
  if (style.hints) write_next(report, style, out);
}

}  // namespace flopstat

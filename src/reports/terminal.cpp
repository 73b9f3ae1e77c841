#include "reports/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/conventions.h"
#include "reports/escape.h"
#include "reports/figure_text.h"
#include "reports/notes.h"
#include "reports/prose.h"
#include "reports/share.h"
#include "reports/table.h"
#include "reports/training.h"
#include "reports/types.h"
#include "reports/units.h"

namespace flopstat {
namespace {

constexpr size_t kIndent = 2;
constexpr size_t kGap = 3;          // between the pieces of a line
constexpr size_t kLabelWidth = 13;  // of the summary: the longest label and two spaces

// ---- The summary

struct SummaryLine {
  std::string_view label;
  std::vector<Piece> pieces;
  bool prose = false;  ///< words instead of figures: in no column
};

/// A figure of the whole model in a sentence.
std::string total_text(std::string_view key, const Report& report, const TerminalStyle& style) {
  const Column& c = column(key);
  return figure_text(cell(c, report.totals), c.quantity, !report.totals.complete, Form::sentence, style);
}

std::string bytes_text(uint64_t bytes, const TerminalStyle& style) {
  return figure_text(bytes, Quantity::bytes, false, Form::sentence, style);
}

SummaryLine compute_line(const Report& report, const TerminalStyle& style) {
  const Figures& figures = report.totals.figures;
  SummaryLine line{"Compute", {{total_text("macs", report, style) + " MACs", Emphasis::bold}}};
  if (shows_column("flops", report.totals)) {
    line.pieces.push_back({fmt::format("{} {}", total_text("flops", report, style), counted_title(report))});
  }
  if (shows_column("int_ops", report.totals))
    line.pieces.push_back({total_text("int_ops", report, style) + " integer OPs"});
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
  line.pieces.push_back({"weights " + total_text("weight_bytes", report, style)});
  const bool has_share = totals.figures.weight_bytes && report.file_bytes > 0 && totals.complete;
  const std::string share = has_share ? percent(*totals.figures.weight_bytes, report.file_bytes) + " of the " : "";
  line.pieces.push_back({fmt::format("{}file ({})", share, bytes_text(report.file_bytes, style))});
  if (totals.trainable_params && totals.figures.params != 0)
    line.pieces.push_back({total_text("trainable_params", report, style) + " trainable"});
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
  if (totals.state_bytes != 0U) {
    const Cell state = cell(column("state_bytes"), totals);
    line.pieces.push_back({"state " + figure_text(state, Quantity::bytes, false, Form::sentence, style)});
  }
  return line;
}

SummaryLine traffic_line(const Report& report, const TerminalStyle& style) {
  const Figures& figures = report.totals.figures;
  Cell sum = NoNumber::unknown;
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

/// What the file calls the model.
SummaryLine model_line(const About& about, const TerminalStyle& style) {
  const auto shown = [&](std::string_view text) { return escape(text, !style.utf8); };
  SummaryLine line{"Model", {{shown(about.name), Emphasis::bold}}, true};
  if (!about.version.empty()) line.pieces.push_back({shown(about.version)});
  if (!about.min_runtime.empty()) {
    line.pieces.push_back({fmt::format("(runtime {} or newer)", shown(about.min_runtime)), Emphasis::dim});
  }
  return line;
}

/// What else the file says in words.
std::vector<SummaryLine> detail_lines(const Report& report, const TerminalStyle& style) {
  const About& about = report.about;
  const std::string_view producer = report.producer;
  std::vector<SummaryLine> lines;
  for (const auto& [label, text] : {std::pair{"Purpose", about.description},
                                    {"Author", about.author},
                                    {"License", about.license},
                                    {"Runtime", about.min_runtime},
                                    {"Producer", producer},
                                    {"C array", report.c_array}}) {
    std::vector<Piece> pieces = words(escape(text, !style.utf8));
    if (!pieces.empty()) lines.push_back({label, std::move(pieces), true});
  }
  return lines;
}

void write_summary(const Report& report, const TerminalStyle& style, std::string& out) {
  std::vector<SummaryLine> lines = {compute_line(report, style), parameters_line(report, style),
                                    activations_line(report, style), traffic_line(report, style),
                                    intensity_line(report, style)};
  if (!report.about.name.empty()) lines.insert(lines.begin(), model_line(report.about, style));
  if (style.details) {
    for (SummaryLine& line : detail_lines(report, style)) lines.push_back(std::move(line));
  }
  size_t first_width = 0;
  for (const SummaryLine& line : lines) {
    if (!line.prose) first_width = std::max(first_width, display_width(line.pieces[0].text));
  }
  for (SummaryLine& line : lines) {
    if (!line.prose) line.pieces[0].text.append(first_width - display_width(line.pieces[0].text), ' ');
    out.append(kIndent, ' ').append(fmt::format("{:<{}}", line.label, kLabelWidth));
    write_pieces(line.pieces, kIndent + kLabelWidth, line.prose ? 1 : kGap, kIndent + kLabelWidth, style, out);
  }
}

// ---- Below the table

/// Multiply-adds of all runs of a row, as far as they are known.
uint64_t all_macs(const Row& row) { return row.figures.macs.value_or(0) * row.repeat.value_or(1); }

/// Appends the row with the most multiply-adds, or those that share the first place. Nothing where the table says so
/// already: it is the only one of its type.
void write_largest(const Report& report, const TerminalStyle& style, std::string& out) {
  constexpr size_t named = 8;
  std::vector<const Row*> largest;
  std::map<std::string_view, size_t> rows_of_type;
  for (const Row& row : report.rows) {
    if (all_macs(row) == 0) continue;
    ++rows_of_type[row.type];
    if (!largest.empty() && all_macs(row) < all_macs(*largest[0])) continue;
    if (!largest.empty() && all_macs(row) > all_macs(*largest[0])) largest.clear();
    largest.push_back(&row);
  }
  if (largest.empty() || rows_of_type[largest[0]->type] == 1 || !report.totals.figures.macs) return;
  const bool one_type = std::ranges::all_of(largest, [&](const Row* row) { return row->type == largest[0]->type; });
  std::string rows;
  for (size_t i = 0; i < std::min(largest.size(), named); ++i) rows += fmt::format(" #{}", largest[i]->index);
  if (largest.size() > named) rows += fmt::format(" and {} more", largest.size() - named);
  if (one_type) rows += " " + escape(largest[0]->type, !style.utf8);
  const uint64_t macs = all_macs(*largest[0]);
  const std::string each = figure_text(macs, Quantity::count, false, Form::column, style);
  const std::string share = percent(macs * largest.size(), *report.totals.figures.macs);
  const std::string_view whole = report.totals.complete ? "" : " of what is known";
  write_note(largest.size() == 1
                 ? fmt::format("Largest op:{}, {} MACs ({}{})", rows, each, share, whole)
                 : fmt::format("Largest ops:{}, {} MACs each ({}{} together)", rows, each, share, whole),
             Emphasis::plain, style, out);
}

// ---- More, and what to do next

void write_details(const Report& report, const TerminalStyle& style, std::string& out) {
  Table table;
  table.columns = {{.title = "Work"},
                   {.title = "Unit", .align = Table::Align::left},
                   {.title = "Type", .align = Table::Align::left},
                   {.title = "Part", .align = Table::Align::left, .priority = 2},
                   {.title = "Mark", .align = Table::Align::left, .priority = 1}};
  for (const Work& work : report.totals.figures.work) {
    table.rows.push_back(
        {{figure_text(work.count, Quantity::count, false, Form::column, style), std::string(name_of(work.unit)),
          std::string(name_of(work.dtype)), std::string(name_of(work.part)),
          work.mark == Mark::none ? "" : std::string(name_of(work.mark))}});
  }
  out += '\n';
  table.write(style, kIndent, out);
}

/// The name of the model as a shell takes it, where it is short and needs no quotes.
std::string_view shell_word(std::string_view path) {
  constexpr size_t longest = 40;
  constexpr std::string_view safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/+-";
  const bool plain = path.size() <= longest && path.find_first_not_of(safe) == std::string_view::npos;
  return plain && !path.starts_with('-') ? path : "MODEL";
}

void write_next(const Report& report, const TerminalStyle& style, std::string& out) {
  const std::string_view model = shell_word(report.path);
  std::vector<Piece> pieces = {{"next:", Emphasis::dim}};
  if (!report.dims.empty()) {
    const std::string dim = escape(report.dims.begin()->first, !style.utf8);
    pieces.push_back({fmt::format("flopstat {} --dim {}=8", model, dim)});
  }
  pieces.push_back({fmt::format("flopstat ops {} --sort macs", model)});
  pieces.push_back({fmt::format("flopstat memory {}", model)});
  pieces.push_back({"flopstat help"});
  out.append("\n").append(kIndent, ' ');
  write_pieces(pieces, kIndent, kGap, kIndent + pieces[0].text.size() + kGap, style, out);
}

}  // namespace

void write_terminal(const Report& report, const TerminalStyle& style, std::string& out) {
  write_file_line(report, style, out);
  out += '\n';
  write_summary(report, style, out);
  out += '\n';
  if (report.by_convention) {
    write_conventions(report, style, out);
    return;
  }
  types_table(report, style).write(style, kIndent, out);
  std::string notes;
  write_largest(report, style, notes);
  write_unknown(report, style, notes);
  write_certainty(report, style, notes);
  write_assumed(report, style, notes);
  write_attached(report, style, notes);
  if (!notes.empty()) out.append("\n").append(notes);
  write_training(report, style, out);
  if (style.details) write_details(report, style, out);
  if (style.hints) write_next(report, style, out);
}

}  // namespace flopstat

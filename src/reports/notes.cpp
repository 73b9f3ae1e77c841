#include "reports/notes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "reports/escape.h"
#include "reports/figure_text.h"
#include "reports/prose.h"
#include "reports/units.h"

namespace flopstat {
namespace {

constexpr size_t kIndent = 2;
constexpr size_t kGap = 3;           // between the pieces of a line
constexpr size_t kTensorsShown = 3;  // of the inputs and outputs, where lines are limited
constexpr size_t kReasonsShown = 6;
constexpr size_t kFilesShown = 3;

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
  std::ranges::sort(sorted, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  std::string text;
  for (const auto& [count, dtype] : sorted) text += (text.empty() ? "" : " + ") + std::string(name_of(dtype));
  return text;
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

}  // namespace

void write_file_line(const Report& report, const TerminalStyle& style, std::string& out, std::string_view name) {
  const std::string shown = name.empty() ? shown_file_name(report.path, style) : std::string(name);
  std::vector<Piece> pieces = {{shown, Emphasis::bold}, {std::string(report.format)}};
  if (const std::string dtypes = dtypes_text(report); !dtypes.empty()) pieces.push_back({dtypes});
  pieces.push_back({fmt::format("{} {}", thousands(report.totals.nodes), report.totals.nodes == 1 ? "op" : "ops")});
  if (!report.inputs.empty()) pieces.push_back({shapes_text("in", report.inputs, style)});
  if (!report.outputs.empty()) pieces.push_back({shapes_text("out", report.outputs, style)});
  write_pieces(pieces, 0, kGap, kIndent, style, out);
}

void write_note(std::string_view text, Emphasis emphasis, const TerminalStyle& style, std::string& out, size_t indent) {
  out.append(indent, ' ');
  write_pieces(words(text, emphasis), indent, 1, indent + 2, style, out);
}

void write_unknown(const Report& report, const TerminalStyle& style, std::string& out, std::string_view of_model) {
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
    write_note(fmt::format("? {} of {} ops{} {} not known; totals are lower bounds:", thousands(nodes),
                           thousands(report.totals.nodes), of_model, nodes == 1 ? "is" : "are"),
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
    write_note(fmt::format("? {}{} {} in a loop whose number of rounds is not known; one round is counted",
                           endless == 1 ? "1 op" : thousands(endless) + " ops", of_model, endless == 1 ? "is" : "are"),
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
  if (const auto by_rule = rows_of(Certainty::rule)) {
    write_note(fmt::format("note: {} as the user's rules say (--rules)",
                           by_rule == 1 ? "1 op is counted" : fmt::format("{} ops are counted", by_rule)),
               Emphasis::plain, style, out);
  }
}

void write_attached(const Report& report, const TerminalStyle& style, std::string& out) {
  if (report.attached_bytes == 0) return;
  const size_t count = report.attached_files.size();
  const size_t shown = style.width == 0 ? count : std::min(count, kFilesShown);
  std::string names;
  for (size_t i = 0; i < shown; ++i)
    names += (i == 0 ? ": " : ", ") + escape(report.attached_files[i].name, !style.utf8);
  if (shown < count) names += fmt::format(" and {} more", count - shown);
  const std::string bytes = figure_text(report.attached_bytes, Quantity::bytes, false, Form::sentence, style);
  write_note(fmt::format("note: {} of the file {} an archive behind the model{}", bytes,
                         report.attached_bytes == 1 ? "is" : "are", names),
             Emphasis::plain, style, out);
}

void write_assumed(const Report& report, const TerminalStyle& style, std::string& out, std::string_view of_model) {
  const bool ascii = !style.utf8;
  if (!report.dims.empty()) {
    std::string dims;
    for (const auto& [name, size] : report.dims) {
      dims += fmt::format("{}{} = {}", dims.empty() ? "" : ", ", escape(name, ascii), size);
    }
    write_note(fmt::format("note: free dimensions{}: {} (--dim {}=N changes it)", of_model, dims,
                           escape(report.dims.begin()->first, ascii)),
               Emphasis::plain, style, out);
  }
  if (!report.other_signatures.empty()) {
    std::string others;
    for (const std::string_view name : report.other_signatures) {
      others += fmt::format("{}'{}'", others.empty() ? "" : ", ", escape(name, ascii));
    }
    write_note(fmt::format("note: counted is signature '{}'{}; there {}: {} (--signature NAME)",
                           escape(report.signature, ascii), of_model,
                           report.other_signatures.size() == 1 ? "is also" : "are also", others),
               Emphasis::plain, style, out);
  }
}

}  // namespace flopstat

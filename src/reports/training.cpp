#include "reports/training.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "flopstat/training.h"
#include "reports/escape.h"
#include "reports/figure_text.h"
#include "reports/notes.h"
#include "reports/prose.h"
#include "reports/table.h"
#include "reports/units.h"

namespace flopstat {
namespace {

constexpr size_t kIndent = 2;
constexpr size_t kGap = 3;
constexpr size_t kLabelWidth = 13;  // as in the summary above

Cell cell_of(const Figure& figure) { return figure ? Cell{*figure} : NoNumber::unknown; }

/// FLOPs in a sentence.
std::string flops_text(const TrainingWork& work, const Training& training, const TerminalStyle& style) {
  return figure_text(cell_of(work.flops), Quantity::count, !training.complete, Form::sentence, style);
}

std::string count_text(const Figure& figure, bool lower_bound, const TerminalStyle& style) {
  return figure_text(cell_of(figure), Quantity::count, lower_bound, Form::sentence, style);
}

std::string bytes_text(const Figure& figure, const TerminalStyle& style) {
  return figure_text(cell_of(figure), Quantity::bytes, false, Form::sentence, style);
}

void write_line(std::string_view label, const std::vector<Piece>& pieces, const TerminalStyle& style,
                std::string& out) {
  out.append(kIndent, ' ').append(fmt::format("{:<{}}", label, kLabelWidth));
  write_pieces(pieces, kIndent + kLabelWidth, kGap, kIndent + kLabelWidth, style, out);
}

std::string items(uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", thousands(count), count == 1 ? one : many);
}

void write_step(const Training& training, const TerminalStyle& style, std::string& out) {
  std::string of = fmt::format("batch {}", thousands(training.batch));
  if (training.micro_batches > 1) of += fmt::format(" x {} micro-batches", thousands(training.micro_batches));
  write_line("Training",
             {{flops_text(training.step, training, style) + " FLOPs a step", Emphasis::bold},
              {count_text(training.step.macs, !training.complete, style) + " MACs"},
              {fmt::format("({}, {})", training.optimizer, of), Emphasis::dim}},
             style, out);
  write_line("Parts",
             {{"forward " + flops_text(training.forward, training, style)},
              {fmt::format("loss {}", training.loss_unknown.empty() ? flops_text(training.loss_work, training, style)
                                                                    : std::string("?"))},
              {"backward input " + flops_text(training.backward_input, training, style)},
              {"backward weight " + flops_text(training.backward_weight, training, style)},
              {"optimizer " + flops_text(training.optimizer_work, training, style)}},
             style, out);
}

/// What FlopCounterMode prints of the step, where its convention was asked for.
void write_torch(const Report& report, const TerminalStyle& style, std::string& out) {
  if (report.convention != "torch") return;
  const Training& training = *report.training;
  const auto flops = [&](const Figure& figure) { return count_text(figure, !training.complete, style) + " FLOPs"; };
  std::vector<Piece> pieces = {{flops(training.torch_flops), Emphasis::bold},
                               {"forward and backward, as FlopCounterMode prints them"}};
  if (training.torch_flops != training.torch_flops_corrected) {
    pieces.push_back(
        {flops(training.torch_flops_corrected) + " with the weight gradients of grouped convolutions right"});
  }
  write_line("By torch", pieces, style, out);
}

void write_gradients(const Training& training, const TerminalStyle& style, std::string& out) {
  std::vector<Piece> pieces = {{count_text(training.trained_params, false, style), Emphasis::bold},
                               {"trained parameters"}};
  if (training.frozen_params > 0) pieces.push_back({count_text(training.frozen_params, false, style) + " frozen"});
  write_line("Gradients", pieces, style, out);
}

void write_memory_line(const Report& report, const TerminalStyle& style, std::string& out) {
  const TrainingMemory& memory = report.training->memory;
  std::vector<Piece> pieces = {{bytes_text(memory.peak, style), Emphasis::bold}};
  pieces.push_back({"parameters " + bytes_text(memory.parameters, style)});
  pieces.push_back({"gradients " + bytes_text(memory.gradients, style)});
  pieces.push_back({"state " + bytes_text(memory.state, style)});
  pieces.push_back({"activations " + bytes_text(memory.activations, style)});
  if (memory.row && *memory.row < report.rows.size()) {
    pieces.push_back({fmt::format("peak at #{} {}{}", *memory.row, escape(report.rows[*memory.row].type, !style.utf8),
                                  memory.backwards ? ", backwards" : "")});
  }
  write_line("Memory", pieces, style, out);
}

void write_epochs(const Training& training, const TerminalStyle& style, std::string& out) {
  if (!training.steps) return;
  write_line("All steps",
             {{count_text(training.total_flops, !training.complete, style) + " FLOPs", Emphasis::bold},
              {count_text(training.total_macs, !training.complete, style) + " MACs"},
              {items(*training.steps, "step", "steps")},
              {fmt::format("{} of {}", items(training.epochs, "epoch", "epochs"),
                           items(training.samples, "sample", "samples"))}},
             style, out);
}

std::vector<Table::Column> part_columns() {
  return {{.title = "Forward"},
          {.title = "Backward input"},
          {.title = "Backward weight"},
          {.title = "Optimizer"},
          {.title = "Op type", .align = Table::Align::left}};
}

template <class Parts>
Table::Row table_row(const Parts& parts, bool unknown, std::string label, const TerminalStyle& style) {
  Table::Row row;
  for (const TrainingWork* work : {&parts.forward, &parts.backward_input, &parts.backward_weight}) {
    const bool nothing = unknown && work->flops == Figure{0};
    const Cell cell = nothing ? Cell{NoNumber::unknown} : cell_of(work->flops);
    row.cells.push_back(figure_text(cell, Quantity::count, unknown, Form::column, style));
  }
  row.cells.push_back(figure_text(cell_of(parts.optimizer.flops), Quantity::count, false, Form::column, style));
  row.cells.push_back(std::move(label));
  if (unknown) row.emphasis = Emphasis::warn;
  return row;
}

/// The sum of all rows; the loss has a line of its own above.
Table::Row total_row(const Training& training, const TerminalStyle& style) {
  struct {
    const TrainingWork &forward, &backward_input, &backward_weight, &optimizer;
  } parts{training.forward, training.backward_input, training.backward_weight, training.optimizer_work};
  Table::Row row = table_row(parts, training.unknown_rows > 0, "TOTAL", style);
  row.emphasis = Emphasis::bold;
  return row;
}

/// Rows whose gradients are not known for one reason.
struct Reason {
  const Row* first = nullptr;
  uint64_t rows = 0;
};

void write_reasons(const Report& report, const TerminalStyle& style, std::string& out) {
  const Training& training = *report.training;
  std::vector<std::pair<std::string_view, Reason>> reasons;
  for (const Row& row : report.rows) {
    const std::string& why = training.rows[row.index].unknown;
    if (why.empty() || !row.unknown.empty()) continue;
    auto found = std::ranges::find(reasons, std::string_view(why), &std::pair<std::string_view, Reason>::first);
    if (found == reasons.end()) found = reasons.insert(found, {why, {&row, 0}});
    ++found->second.rows;
  }
  const bool ascii = !style.utf8;
  for (const auto& [why, reason] : reasons) {
    write_note(fmt::format("? the gradients of {} (#{}{}) are not known, totals are lower bounds: {}",
                           escape(reason.first->type, ascii), reason.first->index,
                           reason.rows == 1 ? "" : fmt::format(" and {} more", reason.rows - 1), escape(why, ascii)),
               Emphasis::warn, style, out);
  }
  if (!training.loss_unknown.empty()) {
    write_note("? the loss is not known: " + escape(training.loss_unknown, ascii), Emphasis::warn, style, out);
  }
}

void write_loss(const Training& training, const TerminalStyle& style, std::string& out) {
  if (training.loss_from == "--loss") return;
  write_note(fmt::format("note: the loss is {}, by {} (--loss NAME chooses another)",
                         escape(training.loss, !style.utf8), training.loss_from),
             Emphasis::plain, style, out);
}

/// Whether there is something to tell; if not, says why where training was asked for.
bool begin_training(const Report& report, const TerminalStyle& style, std::string& out) {
  if (!report.training) return false;
  out += '\n';
  const std::string& unknown = report.training->unknown;
  if (unknown.empty()) return true;
  write_note("? training is not counted: " + escape(unknown, !style.utf8), Emphasis::warn, style, out);
  return false;
}

}  // namespace

void write_training(const Report& report, const TerminalStyle& style, std::string& out) {
  if (!begin_training(report, style, out)) return;
  const Training& training = *report.training;
  write_step(training, style, out);
  write_torch(report, style, out);
  write_epochs(training, style, out);
  write_gradients(training, style, out);
  write_memory_line(report, style, out);
  out += '\n';
  Table table{.columns = part_columns(), .rows = {}};
  for (const TrainingSummary& type : training.by_type) {
    table.rows.push_back(table_row(type, type.unknown_nodes > 0, escape(type.type, !style.utf8), style));
  }
  table.rows.push_back(total_row(training, style));
  table.write(style, kIndent, out);
  out += '\n';
  write_loss(training, style, out);
  write_reasons(report, style, out);
}

void write_training_ops(const Report& report, const TerminalStyle& style, std::string& out) {
  if (!begin_training(report, style, out)) return;
  const Training& training = *report.training;
  Table table{.columns = part_columns(), .rows = {}};
  table.columns.insert(table.columns.begin(), {.title = "#"});
  table.columns.push_back({.title = "Name", .align = Table::Align::left, .priority = 1});
  for (const Row& row : report.rows) {
    const TrainingRow& step = training.rows[row.index];
    Table::Row cells = table_row(step, !step.unknown.empty(), escape(row.type, !style.utf8), style);
    cells.cells.insert(cells.cells.begin(), fmt::format("{}", row.index));
    cells.cells.push_back(escape(row.name, !style.utf8));
    table.rows.push_back(std::move(cells));
  }
  Table::Row total = total_row(training, style);
  total.cells.insert(total.cells.begin(), "");
  total.cells.emplace_back();
  table.rows.push_back(std::move(total));
  table.write(style, kIndent, out);
}

}  // namespace flopstat

#include "reports/waterfall_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/compared_figures.h"
#include "reports/csv_line.h"
#include "reports/difference_text.h"
#include "reports/escape.h"
#include "reports/figure_text.h"
#include "reports/json_parts.h"
#include "reports/notes.h"
#include "reports/table.h"
#include "reports/units.h"

namespace flopstat {
namespace {

constexpr size_t kBarWidth = 30;
constexpr size_t kEnoughLayer = 16;
constexpr int kBarPriority = 1;
constexpr int kPercentPriority = 2;

/// A line of the table: a layer, or the others together.
struct Line {
  std::string name;
  WaterfallStep step;
  Figure before = std::nullopt;  ///< the total in front of it
};

uint64_t size_of(const WaterfallStep& step) {
  if (!step.difference) return UINT64_MAX;
  return static_cast<uint64_t>(std::abs(*step.difference));
}

/// The layers that differ most, at most so many, in their order.
std::vector<const WaterfallStep*> largest(const Waterfall& waterfall, size_t most) {
  std::vector<const WaterfallStep*> steps;
  for (const WaterfallStep& step : waterfall.steps) steps.push_back(&step);
  std::ranges::sort(steps, [](const WaterfallStep* a, const WaterfallStep* b) {
    return size_of(*a) != size_of(*b) ? size_of(*a) > size_of(*b) : a < b;  // they lie in one vector
  });
  steps.resize(std::min(steps.size(), most));
  std::ranges::sort(steps);
  return steps;
}

/// The lines that are shown. Their totals are those of what is shown, so that each bar begins where the one above ends.
std::vector<Line> lines_of(const Waterfall& waterfall, std::optional<size_t> limit, const TerminalStyle& style) {
  const std::vector<const WaterfallStep*> shown = largest(waterfall, limit.value_or(kWaterfallSteps));
  std::vector<Line> lines;
  Figure total = waterfall.from;
  const auto append = [&](std::string name, WaterfallStep step) {
    const Figure before = total;
    if (total && step.difference) total = *total + static_cast<uint64_t>(*step.difference);
    step.total = total;
    lines.push_back({std::move(name), std::move(step), before});
  };
  WaterfallStep others{.layer = {}, .difference = 0, .total = {}};
  for (const WaterfallStep& step : waterfall.steps) {
    if (std::ranges::binary_search(shown, &step)) {
      append(escape(step.layer, !style.utf8), step);
    } else {
      others.a = others.a && step.a ? Figure(*others.a + *step.a) : std::nullopt;
      others.b = others.b && step.b ? Figure(*others.b + *step.b) : std::nullopt;
      others.difference =
          others.difference && step.difference ? std::optional(*others.difference + *step.difference) : std::nullopt;
    }
  }
  const size_t left_out = waterfall.steps.size() - shown.size();
  if (left_out > 0) append(fmt::format("{} others (-n {} shows all)", left_out, waterfall.steps.size()), others);
  return lines;
}

/// The largest total that a line reaches.
uint64_t scale_of(const Waterfall& waterfall, const std::vector<Line>& lines) {
  uint64_t most = std::max(waterfall.from.value_or(0), waterfall.to.value_or(0));
  for (const Line& line : lines) most = std::max(most, line.step.total.value_or(0));
  return most;
}

/// Blanks up to the smaller of two totals, then marks up to the larger one; at least one mark.
std::string bar(uint64_t a, uint64_t b, uint64_t scale, char mark) {
  if (scale == 0) return {};
  const auto place = [&](uint64_t total) {
    return static_cast<size_t>(
        std::lround(static_cast<double>(kBarWidth) * static_cast<double>(total) / static_cast<double>(scale)));
  };
  const size_t last = std::max<size_t>(place(std::max(a, b)), 1);
  const size_t first = std::min(place(std::min(a, b)), last - 1);
  return std::string(first, ' ') + std::string(last - first, mark);
}

std::string total_text(const Figure& total, const Waterfall& waterfall, const TerminalStyle& style) {
  const Cell cell = total ? Cell{*total} : Cell{NoNumber::unknown};
  return figure_text(cell, waterfall.figure->quantity, !waterfall.complete, Form::column, style);
}

Table::Row end_row(std::string_view name, const Figure& total, uint64_t scale, const Waterfall& waterfall,
                   const TerminalStyle& style) {
  return {{std::string(name), "", "", total_text(total, waterfall, style), total ? bar(0, *total, scale, '#') : ""},
          Emphasis::bold};
}

Table table_of(const Waterfall& waterfall, std::optional<size_t> limit, const TerminalStyle& style) {
  Table table;
  table.columns = {{.title = "Layer", .align = Table::Align::left, .enough = kEnoughLayer, .keep = Table::Keep::end},
                   {.title = "Difference"},
                   {.title = "%", .priority = kPercentPriority},
                   {.title = "Total"},
                   {.title = "", .align = Table::Align::left, .priority = kBarPriority}};
  const std::vector<Line> lines = lines_of(waterfall, limit, style);
  const uint64_t scale = scale_of(waterfall, lines);
  table.rows.push_back(end_row("A", waterfall.from, scale, waterfall, style));
  for (const Line& line : lines) {
    const ComparedFigure figure{.key = waterfall.figure->key, .a = line.step.a, .b = line.step.b};
    std::string mark;
    if (line.before && line.step.total && line.step.difference) {
      mark = bar(*line.before, *line.step.total, scale, *line.step.difference < 0 ? '-' : '+');
    }
    table.rows.push_back({{line.name, difference_text(figure, style), percent_text(figure),
                           total_text(line.step.total, waterfall, style), mark},
                          line.step.difference ? Emphasis::plain : Emphasis::warn});
  }
  table.rows.push_back(end_row("B", waterfall.to, scale, waterfall, style));
  return table;
}

std::string title_of(const Waterfall& waterfall, const Report& a) {
  return fmt::format("{} from A to B, layer by layer (convention {})", waterfall.figure->title, a.convention);
}

}  // namespace

void write_waterfall(const Report& a, const Report& b, const Waterfall& waterfall, std::optional<size_t> limit,
                     const TerminalStyle& style, std::string& out) {
  write_sides(a, b, style, out);
  out += '\n';
  write_note(title_of(waterfall, a), Emphasis::dim, style, out);
  table_of(waterfall, limit, style).write(style, 2, out);
  std::string notes;
  write_unknown(a, style, notes, " of A");
  write_unknown(b, style, notes, " of B");
  if (!notes.empty()) out.append("\n").append(notes);
}

void write_waterfall_markdown(const Report& a, const Report& b, const Waterfall& waterfall, std::optional<size_t> limit,
                              const TerminalStyle& style, std::string& out) {
  const auto [name_of_a, name_of_b] = names_of_sides(a, b, style);
  out += fmt::format("A: **{}**, B: **{}**. {}\n\n", markdown_text(name_of_a), markdown_text(name_of_b),
                     markdown_text(title_of(waterfall, a)));
  Table table = table_of(waterfall, limit, style);
  table.columns.pop_back();  // the bar needs letters of one width
  for (Table::Row& row : table.rows) row.cells.pop_back();
  table.write_markdown(out);
}

void write_waterfall_csv(const Waterfall& waterfall, std::optional<size_t> limit, std::string& out) {
  CsvLine header(out);
  for (const char* key : {"layer", "a", "b", "difference", "total"}) header.plain(key);
  header.end();
  const auto cell = [](const Figure& figure) { return figure ? Cell{*figure} : Cell{NoNumber::unknown}; };
  for (const WaterfallStep* step : largest(waterfall, limit.value_or(waterfall.steps.size()))) {
    CsvLine line(out);
    line.text(step->layer);
    line.cell(cell(step->a));
    line.cell(cell(step->b));
    line.plain(step->difference ? fmt::format("{}", *step->difference) : "");
    line.cell(cell(step->total));
    line.end();
  }
}

void write_waterfall_json(const Waterfall& waterfall, JsonWriter& json) {
  using namespace json_parts;
  json.key("waterfall");
  json.object(JsonWriter::lines, [&] {
    json.member("figure", waterfall.figure->key);
    json.key("from");
    write(json, waterfall.from);
    json.key("to");
    write(json, waterfall.to);
    json.member("complete", waterfall.complete);
    json.key("steps");
    json.list(JsonWriter::lines, [&] {
      for (const WaterfallStep& step : waterfall.steps) {
        json.object(JsonWriter::line, [&] {
          json.member("layer", step.layer);
          json.key("a");
          write(json, step.a);
          json.key("b");
          write(json, step.b);
          json.key("difference");
          if (step.difference) {
            json.value(*step.difference);
          } else {
            json.null();
          }
          json.key("total");
          write(json, step.total);
        });
      }
    });
  });
}

}  // namespace flopstat

#include "reports/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "flopstat/analyze.h"
#include "reports/csv_line.h"
#include "reports/escape.h"
#include "reports/figure_text.h"
#include "reports/json_parts.h"
#include "reports/notes.h"
#include "reports/units.h"

namespace flopstat {
namespace {

struct ComparedColumn {
  std::string_view key;
  int priority;
};

constexpr ComparedColumn kColumns[] = {
    {"macs", Table::kAlways},     {"flops", 6}, {"int_ops", 5}, {"params", 4}, {"weight_bytes", 3}, {"intensity", 2},
    {"peak_activation_bytes", 7},
};
constexpr int kFormatPriority = 1;
constexpr int kJoinedPriority = 8;
constexpr size_t kEnoughName = 24;  // of a model before figures are left out
constexpr size_t kNamesShown = 6;   // of models and rows that have no partner

/// Position of a compared column among the figures of a model, which has them all.
size_t place_of(const Column& figure) {
  const auto all = columns();
  return static_cast<size_t>(&figure - all.data());
}

/// "a, b and 3 more", escaped.
std::string listed(const std::vector<std::string_view>& names, const TerminalStyle& style) {
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kNamesShown); ++i) {
    text += (i == 0 ? "" : ", ") + escape(names[i], !style.utf8);
  }
  if (names.size() > kNamesShown) text += fmt::format(" and {} more", names.size() - kNamesShown);
  return text;
}

std::string_view word_of(Standing standing) {
  switch (standing) {
    case Standing::front: return "*";
    case Standing::dominated: return "";
    case Standing::unknown: return "?";
  }
  return {};
}

}  // namespace

ComparisonOptions usual_comparison() { return {.sort = {.figure = &column("macs")}}; }

std::string_view key_of(const ComparisonKey& key, const ComparisonOptions& options) {
  return key.figure != nullptr ? key.figure->key : std::string_view(options.joined->titles[key.joined]);
}

void Comparison::add(const Report& report) {
  Model model{
      .path = report.path, .format = std::string(report.format), .complete = report.totals.complete, .figures = {}};
  for (const Column& c : columns()) model.figures.push_back(cell(c, report.totals));
  if (options_.joined) model.joined = find_row(*options_.joined, report.path);
  convention_ = report.convention;
  models_.push_back(std::move(model));
}

// ---- Ranks

const JoinedValue* Comparison::joined_value(const Model& model, size_t column) const {
  return model.joined ? &options_.joined->rows[*model.joined].values[column] : nullptr;
}

/// What the model has of it, less being better.
Measure Comparison::measure(const Model& model, const ComparisonKey& key) const {
  Measure measure;
  if (key.figure == nullptr) {
    const JoinedValue* value = joined_value(model, key.joined);
    if (value != nullptr && value->number) measure.value = *value->number;
  } else {
    const Cell& cell = model.figures[place_of(*key.figure)];
    if (const uint64_t* count = std::get_if<uint64_t>(&cell)) measure.value = *count;
    if (const double* ratio = std::get_if<double>(&cell)) measure.value = *ratio;
    measure.lower_bound = !model.complete;
  }
  if (measure.value && key.more_is_better()) measure.value = -*measure.value;
  return measure;
}

std::vector<Comparison::Ranked> Comparison::ranked() const {
  std::vector<Ranked> all;
  std::vector<std::vector<Measure>> measures;
  for (const Model& model : models_) {
    all.push_back({&model, 0});
    std::vector<Measure>& own = measures.emplace_back();
    for (const ComparisonKey& key : options_.pareto) own.push_back(measure(model, key));
  }
  if (!options_.pareto.empty()) {
    const std::vector<Standing> standings = pareto_front(measures);
    for (size_t i = 0; i < all.size(); ++i) all[i].standing = standings[i];
  }
  const auto value = [&](const Ranked& each) { return measure(*each.model, options_.sort).value; };
  const auto better = [&](const Ranked& a, const Ranked& b) {
    const auto left = value(a), right = value(b);
    return left && right ? *left < *right : left.has_value() && !right.has_value();
  };
  std::ranges::sort(all, [&](const Ranked& a, const Ranked& b) {
    return better(a, b) || (!better(b, a) && a.model < b.model);  // they lie in one vector
  });
  for (size_t i = 0; i < all.size(); ++i) {
    all[i].rank = i > 0 && !better(all[i - 1], all[i]) ? all[i - 1].rank : i + 1;
  }
  return all;
}

// ---- For people

std::string Comparison::name(const ComparisonKey& key) const {
  return key.figure != nullptr ? std::string(key.figure->title) : escape(options_.joined->titles[key.joined]);
}

std::string Comparison::title() const {
  return fmt::format("By {}, {} first (convention {})", name(options_.sort),
                     options_.sort.more_is_better() ? "most" : "least", convention_);
}

Table Comparison::table(const TerminalStyle& style) const {
  Table table;
  table.columns = {{.title = "#"},
                   {.title = "Model", .align = Table::Align::left, .enough = kEnoughName, .keep = Table::Keep::end},
                   {.title = "Format", .align = Table::Align::left, .priority = kFormatPriority}};
  for (const ComparedColumn& c : kColumns) {
    table.columns.push_back({.title = std::string(column(c.key).title), .priority = c.priority});
  }
  const size_t joined = options_.joined ? options_.joined->titles.size() : 0;
  for (size_t i = 0; i < joined; ++i) {
    const Table::Align align = options_.joined->numeric[i] ? Table::Align::right : Table::Align::left;
    table.columns.push_back(
        {.title = escape(options_.joined->titles[i], !style.utf8), .align = align, .priority = kJoinedPriority});
  }
  if (!options_.pareto.empty()) table.columns.push_back({.title = "Pareto", .align = Table::Align::left});

  std::vector<std::string> paths;
  for (const Model& model : models_) paths.push_back(model.path);
  const std::vector<std::string> names = names_apart(paths, style);
  for (const Ranked& each : ranked()) {
    const Model& model = *each.model;
    Table::Row& row = table.rows.emplace_back();
    row.cells = {fmt::format("{}", each.rank), names[static_cast<size_t>(&model - models_.data())], model.format};
    for (const ComparedColumn& c : kColumns) {
      const Column& figure = column(c.key);
      row.cells.push_back(
          figure_text(model.figures[place_of(figure)], figure.quantity, !model.complete, Form::column, style));
    }
    for (size_t i = 0; i < joined; ++i) {
      const JoinedValue* value = joined_value(model, i);
      row.cells.push_back(value == nullptr || value->text.empty() ? "-" : escape(value->text, !style.utf8));
    }
    if (!options_.pareto.empty()) row.cells.emplace_back(word_of(each.standing));
    if (!model.complete) row.emphasis = Emphasis::warn;
  }
  return table;
}

std::vector<std::string_view> Comparison::unmatched_rows() const {
  std::vector<std::string_view> rows;
  if (!options_.joined) return rows;
  for (size_t i = 0; i < options_.joined->rows.size(); ++i) {
    const auto found = std::ranges::find(models_, std::optional(i), &Model::joined);
    if (found == models_.end()) rows.emplace_back(options_.joined->rows[i].model);
  }
  return rows;
}

std::vector<std::string> Comparison::notes(const TerminalStyle& style) const {
  std::vector<std::string> notes;
  if (!options_.pareto.empty()) {
    std::string keys;
    for (const ComparisonKey& key : options_.pareto) {
      keys += fmt::format("{}{} ({} is better)", keys.empty() ? "" : " and ", name(key),
                          key.more_is_better() ? "more" : "less");
    }
    notes.push_back(
        fmt::format("* on the Pareto front of {}: no other model is as good in all of these and better in "
                    "one",
                    keys));
  }
  if (options_.joined) {
    const std::string file = shown_file_name(options_.joined->path, style);
    std::vector<std::string_view> models;
    for (const Model& model : models_) {
      if (!model.joined) models.emplace_back(model.path);
    }
    if (!models.empty()) notes.push_back(fmt::format("{} has no line for {}", file, listed(models, style)));
    const std::vector<std::string_view> rows = unmatched_rows();
    if (!rows.empty()) notes.push_back(fmt::format("{} has lines without a model: {}", file, listed(rows, style)));
  }
  const auto incomplete = std::ranges::count(models_, false, &Model::complete);
  if (incomplete > 0) {
    notes.push_back(fmt::format(
        "? {} of {} models {} operations that are not known, and figures that are lower bounds: "
        "'flopstat MODEL' says which, and why",
        thousands(static_cast<uint64_t>(incomplete)), thousands(models_.size()), incomplete == 1 ? "has" : "have"));
  }
  return notes;
}

void Comparison::write(const TerminalStyle& style, std::string& out) const {
  write_note(title(), Emphasis::dim, style, out);
  table(style).write(style, 2, out);
  const std::vector<std::string> all = notes(style);
  if (!all.empty()) out += '\n';
  for (const std::string& note : all) {
    write_note(note, note.starts_with('?') ? Emphasis::warn : Emphasis::plain, style, out);
  }
}

void Comparison::write_markdown(const TerminalStyle& style, std::string& out) const {
  out += markdown_text(title()) + "\n\n";
  table(style).write_markdown(out);
  for (const std::string& note : notes(style)) out += "\n" + markdown_text(note) + "\n";
}

// ---- For programs

void Comparison::write_csv(std::string& out) const {
  CsvLine header(out);
  for (const char* key : {"rank", "path", "format", "complete"}) header.plain(key);
  for (const Column& c : columns()) header.plain(c.key);
  if (options_.joined) {
    for (const std::string& title : options_.joined->titles) header.text(title);
  }
  if (!options_.pareto.empty()) header.plain("pareto");
  header.end();
  for (const Ranked& each : ranked()) {
    CsvLine line(out);
    line.plain(fmt::format("{}", each.rank));
    line.text(public_path(each.model->path));
    line.text(each.model->format);
    line.plain(each.model->complete ? "true" : "false");
    for (const Cell& cell : each.model->figures) line.cell(cell);
    for (size_t i = 0; options_.joined && i < options_.joined->titles.size(); ++i) {
      const JoinedValue* value = joined_value(*each.model, i);
      if (value != nullptr && value->number) {
        line.plain(fmt::format("{}", *value->number));
      } else {
        line.text(value == nullptr ? std::string() : value->text);
      }
    }
    if (!options_.pareto.empty()) {
      line.plain(each.standing == Standing::unknown ? "" : each.standing == Standing::front ? "true" : "false");
    }
    line.end();
  }
}

void Comparison::write_json(std::string& out) const {
  using namespace json_parts;
  JsonWriter json(out);
  const auto ranking_key = [&](const ComparisonKey& key) {
    json.object(JsonWriter::line, [&] {
      json.member("key", key_of(key, options_));
      json.member("better", key.more_is_better() ? "more" : "less");
    });
  };
  const auto joined_members = [&](const Model& model) {
    for (size_t i = 0; options_.joined && i < options_.joined->titles.size(); ++i) {
      const JoinedValue* value = joined_value(model, i);
      json.key(options_.joined->titles[i]);
      if (value == nullptr || value->text.empty()) {
        json.null();
      } else if (options_.joined->numeric[i]) {
        json.value(*value->number);
      } else {
        json.value(value->text);
      }
    }
  };
  json.object(JsonWriter::lines, [&] {
    json.member("schema", "flopstat/1");
    json.member("version", version());
    json.member("command", "compare");
    json.member("kind", "counted");
    text_or_null(json, "convention", convention_);
    json.key("sort");
    ranking_key(options_.sort);
    json.key("pareto");
    json.list(JsonWriter::line, [&] {
      for (const ComparisonKey& key : options_.pareto) ranking_key(key);
    });
    json.key("models");
    json.list(JsonWriter::lines, [&] {
      for (const Ranked& each : ranked()) {
        const Model& model = *each.model;
        json.object(JsonWriter::line, [&] {
          json.member("rank", uint64_t{each.rank});
          json.member("path", public_path(model.path));
          json.member("format", model.format);
          json.member("complete", model.complete);
          size_t i = 0;
          for (const Column& c : columns()) {
            json.key(c.key);
            json_parts::write(json, model.figures[i++]);
          }
          json.key("joined");
          json.object(JsonWriter::line, [&] { joined_members(model); });
          json.key("pareto");
          if (options_.pareto.empty() || each.standing == Standing::unknown) {
            json.null();
          } else {
            json.value(each.standing == Standing::front);
          }
        });
      }
    });
    json.key("unmatched_rows");
    json.list(JsonWriter::line, [&] {
      for (const std::string_view row : unmatched_rows()) json.value(row);
    });
    json.key("failed");
    json.list(JsonWriter::lines, [&] {
      for (const Failed& each : failed_) {
        json.object(JsonWriter::line, [&] {
          json.member("path", public_path(each.path));
          json.key("error");
          json.object(JsonWriter::line, [&] {
            json.member("code", name_of(each.error.code));
            json.member("message", each.error.message);
            json.key("offset");
            json_parts::write(json, each.error.offset);
          });
        });
      }
    });
  });
}

}  // namespace flopstat

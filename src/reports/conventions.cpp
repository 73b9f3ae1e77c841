#include "reports/conventions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "reports/figure_text.h"
#include "reports/json_parts.h"
#include "reports/notes.h"
#include "reports/prose.h"
#include "reports/table.h"
#include "reports/units.h"

namespace flopstat {
namespace {

constexpr size_t kIndent = 2;

/// A part of a number, as tables and documents call it.
struct PartName {
  std::string_view key;
  std::string_view title;
  uint64_t ConventionParts::* member;
};

constexpr std::array kParts = {
    PartName{"products", "Products", &ConventionParts::products},
    PartName{"bias", "Bias", &ConventionParts::bias},
    PartName{"activation", "Activation", &ConventionParts::activation},
    PartName{"normalization", "Norm", &ConventionParts::normalization},
    PartName{"pooling", "Pooling", &ConventionParts::pooling},
    PartName{"attention", "Fused", &ConventionParts::attention},
    PartName{"other", "Other", &ConventionParts::other},
};

std::string shown(uint64_t number, const TerminalStyle& style) {
  return figure_text(number, Quantity::count, false, Form::column, style);
}

/// Numbers of the notes below the table, by reason.
class Notes {
 public:
  size_t number_of(const std::string& reason) {
    const auto found = std::ranges::find(reasons_, reason);
    if (found != reasons_.end()) return static_cast<size_t>(found - reasons_.begin()) + 1;
    reasons_.push_back(reason);
    return reasons_.size();
  }

  const std::vector<std::string>& reasons() const { return reasons_; }

 private:
  std::vector<std::string> reasons_;
};

std::string verdict_of(const ConventionCount& count, Notes& notes) {
  if (!count.fails.empty()) return fmt::format("no number [{}]", notes.number_of(count.fails));
  std::string text = count.inexact.empty() ? "exact" : "approximate";
  if (!count.assumes.empty()) text += fmt::format(" [{}]", notes.number_of(count.assumes));
  for (const std::string& reason : count.inexact) text += fmt::format(" [{}]", notes.number_of(reason));
  return text;
}

Table::Row row_of(const ConventionCount& count, Notes& notes, const TerminalStyle& style) {
  Table::Row row;
  row.cells = {count.name, count.value ? shown(*count.value, style) : "-", std::string(name_of(count.unit)),
               verdict_of(count, notes)};
  for (const PartName& part : kParts) {
    const uint64_t number = count.parts.*part.member;
    row.cells.push_back(!count.value || number == 0 ? "" : shown(number, style));
  }
  if (!count.value) row.emphasis = Emphasis::dim;
  return row;
}

const ConventionCount* find(const std::vector<ConventionCount>& all, std::string_view name) {
  const auto found = std::ranges::find(all, name, &ConventionCount::name);
  return found == all.end() ? nullptr : &*found;
}

/// How a convention counts multiply-adds.
constexpr std::array<std::string_view, 4> kProducts = {"once", "twice", "not at all", "in part or by another formula"};

/// Position in `kProducts`.
size_t products_of(const ConventionCount& count, uint64_t macs) {
  if (count.parts.products == macs) return 0;
  if (count.parts.products / 2 == macs && count.parts.products % 2 == 0) return 1;
  return count.parts.products == 0 ? 2 : 3;
}

/// The smallest and the largest number, and who counts multiply-adds in which way.
void write_spread(const std::vector<ConventionCount>& all, const TerminalStyle& style, std::string& out) {
  const ConventionCount* least = nullptr;
  const ConventionCount* most = nullptr;
  for (const ConventionCount& count : all) {
    if (!count.value || *count.value == 0) continue;
    if (least == nullptr || *count.value < *least->value) least = &count;
    if (most == nullptr || *count.value > *most->value) most = &count;
  }
  if (least == nullptr || least == most) return;
  write_note(fmt::format("From {} ({}) to {} ({}): {} times", shown(*least->value, style), least->name,
                         shown(*most->value, style), most->name,
                         ratio(static_cast<double>(*most->value) / static_cast<double>(*least->value))),
             Emphasis::plain, style, out);
  const ConventionCount* macs = find(all, "macs");
  if (macs == nullptr || !macs->value) return;
  std::array<std::string, kProducts.size()> names;
  for (const ConventionCount& count : all) {
    if (!count.value) continue;
    std::string& list = names[products_of(count, *macs->value)];
    list.append(list.empty() ? "" : ", ").append(count.name);
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) continue;
    write_note(fmt::format("multiply-adds {}: {}", kProducts[i], names[i]), Emphasis::dim, style, out);
  }
}

}  // namespace

void write_conventions(const Report& report, const TerminalStyle& style, std::string& out) {
  if (!report.by_convention) return;
  Table table;
  table.columns = {{.title = "Convention", .align = Table::Align::left},
                   {.title = "Number"},
                   {.title = "of", .align = Table::Align::left},
                   {.title = "Verdict", .align = Table::Align::left}};
  for (size_t i = 0; i < kParts.size(); ++i) {
    table.columns.push_back({.title = std::string(kParts[i].title), .priority = static_cast<int>(kParts.size() - i)});
  }
  Notes notes;
  for (const ConventionCount& count : *report.by_convention) table.rows.push_back(row_of(count, notes, style));
  table.write(style, kIndent, out);
  out += '\n';
  for (size_t i = 0; i < notes.reasons().size(); ++i) {
    write_note(fmt::format("[{}] {}", i + 1, notes.reasons()[i]), Emphasis::dim, style, out);
  }
  write_spread(*report.by_convention, style, out);
}

void write_conventions(JsonWriter& json, const Report& report) {
  json.key("conventions");
  json.list(JsonWriter::lines, [&] {
    for (const ConventionCount& count : *report.by_convention) {
      json.object(JsonWriter::line, [&] {
        json.member("name", count.name);
        json.member("unit", name_of(count.unit));
        json.key("value");
        json_parts::write(json, count.value);
        json.key("macs");
        json_parts::write(json, count.macs);
        json.member("exact", count.value && count.inexact.empty());
        json_parts::text_or_null(json, "assumes", count.assumes);
        json.key("reasons");
        json.list(JsonWriter::line, [&] {
          for (const std::string& reason : count.inexact) json.value(reason);
        });
        json_parts::text_or_null(json, "fails", count.fails);
        json.key("parts");
        json.object(JsonWriter::line, [&] {
          for (const PartName& part : kParts) json.member(part.key, count.parts.*part.member);
        });
      });
    }
  });
}

void write_convention_list(const TerminalStyle& style, std::string& out) {
  Table table;
  table.columns = {{.title = "Name", .align = Table::Align::left},
                   {.title = "Counts", .align = Table::Align::left},
                   {.title = "Version", .align = Table::Align::left, .priority = 2},
                   {.title = "Rule", .align = Table::Align::left},
                   {.title = "Source", .align = Table::Align::left, .priority = 1}};
  for (const ConventionInfo& info : convention_list()) {
    table.rows.push_back(
        {{std::string(info.name), std::string(name_of(info.unit)), std::string(info.version),
          std::string(info.rule) + (info.by_formula_only ? " (by formula only)" : ""), std::string(info.source)}});
  }
  table.write(style, 0, out);
}

}  // namespace flopstat

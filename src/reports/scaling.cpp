#include "reports/scaling.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "reports/columns.h"
#include "reports/escape.h"
#include "reports/figure_text.h"
#include "reports/notes.h"
#include "reports/prose.h"
#include "reports/units.h"

namespace flopstat {
namespace {

constexpr size_t kIndent = 2;
constexpr size_t kLongestSymbol = 10;

struct FigureInfo {
  std::string_view key;
  std::string_view label;  ///< in front of its polynomial
  std::string_view title;  ///< above the table
  Quantity quantity;
  int priority;
};

const FigureInfo& info(ScaledFigure figure) {
  static constexpr FigureInfo kMacs = {"macs", "MACs", "MACs", Quantity::count, Table::kAlways};
  static constexpr FigureInfo kFlops = {"flops", "FLOPs", "FLOPs", Quantity::count, 4};
  static constexpr FigureInfo kIntOps = {"int_ops", "Integer OPs", "Int OPs", Quantity::count, 3};
  static constexpr FigureInfo kTraffic = {"traffic_bytes", "Traffic, bytes", "Traffic", Quantity::bytes, 1};
  static constexpr FigureInfo kPeak = {"peak_activation_bytes", "Peak, bytes", "Peak", Quantity::bytes, 2};
  switch (figure) {
    case ScaledFigure::macs: return kMacs;
    case ScaledFigure::flops: return kFlops;
    case ScaledFigure::int_ops: return kIntOps;
    case ScaledFigure::traffic_bytes: return kTraffic;
    case ScaledFigure::peak_activation_bytes: return kPeak;
  }
  return kMacs;
}

const ScalingLaw& law_of(const Scaling& scaling, ScaledFigure figure) { return scaling.laws[index_of(figure)]; }

bool is_zero(const ScalingLaw& law) { return law.polynomial && law.polynomial->monomials.empty(); }

/// What the model has: FLOPs or integer OPs that are 0 at every size are not shown beside the other.
std::vector<ScaledFigure> shown_figures(const Scaling& scaling) {
  const bool no_flops = is_zero(law_of(scaling, ScaledFigure::flops));
  const bool no_int_ops = is_zero(law_of(scaling, ScaledFigure::int_ops));
  std::vector<ScaledFigure> shown;
  for (const ScaledFigure figure : kScaledFigures) {
    if (figure == ScaledFigure::flops && no_flops && !no_int_ops) continue;
    if (figure == ScaledFigure::int_ops && no_int_ops) continue;
    shown.push_back(figure);
  }
  return shown;
}

// ---- Polynomials

/// A word that cannot be mistaken for more than one thing in a formula.
bool is_plain(std::string_view name) {
  const auto is_letter = [](unsigned char c) { return std::isalpha(c) != 0 || c == '_'; };
  const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  return !name.empty() && name.size() <= kLongestSymbol && is_letter(static_cast<unsigned char>(name[0])) &&
         std::ranges::all_of(name, [&](unsigned char c) { return is_letter(c) || is_digit(c); });
}

/// A capital letter that is not taken: one of the name if possible.
std::string letter_for(std::string_view name, const std::vector<std::string>& taken) {
  for (const char c : std::string(name) + "NABCDEFGHIJKLMOPQRSTUVWXYZ") {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalpha(byte) == 0) continue;
    const std::string letter(1, static_cast<char>(std::toupper(byte)));
    if (std::ranges::find(taken, letter) == taken.end()) return letter;
  }
  return fmt::format("N{}", taken.size());
}

std::string power_text(uint32_t power, bool utf8) {
  if (!utf8) return fmt::format("^{}", power);
  static constexpr std::string_view kDigits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text;
  for (const char digit : fmt::format("{}", power)) text += kDigits[static_cast<size_t>(digit - '0')];
  return text;
}

uint64_t magnitude(int64_t value) {
  return value < 0 ? uint64_t{0} - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
}

/// A summand without its sign.
std::string monomial_text(const Monomial& monomial, const std::vector<std::string>& symbols, bool utf8) {
  const std::string_view times = utf8 ? "·" : "*";
  std::string coefficient = thousands(magnitude(monomial.numerator));
  if (monomial.denominator != 1) coefficient += "/" + thousands(static_cast<uint64_t>(monomial.denominator));
  std::string factors;
  for (size_t dim = 0; dim < symbols.size(); ++dim) {
    const uint32_t power = monomial.powers[dim];
    if (power == 0) continue;
    if (!factors.empty()) factors += times;
    factors += symbols[dim];
    if (power > 1) factors += power_text(power, utf8);
  }
  if (factors.empty()) return coefficient;
  return coefficient == "1" ? factors : fmt::format("{}{}{}", coefficient, times, factors);
}

/// The summands with their signs, each a piece that stays on one line.
std::vector<Piece> polynomial_pieces(const Polynomial& polynomial, const std::vector<std::string>& symbols, bool utf8) {
  std::vector<Piece> pieces;
  for (const Monomial& each : polynomial.monomials) {
    const bool first = pieces.empty();
    const std::string_view sign = each.numerator < 0 ? (first ? "-" : "- ") : (first ? "" : "+ ");
    pieces.push_back({fmt::format("{}{}", sign, monomial_text(each, symbols, utf8))});
  }
  if (pieces.empty()) pieces.push_back({"0"});
  return pieces;
}

/// "seq >= 7", "height = 32, 64, 96, ...", "7 <= seq <= 512"; empty for all sizes.
std::string domain_text(const SizeDomain& domain, const std::string& symbol, bool utf8) {
  const std::string_view at_least = utf8 ? "≥" : ">=", at_most = utf8 ? "≤" : "<=";
  if (domain.step > 1) {
    std::string sizes = fmt::format("{} = {}, {}, {}, ...", symbol, domain.first, domain.first + domain.step,
                                    domain.first + 2 * domain.step);
    return domain.last ? fmt::format("{}, {}", sizes, *domain.last) : sizes;
  }
  if (domain.last && domain.first > 1)
    return fmt::format("{} {} {} {} {}", domain.first, at_most, symbol, at_most, *domain.last);
  if (domain.last) return fmt::format("{} {} {}", symbol, at_most, *domain.last);
  return domain.first > 1 ? fmt::format("{} {} {}", symbol, at_least, domain.first) : "";
}

std::string domains_text(const ScalingLaw& law, const std::vector<std::string>& symbols, bool utf8) {
  std::string text;
  for (size_t dim = 0; dim < law.domains.size(); ++dim) {
    const std::string domain = domain_text(law.domains[dim], symbols[dim], utf8);
    if (!domain.empty()) text += (text.empty() ? "for " : " and ") + domain;
  }
  return text;
}

// ---- What there is to say of them

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// "batch, seq"
std::string dims_text(const std::vector<uint32_t>& dims, const std::vector<std::string>& symbols) {
  std::vector<std::string> words;
  for (const uint32_t dim : dims) words.push_back(symbols[dim]);
  return joined(words);
}

/// "#3 MaxPool 'pool1', #7 Conv"; empty where no row is to blame.
std::string rows_text(const Scaling& scaling, const std::vector<uint32_t>& rows, bool ascii) {
  std::vector<std::string> words;
  for (const uint32_t index : rows) {
    const Row& row = scaling.report.rows[index];
    const std::string name = row.name.empty() ? "" : fmt::format(" '{}'", escape(row.name, ascii));
    words.push_back(fmt::format("#{} {}{}", index, escape(row.type, ascii), name));
  }
  return joined(words);
}

/// Why a figure is no polynomial in some dimension.
std::string misfit_text(const Scaling& scaling, ScaledFigure figure, const std::vector<std::string>& symbols,
                        bool ascii) {
  const ScalingLaw& law = law_of(scaling, figure);
  std::string text = fmt::format("not a polynomial in {}", dims_text(law.not_poly_in, symbols));
  if (law.polynomial) text += " over all sizes";
  if (figure == ScaledFigure::peak_activation_bytes) {
    return text + ": a maximum over time, reached elsewhere at other sizes";
  }
  return law.rows.empty() ? text : fmt::format("{}: first {}", text, rows_text(scaling, law.rows, ascii));
}

/// Sizes at which shares of a polynomial are told: those of the table's last line, else those of the report.
std::vector<int64_t> sizes_of_shares(const Scaling& scaling) {
  if (!scaling.table.empty()) return scaling.table.back().sizes;
  std::vector<int64_t> sizes;
  for (const std::string& dim : scaling.dims) sizes.push_back(scaling.report.dims.at(dim));
  return sizes;
}

/// What each summand is of the whole: "97.7% + 2.3% at batch = 1, seq = 4,096". Empty where there is one, or where one
/// is taken away.
std::string shares_text(const Scaling& scaling, const Polynomial& polynomial, const std::vector<std::string>& symbols) {
  const std::vector<int64_t> sizes = sizes_of_shares(scaling);
  const Figure whole = value_of(polynomial, sizes);
  if (polynomial.monomials.size() < 2 || !whole || *whole == 0) return "";
  std::string text;
  for (const Monomial& each : polynomial.monomials) {
    const Figure part = value_of(Polynomial{{each}}, sizes);
    if (!part) return "";
    text += fmt::format("{}{}", text.empty() ? "" : " + ", percent(*part, *whole));
  }
  std::vector<std::string> at;
  for (size_t dim = 0; dim < symbols.size(); ++dim) {
    at.push_back(fmt::format("{} = {}", symbols[dim], thousands(static_cast<uint64_t>(sizes[dim]))));
  }
  return fmt::format("{} at {}", text, joined(at));
}

void write_law(const Scaling& scaling, ScaledFigure figure, size_t width, const std::vector<std::string>& symbols,
               const TerminalStyle& style, std::string& out) {
  const ScalingLaw& law = law_of(scaling, figure);
  out += fmt::format("{:{}}{:<{}}  ", "", kIndent, info(figure).label, width);
  const size_t column = kIndent + width + 2;
  std::vector<Piece> pieces;
  if (law.polynomial) {
    pieces = polynomial_pieces(*law.polynomial, symbols, style.utf8);
    for (Piece& each : words(domains_text(law, symbols, style.utf8), Emphasis::dim)) pieces.push_back(std::move(each));
  } else if (!law.unknown.empty()) {
    pieces = {{"?", Emphasis::warn}};
  } else {
    pieces = words("not a polynomial in " + dims_text(law.not_poly_in, symbols), Emphasis::warn);
  }
  write_pieces(pieces, column, 1, column, style, out);
  if (!style.details || !law.polynomial) return;
  const std::string shares = shares_text(scaling, *law.polynomial, symbols);
  if (!shares.empty()) write_note(shares, Emphasis::dim, style, out, column);
}

/// Lines of the same text for several figures, in one line that names them all.
void write_grouped(const std::vector<std::pair<std::string, std::string>>& lines, std::string_view mark,
                   Emphasis emphasis, const TerminalStyle& style, std::string& out) {
  std::vector<std::string> said;
  for (const auto& [label, text] : lines) {
    if (std::ranges::find(said, text) != said.end()) continue;
    said.push_back(text);
    std::string labels;
    for (const auto& [other, same] : lines) {
      if (same == text) labels += (labels.empty() ? "" : ", ") + other;
    }
    write_note(fmt::format("{} {}: {}", mark, labels, text), emphasis, style, out);
  }
}

void write_explanations(const Scaling& scaling, const std::vector<std::string>& symbols, const TerminalStyle& style,
                        std::string& out) {
  std::vector<std::pair<std::string, std::string>> misfits, unknowns;
  for (const ScaledFigure figure : kScaledFigures) {
    const ScalingLaw& law = law_of(scaling, figure);
    const std::string label(info(figure).title);
    if (!law.unknown.empty()) unknowns.emplace_back(label, escape(law.unknown, !style.utf8));
    if (!law.not_poly_in.empty()) misfits.emplace_back(label, misfit_text(scaling, figure, symbols, !style.utf8));
  }
  write_grouped(misfits, "note:", Emphasis::plain, style, out);
  write_grouped(unknowns, "?", Emphasis::warn, style, out);
  if (!unknowns.empty() && scaling.dims.size() > 1) {
    write_note("--dim NAME=N fixes a dimension and shows how the model grows with the others", Emphasis::dim, style,
               out);
  }
  write_certainty(scaling.report, style, out);
}

/// Names of the dimensions where letters stand for them.
void write_symbols(const Scaling& scaling, const std::vector<std::string>& symbols, const TerminalStyle& style,
                   std::string& out) {
  std::vector<std::string> meanings;
  for (size_t dim = 0; dim < symbols.size(); ++dim) {
    if (symbols[dim] == scaling.dims[dim]) continue;
    meanings.push_back(fmt::format("{} = {}", symbols[dim], escape(scaling.dims[dim], !style.utf8)));
  }
  if (meanings.empty()) return;
  write_note(joined(meanings), Emphasis::plain, style, out);
  out += '\n';
}

/// Sizes that are the same in every line of the table: "at batch = 1".
std::string fixed_text(const Scaling& scaling, const TerminalStyle& style) {
  std::vector<std::string> sizes;
  for (uint32_t dim = 0; dim < scaling.dims.size(); ++dim) {
    if (std::ranges::find(scaling.ranged, dim) != scaling.ranged.end()) continue;
    sizes.push_back(fmt::format("{} = {}", escape(scaling.dims[dim], !style.utf8), scaling.table[0].sizes[dim]));
  }
  return sizes.empty() ? "" : "at " + joined(sizes);
}

/// Why the first line of the table that has figures that are not known has them.
void write_unknown_line(const Scaling& scaling, const TerminalStyle& style, std::string& out) {
  const auto line = std::ranges::find_if(scaling.table, [](const ScaledSizes& each) { return !each.unknown.empty(); });
  if (line == scaling.table.end()) return;
  std::vector<std::string> sizes;
  for (const uint32_t dim : scaling.ranged) {
    const auto size = static_cast<uint64_t>(line->sizes[dim]);
    sizes.push_back(fmt::format("{} = {}", escape(scaling.dims[dim], !style.utf8), thousands(size)));
  }
  out += '\n';
  write_note(fmt::format("? at {}: {}", joined(sizes), escape(line->unknown, !style.utf8)), Emphasis::warn, style, out);
}

}  // namespace

std::string_view key_of(ScaledFigure figure) { return info(figure).key; }

std::vector<std::string> symbols_of(const std::vector<std::string>& dims) {
  std::vector<std::string> taken;
  for (const std::string& name : dims) {
    if (is_plain(name)) taken.push_back(name);
  }
  std::vector<std::string> symbols;
  for (const std::string& name : dims) {
    symbols.push_back(is_plain(name) ? name : letter_for(name, taken));
    taken.push_back(symbols.back());
  }
  return symbols;
}

std::string polynomial_text(const Polynomial& polynomial, const std::vector<std::string>& symbols, bool utf8) {
  std::string text;
  for (const Piece& piece : polynomial_pieces(polynomial, symbols, utf8))
    text += (text.empty() ? "" : " ") + piece.text;
  return text;
}

Table scaling_table(const Scaling& scaling, const TerminalStyle& style) {
  Table table;
  for (const uint32_t dim : scaling.ranged) table.columns.push_back({.title = escape(scaling.dims[dim], !style.utf8)});
  const std::vector<ScaledFigure> figures = shown_figures(scaling);
  for (const ScaledFigure figure : figures) {
    table.columns.push_back({.title = std::string(info(figure).title), .priority = info(figure).priority});
  }
  for (const ScaledSizes& line : scaling.table) {
    Table::Row& row = table.rows.emplace_back();
    for (const uint32_t dim : scaling.ranged) {
      const auto size = static_cast<uint64_t>(line.sizes[dim]);
      row.cells.push_back(figure_text(size, Quantity::count, false, Form::column, style));
    }
    for (const ScaledFigure figure : figures) {
      const Figure& value = line.figures[index_of(figure)];
      const Cell cell = value ? Cell{*value} : NoNumber::unknown;
      row.cells.push_back(figure_text(cell, info(figure).quantity, false, Form::column, style));
    }
  }
  return table;
}

void write_scaling(const Scaling& scaling, const TerminalStyle& style, std::string& out) {
  const Report& report = scaling.report;
  const std::vector<std::string> symbols = symbols_of(scaling.dims);
  std::vector<Piece> pieces = {{shown_file_name(report.path, style), Emphasis::bold}, {std::string(report.format)}};
  pieces.push_back({fmt::format("{} {}", thousands(report.totals.nodes), report.totals.nodes == 1 ? "op" : "ops")});
  pieces.push_back({"free " + escape(joined(scaling.dims), !style.utf8)});
  write_pieces(pieces, 0, 3, kIndent, style, out);
  out += '\n';
  write_symbols(scaling, symbols, style, out);
  const std::vector<ScaledFigure> figures = shown_figures(scaling);
  size_t width = 0;
  for (const ScaledFigure figure : figures) width = std::max(width, info(figure).label.size());
  for (const ScaledFigure figure : figures) write_law(scaling, figure, width, symbols, style, out);
  std::string explanations;
  write_explanations(scaling, symbols, style, explanations);
  if (!explanations.empty()) out.append("\n").append(explanations);
  if (scaling.table.empty()) return;
  out += '\n';
  if (const std::string fixed = fixed_text(scaling, style); !fixed.empty()) {
    write_note(fixed, Emphasis::plain, style, out);
  }
  scaling_table(scaling, style).write(style, kIndent, out);
  write_unknown_line(scaling, style, out);
}

void write_scaling_markdown(const Scaling& scaling, const TerminalStyle& style, std::string& out) {
  const Report& report = scaling.report;
  const std::vector<std::string> symbols = symbols_of(scaling.dims);
  out += fmt::format("**{}** ({}, {} {}, convention {})\n\n", markdown_text(shown_file_name(report.path, style)),
                     report.format, thousands(report.totals.nodes), report.totals.nodes == 1 ? "op" : "ops",
                     report.convention);
  Table laws;
  laws.columns = {{.title = "Figure", .align = Table::Align::left},
                  {.title = "Polynomial", .align = Table::Align::left}};
  for (const ScaledFigure figure : shown_figures(scaling)) {
    const ScalingLaw& law = law_of(scaling, figure);
    std::string text = law.unknown.empty() ? misfit_text(scaling, figure, symbols, false) : "? " + law.unknown;
    if (law.polynomial) {
      const std::string domains = domains_text(law, symbols, true);
      text = polynomial_text(*law.polynomial, symbols, true) + (domains.empty() ? "" : " " + domains);
    }
    laws.rows.push_back({{std::string(info(figure).label), std::move(text)}});
  }
  for (size_t dim = 0; dim < symbols.size(); ++dim) {
    if (symbols[dim] != scaling.dims[dim]) laws.rows.push_back({{symbols[dim], scaling.dims[dim]}});
  }
  laws.write_markdown(out);
  if (scaling.table.empty()) return;
  out += '\n';
  if (const std::string fixed = fixed_text(scaling, style); !fixed.empty()) out += markdown_text(fixed) + ":\n\n";
  scaling_table(scaling, style).write_markdown(out);
}

}  // namespace flopstat

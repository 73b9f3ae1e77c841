#include "reports/memory_svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "reports/escape.h"
#include "reports/figure_text.h"
#include "reports/units.h"

namespace flopstat {
namespace {

constexpr double kWidth = 960, kHeight = 540;
constexpr double kLeft = 90, kRight = 20, kTop = 50, kBottom = 50;
constexpr double kPlotWidth = kWidth - kLeft - kRight, kPlotHeight = kHeight - kTop - kBottom;
constexpr double kLetterWidth = 6.5, kLetterHeight = 12;  // of a label, about
constexpr int kTicks = 4;

/// Colours that stay apart for colour-blind readers and leave dark letters legible. Source: Okabe and Ito, "Color
/// Universal Design", 2008, without the darkest, and a grey.
constexpr std::string_view kColours[] = {"#56b4e9", "#e69f00", "#009e73", "#f0e442", "#bbbbbb", "#cc79a7"};

constexpr std::string_view kStyle =
    "text{font:11px sans-serif;fill:#222}.t{font-weight:bold;font-size:14px}rect.a{stroke:#fff;stroke-width:.5}"
    ".n{pointer-events:none}line{stroke:#888}.p{stroke:#d00;stroke-width:2}";

/// Places of rows and offsets in the picture.
struct Scale {
  double rows;
  double bytes;

  double x(double row) const { return kLeft + kPlotWidth * row / rows; }
  double y(double offset) const { return kTop + kPlotHeight * (1 - offset / bytes); }
};

std::string shown(std::string_view text) { return xml_text(escape(text)); }

/// A name in a rectangle, where there is room for a few letters of it.
void write_label(const Placement& each, double x, double y, double width, double height, std::string& out) {
  const auto letters = static_cast<size_t>(std::max(0.0, width - 6) / kLetterWidth);
  if (letters < 4 || height < kLetterHeight) return;
  fmt::format_to(std::back_inserter(out), "<text class=\"n\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", x + 3,
                 y + height / 2 + 4, xml_text(shorten(escape(each.name), letters, "…")));
}

void write_placement(const Placement& each, size_t index, const Scale& scale, std::string& out) {
  const double x = scale.x(each.first_row), width = scale.x(each.last_row + 1.0) - x;
  const double top = static_cast<double>(each.offset) + static_cast<double>(each.bytes);
  const double y = scale.y(top), height = scale.y(static_cast<double>(each.offset)) - y;
  fmt::format_to(
      std::back_inserter(out),
      "<rect class=\"a\" x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" fill=\"{}\"><title>{}\n"
      "{} bytes at {}, ops #{} to #{}</title></rect>\n",
      x, y, width, height, kColours[index % std::size(kColours)], shown(each.name), thousands(each.bytes),
      thousands(each.offset), each.first_row, each.last_row);
  write_label(each, x, y, width, height, out);
}

void write_axes(const Report& report, const Scale& scale, std::string& out) {
  const auto text = [&](double x, double y, std::string_view anchor, std::string_view words) {
    fmt::format_to(std::back_inserter(out), "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y,
                   anchor, words);
  };
  for (int tick = 0; tick <= kTicks; ++tick) {
    const auto bytes = static_cast<uint64_t>(scale.bytes * tick / kTicks);
    const auto row = static_cast<uint64_t>((scale.rows - 1) * tick / kTicks);
    text(kLeft - 6, scale.y(static_cast<double>(bytes)) + 4, "end", iec(bytes));
    const bool is_new = tick == 0 || row != static_cast<uint64_t>((scale.rows - 1) * (tick - 1) / kTicks);
    if (is_new)
      text(scale.x(static_cast<double>(row) + 0.5), kHeight - kBottom + 16, "middle", fmt::format("#{}", row));
  }
  fmt::format_to(
      std::back_inserter(out),
      "<line x1=\"{0}\" y1=\"{1}\" x2=\"{0}\" y2=\"{2}\"/>\n<line x1=\"{0}\" y1=\"{2}\" x2=\"{3}\" y2=\"{2}\"/>\n",
      kLeft, kTop, kHeight - kBottom, kWidth - kRight);
  text(kLeft + kPlotWidth / 2, kHeight - 12, "middle", "operation, in the order of the model");
  if (!report.totals.peak_row) return;
  const double x = scale.x(*report.totals.peak_row + 0.5);
  fmt::format_to(
      std::back_inserter(out),
      "<line class=\"p\" x1=\"{0:.2f}\" y1=\"{1}\" x2=\"{0:.2f}\" y2=\"{2}\"><title>peak at #{3}</title></line>\n", x,
      kTop, kHeight - kBottom, *report.totals.peak_row);
}

}  // namespace

void write_memory_svg(const Report& report, std::string& out) {
  const Totals& totals = report.totals;
  const std::string name = xml_text(shown_file_name(report.path, {.utf8 = true}));
  const auto bytes = [](const Figure& figure) { return figure ? iec(*figure) : std::string("?"); };
  std::string words = fmt::format("{}: planned {}, peak {}", name, bytes(totals.planned_activation_bytes),
                                  bytes(totals.peak_activation_bytes));
  if (totals.peak_row && *totals.peak_row < report.rows.size()) {
    words += fmt::format(" at #{} {}", *totals.peak_row, shown(report.rows[*totals.peak_row].type));
  }
  fmt::format_to(
      std::back_inserter(out),
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
      "role=\"img\">\n<title>Activations of {2}</title>\n<style>{3}</style>\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n<text class=\"t\" x=\"{4}\" y=\"28\">{5}</text>\n",
      kWidth, kHeight, name, kStyle, kLeft, words);
  const Scale scale{std::max(1.0, static_cast<double>(report.rows.size())),
                    std::max(1.0, static_cast<double>(totals.planned_activation_bytes.value_or(0)))};
  for (size_t i = 0; i < report.plan.size(); ++i) write_placement(report.plan[i], i, scale, out);
  write_axes(report, scale, out);
  out += "</svg>\n";
}

}  // namespace flopstat

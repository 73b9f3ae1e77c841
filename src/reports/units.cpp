#include "reports/units.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string_view>

namespace flopstat {
namespace {

/// Decimals that make 4 significant digits of `value`, which is at least 1; the half that rounds up counts.
int decimals(double value) {
  if (value < 9.9995) return 3;
  if (value < 99.995) return 2;
  if (value < 999.95) return 1;
  return 0;
}

/// `value` in the largest unit of which it is at least one after rounding. Each of `units` is `base` of the one before.
std::string scaled(double value, double base, const std::array<std::string_view, 7>& units) {
  size_t unit = 0;
  const double next = base == 1000 ? 999.95 : 1023.5;  // shown with 4 digits it would be one of the next unit
  while (value >= next && unit + 1 < units.size()) {
    value /= base;
    ++unit;
  }
  return fmt::format("{:.{}f}{}", value, decimals(value), units[unit]);
}

}  // namespace

std::string si(uint64_t count) {
  if (count < 1000) return fmt::format("{}", count);
  return scaled(static_cast<double>(count) / 1000, 1000, {" k", " M", " G", " T", " P", " E", " Z"});
}

std::string iec(uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  return scaled(static_cast<double>(bytes) / 1024, 1024, {" KiB", " MiB", " GiB", " TiB", " PiB", " EiB", " ZiB"});
}

std::string si_bytes(uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  return scaled(static_cast<double>(bytes) / 1000, 1000, {" kB", " MB", " GB", " TB", " PB", " EB", " ZB"});
}

std::string thousands(uint64_t count) {
  std::string digits = fmt::format("{}", count);
  for (size_t place = digits.size(); place > 3; place -= 3) digits.insert(place - 3, 1, ',');
  return digits;
}

std::string ratio(double value) {
  if (value >= 999.95 && value < 1e18) return thousands(static_cast<uint64_t>(std::llround(value)));
  if (value >= 0.99995) return fmt::format("{:.{}f}", value, decimals(value));
  return value >= 0.0001 ? fmt::format("{:.4f}", value) : fmt::format("{:.3g}", value);
}

std::string percent(uint64_t part, uint64_t whole) {
  return fmt::format("{:.1f}%", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

}  // namespace flopstat

#include "reports/amount.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace flopstat {
namespace {

constexpr uint32_t kMostDigits = 18;
constexpr uint32_t kMostDecimals = 9;

struct UnitName {
  std::string_view text;
  uint64_t factor;
};

constexpr uint64_t kKibi = 1024;
constexpr UnitName kUnitNames[] = {
    {"", 1},
    {"k", 1'000},
    {"K", 1'000},
    {"M", 1'000'000},
    {"G", 1'000'000'000},
    {"T", 1'000'000'000'000},
    {"P", 1'000'000'000'000'000},
    {"Ki", kKibi},
    {"Mi", kKibi* kKibi},
    {"Gi", kKibi* kKibi* kKibi},
    {"Ti", kKibi* kKibi* kKibi* kKibi},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Digits and decimals at the front of the text; whether there were any, and not too many.
bool takes_digits(std::string_view& text, Amount& amount) {
  uint32_t digits = 0;
  bool decimals = false;
  for (; !text.empty() && (is_digit(text[0]) || (text[0] == '.' && !decimals)); text.remove_prefix(1)) {
    if (text[0] == '.') {
      decimals = true;
      continue;
    }
    amount.digits = amount.digits * 10 + static_cast<uint64_t>(text[0] - '0');
    amount.decimals += decimals ? 1 : 0;
    if (++digits > kMostDigits) return false;
  }
  return digits > 0 && amount.decimals <= kMostDecimals;
}

uint64_t limited(Wide value) {
  return value > static_cast<Wide>(UINT64_MAX) ? UINT64_MAX : static_cast<uint64_t>(value);
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::optional<std::string> take_number(std::string_view& text, Amount& amount) {
  const std::string_view whole = text;
  if (takes_digits(text, amount)) return std::nullopt;
  return fmt::format("'{}' is no number of at most {} digits, {} of them behind the point", whole, kMostDigits,
                     kMostDecimals);
}

std::optional<std::string> take_unit(std::string_view text, Quantity quantity, Amount& amount) {
  std::string_view unit = trimmed(text);
  if (quantity == Quantity::bytes && unit.ends_with('B')) unit.remove_suffix(1);
  const auto* found = std::ranges::find(kUnitNames, unit, &UnitName::text);
  if (found == std::end(kUnitNames)) {
    const std::string_view bytes = quantity == Quantity::bytes ? ", each with or without a B" : "";
    return fmt::format("'{}' is no unit: there are k, M, G, T, P, Ki, Mi, Gi, Ti{}", trimmed(text), bytes);
  }
  amount.unit = found->factor;
  return std::nullopt;
}

std::variant<Amount, std::string> parse_amount(std::string_view text, Quantity quantity) {
  Amount amount;
  std::string_view rest = trimmed(text);
  if (std::optional<std::string> why = take_number(rest, amount)) return *std::move(why);
  if (std::optional<std::string> why = take_unit(rest, quantity, amount)) return *std::move(why);
  return amount;
}

Wide power_of_ten(uint32_t exponent) {
  Wide power = 1;
  while (exponent-- > 0) power *= 10;
  return power;
}

uint64_t whole_part(const Amount& amount) {
  return limited(static_cast<Wide>(amount.digits) * static_cast<Wide>(amount.unit) / power_of_ten(amount.decimals));
}

uint64_t percents_of(uint64_t whole, const Amount& percents) {
  return limited(static_cast<Wide>(whole) * static_cast<Wide>(percents.digits) /
                 (power_of_ten(percents.decimals) * 100));
}

}  // namespace flopstat

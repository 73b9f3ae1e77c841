#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "reports/columns.h"

namespace flopstat {

/// A number as people write it, digits / 10^decimals * unit: "1.5KiB" is 15 / 10 * 1024.
struct Amount {
  uint64_t digits = 0;
  uint32_t decimals = 0;
  uint64_t unit = 1;
};

/// Takes digits and decimals off the front of the text. Where there are none, or too many, why; else nothing.
std::optional<std::string> take_number(std::string_view& text, Amount& amount);

/// Sets the unit: none, k, M, G, T, P (powers of 1000) or Ki, Mi, Gi, Ti (powers of 1024), for bytes a B behind it if
/// one likes. Where it is none of these, why; else nothing.
std::optional<std::string> take_unit(std::string_view text, Quantity quantity, Amount& amount);

/// The amount that the whole text is, or why it is none.
std::variant<Amount, std::string> parse_amount(std::string_view text, Quantity quantity);

/// The text without spaces at its ends.
std::string_view trimmed(std::string_view text);

/// Wide enough for a figure times an amount: 64 + 60 bits.
__extension__ typedef __int128 Wide;  // NOLINT(modernize-use-using): -Wpedantic takes it in this form alone

/// 10^exponent, for an exponent of at most 18.
Wide power_of_ten(uint32_t exponent);

/// The largest whole number that is at most the amount, exactly; 2^64 - 1 where it takes more than 64 bits.
uint64_t whole_part(const Amount& amount);

/// The same of an amount of percents of `whole`; the unit has no part in it.
uint64_t percents_of(uint64_t whole, const Amount& percents);

}  // namespace flopstat

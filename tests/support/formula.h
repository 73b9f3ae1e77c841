#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace flopstat::test {

/// The value of a formula in numbers, "2·1,024 + (10 - 1)·784": read from left to right, products before sums, `/`
/// rounded down. Fails the test and is 0 where it is no such formula.
uint64_t value_of_formula(std::string_view text);

/// The plain numbers in a formula of letters: 2 in "2·|x| + |x2|·k".
std::vector<uint64_t> numbers_in_formula(std::string_view text);

}  // namespace flopstat::test

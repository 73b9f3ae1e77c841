#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <variant>
#include <vector>

#include "flopstat/scale.h"

/// Exact polynomials through functions of whole numbers.
namespace flopstat {

/// One size for each dimension.
using Sizes = std::vector<int64_t>;

/// The function: its value at some sizes, nothing where it is not known.
using Samples = std::function<Figure(const Sizes&)>;

/// A polynomial and where it holds.
struct Fitted {
  Polynomial polynomial;
  std::vector<SizeDomain> domains;
};

/// The function is no polynomial in these dimensions; in all together, but in none alone, where there is none.
struct NoPolynomial {
  std::vector<uint32_t> dims;
};

/// The function is not known where it must be.
struct NotKnownAt {
  Sizes sizes;
  std::optional<uint32_t> dim = std::nullopt;  ///< the one along which it was looked at; none where in several
};

/// How a function grows in one dimension.
struct Growth {
  uint32_t degree = 0;
  int64_t farthest = 0;  ///< steps from the first size to the last one looked at
};

/// Where the other dimensions stand while one is followed: at their first sizes, or a few steps further, where terms
/// that vanish at the first sizes show.
enum class Others : uint8_t { first, further };

/// Follows the function in one dimension: from eight sizes in a row to three far away. Degrees up to 5 are recognised.
/// Throws `Overflow` where differences leave 128 bits.
std::variant<Growth, NoPolynomial, NotKnownAt> follow(const std::vector<SizeDomain>& domains, uint32_t dim,
                                                      Others others, const Samples& samples);

/// The polynomial that equals the function in all of the domains, as far as a look tells: it goes through every sample
/// that fixes it, through those of `follow` in each dimension, both ways, and through three others that are far in all
/// dimensions. `last` of the domains is not read; it is set where the function ends. Throws `Overflow` where a
/// coefficient does not fit in 64 bits, and where there would be more than 4096 terms.
///
/// By Newton's forward differences, which are whole numbers: f = sum of D^a f(first) * prod C((x - first) / step, a).
std::variant<Fitted, NoPolynomial, NotKnownAt> fit(std::vector<SizeDomain> domains, const Samples& samples);

}  // namespace flopstat

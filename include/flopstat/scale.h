#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "flopstat/analyze.h"
#include "flopstat/report.h"

/// How what a model costs grows with its free dimensions: exact polynomials, found by counting at few sizes.
namespace flopstat {

/// Sizes of one free dimension for a table: `first`, then every `step`, or the powers of two between where it is 0; and
/// `last`. 1 <= first <= last, step >= 0.
struct SizeRange {
  int64_t first = 1;
  int64_t last = 1;
  int64_t step = 0;
};

/// The sizes in a range, ascending. Throws `Error` (usage) where they are more than a table has any use for.
std::vector<int64_t> sizes_in(const SizeRange& range);

/// A summand of a polynomial: numerator / denominator, in lowest terms, times each dimension to its power.
struct Monomial {
  int64_t numerator = 0;  ///< never 0
  int64_t denominator = 1;
  std::vector<uint32_t> powers = {};  ///< one for each dimension
};

/// The sum of its monomials, highest degree first, no two with the same powers. None: it is 0 everywhere.
struct Polynomial {
  std::vector<Monomial> monomials = {};
};

/// The polynomial at these sizes, exactly; nothing where that is no whole number from 0 to 2^64 - 1.
Figure value_of(const Polynomial& polynomial, std::span<const int64_t> sizes);

/// Sizes of one dimension at which something holds: `first`, `first + step`, ...
struct SizeDomain {
  int64_t first = 1;
  int64_t step = 1;
  std::optional<int64_t> last = std::nullopt;  ///< beyond it the model's cost is not known
};

/// What is told of how a model grows. Traffic is bytes read and written.
enum class ScaledFigure : uint8_t { macs, flops, int_ops, traffic_bytes, peak_activation_bytes };

inline constexpr std::array kScaledFigures = {ScaledFigure::macs, ScaledFigure::flops, ScaledFigure::int_ops,
                                              ScaledFigure::traffic_bytes, ScaledFigure::peak_activation_bytes};

/// Position of a figure in `kScaledFigures`, and in what has one entry for each of them.
constexpr size_t index_of(ScaledFigure figure) { return static_cast<size_t>(figure); }

/// One value for each of `kScaledFigures`.
using ScaledFigures = std::array<Figure, kScaledFigures.size()>;

/// How one figure grows.
struct ScalingLaw {
  std::optional<Polynomial> polynomial = std::nullopt;
  std::vector<SizeDomain> domains = {};    ///< where the polynomial holds: one for each dimension; empty without it
  std::vector<uint32_t> not_poly_in = {};  ///< dimensions in which no one polynomial holds for all sizes
  std::vector<uint32_t> rows = {};         ///< the first rows because of which that is so, at most 3
  std::string unknown = {};                ///< why the figure is not known; empty where it is
};

/// A line of the table.
struct ScaledSizes {
  std::vector<int64_t> sizes;  ///< one for each dimension
  ScaledFigures figures;       ///< none where it is not known
  std::string unknown;         ///< why the first such is not known; empty where there is none
};

struct Scaling {
  Report report;                  ///< at the smallest sizes at which the cost is known; without a plan of memory
  std::vector<std::string> dims;  ///< free dimensions that no option binds, in the order of the inputs
  std::array<ScalingLaw, kScaledFigures.size()> laws;  ///< one for each of `kScaledFigures`
  std::vector<uint32_t> ranged;                        ///< dimensions that the table goes through
  std::vector<ScaledSizes> table;                      ///< the last of `ranged` changes fastest
};

/// Reads a model file and tells how what it costs grows with the free dimensions that `options` do not bind, and with
/// those of `ranges`, which it also goes through in a table. The file is read once and counted at some dozens of small
/// sizes. A polynomial goes exactly through all of these and through three others far from them, and through the table.
///
/// Throws `Error` where the file cannot be read, where the options do not fit the model, where no dimension is free
/// (usage), and where a table lacks the size of a dimension (usage).
Scaling scale(const std::string& path, const Options& options = {},
              const std::map<std::string, SizeRange>& ranges = {});

/// The same for bytes in memory; `path` is only shown.
Scaling scale(std::vector<std::byte> bytes, std::string path, const Options& options = {},
              const std::map<std::string, SizeRange>& ranges = {});

}  // namespace flopstat

#include "count/scaling.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <optional>
#include <utility>
#include <variant>

#include "flopstat/error.h"
#include "model/count.h"

namespace flopstat {
namespace {

constexpr int64_t kLargestStart = 4096;
constexpr size_t kRowsNamed = 3;

/// The search for sizes at which a figure is a polynomial after all ends when that many rows were counted.
constexpr uint64_t kSearchedRows = 4'000'000;

/// So far behind the first size a figure may become a polynomial.
constexpr int64_t kLaterStarts[] = {15, 63, 255, 1023, 4095};

/// Multiples of which it may be one: strides and patches, and the steps in which sound is cut.
constexpr int64_t kLargestStride = 64;
constexpr int64_t kLargeStrides[] = {80, 96, 128, 160, 192, 200, 224, 240, 256, 320, 384, 400, 441, 480, 512};

/// What the model costs at some sizes: each figure, or why it is not known.
struct Costs {
  ScaledFigures figures = {};
  std::array<std::string, kScaledFigures.size()> unknown = {};
  uint64_t unknown_nodes = 0;
  bool complete = false;
};

Figure sum(Figure a, Figure b) {
  if (!a || !b) return std::nullopt;
  try {
    return (Count{*a} + Count{*b}).value();
  } catch (const Overflow&) {
    return std::nullopt;
  }
}

Figure product(Figure a, Figure b) {
  if (!a || !b) return std::nullopt;
  try {
    return (Count{*a} * Count{*b}).value();
  } catch (const Overflow&) {
    return std::nullopt;
  }
}

/// A figure that is a sum over rows.
Figure figure_of(const Figures& figures, ScaledFigure which) {
  switch (which) {
    case ScaledFigure::macs: return figures.macs;
    case ScaledFigure::flops: return figures.flops;
    case ScaledFigure::int_ops: return figures.int_ops;
    case ScaledFigure::traffic_bytes: return sum(figures.read_bytes, figures.written_bytes);
    case ScaledFigure::peak_activation_bytes: return std::nullopt;
  }
  return std::nullopt;
}

/// Why the totals are no more than lower bounds.
std::string why_incomplete(const Report& report) {
  for (const Row& row : report.rows) {
    const std::string place = "#" + std::to_string(row.index) + " " + std::string(row.type) + ": ";
    if (!row.repeat) return place + "it runs in a loop whose number of rounds is not known";
    if (!row.unknown.empty() && *row.repeat != 0) return place + row.unknown;
  }
  return "the cost of some of its operations is not known";
}

std::string why_missing(ScaledFigure figure) {
  return figure == ScaledFigure::peak_activation_bytes ? "the size of some activation is not known, or it is too large"
                                                       : "some operand has no known size, or the sum is too large";
}

Costs costs_of(const Report& report) {
  Costs costs{.unknown_nodes = report.totals.unknown_nodes, .complete = report.totals.complete};
  for (const ScaledFigure figure : kScaledFigures) {
    std::string& unknown = costs.unknown[index_of(figure)];
    Figure& known = costs.figures[index_of(figure)];
    if (!costs.complete) {
      unknown = why_incomplete(report);
      continue;
    }
    const bool is_peak = figure == ScaledFigure::peak_activation_bytes;
    known = is_peak ? report.totals.peak_activation_bytes : figure_of(report.totals.figures, figure);
    if (!known) unknown = why_missing(figure);
  }
  return costs;
}

/// One figure of every row, times its runs.
std::vector<Figure> figures_of_rows(const Report& report, ScaledFigure figure) {
  std::vector<Figure> figures;
  for (const Row& row : report.rows) {
    const Figure of_one_run = row.unknown.empty() ? figure_of(row.figures, figure) : std::nullopt;
    figures.push_back(product(of_one_run, row.repeat));
  }
  return figures;
}

/// Counts the model at sizes, each once.
class Counts {
 public:
  explicit Counts(const CountAt& count_at) : count_at_(count_at) {}

  const Costs& at(const Sizes& sizes) {
    const auto [found, is_new] = costs_.try_emplace(sizes);
    if (is_new) found->second = count(sizes);
    return found->second;
  }

  Report report(const Sizes& sizes) const { return count_at_(sizes); }

  /// All rows that were counted so far.
  uint64_t rows_counted() const { return rows_counted_; }

 private:
  Costs count(const Sizes& sizes) {
    try {
      const Report report = count_at_(sizes);
      rows_counted_ += report.rows.size() + 1;
      return costs_of(report);
    } catch (const Error& error) {
      Costs costs{.unknown_nodes = UINT64_MAX};
      costs.unknown.fill(error.note.empty() ? error.message : error.message + ": " + error.note);
      return costs;
    }
  }

  const CountAt& count_at_;
  std::map<Sizes, Costs> costs_;
  uint64_t rows_counted_ = 0;
};

class Finder {
 public:
  Finder(std::vector<std::string> dims, const CountAt& count_at) : counts_(count_at) {
    scaling_.dims = std::move(dims);
  }

  Scaling find() {
    const Sizes start = find_start();
    scaling_.report = counts_.report(start);
    for (const ScaledFigure figure : kScaledFigures) scaling_.laws[index_of(figure)] = find_law(figure, start);
    return std::move(scaling_);
  }

 private:
  /// The smallest sizes at which the cost is known, or those at which most of it is.
  Sizes find_start() {
    const size_t dims = scaling_.dims.size();
    Sizes best(dims, 1);
    for (int64_t size = 1; size <= kLargestStart && !counts_.at(best).complete; size *= 2) {
      const Sizes sizes(dims, size);
      if (counts_.at(sizes).unknown_nodes < counts_.at(best).unknown_nodes) best = sizes;
    }
    if (!counts_.at(best).complete) return best;
    for (size_t dim = 0; dim < dims; ++dim) best = lower(best, dim);
    return best;
  }

  /// The sizes with the smallest one in this dimension at which the cost is known.
  Sizes lower(const Sizes& sizes, size_t dim) {
    const auto with = [&](int64_t size) {
      Sizes changed = sizes;
      changed[dim] = size;
      return changed;
    };
    if (counts_.at(with(1)).complete) return with(1);
    int64_t unknown = 1;
    int64_t known = sizes[dim];
    while (known - unknown > 1) {
      const int64_t middle = unknown + (known - unknown) / 2;
      (counts_.at(with(middle)).complete ? known : unknown) = middle;
    }
    return with(known);
  }

  ScalingLaw find_law(ScaledFigure figure, const Sizes& start) {
    const Samples samples = [&, figure](const Sizes& sizes) { return counts_.at(sizes).figures[index_of(figure)]; };
    std::vector<SizeDomain> domains(start.size());
    for (size_t dim = 0; dim < start.size(); ++dim) domains[dim].first = start[dim];
    const std::vector<SizeDomain> all = domains;
    ScalingLaw law;
    try {
      while (true) {
        const auto found = fit(domains, samples);
        if (const auto* fitted = std::get_if<Fitted>(&found)) {
          law.polynomial = fitted->polynomial;
          law.domains = fitted->domains;
          law.unknown.clear();
          extend_down(law, start, samples);
          break;
        }
        const std::optional<uint32_t> dim = note_failure(found, figure, law);
        if (!dim || !narrow_domain(domains, all, *dim, samples)) break;
      }
    } catch (const Overflow&) {
      law = {.unknown = "its polynomial has coefficients beyond 64 bits, or too many of them"};
    }
    if (!law.not_poly_in.empty()) law.rows = rows_to_blame(figure, all);
    return law;
  }

  /// Notes in the law why there is no polynomial. Returns the one dimension in which that is so, if it is one.
  std::optional<uint32_t> note_failure(const std::variant<Fitted, NoPolynomial, NotKnownAt>& found, ScaledFigure figure,
                                       ScalingLaw& law) {
    if (const auto* unknown = std::get_if<NotKnownAt>(&found)) {
      law.not_poly_in.clear();
      if (law.unknown.empty()) law.unknown = why_unknown(figure, unknown->sizes);
      return unknown->dim;
    }
    std::vector<uint32_t> dims = std::get<NoPolynomial>(found).dims;
    law.unknown.clear();
    if (dims.size() == 1) {
      if (std::ranges::find(law.not_poly_in, dims[0]) == law.not_poly_in.end()) law.not_poly_in.push_back(dims[0]);
      return dims[0];
    }
    law.not_poly_in.resize(scaling_.dims.size());
    std::iota(law.not_poly_in.begin(), law.not_poly_in.end(), 0);
    return std::nullopt;
  }

  std::string why_unknown(ScaledFigure figure, const Sizes& sizes) {
    std::string at;
    for (size_t dim = 0; dim < sizes.size(); ++dim) {
      at += (at.empty() ? "at " : ", ") + scaling_.dims[dim] + " = " + std::to_string(sizes[dim]);
    }
    return at + ": " + counts_.at(sizes).unknown[index_of(figure)];
  }

  /// Looks for sizes of one dimension at which the figure is a polynomial in it, and takes them. Not twice for one
  /// dimension.
  bool narrow_domain(std::vector<SizeDomain>& domains, const std::vector<SizeDomain>& all, uint32_t dim,
                     const Samples& samples) {
    const int64_t first = all[dim].first;
    if (domains[dim].first != first || domains[dim].step != 1) return false;
    std::vector<SizeDomain> candidates;
    for (const int64_t later : kLaterStarts) candidates.push_back({first + later, 1});
    const auto add_multiples = [&](int64_t stride) {
      for (const int64_t start : {first, first + kLaterStarts[1]}) {
        candidates.push_back({(start + stride - 1) / stride * stride, stride});
      }
    };
    for (int64_t stride = 2; stride <= kLargestStride; ++stride) add_multiples(stride);
    for (const int64_t stride : kLargeStrides) add_multiples(stride);
    const auto grows = [&](const std::vector<SizeDomain>& at, Others others) {
      return std::holds_alternative<Growth>(follow(at, dim, others, samples));
    };
    // While it fails with the others at their first sizes, further ones may not even be known.
    const bool fails_further = grows(domains, Others::first);
    std::vector<SizeDomain> tried = domains;
    for (const SizeDomain& candidate : candidates) {
      if (counts_.rows_counted() > kSearchedRows) return false;
      tried[dim] = candidate;
      if (!grows(tried, Others::first) || (fails_further && !grows(tried, Others::further))) continue;
      domains = tried;
      return true;
    }
    return false;
  }

  /// Moves the first sizes down as far as the polynomial still holds at every size in between.
  void extend_down(ScalingLaw& law, const Sizes& start, const Samples& samples) const {
    for (size_t dim = 0; dim < start.size(); ++dim) {
      SizeDomain& domain = law.domains[dim];
      for (; domain.first - domain.step >= start[dim]; domain.first -= domain.step) {
        if (counts_.rows_counted() > kSearchedRows) return;
        if (!holds_at(law, dim, domain.first - domain.step, samples)) break;
      }
    }
  }

  /// Whether the polynomial holds at that size of one dimension, the others being at their first and at a later size.
  static bool holds_at(const ScalingLaw& law, size_t dim, int64_t size, const Samples& samples) {
    for (const int64_t steps : {0, 3}) {
      Sizes sizes;
      for (const SizeDomain& each : law.domains) sizes.push_back(each.first + steps * each.step);
      sizes[dim] = size;
      const Figure value = samples(sizes);
      if (!value || value_of(*law.polynomial, sizes) != value) return false;
    }
    return true;
  }

  /// The first rows whose own figure is no polynomial over all sizes.
  std::vector<uint32_t> rows_to_blame(ScaledFigure figure, const std::vector<SizeDomain>& all) {
    if (figure == ScaledFigure::peak_activation_bytes) return {};
    std::map<Sizes, std::vector<Figure>> of_rows;
    const size_t count = scaling_.report.rows.size();
    std::vector<uint32_t> rows;
    for (uint32_t row = 0; row < count && rows.size() < kRowsNamed; ++row) {
      const Samples samples = [&](const Sizes& sizes) {
        if (!counts_.at(sizes).figures[index_of(figure)]) return Figure{};
        const auto [found, is_new] = of_rows.try_emplace(sizes);
        if (is_new) found->second = figures_of_rows(counts_.report(sizes), figure);
        return found->second.size() == count ? found->second[row] : Figure{};
      };
      try {
        if (std::holds_alternative<NoPolynomial>(fit(all, samples))) rows.push_back(row);
      } catch (const Overflow&) {
        continue;
      }
    }
    return rows;
  }

  Counts counts_;
  Scaling scaling_;
};

bool is_in(const std::vector<SizeDomain>& domains, const Sizes& sizes) {
  for (size_t dim = 0; dim < sizes.size(); ++dim) {
    const SizeDomain& domain = domains[dim];
    if (sizes[dim] < domain.first || (sizes[dim] - domain.first) % domain.step != 0) return false;
    if (domain.last && sizes[dim] > *domain.last) return false;
  }
  return true;
}

}  // namespace

Scaling find_scaling(std::vector<std::string> dims, const CountAt& count_at) {
  return Finder(std::move(dims), count_at).find();
}

void add_table(Scaling& scaling, const std::vector<Sizes>& lines, const CountAt& count_at) {
  Counts counts(count_at);
  for (const Sizes& sizes : lines) {
    const Costs& costs = counts.at(sizes);
    const auto* missing = std::ranges::find_if(costs.unknown, [](const std::string& why) { return !why.empty(); });
    scaling.table.push_back({sizes, costs.figures, missing == costs.unknown.end() ? std::string() : *missing});
    for (const ScaledFigure figure : kScaledFigures) {
      ScalingLaw& law = scaling.laws[index_of(figure)];
      const Figure& value = costs.figures[index_of(figure)];
      if (!law.polynomial || !value || !is_in(law.domains, sizes)) continue;
      if (value_of(*law.polynomial, sizes) != value) law = {.not_poly_in = scaling.ranged};
    }
  }
}

std::vector<int64_t> sizes_in(const SizeRange& range) {
  constexpr size_t most = 10'000;
  std::vector<int64_t> sizes;
  for (int64_t size = range.first; size < range.last;) {
    if (sizes.size() == most) {
      throw Error(ErrorCode::usage, "a range of sizes has more than 10,000 of them", std::nullopt, {},
                  "a larger step, or none for the powers of two: --dim NAME=A..B:STEP");
    }
    sizes.push_back(size);
    int64_t next = 0;
    if (range.step > 0) {
      if (__builtin_add_overflow(size, range.step, &next)) break;
    } else {
      for (next = 1; next <= size && next <= INT64_MAX / 2;) next *= 2;
      if (next <= size) break;
    }
    size = next;
  }
  sizes.push_back(range.last);
  return sizes;
}

}  // namespace flopstat

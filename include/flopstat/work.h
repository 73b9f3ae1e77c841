#pragma once

#include <cstdint>
#include <string_view>

#include "flopstat/dtype.h"

namespace flopstat {

/// Which part of a node the work belongs to.
enum class Part : uint8_t { core, bias, activation, requantize };

/// A multiply-add is one product of a contraction, added to its accumulator. A comparison is also min, max, select,
/// abs, sign, round or one side of a clamp; a transcendental is exp, log, sqrt, sin, tanh, erf, ...
enum class Unit : uint8_t { mul_add, add, mul, div, compare, transcendental };

/// Bound: an upper bound, the true count depends on the data. Model: the usual formula, not the executed one. Rule: a
/// formula that the user gave (`Options::rules`).
enum class Certainty : uint8_t { exact, bound, model, rule };

/// Arithmetic that the convention `flopstat` does not call work, kept because others do: on shapes, indices and
/// counters (index), or on constants alone and thus done when the model is loaded (constant).
enum class Mark : uint8_t { none, index, constant };

/// An amount of work of one kind, in units of one data type.
struct Work {
  Part part = Part::core;
  Unit unit = Unit::mul_add;
  DType dtype = DType::unknown;
  Certainty certainty = Certainty::exact;
  Mark mark = Mark::none;
  uint64_t count = 0;
};

std::string_view name_of(Part part);
std::string_view name_of(Unit unit);
std::string_view name_of(Certainty certainty);
std::string_view name_of(Mark mark);

}  // namespace flopstat

#include "count/conventions/user.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ops/functions.h"

namespace flopstat {
namespace {

constexpr std::string_view kOtherwise = "otherwise";
constexpr std::string_view kNoNumber = "a formula of the convention divides by 0 or comes to a number below 0";

std::array<Count, kLayerSizes.size()> sizes_of(const CountedLayer& l) {
  return {l.macs, l.x,      l.y,   l.w,     l.bias, l.biased, l.channels, l.groups,
          l.taps, l.length, l.row, l.batch, l.runs, l.inputs, l.hidden,   l.operands};
}

/// Two operands from the stack, joined. Throws `Overflow`, where the result would be below 0 too.
Count joined(FormulaStep::Kind kind, Count a, Count b) {
  using Kind = FormulaStep::Kind;
  const bool divides = kind == Kind::divide || kind == Kind::floor_divide || kind == Kind::ceil_divide;
  if (divides && b == 0) throw Overflow{};
  switch (kind) {
    case Kind::add: return a + b;
    case Kind::subtract: return a - b;
    case Kind::multiply: return a * b;
    case Kind::divide:
    case Kind::floor_divide: return a / b;
    case Kind::ceil_divide: return (a + b - 1) / b;
    case Kind::min: return std::min(a, b);
    case Kind::max: return std::max(a, b);
    default: return a;
  }
}

Count value_of(const Formula& formula, const CountedLayer& layer) {
  const auto sizes = sizes_of(layer);
  std::vector<Count> stack;
  for (const FormulaStep& step : formula.steps) {
    if (step.kind == FormulaStep::Kind::number) {
      stack.emplace_back(step.number);
    } else if (step.kind == FormulaStep::Kind::definition) {
      stack.push_back(sizes.at(static_cast<size_t>(step.number)));
    } else if (step.kind == FormulaStep::Kind::negate) {
      stack.back() = Count{0} - stack.back();
    } else {
      const Count b = stack.back();
      stack.pop_back();
      stack.back() = joined(step.kind, stack.back(), b);
    }
  }
  return stack.back();
}

class Rules {
 public:
  explicit Rules(UserConvention rules) : rules_(std::move(rules)) {
    for (const LayerRule& rule : rules_.rules) by_kind_[rule.kind] = &rule.count;
  }

  const UserConvention& text() const { return rules_; }

  Said say(const CountedLayer& layer) const {
    const Formula* formula = formula_of(layer);
    if (formula == nullptr) return {};
    try {
      return {.core = value_of(*formula, layer)};
    } catch (const Overflow&) {
      return {.fails = kNoNumber};
    }
  }

 private:
  const Formula* formula_of(const CountedLayer& layer) const {
    if (layer.kind == LayerKind::activation) {
      if (const Formula* own = find(name_of(layer.function))) return own;
    }
    if (const Formula* own = find(name_of(layer.kind))) return own;
    return find(kOtherwise);
  }

  const Formula* find(std::string_view kind) const {
    const auto found = by_kind_.find(kind);
    return found == by_kind_.end() ? nullptr : found->second;
  }

  UserConvention rules_;
  std::map<std::string, const Formula*, std::less<>> by_kind_;
};

CountUnit unit_of(std::string_view unit) {
  return unit == "MACs" ? CountUnit::macs : unit == "operations" ? CountUnit::operations : CountUnit::flops;
}

}  // namespace

std::span<const std::string_view> keys_of_user_conventions() {
  static const std::vector<std::string_view> keys = [] {
    std::vector<std::string_view> result{kOtherwise};
    for (auto kind = uint8_t{0}; kind <= static_cast<uint8_t>(LayerKind::other); ++kind) {
      result.push_back(name_of(static_cast<LayerKind>(kind)));
    }
    for (auto fn = uint8_t{0}; fn <= static_cast<uint8_t>(UnaryFn::complex_abs); ++fn) {
      result.push_back(name_of(static_cast<UnaryFn>(fn)));
    }
    return result;
  }();
  return keys;
}

std::shared_ptr<const Convention> user_convention(UserConvention rules) {
  const auto shared = std::make_shared<const Rules>(std::move(rules));
  const UserConvention& text = shared->text();
  Convention convention{.basis = Basis::modules,
                        .say = [shared](const CountedLayer& layer) { return shared->say(layer); }};
  convention.info.name = text.name;
  convention.info.rule = "of the user's own file";
  convention.info.source = text.place;
  convention.info.unit = unit_of(text.unit);
  return std::make_shared<const Convention>(std::move(convention));
}

}  // namespace flopstat

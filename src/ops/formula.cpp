#include "ops/formula.h"

#include <algorithm>
#include <string>
#include <utility>

namespace flopstat {
namespace {

using Kind = FormulaStep::Kind;

/// The largest number that arithmetic on doubles leaves whole.
constexpr double kLargestWhole = 9007199254740992.0;

Count traced(const FormulaNumber& number) { return {static_cast<uint64_t>(number.value), number.how}; }

/// The result of arithmetic; how it came about is kept where counts can say it.
FormulaNumber joined(Arithmetic kind, const FormulaNumber& a, const FormulaNumber& b, int64_t value) {
  if ((a.how == nullptr && b.how == nullptr) || a.value < 0 || b.value < 0 || value < 0) return {value};
  return {value, combine(kind, traced(a), traced(b), static_cast<uint64_t>(value))};
}

Known<FormulaNumber> overflow() { return Unknown{"the number does not fit in 64 bits"}; }

Known<FormulaNumber> added(const FormulaNumber& a, const FormulaNumber& b) {
  int64_t value = 0;
  if (__builtin_add_overflow(a.value, b.value, &value)) return overflow();
  return joined(Arithmetic::sum, a, b, value);
}

Known<FormulaNumber> subtracted(const FormulaNumber& a, const FormulaNumber& b) {
  int64_t value = 0;
  if (__builtin_sub_overflow(a.value, b.value, &value)) return overflow();
  return joined(Arithmetic::difference, a, b, value);
}

Known<FormulaNumber> multiplied(const FormulaNumber& a, const FormulaNumber& b) {
  int64_t value = 0;
  if (__builtin_mul_overflow(a.value, b.value, &value)) return overflow();
  return joined(Arithmetic::product, a, b, value);
}

std::string quotient_text(const FormulaNumber& a, const FormulaNumber& b) {
  return std::to_string(a.value) + " / " + std::to_string(b.value);
}

Known<FormulaNumber> divided(Kind kind, const FormulaNumber& a, const FormulaNumber& b) {
  if (b.value == 0) return Unknown{quotient_text(a, b) + " divides by 0"};
  if (a.value == INT64_MIN && b.value == -1) return overflow();
  const int64_t quotient = a.value / b.value;
  const int64_t rest = a.value % b.value;
  if (rest == 0) return joined(Arithmetic::quotient, a, b, quotient);
  if (kind == Kind::divide) {
    return Unknown{quotient_text(a, b) + " does not come out even: // rounds down, ceil_div(a, b) up"};
  }
  const bool negative = (rest < 0) != (b.value < 0);
  if (kind == Kind::floor_divide) return joined(Arithmetic::quotient, a, b, quotient - (negative ? 1 : 0));
  if (a.value < 0 || b.value < 0) return FormulaNumber{quotient + (negative ? 0 : 1)};
  const Known<FormulaNumber> raised = added(a, {b.value - 1});
  if (const FormulaNumber* sum = known(raised)) return joined(Arithmetic::quotient, *sum, b, quotient + 1);
  return FormulaNumber{quotient + 1};
}

Known<FormulaNumber> joined(Kind kind, const FormulaNumber& a, const FormulaNumber& b) {
  switch (kind) {
    case Kind::add: return added(a, b);
    case Kind::subtract: return subtracted(a, b);
    case Kind::multiply: return multiplied(a, b);
    case Kind::divide:
    case Kind::floor_divide:
    case Kind::ceil_divide: return divided(kind, a, b);
    case Kind::min: return a.value <= b.value ? a : b;
    case Kind::max: return a.value >= b.value ? a : b;
    default: return Unknown{"the formula is damaged"};
  }
}

std::optional<int64_t> whole(double real) {
  if (!(real >= -kLargestWhole && real <= kLargestWhole)) return std::nullopt;
  const auto number = static_cast<int64_t>(real);
  return static_cast<double>(number) == real ? std::optional(number) : std::nullopt;
}

std::string shown(std::string_view name) {
  constexpr size_t kLongest = 80;
  return "'" + std::string(name.substr(0, kLongest)) + (name.size() > kLongest ? "...'" : "'");
}

/// The i-th operand of those that are the same in every run.
const Operand* stored(std::span<const Operand> operands, uint32_t index) {
  for (const Operand& operand : operands) {
    if (!operand || !operand.value->constant) continue;
    if (index-- == 0) return &operand;
  }
  return nullptr;
}

const Operand* named(const Operands& operands, std::string_view name) {
  for (const std::span<const Operand> all : {operands.all_in(), operands.all_out()}) {
    for (const Operand& operand : all) {
      if (operand.tensor != nullptr && operand.tensor->name == name) return &operand;
    }
  }
  return nullptr;
}

const Operand* at(std::span<const Operand> operands, uint32_t index) {
  return index < operands.size() && operands[index].tensor != nullptr ? &operands[index] : nullptr;
}

}  // namespace

std::string to_string(const TensorRef& ref) {
  const std::string number = ref.index == 0 ? "" : std::to_string(ref.index);
  switch (ref.kind) {
    case TensorRef::Kind::operand: return "x" + number;
    case TensorRef::Kind::result: return "y" + number;
    case TensorRef::Kind::stored: return "w" + number;
    case TensorRef::Kind::named: return shown(ref.name);
  }
  return {};
}

FormulaEvaluation::FormulaEvaluation(const UserRule& rule, const Operands& operands, const Attributes* attributes)
    : rule_(rule), operands_(operands), attributes_(attributes) {
  for (const RuleDefinition& definition : rule.definitions) {
    Known<FormulaNumber> result = number(definition.formula);
    if (FormulaNumber* each = known(result)) *each = letter(definition.name, definition.formula.text, each->value);
    definitions_.push_back(std::move(result));
  }
}

Known<FormulaNumber> FormulaEvaluation::number(const Formula& formula) const {
  std::vector<Known<FormulaNumber>> stack;
  for (const FormulaStep& each : formula.steps) stack.push_back(step(each, stack));
  if (stack.size() != 1) return Unknown{rule_.place + ": the formula is damaged"};
  const std::string prefix = rule_.place + ": ";
  if (known(stack[0]) != nullptr || reason(stack[0]).why.starts_with(prefix)) return std::move(stack[0]);
  return Unknown{prefix + reason(stack[0]).why};
}

Known<Count> FormulaEvaluation::count(const Formula& formula) const {
  const Known<FormulaNumber> result = number(formula);
  const FormulaNumber* each = known(result);
  if (each == nullptr) return reason(result);
  if (each->value < 0) {
    return Unknown{rule_.place + ": " + shown(formula.text) + " comes to " + std::to_string(each->value) +
                   ", and a count is at least 0"};
  }
  return traced(*each);
}

Known<const Operand*> FormulaEvaluation::tensor(const TensorRef& ref) const {
  const Operand* operand = nullptr;
  switch (ref.kind) {
    case TensorRef::Kind::operand: operand = at(operands_.all_in(), ref.index); break;
    case TensorRef::Kind::result: operand = at(operands_.all_out(), ref.index); break;
    case TensorRef::Kind::stored: operand = stored(operands_.all_in(), ref.index); break;
    case TensorRef::Kind::named: operand = named(operands_, ref.name); break;
  }
  if (operand == nullptr) return Unknown{rule_.place + ": the node has no " + to_string(ref)};
  if (!*operand) return Unknown{rule_.place + ": the shape of " + to_string(ref) + " is not known"};
  return operand;
}

/// The result of one step, whose operands leave the stack.
Known<FormulaNumber> FormulaEvaluation::step(const FormulaStep& step, std::vector<Known<FormulaNumber>>& stack) const {
  const auto pop = [&stack]() -> Known<FormulaNumber> {
    if (stack.empty()) return Unknown{"the formula is damaged"};
    Known<FormulaNumber> top = std::move(stack.back());
    stack.pop_back();
    return top;
  };
  switch (step.kind) {
    case Kind::number: return FormulaNumber{step.number};
    case Kind::definition: {
      const auto i = static_cast<size_t>(step.number);
      return i < definitions_.size() ? definitions_[i] : Known<FormulaNumber>(Unknown{"a definition is missing"});
    }
    case Kind::attribute: return attribute(step);
    case Kind::attribute_or: {
      Known<FormulaNumber> otherwise = pop();
      const bool has = attributes_ != nullptr &&
                       std::ranges::find(*attributes_, step.name, &NamedAttribute::name) != attributes_->end();
      return has ? attribute(step) : otherwise;
    }
    case Kind::numel:
    case Kind::rank:
    case Kind::dim:
    case Kind::value: {
      const bool takes_argument = step.kind == Kind::dim || step.kind == Kind::value;
      const Known<FormulaNumber> argument = takes_argument ? pop() : Known<FormulaNumber>(FormulaNumber{});
      if (known(argument) == nullptr) return reason(argument);
      const Known<const Operand*> operand = tensor(step.tensor);
      if (known(operand) == nullptr) return reason(operand);
      return of_tensor(step, **known(operand), *known(argument));
    }
    case Kind::negate: {
      const Known<FormulaNumber> a = pop();
      return known(a) == nullptr ? a : subtracted({0}, *known(a));
    }
    case Kind::add:
    case Kind::subtract:
    case Kind::multiply:
    case Kind::divide:
    case Kind::floor_divide:
    case Kind::ceil_divide:
    case Kind::min:
    case Kind::max: {
      const Known<FormulaNumber> b = pop();
      const Known<FormulaNumber> a = pop();
      if (known(a) == nullptr) return a;
      return known(b) == nullptr ? b : joined(step.kind, *known(a), *known(b));
    }
  }
  return Unknown{"the formula is damaged"};
}

Known<FormulaNumber> FormulaEvaluation::of_tensor(const FormulaStep& step, const Operand& operand,
                                                  const FormulaNumber& argument) const {
  const std::string name = to_string(step.tensor);
  const Shape& shape = operand.shape();
  if (step.kind == Kind::rank) {
    return letter("rank(" + name + ")", "axes of " + name, static_cast<int64_t>(shape.size()));
  }
  if (step.kind == Kind::numel) {
    const Count elements = operands_.letter("numel(" + name + ")", "elements of " + name, shape);
    return FormulaNumber{static_cast<int64_t>(elements.value()), elements.how()};
  }
  const std::string position = std::to_string(argument.value);
  if (step.kind == Kind::dim) {
    const std::optional<size_t> axis = wrap_axis(argument.value, shape.size());
    if (!axis) return Unknown{name + " of " + to_string(shape) + " has no axis " + position};
    return letter("dim(" + name + ", " + position + ")", "size of axis " + position + " of " + name, shape[*axis]);
  }
  const std::shared_ptr<const Elements> elements = elements_of(operand);
  if (elements == nullptr) return Unknown{"the contents of " + name + " are not known before the model runs"};
  if (argument.value < 0 || static_cast<uint64_t>(argument.value) >= elements->size()) {
    return Unknown{name + " of " + to_string(shape) + " has no element " + position};
  }
  const Element& element = (*elements)[static_cast<size_t>(argument.value)];
  const auto* integer = std::get_if<int64_t>(&element);
  const auto* real = std::get_if<double>(&element);
  const std::optional<int64_t> value = integer != nullptr ? std::optional(*integer)
                                       : real             ? whole(*real)
                                                          : std::nullopt;
  if (!value) return Unknown{"element " + position + " of " + name + " is not known to be a whole number"};
  return letter("value(" + name + ", " + position + ")", "element " + position + " of " + name, *value);
}

Known<FormulaNumber> FormulaEvaluation::attribute(const FormulaStep& step) const {
  const std::string name = shown(step.name);
  if (attributes_ == nullptr) return Unknown{"no attributes are kept of the node: attr(" + name + ") needs a default"};
  const auto found = std::ranges::find(*attributes_, step.name, &NamedAttribute::name);
  if (found == attributes_->end()) return Unknown{"the node has no attribute " + name};
  const auto i = static_cast<size_t>(step.number);
  const auto* integers = std::get_if<std::vector<int64_t>>(&found->value);
  const auto* reals = std::get_if<std::vector<double>>(&found->value);
  if (integers == nullptr && reals == nullptr) return Unknown{"the attribute " + name + " is a text, no number"};
  const size_t size = integers != nullptr ? integers->size() : reals->size();
  const std::string place = i == 0 ? "" : "[" + std::to_string(i) + "]";
  if (i >= size) return Unknown{"the attribute " + name + " has no number " + std::to_string(i)};
  const std::optional<int64_t> value = integers != nullptr ? std::optional((*integers)[i]) : whole((*reals)[i]);
  if (!value) return Unknown{"the attribute " + name + " is " + std::to_string((*reals)[i]) + ", no whole number"};
  return letter("attr(" + name + ")" + place, "attribute " + name + place, *value);
}

/// A number under a name, where formulas are traced and can have it.
FormulaNumber FormulaEvaluation::letter(const std::string& name, const std::string& meaning, int64_t value) const {
  return {value, value < 0 ? nullptr : operands_.letter(name, meaning, Count{value}).how()};
}

}  // namespace flopstat

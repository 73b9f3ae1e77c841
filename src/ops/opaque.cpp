#include "model/user_rule.h"
#include "ops/formula.h"
#include "ops/ops.h"

namespace flopstat {
namespace {

/// The type of the work, and of results whose type the file does not say: the rule's, else that of the first tensor.
DType type_by(const UserRule& rule, const Operands& operands) {
  if (rule.dtype) return *rule.dtype;
  for (const std::span<const Operand> all : {operands.all_in(), operands.all_out()}) {
    for (const Operand& operand : all) {
      if (operand && operand.dtype() != DType::unknown) return operand.dtype();
    }
  }
  return DType::unknown;
}

Known<Value> result(const RuleShape& shape, DType dtype, const FormulaEvaluation& evaluation) {
  if (const auto* ref = std::get_if<TensorRef>(&shape)) {
    const Known<const Operand*> like = evaluation.tensor(*ref);
    if (known(like) == nullptr) return reason(like);
    return Value{.dtype = dtype, .shape = (*known(like))->shape()};
  }
  Value value{.dtype = dtype};
  for (const Formula& size : std::get<std::vector<Formula>>(shape)) {
    const Known<Count> count = evaluation.count(size);
    const Count* each = known(count);
    if (each == nullptr) return reason(count);
    if (*each > Count{kMaxDim}) return Unknown{"a size that the rule gives is too large: " + size.text};
    value.shape.push_back(static_cast<int64_t>(each->value()));
  }
  return value;
}

/// Bytes of all operands, once each; nothing where some have no fixed size.
std::optional<Count> bytes_of_operands(const Operands& operands) {
  Count sum = 0;
  for (const Operand& operand : operands.all_in()) {
    if (operand && bits_of(operand.dtype()) == 0) return std::nullopt;
    if (operand) sum += operand.bytes();
  }
  return sum;
}

}  // namespace

// --- Opaque ----------------------------------------------------------------------------------------------------------

Inferred infer(const Opaque& op, const Operands& operands) {
  if (op.rule == nullptr) return Unknown{op.why};
  const UserRule& rule = *op.rule;
  if (rule.results.empty()) return Unknown{rule.place + ": the rule gives no shape: output = [...] does"};
  const FormulaEvaluation evaluation(rule, operands, op.attributes.get());
  std::vector<Value> results;
  for (const RuleShape& shape : rule.results) {
    Known<Value> value = result(shape, type_by(rule, operands), evaluation);
    if (known(value) == nullptr) return reason(value);
    results.push_back(std::move(*known(value)));
  }
  return results;
}

/// Counts:  what the user's rule says. Source: docs/rules.md.
Known<Cost> count(const Opaque& op, const Operands& operands) {
  if (op.rule == nullptr) return Unknown{op.why};
  const UserRule& rule = *op.rule;
  if (rule.work.empty()) {
    return Unknown{rule.place + ": the rule does not say what a run costs; of what costs nothing it says mul_add = 0"};
  }
  const FormulaEvaluation evaluation(rule, operands, op.attributes.get());
  const DType dtype = type_by(rule, operands);
  Cost cost;
  for (const RuleWork& work : rule.work) {
    const Known<Count> units = evaluation.count(work.count);
    if (known(units) == nullptr) return reason(units);
    cost.add(work.part, work.unit, dtype, *known(units), Certainty::rule);
  }
  if (rule.params) {
    const Known<Count> params = evaluation.count(*rule.params);
    if (known(params) == nullptr) return reason(params);
    if (bits_of(dtype) == 0) {
      return Unknown{rule.place + ": the type of the parameters is not known: dtype = 'f32' says it"};
    }
    cost.parameters = *known(params);
    cost.parameter_dtype = dtype;
    const std::optional<Count> read = bytes_of_operands(operands);
    if (read) cost.read_bytes = *read + byte_size(dtype, cost.parameters);
  }
  for (const auto& [formula, bytes] :
       {std::pair(&rule.read_bytes, &cost.read_bytes), std::pair(&rule.written_bytes, &cost.written_bytes)}) {
    if (!*formula) continue;
    const Known<Count> moved = evaluation.count(**formula);
    if (known(moved) == nullptr) return reason(moved);
    *bytes = *known(moved);
  }
  return cost;
}

Role role(const Opaque&, size_t) { return Role::data; }

}  // namespace flopstat

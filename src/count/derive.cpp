#include "count/derive.h"

#include <algorithm>

#include "graph/uses.h"
#include "model/expression.h"

namespace flopstat {
namespace {

Derived derived(const Count& count) {
  if (count.how() != nullptr) return {formula_of(*count.how()), numbers_of(*count.how()), count.value()};
  const Expression number{.kind = Arithmetic::number, .value = count.value()};
  return {formula_of(number), numbers_of(number), count.value()};
}

/// Appends the letters of a formula that are not there yet.
void collect(const Expression* expression, std::vector<Letter>& letters) {
  if (expression == nullptr) return;
  if (expression->kind == Arithmetic::letter) {
    const auto same = [expression](const Letter& letter) { return letter.name == expression->name; };
    if (std::ranges::any_of(letters, same)) return;
    letters.push_back({expression->name,
                       expression->meaning,
                       {expression->factors.begin(), expression->factors.end()},
                       expression->value});
    return;
  }
  collect(expression->left, letters);
  collect(expression->right, letters);
}

bool alike(const Work& a, const Work& b) { return a.part == b.part && a.unit == b.unit; }

/// What an entry of work is called in the formulas of operations: "mul_add", "bias add", "requantize add i32".
std::string name_of_work(const Cost& cost, size_t i) {
  const Work& work = cost.work[i];
  std::string name = work.part == Part::core ? "" : std::string(name_of(work.part)) + " ";
  name += name_of(work.unit);
  const auto other_type = [&work](const Work& each) { return alike(each, work) && each.dtype != work.dtype; };
  if (std::ranges::any_of(cost.work, other_type)) name.append(" ").append(name_of(work.dtype));
  return name;
}

/// The cost with each entry of its work as one letter: what a convention makes of it is a formula of these.
Cost lettered(const Cost& cost, Trace& trace) {
  Cost result;
  for (size_t i = 0; i < cost.work.size(); ++i) {
    const Work& work = cost.work[i];
    const std::string_view type = name_of(work.dtype);
    result.add(work.part, work.unit, work.dtype, trace.letter(name_of_work(cost, i), type, Count{work.count}));
    result.work.back().mark = work.mark;
  }
  return result;
}

}  // namespace

void name_operands(const Node& node, std::vector<Operand>& in, std::vector<Operand>& out, Trace& trace) {
  const auto name = [&trace](Operand& operand, const std::string& letter, const std::string& meaning) {
    if (!operand) return;
    try {
      operand.name = trace.letter("|" + letter + "|", meaning, operand.value->shape).how();
    } catch (const Overflow&) {
      return;  // its size is unknown to formulas, and whatever needs it throws again
    }
  };
  for (size_t i = 0; i < in.size(); ++i) {
    const bool weight = i == 1 && role_of(node.op, i) == Role::weight;
    name(in[i], weight ? "w" : i == 0 ? "x" : "x" + std::to_string(i + 1), "elements of operand " + std::to_string(i));
  }
  for (size_t i = 0; i < out.size(); ++i) {
    name(out[i], i == 0 ? "y" : "y" + std::to_string(i + 1), "elements of result " + std::to_string(i));
  }
}

Derivation derive(const Cost& cost, const Convention& convention, const Statement& statement) {
  Derivation result;
  Count macs = 0;
  for (size_t i = 0; i < cost.work.size(); ++i) {
    const Count units = cost.units(i);
    result.work.push_back(derived(units));
    collect(units.how(), result.letters);
    if (cost.work[i].part == Part::core && cost.work[i].unit == Unit::mul_add) macs += units;
  }
  const Count valid = macs - cost.skippable;
  result.macs = derived(macs);
  result.valid_macs = derived(valid);
  Trace trace;
  const Cost units = lettered(cost, trace);
  const bool of_work = convention.basis == Basis::work;
  const Count said = of_work ? work_statement(units).value() : statement.value();
  if (!of_work) collect(said.how(), result.letters);
  if (statement.fails().empty()) result.flops = derived(said);
  result.int_ops = derived(int_ops(convention, units));
  result.read_bytes = derived(*cost.read_bytes);
  result.written_bytes = derived(*cost.written_bytes);
  for (const Count& each : {valid, *cost.read_bytes, *cost.written_bytes}) collect(each.how(), result.letters);
  return result;
}

}  // namespace flopstat

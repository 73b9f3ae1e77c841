#include <algorithm>
#include <map>
#include <string>

#include "ops/einsum.h"
#include "ops/ops.h"

namespace flopstat {
namespace {

/// An equation taken apart: one letter per axis, the ellipsis as upper-case letters from a private range.
struct Equation {
  std::vector<std::string> inputs;
  std::string output;
  std::map<char, int64_t> sizes;
};

constexpr char kFirstEllipsis = '\x01';

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::vector<std::string> split_terms(const std::string& text) {
  std::vector<std::string> terms(1);
  for (const char c : text) {
    if (c == ',') {
      terms.emplace_back();
    } else {
      terms.back() += c;
    }
  }
  return terms;
}

/// Replaces "..." by `count` private letters; the last axes of an ellipsis align.
std::string expand(const std::string& term, size_t count, size_t most) {
  const size_t dots = term.find("...");
  if (dots == std::string::npos) return term;
  std::string letters;
  for (size_t i = most - count; i < most; ++i) letters += static_cast<char>(kFirstEllipsis + i);
  return term.substr(0, dots) + letters + term.substr(dots + 3);
}

/// Letters that occur once, in alphabetical order: the output of an equation without an arrow.
std::string implicit_output(const std::vector<std::string>& inputs, size_t ellipsis) {
  std::map<char, int> seen;
  for (const std::string& term : inputs) {
    for (const char c : term) ++seen[c];
  }
  std::string output;
  for (size_t i = 0; i < ellipsis; ++i) output += static_cast<char>(kFirstEllipsis + i);
  for (const auto& [letter, times] : seen) {
    if (times == 1 && is_letter(letter)) output += letter;
  }
  return output;
}

Known<Equation> parse(const std::string& written, const Operands& operands) {
  const Unknown bad{"the equation '" + written + "' does not fit its operands"};
  std::string text;
  std::copy_if(written.begin(), written.end(), std::back_inserter(text), [](char c) { return c != ' '; });
  const size_t arrow = text.find("->");
  std::vector<std::string> terms = split_terms(text.substr(0, arrow));
  if (terms.size() != operands.all_in().size()) return bad;

  std::vector<size_t> widths;
  for (size_t i = 0; i < terms.size(); ++i) {
    const bool dots = terms[i].find("...") != std::string::npos;
    const size_t letters = terms[i].size() - (dots ? 3 : 0);
    if (!operands.in(i)) return bad;
    const size_t rank = operands.in(i).rank();
    if (letters > rank || (!dots && letters != rank) || rank > 20) return bad;
    widths.push_back(dots ? rank - letters : 0);
  }
  const size_t most = *std::max_element(widths.begin(), widths.end());

  Equation equation;
  for (size_t i = 0; i < terms.size(); ++i) {
    const std::string term = expand(terms[i], widths[i], most);
    if (term.size() != operands.in(i).rank()) return bad;
    for (size_t axis = 0; axis < term.size(); ++axis) {
      int64_t& size = equation.sizes.try_emplace(term[axis], 1).first->second;
      const int64_t here = operands.in(i).shape()[axis];
      if (size != 1 && here != 1 && size != here) return bad;
      if (size == 1) size = here;
    }
    equation.inputs.push_back(term);
  }
  equation.output =
      arrow == std::string::npos ? implicit_output(equation.inputs, most) : expand(text.substr(arrow + 2), most, most);
  for (const char c : equation.output) {
    if (!equation.sizes.contains(c)) return bad;
  }
  return equation;
}

/// The name of an axis in formulas: its letter, or for one of an ellipsis its number.
std::string name_of_axis(char c) { return is_letter(c) ? std::string(1, c) : "e" + std::to_string(c - kFirstEllipsis); }

Count product_of(const std::string& letters, const Equation& equation, const Operands& operands) {
  Count result = 1;
  for (const char c : letters) {
    const int64_t size = equation.sizes.at(c);
    result *= operands.trace() == nullptr ? Count{size} : operands.letter(name_of_axis(c), "size of that axis", size);
  }
  return result;
}

std::string unite(const std::string& a, const std::string& b) {
  std::string result;
  for (const char c : a + b) {
    if (result.find(c) == std::string::npos) result += c;
  }
  return result;
}

/// Those of `letters` that occur in one of `terms`.
std::string kept(const std::string& letters, const std::vector<std::string>& terms) {
  std::string result;
  for (const char c : letters) {
    const bool needed = std::any_of(terms.begin(), terms.end(),
                                    [c](const std::string& term) { return term.find(c) != std::string::npos; });
    if (needed) result += c;
  }
  return result;
}

/// Additions that sum those axes of `letters` out that are not in `left`.
Count sums_alone(const std::string& letters, const std::string& left, const Equation& equation,
                 const Operands& operands) {
  const std::string once = unite(letters, "");
  if (left.size() == once.size()) return 0;
  return product_of(once, equation, operands) - product_of(left, equation, operands);
}

void add_sums(Cost& cost, DType dtype, Count sums) {
  cost.add(Part::core, Unit::add, real_type(dtype), sums * (is_complex(dtype) ? 2 : 1));
}

/// `products` of two numbers, each added to a sum where the equation contracts an index.
void add_products(Cost& cost, DType dtype, bool contracts, Count products) {
  const DType real = real_type(dtype);
  if (contracts) {
    cost.add(Part::core, Unit::mul_add, real, products * (is_complex(dtype) ? 4 : 1));
    return;
  }
  cost.add(Part::core, Unit::mul, real, products * (is_complex(dtype) ? 4 : 1));
  if (is_complex(dtype)) cost.add(Part::core, Unit::add, real, products * 2);
}

}  // namespace

Inferred infer(const Einsum& op, const Operands& operands) {
  const Known<Equation> parsed = parse(op.equation, operands);
  const Equation* equation = known(parsed);
  if (equation == nullptr) return reason(parsed);
  Shape shape;
  for (const char c : equation->output) shape.push_back(equation->sizes.at(c));
  DType dtype = operands.in(0).dtype();
  for (const Operand& operand : operands.all_in()) dtype = join(dtype, operand.dtype());
  return one_result(dtype, std::move(shape));
}

Known<std::vector<EinsumStep>> einsum_steps(const Einsum& op, const Operands& operands) {
  const Known<Equation> parsed = parse(op.equation, operands);
  const Equation* equation = known(parsed);
  if (equation == nullptr) return reason(parsed);
  std::vector<EinsumStep> steps;
  std::string left = equation->inputs[0];
  for (size_t i = 1; i < equation->inputs.size(); ++i) {
    std::vector<std::string> rest(equation->inputs.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                  equation->inputs.end());
    rest.push_back(equation->output);
    const std::string& right = equation->inputs[i];
    std::vector<std::string> needed_by_left = rest;
    needed_by_left.push_back(right);
    std::vector<std::string> needed_by_right = rest;
    needed_by_right.push_back(left);
    EinsumStep step{.left = kept(unite(left, ""), needed_by_left), .right = kept(unite(right, ""), needed_by_right)};
    step.left_sums = sums_alone(left, step.left, *equation, operands);
    step.right_sums = sums_alone(right, step.right, *equation, operands);
    step.left_elements = product_of(step.left, *equation, operands);
    step.axes = unite(step.left, step.right);
    step.products = product_of(step.axes, *equation, operands);
    left = kept(step.axes, rest);
    step.contracts = left.size() < step.axes.size();
    steps.push_back(std::move(step));
  }
  return steps;
}

/// Work of a sum of products given by an equation.
///
/// Counts:  what only one operand has is summed out first (add); then mul_add = the product of all sizes left, or mul
/// where
///          none is contracted. Complex: 4 mul_add, or 4 mul and 2 add. More than two operands: left to right, keeping
///          only the indices still needed.
/// Source:  docs/counting.md, section 2. Example: "bij,bjk->bik" with 2x3x4 and 2x4x5: 2*3*4*5 = 120 MACs.
Known<Cost> count(const Einsum& op, const Operands& operands) {
  const Known<Equation> parsed = parse(op.equation, operands);
  const Equation* equation = known(parsed);
  if (equation == nullptr) return reason(parsed);

  Cost cost;
  DType dtype = operands.in(0).dtype();
  if (equation->inputs.size() == 1) {
    const std::string once = unite(equation->inputs[0], "");
    add_sums(cost, dtype, sums_alone(once, kept(once, {equation->output}), *equation, operands));
    return cost;
  }
  const Known<std::vector<EinsumStep>> found = einsum_steps(op, operands);
  if (!known(found)) return reason(found);
  for (size_t i = 0; i < known(found)->size(); ++i) {
    const EinsumStep& step = (*known(found))[i];
    add_sums(cost, dtype, step.left_sums);
    add_sums(cost, operands.in(i + 1).dtype(), step.right_sums);
    dtype = join(dtype, operands.in(i + 1).dtype());
    add_products(cost, dtype, step.contracts, step.products);
  }
  return cost;
}

Role role(const Einsum&, size_t operand) { return operand == 0 ? Role::data : Role::weight; }

}  // namespace flopstat

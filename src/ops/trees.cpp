#include "ops/ops.h"

namespace flopstat {

// --- MapValues -------------------------------------------------------------------------------------------------------

Inferred infer(const MapValues& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  return one_result(op.to == DType::unknown ? x.dtype() : op.to, x.shape());
}

/// Looking up is no work.
Known<Cost> count(const MapValues&, const Operands&) { return Cost{}; }

Role role(const MapValues&, size_t) { return Role::data; }

// --- CountNgrams -----------------------------------------------------------------------------------------------------

Inferred infer(const CountNgrams& op, const Operands& operands) {
  Shape shape = operands.in(0).shape();
  shape.back() = op.columns;
  return one_result(DType::f32, std::move(shape));
}

/// Counting is arithmetic on counters and no work; weights mul |y|.
/// Source: docs/counting.md, section 1; ONNX operator TfIdfVectorizer.
Known<Cost> count(const CountNgrams& op, const Operands& operands) {
  Cost cost;
  if (op.weighted) cost.add(Part::core, Unit::mul, DType::f32, operands.out(0).size());
  return cost;
}

Role role(const CountNgrams&, size_t) { return Role::data; }

namespace {

/// The items of x [N, F], or the only one of x [F].
int64_t items_of(const Operand& x) { return x.rank() < 2 ? 1 : x.shape()[0]; }

std::vector<Value> labels_and_scores(const Operand& x, bool classifier, DType label, int64_t targets) {
  const DType scores = x.dtype() == DType::f64 && !classifier ? DType::f64 : DType::f32;
  const int64_t n = items_of(x);
  if (!classifier) return one_result(scores, {n, targets});
  return {{.dtype = label, .shape = {n}}, {.dtype = scores, .shape = {n, targets}}};
}

}  // namespace

// --- TreeEnsemble ----------------------------------------------------------------------------------------------------

Inferred infer(const TreeEnsemble& op, const Operands& operands) {
  return labels_and_scores(operands.in(0), op.classifier, op.label, op.targets);
}

/// Operands:  x [N, F] -> label or none, scores [N, targets]
/// Counts:    per item a compare per branch on the longest way of each tree (bound); add (trees - 1) * targets
/// Source:    docs/counting.md, section 2. Example: 1 item, 3 trees of depth 2, 2 targets: 6 compare, 4 add.
Known<Cost> count(const TreeEnsemble& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Count items = operands.letter("N", "items", items_of(x));
  const DType type = is_float(x.dtype()) ? x.dtype() : DType::f32;
  Cost cost;
  cost.add(Part::core, Unit::compare, type,
           items * operands.letter("depth", "branches on the longest way of each tree", op.depth), Certainty::bound);
  if (op.trees > 1)
    cost.add(Part::core, Unit::add, type,
             items * (operands.letter("trees", "trees", op.trees) - 1) *
                 operands.letter("targets", "scores of an item", op.targets));
  return cost;
}

Role role(const TreeEnsemble&, size_t) { return Role::data; }

// --- SupportVectors --------------------------------------------------------------------------------------------------

Inferred infer(const SupportVectors& op, const Operands& operands) {
  return labels_and_scores(operands.in(0), op.classifier, op.label, op.classes);
}

/// Operands:  x [N, F] -> label or none, scores
/// Counts:    per item and stored vector: mul_add F (radial: add F and mul_add F, the squared distance), then the
/// kernel:
///            polynomial mul, add, t; radial mul, t; sigmoid mul, add, t. The weighted sum of kernels: mul_add vectors
///            * (classes - 1), at least one sum; a bias add per sum
/// Source:    ONNX operators SVMClassifier, SVMRegressor (libsvm's decision function). Example: 1 item of 4, 3 vectors,
///            linear regression: 12 + 3 MACs.
Known<Cost> count(const SupportVectors& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Count items = operands.letter("N", "items", items_of(x));
  const Count pairs = items * operands.letter("vectors", "stored vectors", op.vectors);
  const Count features = operands.letter("F", "features of an item", x.shape().back());
  const Count sums = operands.letter("sums", "weighted sums of an item", op.classes > 1 ? op.classes - 1 : 1);
  const DType type = DType::f32;
  Cost cost;
  cost.add(Part::core, Unit::mul_add, type, pairs * features + pairs * sums);
  switch (op.kernel) {
    case SupportVectors::Kernel::linear: break;
    case SupportVectors::Kernel::radial:
      cost.add(Part::core, Unit::add, type, pairs * features);
      cost.add(Part::core, Unit::mul, type, pairs);
      cost.add(Part::core, Unit::transcendental, type, pairs);
      break;
    case SupportVectors::Kernel::polynomial:
    case SupportVectors::Kernel::sigmoid:
      cost.add(Part::core, Unit::mul, type, pairs);
      cost.add(Part::core, Unit::add, type, pairs);
      cost.add(Part::core, Unit::transcendental, type, pairs);
      break;
  }
  cost.add(Part::bias, Unit::add, type, items * sums);
  return cost;
}

Role role(const SupportVectors&, size_t) { return Role::data; }

}  // namespace flopstat

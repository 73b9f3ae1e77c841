#include <algorithm>
#include <bit>

#include "ops/ops.h"

namespace flopstat {
namespace {

constexpr int64_t kCoordinates = 4;

struct Sizes {
  int64_t batch = 0;
  int64_t boxes = 0;
  int64_t classes = 0;
};

Known<Sizes> sizes(const DetectionPostProcess& op, const Operands& operands) {
  const Operand& boxes = operands.in(0);
  const Operand& scores = operands.in(1);
  const Operand& anchors = operands.in(2);
  if (!boxes || !scores || !anchors) return Unknown{"detection needs boxes, scores and anchors"};
  if (boxes.rank() != 3 || boxes.shape()[2] < kCoordinates || scores.rank() != 3 ||
      scores.shape()[0] != boxes.shape()[0] || scores.shape()[1] != boxes.shape()[1] ||
      anchors.shape() != Shape{boxes.shape()[1], kCoordinates}) {
    return Unknown{"the boxes " + to_string(boxes.shape()) + ", scores " + to_string(scores.shape()) + " and anchors " +
                   to_string(anchors.shape()) + " of the detection do not belong together"};
  }
  const int64_t columns = scores.shape()[2];
  if (op.classes < 0 || op.classes > columns) {
    return Unknown{"the detection has " + std::to_string(op.classes) + " classes and scores for " +
                   std::to_string(columns)};
  }
  if (op.max_detections < 0 || op.classes_per_detection < 1 || op.detections_per_class < 0) {
    return Unknown{"the detection's options max_detections, max_classes_per_detection and detections_per_class are " +
                   std::to_string(op.max_detections) + ", " + std::to_string(op.classes_per_detection) + " and " +
                   std::to_string(op.detections_per_class) + ": not all of them are positive"};
  }
  return Sizes{boxes.shape()[0], boxes.shape()[1], op.classes == 0 ? columns : op.classes};
}

/// Comparisons that find and order the k largest of n: n*k by selection, n * ceil(log2 n) by sorting. A bound.
Count top_k(const Operands& operands, Count n, Count k) {
  if (n < Count{2}) return 0;
  const Count sorting = std::bit_width(n.value() - 1);
  return n * operands.letter("s", "comparisons per entry that is ordered: the smaller of k and log2 n, rounded up",
                             std::min(k, sorting));
}

void add_dequantize(Cost& cost, const Operand& x, Count elements, DType real) {
  if (!x.quantized()) return;
  if (x.tensor->quantization.asymmetric) cost.add(Part::requantize, Unit::add, real, elements);
  cost.add(Part::requantize, Unit::mul, real, elements);
}

/// From the centre and size relative to an anchor to corners: centre = code / scale * size of the anchor + its centre,
/// half = 0.5 * exp(code / scale) * size of the anchor, for two axes; then centre - half and centre + half.
void add_decoding(Cost& cost, DType dtype, Count boxes) {
  cost.add(Part::core, Unit::div, dtype, boxes * 4);
  cost.add(Part::core, Unit::mul, dtype, boxes * 6);
  cost.add(Part::core, Unit::add, dtype, boxes * 6);
  cost.add(Part::core, Unit::transcendental, dtype, boxes * 2);
}

/// One non-maximum suppression: each score against the threshold, all of them ordered, then up to `selected` boxes
/// against all others: intersection over union (6 compare, 4 add, mul, div) and its threshold.
void add_suppression(Cost& cost, const Operands& operands, DType dtype, Count runs, Count boxes, Count selected) {
  cost.add(Part::core, Unit::compare, dtype, runs * boxes);
  cost.add(Part::core, Unit::compare, dtype, runs * top_k(operands, boxes, boxes), Certainty::bound);
  const Count pairs = runs * boxes * std::min(boxes, selected);
  cost.add(Part::core, Unit::compare, dtype, pairs * 7, Certainty::bound);
  cost.add(Part::core, Unit::add, dtype, pairs * 4, Certainty::bound);
  cost.add(Part::core, Unit::mul, dtype, pairs, Certainty::bound);
  cost.add(Part::core, Unit::div, dtype, pairs, Certainty::bound);
}

}  // namespace

/// The kernel writes floating point whatever its operands are, and boxes of more than one class several times.
Inferred infer(const DetectionPostProcess& op, const Operands& operands) {
  const Known<Sizes> found = sizes(op, operands);
  const Sizes* s = known(found);
  if (s == nullptr) return reason(found);
  int64_t rows = 0;
  if (__builtin_mul_overflow(op.max_detections, op.classes_per_detection, &rows) || rows > kMaxDim) {
    return Unknown{"the detection's max_detections * max_classes_per_detection is too large"};
  }
  return std::vector<Value>{{.dtype = DType::f32, .shape = {s->batch, rows, kCoordinates}},
                            {.dtype = DType::f32, .shape = {s->batch, rows}},
                            {.dtype = DType::f32, .shape = {s->batch, rows}},
                            {.dtype = DType::f32, .shape = {s->batch}}};
}

/// Work of SSD's decoding and non-maximum suppression, in floating point: quantized operands are decoded first.
///
/// Shapes:  boxes [B, n, 4], scores [B, n, classes], anchors [n, 4]
///          -> boxes [B, m, 4], classes [B, m], scores [B, m], count [B]
/// Counts:  per box 4 div, 6 mul, 6 add, 2 t. Then, as bounds: fast: the best classes of each box, one suppression of
///          n boxes; regular: one for each class, whose boxes are merged with the best ones so far
/// Source:  docs/counting.md, section 2 (NMS, top-k); tensorflow/lite/kernels/detection_postprocess.cc. Example: 1,917
///          boxes and at most 10 detections: 19,170 pairs.
Known<Cost> count(const DetectionPostProcess& op, const Operands& operands) {
  const Known<Sizes> found = sizes(op, operands);
  const Sizes* s = known(found);
  if (s == nullptr) return reason(found);
  const DType real = is_float(operands.in(0).dtype()) ? operands.in(0).dtype() : DType::f32;
  const Count batch = operands.letter("B", "batch", s->batch);
  const Count n = operands.letter("n", "boxes", s->boxes);
  const Count most = operands.letter("m", "most detections", op.max_detections);
  const Count classes = operands.letter("C", "classes", s->classes);
  const Count boxes = batch * n;

  Cost cost;
  add_dequantize(cost, operands.in(0), boxes * kCoordinates, real);
  add_dequantize(cost, operands.in(1), operands.in(1).size(), real);
  add_dequantize(cost, operands.in(2), boxes * kCoordinates, real);
  add_decoding(cost, real, boxes);
  if (op.regular_nms) {
    const Count runs = batch * classes;
    const Count kept = std::min(n, operands.letter("d", "most detections of one class", op.detections_per_class));
    add_suppression(cost, operands, real, runs, n, kept);
    cost.add(Part::core, Unit::compare, real, runs * top_k(operands, kept + most, most), Certainty::bound);
  } else {
    const Count best = std::min(s->classes, op.classes_per_detection);
    cost.add(Part::core, Unit::compare, real, boxes * top_k(operands, classes, best), Certainty::bound);
    add_suppression(cost, operands, real, batch, n, most);
  }
  return cost;
}

Role role(const DetectionPostProcess&, size_t operand) { return operand == 2 ? Role::weight : Role::data; }

namespace {

/// Boxes [n, 4] and scores [n].
Known<int64_t> boxes_of(const Operands& operands) {
  const Operand& boxes = operands.in(0);
  const Operand& scores = operands.in(1);
  if (!boxes || !scores) return Unknown{"non-maximum suppression needs boxes and scores"};
  if (boxes.rank() != 2 || boxes.shape()[1] != kCoordinates || scores.shape() != Shape{boxes.shape()[0]}) {
    return Unknown{"the boxes " + to_string(boxes.shape()) + " and scores " + to_string(scores.shape()) +
                   " of the suppression do not belong together"};
  }
  return boxes.shape()[0];
}

}  // namespace

/// The results have room for the most boxes asked for, however many are found.
/// Source: tensorflow/lite/kernels/non_max_suppression.cc.
Inferred infer(const NonMaxSuppression& op, const Operands& operands) {
  const Known<int64_t> boxes = boxes_of(operands);
  if (!known(boxes)) return reason(boxes);
  const std::optional<int64_t> most = integer_of(operands.in(2));
  if (!most) return Unknown{"the number of boxes that the suppression keeps depends on input data"};
  if (*most < 0) return Unknown{"the suppression keeps at most " + std::to_string(*most) + " boxes: it is negative"};
  std::vector<Value> values{{.dtype = DType::i32, .shape = {*most}}};
  if (op.soft) values.push_back({.dtype = operands.in(1).dtype(), .shape = {*most}});
  values.push_back({.dtype = DType::i32, .shape = {}});
  return values;
}

/// Shapes:  boxes [n, 4], scores [n] -> indices [m]
/// Counts:  n compare with the threshold; as bounds the order of the scores and n * min(n, m) pairs of 7 compare, 4
/// add,
///          mul, div. Soft: each pair also weighs a score by exp(scale * iou * iou): 3 mul, t
/// Source:  docs/counting.md, section 2; tensorflow/lite/kernels/internal/reference/non_max_suppression.h. Example: 100
///          boxes, at most 10: 1,000 pairs.
Known<Cost> count(const NonMaxSuppression& op, const Operands& operands) {
  const Known<int64_t> boxes = boxes_of(operands);
  if (!known(boxes)) return reason(boxes);
  const Operand& selected = operands.out(0);
  if (!selected) return Unknown{"the suppression has no result"};
  const DType type = operands.in(0).dtype();
  const Count n = operands.letter("n", "boxes", *known(boxes));
  const Count most = selected.size();
  Cost cost;
  add_suppression(cost, operands, type, 1, n, most);
  if (!op.soft) return cost;
  const Count pairs = n * std::min(n, most);
  cost.add(Part::core, Unit::mul, type, pairs * 3, Certainty::bound);
  cost.add(Part::core, Unit::transcendental, type, pairs, Certainty::bound);
  return cost;
}

Role role(const NonMaxSuppression&, size_t operand) { return operand == 2 ? Role::shape : Role::data; }

}  // namespace flopstat

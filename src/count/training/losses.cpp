#include "count/training/losses.h"

#include <algorithm>
#include <array>
#include <string>

#include "flopstat/training.h"
#include "model/value.h"

namespace flopstat {
namespace {

constexpr std::string_view kCrossEntropy = "cross-entropy";
constexpr std::string_view kSoftCrossEntropy = "soft-cross-entropy";
constexpr std::string_view kBinaryCrossEntropy = "binary-cross-entropy";
constexpr std::string_view kSquaredError = "squared-error";
constexpr std::string_view kAbsoluteError = "absolute-error";
constexpr std::string_view kNone = "none";

constexpr std::array kLosses{
    LossInfo{kCrossEntropy, "log-softmax of the last result, minus the mean at the labels"},
    LossInfo{kSoftCrossEntropy, "the same with a label for each class, each between 0 and 1"},
    LossInfo{kBinaryCrossEntropy, "mean of -(z log p + (1 - z) log(1 - p))"},
    LossInfo{kSquaredError, "mean of (y - z) (y - z)"},
    LossInfo{kAbsoluteError, "mean of |y - z|"},
    LossInfo{kNone, "the last result is the loss"},
};

struct KerasLoss {
  std::string_view name;  ///< in lower case, without underscores
  std::string_view ours;
};

/// Source: keras.losses, Keras 3.15: functions, classes and short names.
constexpr std::array kKerasLosses{
    KerasLoss{"sparsecategoricalcrossentropy", kCrossEntropy},
    KerasLoss{"categoricalcrossentropy", kSoftCrossEntropy},
    KerasLoss{"binarycrossentropy", kBinaryCrossEntropy},
    KerasLoss{"mse", kSquaredError},
    KerasLoss{"meansquarederror", kSquaredError},
    KerasLoss{"mae", kAbsoluteError},
    KerasLoss{"meanabsoluteerror", kAbsoluteError},
};

/// The mean of n values.
void add_mean(Cost& cost, DType type, Count n) {
  cost.add(Part::core, Unit::add, type, n - 1);
  cost.add(Part::core, Unit::div, type, 1);
}

/// Per row of n: the log-softmax; then hard labels: the mean over the rows of the entries at the labels; soft labels:
/// mul and add per entry before it.
LossCost cross_entropy(DType type, Count rows, Count elements, bool soft) {
  LossCost cost;
  cost.forward.add(Part::core, Unit::compare, type, elements - rows);
  cost.forward.add(Part::core, Unit::add, type, elements * 3 - rows);
  cost.forward.add(Part::core, Unit::transcendental, type, elements + rows);
  if (soft) {
    cost.forward.add(Part::core, Unit::mul, type, elements);
    cost.forward.add(Part::core, Unit::add, type, elements);
  }
  add_mean(cost.forward, type, rows);
  cost.backward.add(Part::core, Unit::add, type, elements);
  cost.backward.add(Part::core, Unit::mul, type, elements);
  return cost;
}

/// log p, log(1 - p), their two products and the sum; backward (p - z) / (p (1 - p)) and the share of the mean.
LossCost binary_cross_entropy(DType type, Count elements) {
  LossCost cost;
  cost.forward.add(Part::core, Unit::transcendental, type, elements * 2);
  cost.forward.add(Part::core, Unit::mul, type, elements * 2);
  cost.forward.add(Part::core, Unit::add, type, elements * 3);
  add_mean(cost.forward, type, elements);
  cost.backward.add(Part::core, Unit::add, type, elements * 2);
  cost.backward.add(Part::core, Unit::mul, type, elements * 2);
  cost.backward.add(Part::core, Unit::div, type, elements);
  return cost;
}

LossCost squared_error(DType type, Count elements) {
  LossCost cost;
  cost.forward.add(Part::core, Unit::add, type, elements);
  cost.forward.add(Part::core, Unit::mul, type, elements);
  add_mean(cost.forward, type, elements);
  cost.backward.add(Part::core, Unit::mul, type, elements);
  return cost;
}

LossCost absolute_error(DType type, Count elements) {
  LossCost cost;
  cost.forward.add(Part::core, Unit::add, type, elements);
  cost.forward.add(Part::core, Unit::compare, type, elements);
  add_mean(cost.forward, type, elements);
  cost.backward.add(Part::core, Unit::compare, type, elements);
  cost.backward.add(Part::core, Unit::mul, type, elements);
  return cost;
}

}  // namespace

std::span<const LossInfo> loss_list() { return kLosses; }

Known<LossCost> loss_cost(std::string_view loss, DType dtype, const Shape& y, size_t axis) {
  const Count elements = product(y);
  if (elements == 0 || loss == kNone) return LossCost{};
  if (loss == kCrossEntropy || loss == kSoftCrossEntropy) {
    const Count length = axis < y.size() ? Count{y[axis]} : Count{1};
    return cross_entropy(dtype, elements / length, elements, loss == kSoftCrossEntropy);
  }
  if (loss == kBinaryCrossEntropy) return binary_cross_entropy(dtype, elements);
  if (loss == kSquaredError) return squared_error(dtype, elements);
  if (loss == kAbsoluteError) return absolute_error(dtype, elements);
  return Unknown{"there is no rule for the loss '" + std::string(loss) + "' (--loss NAME chooses another)"};
}

bool takes_logits(std::string_view loss) { return loss == kCrossEntropy || loss == kSoftCrossEntropy; }

std::string_view loss_of_keras(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c != '_') plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  const auto found = std::ranges::find(kKerasLosses, std::string_view(plain), &KerasLoss::name);
  return found == kKerasLosses.end() ? std::string_view() : found->ours;
}

}  // namespace flopstat

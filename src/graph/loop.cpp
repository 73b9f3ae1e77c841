#include "graph/loop.h"

#include <algorithm>
#include <string>

namespace flopstat {
namespace {

/// No loop in a model runs longer.
constexpr uint64_t kMaxTrips = uint64_t{1} << 40;

/// Loops whose sizes change from trip to trip are followed trip by trip up to this many.
constexpr uint64_t kMaxUnrolled = 4096;

using Values = std::vector<Known<Value>>;

/// Positions whose tensor the body hands on unchanged: weights and bounds that are carried along.
std::vector<bool> invariant_positions(const Graph& body) {
  std::vector<bool> invariant(body.inputs.size());
  for (size_t i = 0; i < invariant.size() && i < body.outputs.size(); ++i) {
    invariant[i] = body.inputs[i] == body.outputs[i];
  }
  return invariant;
}

/// What varies from trip to trip is no constant, though the first trip's value may be one.
Values without_constness(Values values, const std::vector<bool>& invariant) {
  for (size_t i = 0; i < values.size(); ++i) {
    Value* value = known(values[i]);
    if (value != nullptr && !(i < invariant.size() && invariant[i])) value->constant = false;
  }
  return values;
}

Values results(const GraphRunner& runner, const Frame& frame) {
  Values values;
  for (const TensorId id : runner.graph(frame.graph).outputs) {
    values.push_back(id == kAbsent ? Known<Value>(Unknown{"the loop's body leaves this result out"})
                                   : frame.values[id]);
  }
  return values;
}

bool same_shape(const Known<Value>& a, const Known<Value>& b) {
  if (known(a) == nullptr || known(b) == nullptr) return known(a) == known(b);
  return known(a)->shape == known(b)->shape;
}

bool same_shapes(const Values& a, const Values& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), same_shape);
}

/// The element after `trips` trips, if it goes on as in the first two.
Element extrapolate(const Element& start, const Element& first, const Element& second, uint64_t trips) {
  if (start == first && first == second) return start;
  const auto* a = std::get_if<int64_t>(&start);
  const auto* b = std::get_if<int64_t>(&first);
  const auto* c = std::get_if<int64_t>(&second);
  if (a == nullptr || b == nullptr || c == nullptr) return {};
  int64_t step = 0;
  int64_t next = 0;
  int64_t distance = 0;
  int64_t result = 0;
  if (__builtin_sub_overflow(*b, *a, &step) || __builtin_sub_overflow(*c, *b, &next) || step != next) return {};
  if (__builtin_mul_overflow(step, static_cast<int64_t>(trips), &distance)) return {};
  if (__builtin_add_overflow(*a, distance, &result)) return {};
  return result;
}

/// The carried values after some trips, told from the first three.
class Progress {
 public:
  Progress(Values start, Values first, Values second)
      : start_(std::move(start)), first_(std::move(first)), second_(std::move(second)) {}

  Values after(uint64_t trips) const {
    if (trips == 0) return start_;
    Values values = first_;
    for (size_t i = 0; i < values.size() && i < start_.size() && i < second_.size(); ++i) {
      if (Value* value = known(values[i])) value->elements = elements_after(i, trips);
    }
    return values;
  }

 private:
  std::shared_ptr<const Elements> elements_after(size_t i, uint64_t trips) const {
    const Value* a = known(start_[i]);
    const Value* b = known(first_[i]);
    const Value* c = known(second_[i]);
    if (a == nullptr || b == nullptr || c == nullptr || !a->elements || !b->elements || !c->elements) return nullptr;
    const size_t size = a->elements->size();
    if (b->elements->size() != size || c->elements->size() != size) return nullptr;
    Elements result(size);
    for (size_t k = 0; k < size; ++k) {
      result[k] = extrapolate((*a->elements)[k], (*b->elements)[k], (*c->elements)[k], trips);
    }
    return std::make_shared<const Elements>(std::move(result));
  }

  Values start_;
  Values first_;
  Values second_;
};

/// The only element of a tensor, if it is a known whole number.
std::optional<int64_t> number(const GraphRunner& runner, const Frame& frame, TensorId id) {
  if (id == kAbsent || known(frame.values[id]) == nullptr) return std::nullopt;
  return integer_of({&runner.graph(frame.graph).tensors[id], known(frame.values[id])});
}

/// The difference of a comparison's two numbers, if both are known.
std::optional<int64_t> difference(const GraphRunner& runner, const Frame& frame, const Node& node) {
  if (node.inputs.size() != 2) return std::nullopt;
  const std::optional<int64_t> a = number(runner, frame, node.inputs[0]);
  const std::optional<int64_t> b = number(runner, frame, node.inputs[1]);
  int64_t result = 0;
  if (!a || !b || __builtin_sub_overflow(*a, *b, &result)) return std::nullopt;
  return result;
}

/// The trips after which two numbers that the condition compares for equality are equal: a loop "until i == n" ends
/// there and nowhere else, where doubling the number of trips steps over it. The numbers are taken to go on as in the
/// first trips.
std::vector<uint64_t> equalities(GraphRunner& runner, GraphId condition, const Progress& progress) {
  const Frame start = runner.run(condition, progress.after(0));
  const Frame next = runner.run(condition, progress.after(1));
  std::vector<uint64_t> trips;
  for (const Node& node : runner.graph(condition).nodes) {
    const auto* op = std::get_if<Binary>(&node.op);
    if (op == nullptr || (op->fn != BinaryFn::equal && op->fn != BinaryFn::not_equal)) continue;
    const std::optional<int64_t> now = difference(runner, start, node);
    const std::optional<int64_t> then = difference(runner, next, node);
    int64_t step = 0;
    if (!now || !then || __builtin_sub_overflow(*now, *then, &step) || step == 0) continue;
    if (step == -1 && *now == INT64_MIN) continue;  // the quotient does not exist
    if (*now % step == 0 && *now / step >= 0) trips.push_back(static_cast<uint64_t>(*now / step));
  }
  std::sort(trips.begin(), trips.end());
  return trips;
}

/// Whether the loop goes on after `trips` trips.
Known<bool> goes_on(GraphRunner& runner, GraphId condition, const Progress& progress, uint64_t trips) {
  const Frame frame = runner.run(condition, progress.after(trips));
  const std::vector<TensorId>& outputs = runner.graph(condition).outputs;
  const Unknown depends{"how often the loop runs depends on input data: its condition cannot be evaluated"};
  if (outputs.empty() || outputs[0] == kAbsent) return Unknown{"the loop's condition has no result"};
  const Known<Value>& value = frame.values[outputs[0]];
  const Operand operand{&runner.graph(condition).tensors[outputs[0]], known(value)};
  const std::optional<int64_t> truth = integer_of(operand);
  if (!truth) return depends;
  return *truth != 0;
}

/// The smallest number of trips after which a condition fails that fails from then on.
Known<uint64_t> search_trips(GraphRunner& runner, GraphId condition, const Progress& progress) {
  uint64_t below = 0;  // the condition holds after so many
  uint64_t above = 0;  // and fails after so many
  for (uint64_t trips = 0;; trips = std::max<uint64_t>(1, trips * 2)) {
    const Known<bool> holds = goes_on(runner, condition, progress, trips);
    if (known(holds) == nullptr) return reason(holds);
    if (!*known(holds)) {
      above = trips;
      break;
    }
    below = trips;
    if (trips > kMaxTrips) return Unknown{"the loop's condition never fails"};
  }
  while (above > below + 1) {
    const uint64_t middle = below + (above - below) / 2;
    const Known<bool> holds = goes_on(runner, condition, progress, middle);
    if (known(holds) == nullptr) return reason(holds);
    (*known(holds) ? below : above) = middle;
  }
  return above;
}

/// The smallest number of trips after which the condition fails.
Known<uint64_t> count_trips(GraphRunner& runner, GraphId condition, const Progress& progress) {
  const Known<uint64_t> lasting = search_trips(runner, condition, progress);
  for (const uint64_t trips : equalities(runner, condition, progress)) {
    if (known(lasting) != nullptr && trips >= *known(lasting)) break;
    if (trips > kMaxTrips) break;
    const Known<bool> holds = goes_on(runner, condition, progress, trips);
    if (known(holds) != nullptr && !*known(holds)) return trips;
  }
  return lasting;
}

Inferred collect(const Values& values) {
  std::vector<Value> result;
  for (const Known<Value>& value : values) {
    if (known(value) == nullptr) return reason(value);
    result.push_back(*known(value));
  }
  return result;
}

Values without_elements(Values values) {
  for (Known<Value>& value : values) {
    if (Value* each = known(value)) each->elements = nullptr;
  }
  return values;
}

/// Every trip as a call of its own.
Inferred unroll(GraphRunner& runner, GraphId body, Values carried, const std::vector<bool>& invariant, uint64_t trips,
                Child& child) {
  for (uint64_t trip = 0; trip < trips; ++trip) {
    Frame frame = runner.run(body, carried);
    carried = without_constness(results(runner, frame), invariant);
    child.calls.push_back({std::move(frame), uint64_t{1}});
  }
  return collect(carried);
}

}  // namespace

LoopResult run_loop(GraphRunner& runner, const While& loop, const std::vector<Known<Value>>& carried) {
  const std::vector<bool> invariant = invariant_positions(runner.graph(loop.body));
  const Values start = without_constness(carried, invariant);
  const Frame first = runner.run(loop.body, start);
  const Values after_one = without_constness(results(runner, first), invariant);
  Frame second = runner.run(loop.body, after_one);
  const Values after_two = without_constness(results(runner, second), invariant);

  const bool steady = same_shapes(after_one, after_two) && same_shapes(first.values, second.values);
  const Progress progress(start, after_one, after_two);
  const Known<uint64_t> trips = count_trips(runner, loop.condition, progress);
  const uint64_t* count = known(trips);

  LoopResult result;
  const Known<uint64_t> condition_trips = count == nullptr ? trips : Known<uint64_t>(*count + 1);
  result.child.calls.push_back({runner.run(loop.condition, start), condition_trips});
  if (steady) {
    result.child.calls.push_back({std::move(second), trips});
    result.values = collect(count != nullptr ? progress.after(*count) : without_elements(after_one));
  } else if (count != nullptr && *count <= kMaxUnrolled) {
    result.values = unroll(runner, loop.body, start, invariant, *count, result.child);
  } else {
    const Unknown why{"sizes inside the loop change from trip to trip"};
    result.child.calls.push_back({std::move(second), count == nullptr ? trips : Known<uint64_t>(why)});
    result.values = why;
  }
  return result;
}

}  // namespace flopstat

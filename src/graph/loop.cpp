#include "graph/loop.h"

#include <algorithm>
#include <functional>
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

/// A list of so many entries none of which is set yet.
bool is_unset_list(const Value& value) {
  return value.dtype == DType::variant && !value.items && value.shape.size() == 1;
}

bool alike(const Value& a, const Value& b) {
  // The first entry only tells what the list holds.
  if (is_unset_list(a) && !b.shape.empty()) return a.shape[0] == b.shape[0];
  if (a.shape != b.shape || bool{a.items} != bool{b.items}) return false;
  if (!a.items) return true;
  return a.items->size() == b.items->size() &&
         std::equal(a.items->begin(), a.items->end(), b.items->begin(),
                    [](const Value& left, const Value& right) { return left.shape == right.shape; });
}

bool same_shape(const Known<Value>& a, const Known<Value>& b) {
  if (known(a) == nullptr || known(b) == nullptr) return known(a) == known(b);
  return alike(*known(a), *known(b));
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
Known<uint64_t> search_trips(const std::function<Known<bool>(uint64_t)>& goes_on) {
  uint64_t below = 0;  // the condition holds after so many
  uint64_t above = 0;  // and fails after so many
  for (uint64_t trips = 0;; trips = std::max<uint64_t>(1, trips * 2)) {
    const Known<bool> holds = goes_on(trips);
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
    const Known<bool> holds = goes_on(middle);
    if (known(holds) == nullptr) return reason(holds);
    (*known(holds) ? below : above) = middle;
  }
  return above;
}

/// The smallest number of trips after which the condition fails.
Known<uint64_t> count_trips(GraphRunner& runner, GraphId condition, const Progress& progress) {
  const auto holds_after = [&](uint64_t trips) { return goes_on(runner, condition, progress, trips); };
  const Known<uint64_t> lasting = search_trips(holds_after);
  for (const uint64_t trips : equalities(runner, condition, progress)) {
    if (known(lasting) != nullptr && trips >= *known(lasting)) break;
    if (trips > kMaxTrips) break;
    const Known<bool> holds = holds_after(trips);
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

// --- loops that count their trips ------------------------------------------------------------------------------------

size_t first_delivered(const Op& op) { return std::holds_alternative<Loop>(op) ? 1 : 0; }

bool repeats(const Op& op) {
  return std::holds_alternative<While>(op) || std::holds_alternative<Loop>(op) || std::holds_alternative<Scan>(op);
}

bool keeps(const Op& op, const Graph& body, size_t input) {
  const auto hands_on = [&](size_t output) {
    return output < body.outputs.size() && body.inputs[input] == body.outputs[output];
  };
  if (const auto* loop = std::get_if<Loop>(&op)) {
    return input >= loop->carried + 2 || (input >= 2 && hands_on(input - 1));
  }
  if (const auto* scan = std::get_if<Scan>(&op)) return input >= scan->states || hands_on(input);
  return hands_on(input);
}

namespace {

/// A loop whose body takes a counter or a condition that its results do not have in the same place.
struct Counted {
  GraphId body = 0;
  Values start = {};                 ///< the body's inputs on the first trip
  std::vector<bool> invariant = {};  ///< per input
  size_t first_state = 0;            ///< among the inputs
  size_t states = 0;
  size_t first_result = 0;  ///< state among the body's results
  /// The next trip's inputs, from those of a trip and what it left.
  std::function<Values(const Values& inputs, const Values& left)> next = {};
  /// A collected result of that many parts.
  std::function<Known<Value>(size_t part, const Value& each, uint64_t trips)> collect = {};
};

/// The states in the end and the collected results, if all are known.
Inferred results_of(const Counted& loop, const Values& last, const Values& parts, uint64_t trips) {
  std::vector<Value> values;
  for (size_t i = 0; i < loop.states; ++i) {
    const Known<Value>& state = last[loop.first_state + i];
    if (known(state) == nullptr) return reason(state);
    values.push_back(*known(state));
  }
  for (size_t i = loop.first_result + loop.states; i < parts.size(); ++i) {
    if (known(parts[i]) == nullptr) return reason(parts[i]);
    const Known<Value> whole = loop.collect(i - loop.first_result - loop.states, *known(parts[i]), trips);
    if (known(whole) == nullptr) return reason(whole);
    values.push_back(*known(whole));
  }
  return values;
}

/// Every trip as a call of its own. Parts of different shapes cannot be stacked.
Inferred unroll(GraphRunner& runner, const Counted& loop, uint64_t trips, Child& child) {
  Values inputs = loop.start;
  Values parts;
  for (uint64_t trip = 0; trip < trips; ++trip) {
    Frame frame = runner.run(loop.body, inputs);
    const Values left = without_constness(results(runner, frame), {});
    for (size_t i = loop.first_result + loop.states; i < left.size(); ++i) {
      if (trip > 0 && !same_shape(parts[i], left[i])) {
        return Unknown{"a part of what the loop collects changes its size from trip to trip"};
      }
    }
    parts = left;
    inputs = loop.next(inputs, left);
    child.calls.push_back({std::move(frame), uint64_t{1}});
  }
  return results_of(loop, inputs, parts, trips);
}

/// What the first two trips tell.
struct FirstTrips {
  Frame first = {};
  Frame second = {};
  Values after_one = {};
  Values after_two = {};
  Values parts = {};  ///< that the second trip left
  bool steady = false;
};

FirstTrips first_trips(GraphRunner& runner, const Counted& loop) {
  FirstTrips trips;
  trips.first = runner.run(loop.body, loop.start);
  trips.after_one = loop.next(loop.start, without_constness(results(runner, trips.first), {}));
  trips.second = runner.run(loop.body, trips.after_one);
  trips.parts = without_constness(results(runner, trips.second), {});
  trips.after_two = loop.next(trips.after_one, trips.parts);
  trips.steady = same_shapes(trips.after_one, trips.after_two) && same_shapes(trips.first.values, trips.second.values);
  return trips;
}

LoopResult finish(GraphRunner& runner, const Counted& loop, FirstTrips seen, const Known<uint64_t>& trips,
                  uint64_t runs_per_trip, bool bound) {
  LoopResult result;
  const uint64_t* count = known(trips);
  if (!seen.steady && count != nullptr && *count <= kMaxUnrolled && runs_per_trip == 1) {
    result.values = unroll(runner, loop, *count, result.child);
    return result;
  }
  const Known<uint64_t> repeat = count == nullptr ? trips : Known<uint64_t>(*count * runs_per_trip);
  result.child.calls.push_back({std::move(seen.second), repeat, bound});
  if (!seen.steady) {
    result.values = Unknown{"sizes inside the loop change from trip to trip"};
  } else if (count == nullptr || bound) {
    const bool collects = seen.parts.size() > loop.first_result + loop.states;
    result.values = collects && count == nullptr ? Inferred(reason(trips))
                    : collects ? Inferred(Unknown{"how many parts the loop collects depends on input data"})
                               : results_of(loop, without_elements(seen.after_one), {}, 0);
  } else {
    const Progress progress(loop.start, seen.after_one, seen.after_two);
    result.values = results_of(loop, progress.after(*count), without_elements(seen.parts), *count);
  }
  return result;
}

Value whole_number(DType dtype, int64_t number) {
  return {.dtype = dtype, .elements = std::make_shared<const Elements>(1, number)};
}

std::optional<int64_t> number_in(const Known<Value>& value) {
  if (known(value) == nullptr) return std::nullopt;
  return integer_of({nullptr, known(value)});
}

/// The tensor that the graph's identities hand on as this one.
TensorId origin(const Graph& graph, TensorId id) {
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    const bool hands_on = std::holds_alternative<Identity>(node.op) && !node.inputs.empty() && !node.outputs.empty();
    if (hands_on && node.outputs[0] == id) id = node.inputs[0];
  }
  return id;
}

/// How often a loop with a condition runs at most, and whether it may run less often.
struct Trips {
  Known<uint64_t> count = Unknown{};
  bool bound = false;
};

Trips trips_of(GraphRunner& runner, const Counted& loop, const Known<Value>* most, const FirstTrips& seen) {
  const Unknown depends{"how often the loop runs depends on input data"};
  std::optional<uint64_t> limit;
  if (most != nullptr) {
    const std::optional<int64_t> number = number_in(*most);
    if (!number) return {depends};
    limit = static_cast<uint64_t>(std::max<int64_t>(*number, 0));
  }
  // The condition that each trip leaves is the one it got, or the same constant.
  const Graph& body = runner.graph(loop.body);
  const Value* condition = body.outputs.empty() ? nullptr : known(seen.second.values[body.outputs[0]]);
  const bool handed_on = !body.outputs.empty() && origin(body, body.outputs[0]) == body.inputs[1];
  const std::optional<int64_t> at_first = number_in(loop.start[1]);
  if (at_first == 0) return {uint64_t{0}};
  const bool always = handed_on ? at_first.has_value()
                                : condition != nullptr && condition->constant && number_in(seen.after_one[1]) == 1;
  if (always && limit) return {*limit};
  const Progress progress(loop.start, seen.after_one, seen.after_two);
  const Known<uint64_t> counted = search_trips([&](uint64_t trip) -> Known<bool> {
    if (limit && trip >= *limit) return false;
    std::optional<int64_t> holds = at_first;
    if (trip > 0) {
      const Frame frame = runner.run(loop.body, progress.after(trip - 1));
      holds = number_in(frame.values[body.outputs[0]]);
    }
    if (!holds) return depends;
    return *holds != 0;
  });
  // Exporters write the largest number for a loop that only its condition ends.
  if (known(counted) != nullptr || !limit || *limit > kMaxTrips) return {counted};
  return {*limit, true};
}

}  // namespace

LoopResult run_loop(GraphRunner& runner, const Loop& loop, const std::vector<Known<Value>>& operands) {
  const Graph& body = runner.graph(loop.body);
  if (body.inputs.size() < loop.carried + 2 || operands.size() < loop.carried + 2 ||
      body.outputs.size() < loop.carried + 1 || body.outputs[0] == kAbsent) {
    return {.child = {}, .values = Unknown{"the loop's body does not take what the loop carries"}};
  }
  Counted counted{.body = loop.body, .start = operands, .first_state = 2, .states = loop.carried, .first_result = 1};
  const bool has_limit = known(operands[0]) != nullptr || reason(operands[0]).why != kLeftOut;
  const bool has_condition = known(operands[1]) != nullptr || reason(operands[1]).why != kLeftOut;
  counted.start[0] = whole_number(DType::i64, 0);
  if (!has_condition) counted.start[1] = whole_number(DType::boolean, 1);
  for (size_t i = 0; i < operands.size(); ++i) counted.invariant.push_back(keeps(Op{loop}, body, i));
  counted.start = without_constness(std::move(counted.start), counted.invariant);
  counted.next = [states = loop.carried](const Values& inputs, const Values& left) {
    Values next = inputs;
    const std::optional<int64_t> trip = number_in(inputs[0]);
    next[0] = whole_number(DType::i64, trip.value_or(0) + 1);
    for (size_t i = 0; i <= states; ++i) next[1 + i] = left[i];
    return next;
  };
  counted.collect = [](size_t, const Value& part, uint64_t trips) -> Known<Value> {
    if (trips > static_cast<uint64_t>(kMaxDim)) return Unknown{"the loop collects more parts than a tensor holds"};
    Value whole{.dtype = part.dtype, .shape = part.shape};
    whole.shape.insert(whole.shape.begin(), static_cast<int64_t>(trips));
    return whole;
  };
  FirstTrips seen = first_trips(runner, counted);
  const Trips trips = trips_of(runner, counted, has_limit ? &operands[0] : nullptr, seen);
  return finish(runner, counted, std::move(seen), trips.count, 1, trips.bound);
}

namespace {

/// The value without one axis and its contents.
Known<Value> without_axis(const Known<Value>& value, int64_t axis) {
  if (known(value) == nullptr) return value;
  const std::optional<size_t> at = wrap_axis(axis, known(value)->shape.size());
  if (!at)
    return Unknown{"axis " + std::to_string(axis) + " is outside a sequence of " + to_string(known(value)->shape)};
  Value part{.dtype = known(value)->dtype, .shape = known(value)->shape};
  part.shape.erase(part.shape.begin() + static_cast<std::ptrdiff_t>(*at));
  return part;
}

}  // namespace

LoopResult run_scan(GraphRunner& runner, const Scan& scan, const std::vector<Known<Value>>& operands) {
  const Graph& body = runner.graph(scan.body);
  const size_t sequences = scan.axes.size();
  if (sequences == 0 || operands.size() < scan.states + sequences || body.outputs.size() < scan.states) {
    return {.child = {}, .values = Unknown{"the scan has no sequence, or its body does not give back its state"}};
  }
  Counted counted{.body = scan.body, .start = operands, .states = scan.states};
  const Value* sequence = known(operands[scan.states]);
  if (sequence == nullptr) return {.child = {}, .values = reason(operands[scan.states])};
  const size_t lead = scan.batched ? 1 : 0;
  const std::optional<size_t> axis = wrap_axis(scan.axes[0], sequence->shape.size() - lead);
  if (!axis) return {.child = {}, .values = Unknown{"the scan's axis is outside its sequence"}};
  const auto trips = static_cast<uint64_t>(sequence->shape[*axis + lead]);
  const int64_t batch = scan.batched ? sequence->shape[0] : 1;
  for (size_t i = 0; i < scan.states + sequences; ++i) {
    if (scan.batched) counted.start[i] = without_axis(counted.start[i], 0);
    if (i >= scan.states) counted.start[i] = without_axis(counted.start[i], scan.axes[i - scan.states]);
  }
  for (size_t i = 0; i < operands.size(); ++i) counted.invariant.push_back(keeps(Op{scan}, body, i));
  counted.start = without_constness(std::move(counted.start), counted.invariant);
  counted.next = [states = scan.states](const Values& inputs, const Values& left) {
    Values next = inputs;
    for (size_t i = 0; i < states; ++i) next[i] = left[i];
    return next;
  };
  counted.collect = [&scan, batch](size_t part, const Value& each, uint64_t count) -> Known<Value> {
    const int64_t given = part < scan.result_axes.size() ? scan.result_axes[part] : 0;
    const std::optional<size_t> at = wrap_axis(given, each.shape.size() + 1);
    if (!at) return Unknown{"the axis of a collected result is outside it"};
    Value whole{.dtype = each.dtype, .shape = each.shape};
    whole.shape.insert(whole.shape.begin() + static_cast<std::ptrdiff_t>(*at), static_cast<int64_t>(count));
    if (scan.batched) whole.shape.insert(whole.shape.begin(), batch);
    return whole;
  };
  LoopResult result = finish(runner, counted, first_trips(runner, counted), trips, static_cast<uint64_t>(batch), false);
  if (std::vector<Value>* values = known(result.values); values != nullptr && scan.batched) {
    for (size_t i = 0; i < scan.states; ++i) {
      (*values)[i].shape.insert((*values)[i].shape.begin(), batch);
      (*values)[i].elements = nullptr;
    }
  }
  return result;
}

}  // namespace flopstat

#include "support/operands.h"

#include <gtest/gtest.h>

namespace flopstat::test {

Operand Node::make(Value value, Quantization quantization) {
  tensors_.push_back({.dtype = value.dtype, .quantization = quantization});
  values_.push_back(std::move(value));
  return {&tensors_.back(), &values_.back()};
}

Node& Node::in(Shape shape, DType dtype, Quantization quantization) {
  in_.push_back(make({.dtype = dtype, .shape = std::move(shape)}, quantization));
  return *this;
}

Node& Node::weight(Shape shape, DType dtype, Quantization quantization) {
  in_.push_back(make({.dtype = dtype, .constant = true, .shape = std::move(shape)}, quantization));
  return *this;
}

Node& Node::in_values(const std::vector<int64_t>& values, DType dtype) {
  return in_elements({static_cast<int64_t>(values.size())}, Elements(values.begin(), values.end()), dtype);
}

Node& Node::in_scalar(int64_t value, DType dtype) { return in_elements({}, {value}, dtype); }

Node& Node::in_elements(Shape shape, Elements elements, DType dtype) {
  in_.push_back(make({.dtype = dtype,
                      .constant = true,
                      .shape = std::move(shape),
                      .elements = std::make_shared<const Elements>(std::move(elements))},
                     {}));
  return *this;
}

Node& Node::absent() {
  in_.push_back({});
  return *this;
}

Node& Node::out(Shape shape, DType dtype, Quantization quantization) {
  out_.push_back(make({.dtype = dtype, .shape = std::move(shape)}, quantization));
  return *this;
}

Cost expect_known(Known<Cost> cost) {
  if (Cost* known_cost = known(cost)) return std::move(*known_cost);
  ADD_FAILURE() << "unknown cost: " << reason(cost).why;
  return {};
}

std::vector<Value> expect_known(Inferred values) {
  if (std::vector<Value>* all = known(values)) return std::move(*all);
  ADD_FAILURE() << "unknown result: " << reason(values).why;
  return {};
}

Shape first_shape(const std::vector<Value>& values) { return values.empty() ? Shape{} : values.front().shape; }

std::vector<int64_t> first_integers(const std::vector<Value>& values) {
  if (values.empty() || !values.front().elements) {
    ADD_FAILURE() << "the result's elements are not known";
    return {};
  }
  const std::optional<std::vector<int64_t>> whole = integers(*values.front().elements);
  if (!whole) ADD_FAILURE() << "some of the result's elements are not known whole numbers";
  return whole.value_or(std::vector<int64_t>{});
}

std::string expect_unknown(const Inferred& values) {
  if (known(values) != nullptr) {
    ADD_FAILURE() << "the result is known";
    return {};
  }
  return reason(values).why;
}

uint64_t macs(const Cost& cost) { return units(cost, Unit::mul_add); }

uint64_t valid_macs(const Cost& cost) { return macs(cost) - cost.skippable.value(); }

uint64_t units(const Cost& cost, Unit unit, Part part) {
  uint64_t sum = 0;
  for (const Work& work : cost.work) {
    if (work.unit == unit && work.part == part) sum += work.count;
  }
  return sum;
}

uint64_t units(const Cost& cost, Unit unit, DType dtype, Part part) {
  uint64_t sum = 0;
  for (const Work& work : cost.work) {
    if (work.unit == unit && work.part == part && work.dtype == dtype) sum += work.count;
  }
  return sum;
}

uint64_t all_units(const Cost& cost, Part part) {
  uint64_t sum = 0;
  for (const Work& work : cost.work) {
    if (work.part == part) sum += work.count;
  }
  return sum;
}

}  // namespace flopstat::test

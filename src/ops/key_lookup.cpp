#include <string>

#include "ops/elements.h"
#include "ops/ops.h"

/// Operations on tables of keys and values, on hashes and on text. Finding a key is no arithmetic: bytes only.
namespace flopstat {

/// Source: tensorflow/lite/kernels/hashtable_lookup.cc.
Inferred infer(const KeyLookup&, const Operands& operands) {
  const Operand& queries = operands.in(0);
  const Operand& keys = operands.in(1);
  const Operand& values = operands.in(2);
  if (!queries || !keys || !values) return no_operand();
  if (queries.rank() != 1 || values.rank() == 0 || keys.shape() != Shape{values.shape()[0]}) {
    return Unknown{"queries " + to_string(queries.shape()) + ", keys " + to_string(keys.shape()) + " and values " +
                   to_string(values.shape()) + " of the table do not belong together"};
  }
  Shape shape = values.shape();
  shape[0] = queries.shape()[0];
  return std::vector<Value>{{.dtype = values.dtype(), .shape = std::move(shape)},
                            {.dtype = DType::u8, .shape = queries.shape()}};
}

/// Reads the queries, all keys at most, and the rows that are found.
Known<Cost> count(const KeyLookup&, const Operands& operands) {
  const Operand& y = operands.out(0);
  if (!y || !operands.in(0) || !operands.in(1)) return no_operand();
  Count bytes = y.bytes();
  for (const size_t i : {0U, 1U}) bytes += operands.in(i).bytes();
  return Cost{.read_bytes = bytes};
}
Role role(const KeyLookup&, size_t operand) { return operand == 2 ? Role::data : Role::index; }

/// Source: tensorflow/lite/kernels/hashtable.cc: the handle is a tensor of one element.
Inferred infer(const HashTable&, const Operands&) { return single({.dtype = DType::resource, .shape = {1}}); }
Known<Cost> count(const HashTable&, const Operands&) { return Cost{.read_bytes = Count{0}, .written_bytes = Count{0}}; }
Role role(const HashTable&, size_t) { return Role::data; }

Inferred infer(const HashTableFind& op, const Operands& operands) {
  const Operand& keys = operands.in(1);
  if (!keys) return no_operand();
  return single({.dtype = op.to, .shape = keys.shape()});
}

/// Reads the keys and as many values.
Known<Cost> count(const HashTableFind&, const Operands& operands) {
  const Operand& keys = operands.in(1);
  const Operand& y = operands.out(0);
  if (!keys || !y) return no_operand();
  return Cost{.read_bytes = keys.bytes() + y.bytes()};
}
Role role(const HashTableFind&, size_t operand) { return operand == 0 ? Role::state : Role::data; }

Inferred infer(const HashTableImport&, const Operands&) { return std::vector<Value>{}; }

/// Reads the keys and values and writes them to the table.
Known<Cost> count(const HashTableImport&, const Operands& operands) {
  Count bytes = 0;
  for (const size_t i : {1U, 2U}) {
    const Operand& operand = operands.in(i);
    if (operand) bytes += operand.bytes();
  }
  return Cost{.read_bytes = bytes, .written_bytes = bytes};
}
Role role(const HashTableImport&, size_t operand) { return operand == 0 ? Role::state : Role::data; }

Inferred infer(const HashTableSize&, const Operands&) { return single({.dtype = DType::i64, .shape = {1}}); }
Known<Cost> count(const HashTableSize&, const Operands&) { return Cost{}; }
Role role(const HashTableSize&, size_t) { return Role::state; }

namespace {

/// Seeds [hashes, bits] of locality-sensitive hashing.
constexpr int64_t kMaxBits = 32;

Known<Shape> seeds_of(const LshProjection&, const Operands& operands) {
  const Operand& seeds = operands.in(0);
  const Operand& x = operands.in(1);
  if (!seeds || !x) return no_operand();
  if (seeds.rank() != 2 || seeds.shape()[1] > kMaxBits || x.rank() == 0) {
    return Unknown{"seeds of shape " + to_string(seeds.shape()) + " and an operand " + to_string(x.shape()) +
                   " do not fit: [hashes, at most 32 bits] and at least one axis are expected"};
  }
  return seeds.shape();
}

}  // namespace

Inferred infer(const LshProjection& op, const Operands& operands) {
  const Known<Shape> seeds = seeds_of(op, operands);
  if (!known(seeds)) return reason(seeds);
  const int64_t hashes = (*known(seeds))[0];
  const int64_t bits = (*known(seeds))[1];
  return single({.dtype = DType::i32, .shape = {op.packed ? hashes : hashes * bits}});
}

/// Shapes:  seeds [h, b], x [n, ...], weights? [n] -> h * b bits
/// Counts:  per bit n hashes, weighted (mul_add n) or plain (add n), and their sign (compare), in f64. The hash itself
/// is
///          integer mixing and counts as none
/// Source:  tensorflow/lite/kernels/lsh_projection.cc. Example: 3 x 2 seeds, 5 weighted entries: 30 mul_add.
Known<Cost> count(const LshProjection& op, const Operands& operands) {
  const Known<Shape> seeds = seeds_of(op, operands);
  if (!known(seeds)) return reason(seeds);
  const Count bits = operands.letter("bits", "hashes and bits", *known(seeds));
  const Unit unit = operands.in(2) ? Unit::mul_add : Unit::add;
  Cost cost;
  cost.add(Part::core, unit, DType::f64, bits * operands.letter("n", "entries of x", operands.in(1).shape()[0]));
  cost.add(Part::core, Unit::compare, DType::f64, bits);
  return cost;
}
Role role(const LshProjection&, size_t operand) { return operand == 1 ? Role::data : Role::weight; }

Inferred infer(const SkipGram&, const Operands&) {
  return Unknown{"the number of n-grams depends on the text: it is known only while running"};
}
Known<Cost> count(const SkipGram&, const Operands&) { return Cost{}; }
Role role(const SkipGram&, size_t) { return Role::data; }

}  // namespace flopstat

#include "ops/ops.h"

/// Operations whose results come from other graphs or from outside: graph/infer.cpp knows them. They cost nothing
/// themselves; the nodes of the graphs they call are rows of their own.
namespace flopstat {
namespace {

Inferred from_graph() { return Unknown{"its results come from the graph that it calls"}; }

/// Nothing is read or written by the node itself.
Cost free_of_charge() { return {.read_bytes = Count{0}, .written_bytes = Count{0}}; }

}  // namespace

Inferred infer(const VarHandle&, const Operands&) {
  return std::vector<Value>{{.dtype = DType::resource, .shape = {}}};
}
Known<Cost> count(const VarHandle&, const Operands&) { return free_of_charge(); }
Role role(const VarHandle&, size_t) { return Role::data; }

Inferred infer(const ReadVariable&, const Operands&) { return Unknown{"the variable is never assigned"}; }
Known<Cost> count(const ReadVariable&, const Operands& operands) {
  if (!operands.out(0)) return Unknown{"the variable is read into no result"};
  const Count bytes = operands.out(0).bytes();
  return Cost{.read_bytes = bytes, .written_bytes = bytes};
}
Role role(const ReadVariable&, size_t) { return Role::state; }

Inferred infer(const AssignVariable&, const Operands&) { return std::vector<Value>{}; }
Known<Cost> count(const AssignVariable&, const Operands& operands) {
  if (!operands.in(1)) return Unknown{"nothing is assigned to the variable"};
  const Count bytes = operands.in(1).bytes();
  return Cost{.read_bytes = bytes, .written_bytes = bytes};
}
Role role(const AssignVariable&, size_t operand) { return operand == 0 ? Role::state : Role::data; }

Inferred infer(const Call&, const Operands&) { return from_graph(); }
Known<Cost> count(const Call&, const Operands&) { return free_of_charge(); }
Role role(const Call&, size_t) { return Role::data; }

Inferred infer(const CallOnce&, const Operands&) { return std::vector<Value>{}; }
Known<Cost> count(const CallOnce&, const Operands&) { return free_of_charge(); }
Role role(const CallOnce&, size_t) { return Role::data; }

Inferred infer(const If&, const Operands&) { return from_graph(); }
Known<Cost> count(const If&, const Operands&) { return free_of_charge(); }
Role role(const If&, size_t operand) { return operand == 0 ? Role::index : Role::data; }

Inferred infer(const Case&, const Operands&) { return from_graph(); }
Known<Cost> count(const Case&, const Operands&) { return free_of_charge(); }
Role role(const Case&, size_t operand) { return operand == 0 ? Role::index : Role::data; }

Inferred infer(const While&, const Operands&) { return from_graph(); }
Known<Cost> count(const While&, const Operands&) { return free_of_charge(); }
Role role(const While&, size_t) { return Role::data; }

Inferred infer(const Loop&, const Operands&) { return from_graph(); }
Known<Cost> count(const Loop&, const Operands&) { return free_of_charge(); }
Role role(const Loop&, size_t operand) { return operand < 2 ? Role::index : Role::data; }

Inferred infer(const Scan&, const Operands&) { return from_graph(); }
Known<Cost> count(const Scan&, const Operands&) { return free_of_charge(); }
Role role(const Scan&, size_t) { return Role::data; }

}  // namespace flopstat

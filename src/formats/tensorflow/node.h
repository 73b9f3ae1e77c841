#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "bytes/protobuf.h"
#include "model/model.h"

namespace flopstat::tensorflow {

/// What operators need of the file around their node.
class FileReader {
 public:
  /// The graph of the function of that name. Throws `Error` (corrupt) at `offset` where there is none.
  virtual GraphId graph_of(std::string_view function, uint64_t offset) = 0;

 protected:
  ~FileReader() = default;
};

/// One NodeDef while its operator is translated: attributes in the types that operators ask for, and operands that may
/// be put in another order. An attribute that is there and of another type than the one asked for reads as its default.
class NodeReader {
 public:
  /// `node` is in no graph yet. `producers`: by tensor of the graph, one more than the number of the node that gives
  /// it, or 0; tensors behind its end have none. All references outlive the reader.
  NodeReader(FileReader& file, Graph& graph, Node& node, ProtoMessage message, const std::vector<size_t>& producers);

  bool has(std::string_view attribute) const { return find(attribute).has_value(); }
  int64_t integer(std::string_view attribute, int64_t otherwise) const;
  float real(std::string_view attribute, float otherwise) const;
  /// How many real numbers a list has.
  size_t real_count(std::string_view attribute) const;
  bool flag(std::string_view attribute, bool otherwise) const;
  std::string_view text(std::string_view attribute, std::string_view otherwise) const;
  DType type(std::string_view attribute) const;
  std::vector<int64_t> integers(std::string_view attribute) const;
  std::vector<std::string_view> texts(std::string_view attribute) const;
  std::vector<DType> types(std::string_view attribute) const;
  std::optional<std::vector<Dim>> shape(std::string_view attribute) const;
  /// Entries without a known rank are empty optionals.
  std::vector<std::optional<std::vector<Dim>>> shapes(std::string_view attribute) const;
  /// The TensorProto of an attribute.
  std::optional<ProtoMessage> tensor(std::string_view attribute) const;
  /// The graph of the function that the attribute names. Throws `Error` (corrupt) where there is none.
  GraphId function(std::string_view attribute);
  std::vector<GraphId> functions(std::string_view attribute);

  size_t input_count() const { return node_.inputs.size(); }
  /// The i-th operand as the file has it; `kAbsent` behind the last.
  TensorId input(size_t i) const { return i < node_.inputs.size() ? node_.inputs[i] : kAbsent; }
  const std::vector<TensorId>& inputs() const { return node_.inputs; }
  /// What is known of the i-th operand before inference. Valid until a tensor is added.
  const Tensor* operand(size_t i) const;
  /// A whole number that is stored as the i-th operand, or as entry `entry` of it.
  std::optional<int64_t> stored_integer(size_t i, size_t entry = 0) const { return integer_in(input(i), entry); }
  /// A whole number that is stored in a tensor; none in an absent one.
  std::optional<int64_t> integer_in(TensorId id, size_t entry = 0) const;
  /// The node of the graph that gives the tensor; null where none does. Valid until a node is added.
  const Node* producer_of(TensorId id) const;

  TensorId constant(const std::vector<int64_t>& values) { return add_constant(graph_, values); }
  TensorId scalar(int64_t value) { return add_scalar(graph_, value); }
  /// A real number without axes.
  TensorId real_scalar(double value);
  /// A shape that the file states as a constant; none where it leaves a size open.
  TensorId constant_shape(const std::optional<std::vector<Dim>>& shape);

  /// A node before this one. Its result.
  TensorId emit(Op op, std::vector<TensorId> inputs);
  /// The nodes put before, in order; they leave the reader.
  std::vector<Node> emitted() { return std::move(emitted_); }
  /// A node before this one that writes the i-th result of this node, if that is wanted; this node no longer does.
  void emit_result(size_t i, Op op, std::vector<TensorId> inputs);

  /// The i-th result stands for real numbers with a scale that the file computes.
  void set_quantized(size_t i);
  /// The i-th result has this type.
  void set_result(size_t i, DType dtype);
  /// Replaces the operands; absent ones at the end are left out.
  void set_inputs(std::vector<TensorId> inputs);
  /// The node has that many results, whether or not any is wanted.
  void set_result_count(size_t count);
  /// Drops results behind the first `count`.
  void keep_outputs(size_t count);
  bool wants(size_t result) const { return result < node_.outputs.size() && node_.outputs[result] != kAbsent; }

  /// "the attribute strides ...": throws `Error` (corrupt) at the node.
  [[noreturn]] void corrupt(const std::string& message) const;

 private:
  /// The AttrValue of that name, ready to be walked.
  std::optional<ProtoMessage> find(std::string_view name) const;
  /// The field of an AttrValue, or its last one of a repeated field.
  std::optional<ProtoMessage> field(std::string_view name, uint32_t field, WireType type) const;
  /// Calls `take` for every field of that number in the attribute's list.
  template <class Take>
  void walk_list(std::string_view name, uint32_t field, Take take) const;

  FileReader& file_;
  Graph& graph_;
  Node& node_;
  const std::vector<size_t>& producers_;
  std::vector<std::pair<std::string_view, ProtoMessage>> attributes_;
  std::vector<Node> emitted_;
};

}  // namespace flopstat::tensorflow

#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "bytes/protobuf.h"
#include "model/model.h"

namespace flopstat::onnx {

/// One NodeProto while its operator is translated: attributes in the types that operators ask for, and operands that
/// may be put in another order. An attribute of another type than the one asked for throws `Error` (corrupt).
class NodeReader {
 public:
  /// `message` is the node's and has not been walked; `node` is in no graph yet. `storage` is the number of the last
  /// stored tensor. All but the message outlive the reader.
  NodeReader(Graph& graph, Node& node, ProtoMessage message, int64_t version, uint32_t& storage);

  /// Version of the operator set that the node belongs to.
  int64_t version() const { return version_; }

  bool has(std::string_view attribute) const { return find(attribute) != nullptr; }
  int64_t integer(std::string_view attribute, int64_t otherwise) const;
  float real(std::string_view attribute, float otherwise) const;
  std::string_view text(std::string_view attribute, std::string_view otherwise) const;
  std::optional<std::vector<int64_t>> integers(std::string_view attribute) const;
  std::optional<std::vector<float>> reals(std::string_view attribute) const;
  std::vector<std::string_view> texts(std::string_view attribute) const;
  /// A tensor; it gets a storage of its own.
  std::optional<Tensor> tensor(std::string_view attribute);
  std::optional<Tensor> sparse_tensor(std::string_view attribute);

  size_t input_count() const { return node_.inputs.size(); }
  /// The i-th operand as the file has it; `kAbsent` behind the last.
  TensorId input(size_t i) const { return i < node_.inputs.size() ? node_.inputs[i] : kAbsent; }
  /// What is known of the i-th operand before inference; null where it is absent. Valid until a constant is added.
  const Tensor* operand(size_t i) const;

  /// The i-th operand; `kAbsent` too for a constant without elements, which stands for none.
  TensorId filled_input(size_t i) const;
  /// The attribute as a constant of one axis, or the i-th operand, if it is filled, where there is no such attribute:
  /// over the versions of the operator sets many attributes became operands.
  TensorId attribute_or_input(std::string_view attribute, size_t i);
  /// The same; throws `Error` (corrupt) where there is neither.
  TensorId needed_attribute_or_input(std::string_view attribute, size_t i);

  TensorId constant(Tensor tensor);
  TensorId constant(const std::vector<int64_t>& values) { return add_constant(graph_, values); }
  TensorId scalar(int64_t value) { return add_scalar(graph_, value); }

  /// Replaces the operands; absent ones at the end are left out.
  void set_inputs(std::initializer_list<TensorId> inputs);
  /// Drops results behind the first `count`: those that only training fills.
  void keep_outputs(size_t count);

  /// "the attribute kernel_shape ...": throws `Error` (corrupt) at the node.
  [[noreturn]] void corrupt(const std::string& message) const;

 private:
  struct Attribute {
    std::string_view name;
    int64_t type;
    ProtoMessage message;
  };

  const Attribute* find(std::string_view name) const;
  /// The attribute's message if it is there and of that type, ready to be walked.
  std::optional<ProtoMessage> open(std::string_view name, int64_t type) const;

  Graph& graph_;
  Node& node_;
  int64_t version_;
  uint32_t& storage_;
  std::vector<Attribute> attributes_;
};

}  // namespace flopstat::onnx

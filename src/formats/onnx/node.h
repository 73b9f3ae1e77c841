#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "bytes/protobuf.h"
#include "model/model.h"

namespace flopstat::onnx {

/// An attribute as a node or the call of a function has it.
struct Attribute {
  std::string_view name = {};
  int64_t type = 0;
  ProtoMessage message = {};
};

/// The graphs in a node's attributes. Each takes, behind its own inputs, what any of them uses of the graphs around.
struct InnerGraphs {
  std::vector<std::pair<std::string_view, GraphId>> graphs = {};  ///< by attribute
  std::vector<TensorId> captured = {};                            ///< tensors of the node's own graph
};

/// One NodeProto while its operator is translated: attributes in the types that operators ask for, and operands that
/// may be put in another order. An attribute of another type than the one asked for throws `Error` (corrupt).
class NodeReader {
 public:
  /// `node` is in no graph yet; `attributes` are its own. `storage` is the number of the last stored tensor. All
  /// references outlive the reader.
  NodeReader(Graph& graph, Node& node, std::vector<Attribute> attributes, const InnerGraphs& inner, int64_t version,
             uint32_t& storage);

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
  /// A graph of the model.
  std::optional<GraphId> graph(std::string_view attribute) const;
  /// Operands that every such graph takes behind its own inputs.
  const std::vector<TensorId>& captured() const { return inner_.captured; }

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
  /// Numbers of an attribute as a parameter of that shape.
  TensorId parameter(std::span<const float> values, const std::vector<int64_t>& shape);
  TensorId constant(const std::vector<int64_t>& values) { return add_constant(graph_, values); }
  TensorId scalar(int64_t value) { return add_scalar(graph_, value); }

  // An operator that is several operations becomes several nodes: those that are put before the last one, which is the
  // node itself.

  /// A node before this one. Its result.
  TensorId emit(Op op, std::vector<TensorId> inputs, std::optional<UnaryFn> activation = std::nullopt);
  /// A node before this one with several results.
  std::vector<TensorId> emit_several(Op op, std::vector<TensorId> inputs, size_t results);
  /// A node before this one that writes that tensor.
  void emit_into(TensorId result, Op op, std::vector<TensorId> inputs);
  /// A node before this one that writes the i-th result of this node, if that is wanted; this node no longer does.
  void emit_result(size_t i, Op op, std::vector<TensorId> inputs);
  /// The nodes put before, in order; they leave the reader.
  std::vector<Node> emitted() { return std::move(emitted_); }

  bool wants(size_t result) const { return result < node_.outputs.size() && node_.outputs[result] != kAbsent; }
  size_t result_count() const { return node_.outputs.size(); }
  /// The tensor of the i-th result, taken from this node.
  TensorId take_result(size_t i);
  /// The last node put before becomes this node, for an operator whose nodes have written all results.
  Op last_emitted();
  /// The i-th result has this type, if it is known, and this scale if it is quantized.
  void set_result(size_t i, DType dtype, const Quantization& quantization = {});
  /// The i-th result has so many axes, if the file does not say: operators look at the rank of their weight.
  void set_result_rank(size_t i, size_t rank);
  /// How the numbers in these operands, a scale and a zero point, quantize.
  Quantization quantization_by(size_t scale, size_t zero_point) const;
  void set_quantization(TensorId tensor, const Quantization& quantization);
  /// What a tensor holds where the file's type is only its packing: elements of `dtype`, of that shape if one is given.
  void set_type(TensorId tensor, DType dtype, const std::vector<int64_t>& shape = {});
  void set_activation(std::optional<UnaryFn> fn) { node_.activation = fn; }

  /// Replaces the operands; absent ones at the end are left out.
  void set_inputs(std::vector<TensorId> inputs);
  /// Drops results behind the first `count`: those that only training fills.
  void keep_outputs(size_t count);

  /// "the attribute kernel_shape ...": throws `Error` (corrupt) at the node.
  [[noreturn]] void corrupt(const std::string& message) const;

 private:
  const Attribute* find(std::string_view name) const;
  /// The attribute's message if it is there and of that type, ready to be walked.
  std::optional<ProtoMessage> open(std::string_view name, int64_t type) const;

  Graph& graph_;
  Node& node_;
  const InnerGraphs& inner_;
  int64_t version_;
  uint32_t& storage_;
  std::vector<Attribute> attributes_;
  std::vector<Node> emitted_;
};

/// The attributes of a NodeProto. Those that refer to one of the function around get its value from `given`; where it
/// has none they are left out.
std::vector<Attribute> read_attributes(ProtoMessage node, std::span<const Attribute> given);

/// The numbers and texts among the attributes, for rules of the user: one, or a list of numbers. Of others, and of
/// those that are damaged, there is nothing.
Attributes plain_attributes(std::span<const Attribute> attributes);

/// One AttributeProto.
Attribute read_attribute(ProtoMessage message);

}  // namespace flopstat::onnx

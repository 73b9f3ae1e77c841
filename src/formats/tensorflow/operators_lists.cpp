#include <algorithm>
#include <array>

#include "formats/tensorflow/operators.h"

/// Lists of tensors are one stacked tensor [n, sizes of an entry...], whose entries are set and read one by one. What
/// an entry is may not be known before the first one is set: until then the list is [n] of type `variant`.
namespace flopstat::tensorflow {
namespace {

/// A list of so many entries (a scalar operand) that are not there yet.
Op new_list(NodeReader& node, TensorId number, TensorId entry_shape, DType dtype) {
  const TensorId length = node.emit(Reshape{}, {number, node.constant({1})});
  if (entry_shape == kAbsent) {
    node.set_inputs({length});
    return Fill{.to = DType::variant};
  }
  node.set_inputs({node.emit(Concat{}, {length, entry_shape})});
  return Fill{.to = dtype};
}

/// The operand, if it is a stored list of sizes that are all known.
TensorId known_shape(const NodeReader& node, size_t i) {
  const Tensor* shape = node.operand(i);
  if (shape == nullptr || !shape->is_constant() || !shape->dims || shape->dims->size() != 1) return kAbsent;
  for (int64_t k = 0; k < (*shape->dims)[0].size; ++k) {
    const std::optional<int64_t> size = node.stored_integer(i, static_cast<size_t>(k));
    if (!size || *size < 0) return kAbsent;
  }
  return node.input(i);
}

/// Sizes of an entry, number of entries.
Op reserve(NodeReader& node) { return new_list(node, node.input(1), known_shape(node, 0), node.type("element_dtype")); }

/// Tensor, sizes of an entry: the tensor is the list.
Op same_tensor(NodeReader& node) {
  node.set_inputs({node.input(0)});
  return Identity{};
}

Op get_entry(NodeReader& node) {
  node.set_inputs({node.input(0), node.input(1)});
  return Gather{};
}

Op set_entry(NodeReader& node, TensorId list, TensorId position, TensorId entry) {
  const TensorId row = node.emit(Unsqueeze{}, {entry, node.constant({0})});
  node.set_inputs({list, row, position});
  return UpdateSlice{};
}

Op set_list_entry(NodeReader& node) { return set_entry(node, node.input(0), node.input(1), node.input(2)); }

Op length_of(NodeReader& node, TensorId list) {
  const TensorId shape = node.emit(ShapeOf{.to = DType::i32, .start = 0, .end = 1}, {list});
  node.set_inputs({shape, node.constant({})});
  return Reshape{};
}

Op length(NodeReader& node) { return length_of(node, node.input(0)); }

Op entry_shape(NodeReader& node) {
  node.set_inputs({node.input(0)});
  return ShapeOf{.to = DType::i32, .start = 1};
}

// TensorArrays: the list goes along as the flow, the last operand; the handle says nothing.

/// Number of entries -> handle, flow.
Op new_array(NodeReader& node) {
  const TensorId number = node.input(0);
  const TensorId shape = node.constant_shape(node.shape("element_shape"));
  Op list = new_list(node, number, shape, node.type("dtype"));
  node.emit_result(1, std::move(list), node.inputs());
  node.set_inputs({number});
  return Identity{};
}

/// Handle, position, flow.
Op read_array(NodeReader& node) {
  node.set_inputs({node.input(2), node.input(1)});
  return Gather{};
}

/// Handle, position, entry, flow.
Op write_array(NodeReader& node) { return set_entry(node, node.input(3), node.input(1), node.input(2)); }

/// Handle, positions, entries, flow: all entries at once.
Op scatter_array(NodeReader& node) {
  node.set_inputs({node.input(2)});
  return Identity{};
}

/// Handle, flow.
Op array_length(NodeReader& node) { return length_of(node, node.input(1)); }

constexpr auto kOperators = std::to_array<Operator>({
    {"TensorArrayGatherV2", 3, read_array},
    {"TensorArrayGatherV3", 3, read_array},
    {"TensorArrayReadV2", 3, read_array},
    {"TensorArrayReadV3", 3, read_array},
    {"TensorArrayScatterV2", 4, scatter_array},
    {"TensorArrayScatterV3", 4, scatter_array},
    {"TensorArraySizeV2", 2, array_length},
    {"TensorArraySizeV3", 2, array_length},
    {"TensorArrayV3", 1, new_array},
    {"TensorArrayWriteV2", 4, write_array},
    {"TensorArrayWriteV3", 4, write_array},
    {"TensorListElementShape", 1, entry_shape},
    {"TensorListFromTensor", 1, same_tensor},
    {"TensorListGather", 2, get_entry},
    {"TensorListGetItem", 2, get_entry},
    {"TensorListLength", 1, length},
    {"TensorListReserve", 2, reserve},
    {"TensorListScatter", 1, same_tensor},
    {"TensorListScatterV2", 1, same_tensor},
    {"TensorListSetItem", 3, set_list_entry},
    {"TensorListStack", 1, same_tensor},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> list_operators() { return kOperators; }

}  // namespace flopstat::tensorflow

#include "support/tensorflow_writer.h"

namespace flopstat::test {
namespace {

size_t elements_of(const std::vector<int64_t>& sizes) {
  size_t elements = 1;
  for (const int64_t size : sizes) elements *= static_cast<size_t>(size);
  return elements;
}

Proto entry(std::string_view key, const Proto& value) { return Proto().text(1, key).message(2, value); }

Proto tensor_info(std::string_view tensor) { return Proto().text(1, tensor); }

}  // namespace

TfAttribute tf_integer(std::string_view name, int64_t value) { return {std::string(name), Proto().integer(3, value)}; }
TfAttribute tf_flag(std::string_view name, bool value) { return {std::string(name), Proto().integer(5, value)}; }
TfAttribute tf_text(std::string_view name, std::string_view value) {
  return {std::string(name), Proto().text(2, value)};
}
TfAttribute tf_type(std::string_view name, int64_t type) { return {std::string(name), Proto().integer(6, type)}; }
TfAttribute tf_shape(std::string_view name, const std::vector<int64_t>& sizes) {
  return {std::string(name), Proto().message(7, tf_sizes(sizes))};
}
TfAttribute tf_integers(std::string_view name, const std::vector<int64_t>& values) {
  return {std::string(name), Proto().message(1, Proto().packed(3, values))};
}
TfAttribute tf_types(std::string_view name, const std::vector<int64_t>& types) {
  return {std::string(name), Proto().message(1, Proto().packed(6, types))};
}
TfAttribute tf_shapes(std::string_view name, const std::vector<std::vector<int64_t>>& shapes) {
  Proto list;
  for (const std::vector<int64_t>& shape : shapes) list.message(7, tf_sizes(shape));
  return {std::string(name), Proto().message(1, list)};
}
TfAttribute tf_tensor(std::string_view name, const Proto& tensor) {
  return {std::string(name), Proto().message(8, tensor)};
}
TfAttribute tf_function(std::string_view name, std::string_view function) {
  return {std::string(name), Proto().message(10, Proto().text(1, function))};
}
TfAttribute tf_functions(std::string_view name, const std::vector<std::string>& functions) {
  Proto list;
  for (const std::string& function : functions) list.message(9, Proto().text(1, function));
  return {std::string(name), Proto().message(1, list)};
}

Proto tf_sizes(const std::vector<int64_t>& sizes) {
  Proto shape;
  for (const int64_t size : sizes) shape.message(2, Proto().integer(1, size));
  return shape;
}

Proto tf_empty(int64_t type, const std::vector<int64_t>& sizes) {
  return Proto().integer(1, type).message(2, tf_sizes(sizes));
}

Proto tf_numbers(const std::vector<int64_t>& sizes, const std::vector<int64_t>& values) {
  return tf_empty(kTfInt32, sizes).packed(7, values);
}

Proto tf_contents(int64_t type, const std::vector<int64_t>& sizes, std::string_view bytes) {
  return tf_empty(type, sizes).text(4, bytes);
}

Proto tf_node(std::string_view op, std::string_view name, const std::vector<std::string>& inputs,
              const std::vector<TfAttribute>& attributes) {
  Proto node;
  node.text(1, name).text(2, op);
  for (const std::string& input : inputs) node.text(3, input);
  for (const auto& [key, value] : attributes) node.message(5, entry(key, value));
  return node;
}

Proto tf_function_def(std::string_view name, const std::vector<std::string>& arguments,
                      const std::vector<std::pair<std::string, std::string>>& results,
                      const std::vector<Proto>& nodes) {
  Proto signature;
  signature.text(1, name);
  for (const std::string& argument : arguments) signature.message(2, Proto().text(1, argument).integer(3, kTfFloat));
  for (const auto& result : results) signature.message(3, Proto().text(1, result.first).integer(3, kTfFloat));
  Proto function;
  function.message(1, signature);
  for (const Proto& node : nodes) function.message(3, node);
  for (const auto& [result, source] : results) function.message(4, Proto().text(1, result).text(2, source));
  return function;
}

TfGraph& TfGraph::node(const Proto& node) {
  proto.message(1, node);
  return *this;
}

TfGraph& TfGraph::node(std::string_view op, std::string_view name, const std::vector<std::string>& inputs,
                       const std::vector<TfAttribute>& attributes) {
  return node(tf_node(op, name, inputs, attributes));
}

TfGraph& TfGraph::placeholder(std::string_view name, const std::vector<int64_t>& sizes) {
  return node("Placeholder", name, {}, {tf_type("dtype", kTfFloat), tf_shape("shape", sizes)});
}

TfGraph& TfGraph::weight(std::string_view name, const std::vector<int64_t>& sizes) {
  const std::string contents(elements_of(sizes) * sizeof(float), '\1');
  return node("Const", name, {}, {tf_tensor("value", tf_contents(kTfFloat, sizes, contents))});
}

TfGraph& TfGraph::numbers(std::string_view name, const std::vector<int64_t>& values) {
  return node("Const", name, {}, {tf_tensor("value", tf_numbers({static_cast<int64_t>(values.size())}, values))});
}

TfGraph& TfGraph::number(std::string_view name, int64_t value) {
  return node("Const", name, {}, {tf_tensor("value", tf_numbers({}, {value}))});
}

TfGraph& TfGraph::variable(std::string_view name, const std::vector<int64_t>& sizes) {
  return node("VarHandleOp", name, {},
              {tf_type("dtype", kTfFloat), tf_shape("shape", sizes), tf_text("shared_name", name)});
}

TfGraph& TfGraph::function(const Proto& function) {
  proto.message(2, Proto().message(1, function));
  return *this;
}

Proto tf_meta_graph(const TfGraph& graph, const std::vector<TfSignature>& signatures,
                    const std::vector<std::string>& tags) {
  Proto info;
  for (const std::string& tag : tags) info.text(4, tag);
  info.text(5, "2.19.1");
  Proto meta;
  meta.message(1, info).message(2, graph.proto);
  for (const TfSignature& signature : signatures) {
    Proto definition;
    for (const auto& [key, tensor] : signature.inputs) definition.message(1, entry(key, tensor_info(tensor)));
    for (const auto& [key, tensor] : signature.outputs) definition.message(2, entry(key, tensor_info(tensor)));
    meta.message(5, entry(signature.name, definition));
  }
  return meta;
}

Proto tf_saved_model(const std::vector<Proto>& meta_graphs) {
  Proto model;
  model.integer(1, 1);
  for (const Proto& meta : meta_graphs) model.message(2, meta);
  return model;
}

}  // namespace flopstat::test

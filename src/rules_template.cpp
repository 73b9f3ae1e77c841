#include "flopstat/rules.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "model/suggest.h"
#include "open_model.h"
#include "reports/escape.h"
#include "reports/units.h"

namespace flopstat {
namespace {

constexpr std::string_view kHead =
    "# Each table is a rule: take away the # of the lines that hold, and write the formulas of your operator.\n"
    "# numel(x), dim(x, 1), rank(x), attr('name', 1), value(x1), min, max, ceil_div(a, b), + - * / // and "
    "parentheses;\n"
    "# x, x1, ... are operands, w, w1, ... the stored ones, y, y1, ... results. Without work a rule leaves the cost "
    "unknown.\n";

constexpr std::string_view kLines =
    "# mul_add = 'numel(y) * k'        # also add, mul, div, compare, transcendental; mul_add = 0: it costs nothing\n"
    "# bias = { add = 'numel(y)' }     # parts of their own: bias, activation, requantize\n"
    "# params = 0                      # parameters that no operand shows\n"
    "# output = ['dim(x, 0)', 10]      # shape of the result; 'x': that of x; [[...], [...]]: of several\n"
    "# dtype = 'f32'                   # of the work; usual: the type of x\n"
    "# where = { k = 'dim(x, -1)' }    # names for parts of formulas\n";

/// A key that is safe to read again, whatever the name holds: bytes that are no UTF-8 become U+FFFD.
std::string key_of(std::string_view name) {
  std::string key = "\"";
  while (!name.empty()) {
    const CodePoint next = first_code_point(name);
    if (!next.valid) {
      key += "\xEF\xBF\xBD";
    } else if (next.value < 0x20 || (next.value >= 0x7F && next.value < 0xA0)) {
      constexpr std::string_view kHex = "0123456789ABCDEF";
      key += "\\u00";
      key += kHex[next.value >> 4 & 15];
      key += kHex[next.value & 15];
    } else {
      if (next.value == '"' || next.value == '\\') key += '\\';
      key += name.substr(0, next.bytes);
    }
    name.remove_prefix(next.bytes);
  }
  return key + '"';
}

std::string quoted(std::string_view name) { return "'" + escape(name, true) + "'"; }

std::string shape_of(const TensorInfo& tensor) {
  if (!tensor.shape) return "of unknown shape";
  if (tensor.shape->empty()) return "[]";
  std::string text;
  for (const int64_t size : *tensor.shape) text += (text.empty() ? "" : "x") + std::to_string(size);
  return text;
}

std::string position(char letter, size_t i) { return letter + (i == 0 ? std::string() : std::to_string(i)); }

std::string tensor_line(const std::string& words, const TensorInfo& tensor, std::string_view more) {
  std::string line = "#   " + words + ": ";
  if (tensor.dtype == DType::unknown && !tensor.shape && tensor.name.empty()) return line + "left out\n";
  line += std::string(name_of(tensor.dtype)) + " " + shape_of(tensor);
  if (!tensor.name.empty()) line += " " + quoted(tensor.name);
  return line.append(more) + "\n";
}

struct AttributeText {
  template <class T>
  std::string operator()(const std::vector<T>& numbers) const {
    constexpr size_t kShown = 8;
    std::string text;
    for (size_t i = 0; i < numbers.size() && i < kShown; ++i) text += (i == 0 ? "" : ", ") + shown(numbers[i]);
    if (numbers.size() > kShown) text += ", ...";
    return numbers.size() == 1 ? " = " + text : " = [" + text + "]";
  }
  std::string operator()(const std::string& text) const { return " is the text " + quoted(text); }

  static std::string shown(int64_t number) { return std::to_string(number); }
  static std::string shown(double number) { return ratio(number); }
};

std::string whole_type(const Node& node) {
  const auto* opaque = std::get_if<Opaque>(&node.op);
  const bool has_domain = opaque != nullptr && !opaque->domain.empty();
  return has_domain ? opaque->domain + "::" + std::string(node.type) : std::string(node.type);
}

/// The nodes of one type that the model runs.
struct Found {
  std::string type;
  const Row* first = nullptr;
  const Node* node = nullptr;
  uint64_t count = 0;
};

std::string table_of(const Found& found, const Model& model) {
  const Row& row = *found.first;
  std::string text = "\n# " + std::to_string(found.count) + (found.count == 1 ? " node" : " nodes, the first") + ": #" +
                     std::to_string(row.index);
  if (!row.name.empty()) text += " " + quoted(row.name);
  if (!row.unknown.empty()) text += "; " + escape(row.unknown, true);
  text += '\n';
  for (size_t i = 0; i < row.inputs.size(); ++i) {
    const TensorId id = found.node->inputs[i];
    const bool is_stored = id != kAbsent && model.graphs[row.graph].tensors[id].is_constant();
    text += tensor_line(position('x', i), row.inputs[i], is_stored ? ", stored" : "");
  }
  for (size_t i = 0; i < row.outputs.size(); ++i) text += tensor_line(position('y', i), row.outputs[i], "");
  const auto* opaque = std::get_if<Opaque>(&found.node->op);
  if (opaque != nullptr && opaque->attributes != nullptr) {
    for (const NamedAttribute& attribute : *opaque->attributes) {
      text += "#   attr(" + quoted(attribute.name) + ")" + std::visit(AttributeText{}, attribute.value) + "\n";
    }
  }
  text += "[op." + key_of(found.type) + "]\n";
  if (opaque == nullptr) text += "# override = true                # flopstat knows this operator\n";
  return text.append(kLines);
}

Error no_such_type(const Model& model, std::string_view type) {
  std::vector<std::string_view> types;
  for (const Graph& graph : model.graphs) {
    for (const Node& node : graph.nodes) types.push_back(node.type);
  }
  const std::string_view meant = closest(type, types);
  return {ErrorCode::usage,
          "the model runs no node of the type " + quoted(type),
          std::nullopt,
          {},
          meant.empty() ? "flopstat ops MODEL lists the types" : "did you mean " + quoted(meant) + "?"};
}

std::string rules_template(const OpenModel& open, std::string_view type) {
  const Report report = open.analyze();
  const Model& model = open.model();
  std::vector<Found> types;
  for (const Row& row : report.rows) {
    const Node& node = model.graphs[row.graph].nodes[row.node];
    const auto* opaque = std::get_if<Opaque>(&node.op);
    std::string whole = whole_type(node);
    const bool wanted =
        type.empty() ? opaque != nullptr && opaque->rule == nullptr : whole == type || node.type == type;
    if (!wanted) continue;
    const auto same = [&whole](const Found& each) { return each.type == whole; };
    const auto found = std::ranges::find_if(types, same);
    if (found != types.end()) {
      ++found->count;
    } else {
      types.push_back({std::move(whole), &row, &node, 1});
    }
  }
  if (types.empty() && !type.empty()) throw no_such_type(model, type);
  std::string text = "# Rules for " + quoted(report.path) + ", for flopstat --rules FILE\n";
  if (types.empty()) return text + "# flopstat knows all of its operators: there is nothing to be told.\n";
  text += kHead;
  for (const Found& found : types) text += table_of(found, model);
  return text;
}

}  // namespace

std::string rules_template(std::string_view type) {
  return "# A rule for flopstat --rules FILE\n" + std::string(kHead) + "\n[op." + key_of(type) + "]\n" +
         std::string(kLines);
}

std::string rules_template(const std::string& path, std::string_view type, const Options& options) {
  return rules_template(OpenModel(File::open(path), options), type);
}

std::string rules_template(std::vector<std::byte> bytes, std::string path, std::string_view type,
                           const Options& options) {
  return rules_template(OpenModel(File::from_bytes(std::move(bytes), std::move(path)), options), type);
}

}  // namespace flopstat

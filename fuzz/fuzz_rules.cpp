#include <cstddef>
#include <cstdint>
#include <vector>

#include "count/conventions/user.h"
#include "flopstat/error.h"
#include "formats/rules/convention_file.h"
#include "formats/rules/rules_file.h"
#include "graph/apply_rules.h"
#include "graph/frames.h"
#include "model/model.h"
#include "ops/formula.h"
#include "ops/ops.h"

namespace {

using namespace flopstat;

/// x [2, 3, 4] and a stored w [4, 5] -> an operation that nobody knows.
Model model() {
  Model model;
  model.format = "fuzz";
  Graph& graph = model.graphs.emplace_back();
  graph.tensors.push_back({.name = "x", .dtype = DType::f32, .dims = std::vector<Dim>{{2, {}}, {3, {}}, {4, {}}}});
  graph.tensors.push_back(
      {.name = "w", .dtype = DType::f32, .dims = std::vector<Dim>{{4, {}}, {5, {}}}, .stored_bytes = 80, .storage = 1});
  graph.tensors.push_back({.name = "y"});
  graph.inputs = {0};
  graph.outputs = {2};
  Attributes attributes{{"k", std::vector<int64_t>{3, INT64_MIN}}, {"r", std::vector<double>{0.5}}, {"t", "text"}};
  graph.nodes.push_back(
      {.name = "n", .type = "A", .inputs = {0, 1}, .outputs = {2}, .op = Opaque{.why = "unheard of"}});
  std::get<Opaque>(graph.nodes[0].op).attributes = std::make_shared<const Attributes>(std::move(attributes));
  return model;
}

/// Any bytes are a convention or one `Error`; a convention says something of every kind of layer, of any size.
void apply_convention(const File& file) {
  std::shared_ptr<const Convention> convention;
  try {
    convention = user_convention(rules::read_convention(file, keys_of_user_conventions()));
  } catch (const Error&) {
    return;
  }
  for (auto kind = uint8_t{0}; kind <= static_cast<uint8_t>(LayerKind::other); ++kind) {
    for (const uint64_t size : {uint64_t{0}, uint64_t{3}, UINT64_MAX}) {
      convention->say({.kind = static_cast<LayerKind>(kind), .macs = size, .x = size, .y = size, .w = size});
    }
  }
}

}  // namespace

/// Any bytes are rules or one `Error`, and every rule is applied to an operation without more than that.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  if (size == 0) return 0;
  const File file = File::from_bytes({begin, begin + size}, "fuzz.toml");
  apply_convention(file);
  UserRules rules;
  try {
    rules = rules::read_rules(file);
  } catch (const Error&) {
    return 0;
  }
  for (const std::shared_ptr<const UserRule>& rule : rules) {
    Model each = model();
    std::get<Opaque>(each.graphs[0].nodes[0].op).rule = rule;
    const Frames frames = infer(each, {});
    const Graph& graph = each.graphs[0];
    std::vector<Operand> in, out;
    for (const TensorId id : {0, 1}) in.push_back({&graph.tensors[id], known(frames.root.values[id])});
    out.push_back({&graph.tensors[2], known(frames.root.values[2])});
    try {
      Trace trace;
      count(std::get<Opaque>(graph.nodes[0].op), Operands(in, out, &trace));
    } catch (const Overflow&) {
      continue;
    }
  }
  Model whole = model();
  apply_rules(whole, {&rules, 1});
  return 0;
}

#include "formats/onnx/operators.h"

#include <algorithm>
#include <array>

namespace flopstat::onnx {
namespace {

using Table = std::span<const Operator> (*)();

constexpr std::array<Table, 9> kStandard{elementwise_operators, contraction_operators, window_operators,
                                         normalize_operators,   movement_operators,    control_operators,
                                         quantize_operators,    signal_operators,      text_operators};

struct Domain {
  std::string_view name;
  Table table;
};

constexpr std::array<Domain, 7> kDomains{{
    {"ai.onnx.ml", ml_operators},
    {"ai.onnx.preview", preview_operators},
    {"ai.onnx.preview.training", training_operators},
    {"com.microsoft", microsoft_operators},
    {"qonnx.custom_op.general", qonnx_operators},
    {"finn.custom_op.general", qonnx_operators},
    {"onnx.brevitas", qonnx_operators},
}};

const Operator* find_in(std::span<const Operator> table, std::string_view name) {
  const auto row = std::ranges::lower_bound(table, name, {}, &Operator::name);
  return row != table.end() && row->name == name ? &*row : nullptr;
}

}  // namespace

const Operator* find_operator(std::string_view domain, std::string_view name) {
  if (domain.empty()) {
    for (const Table table : kStandard) {
      if (const Operator* row = find_in(table(), name)) return row;
    }
    return nullptr;
  }
  for (const Domain& each : kDomains) {
    if (each.name == domain) return find_in(each.table(), name);
  }
  return nullptr;
}

const Operator* find_operator(std::string_view name) {
  if (const Operator* row = find_operator({}, name)) return row;
  for (const Domain& each : kDomains) {
    if (const Operator* row = find_in(each.table(), name)) return row;
  }
  return nullptr;
}

Op read_as(NodeReader& node, std::string_view name) { return find_operator({}, name)->read(node); }

}  // namespace flopstat::onnx

#include "formats/tensorflow/operators.h"

#include <algorithm>
#include <array>

namespace flopstat::tensorflow {

std::span<const std::span<const Operator>> all_operators() {
  static const std::array tables{elementwise_operators(), contraction_operators(), window_operators(),
                                 normalize_operators(),   reduce_operators(),      movement_operators(),
                                 generate_operators(),    quantize_operators(),    list_operators(),
                                 control_operators(),     signal_operators(),      recurrent_operators()};
  return tables;
}

const Operator* find_operator(std::string_view name) {
  for (const std::span<const Operator> table : all_operators()) {
    const auto row = std::ranges::lower_bound(table, name, {}, &Operator::name);
    if (row != table.end() && row->name == name) return &*row;
  }
  return nullptr;
}

}  // namespace flopstat::tensorflow

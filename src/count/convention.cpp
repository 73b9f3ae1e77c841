#include "count/convention.h"

#include <algorithm>
#include <array>

#include "count/conventions/flopstat.h"

namespace flopstat {

std::span<const Convention> conventions() {
  static constexpr std::array kConventions{kFlopstatConvention};
  return kConventions;
}

const Convention* find_convention(std::string_view name) {
  const std::span<const Convention> all = conventions();
  const auto found = std::find_if(all.begin(), all.end(), [name](const Convention& each) { return each.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace flopstat

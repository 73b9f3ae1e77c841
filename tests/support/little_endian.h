#pragma once

#include <cstring>
#include <string>

namespace flopstat::test {

/// The bytes of numbers, one behind the other, as a little-endian machine has them in memory.
template <class... Values>
std::string little_endian(Values... values) {
  std::string bytes;
  const auto add = [&](auto value) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes.append(raw, sizeof value);
  };
  (add(values), ...);
  return bytes;
}

}  // namespace flopstat::test

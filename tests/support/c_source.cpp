#include "support/c_source.h"

#include <fmt/format.h>

#include <iterator>

namespace flopstat::test {

std::string c_source(const std::vector<std::byte>& bytes, const std::string& name) {
  std::string text = fmt::format("unsigned char {}[] = {{", name);
  for (size_t i = 0; i < bytes.size(); ++i) {
    fmt::format_to(std::back_inserter(text), "{}{}0x{:02x}", i == 0 ? "" : ",", i % 12 == 0 ? "\n  " : " ",
                   std::to_integer<unsigned>(bytes[i]));
  }
  return text + fmt::format("\n}};\nunsigned int {}_len = {};\n", name, bytes.size());
}

std::vector<std::byte> bytes_of_text(const std::string& text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return {begin, begin + text.size()};
}

}  // namespace flopstat::test

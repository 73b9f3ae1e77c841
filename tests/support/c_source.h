#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace flopstat::test {

/// C source with the bytes as an array and its length behind it, as `xxd -i` writes it.
std::string c_source(const std::vector<std::byte>& bytes, const std::string& name);

/// The bytes of a text.
std::vector<std::byte> bytes_of_text(const std::string& text);

}  // namespace flopstat::test

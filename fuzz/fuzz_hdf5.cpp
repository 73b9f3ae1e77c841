#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "bytes/hdf5.h"
#include "flopstat/error.h"

namespace {

/// Reads all of an object but its children. Every view must lie in the file.
void read(const flopstat::Hdf5Object& object, std::span<const std::byte> bytes) {
  const auto check = [&](std::string_view text) {
    const auto* begin = reinterpret_cast<const std::byte*>(text.data());
    const std::less<> before;
    if (text.empty()) return;
    if (before(begin, bytes.data()) || before(bytes.data() + bytes.size(), begin + text.size())) std::abort();
  };
  for (const std::string_view name : object.attribute_names()) {
    check(name);
    for (const std::string_view text : object.text_list_attribute(name).value_or(std::vector<std::string_view>())) {
      check(text);
    }
  }
  for (const flopstat::Hdf5Link& link : object.links()) {
    check(link.name);
    check(link.target);
  }
  const std::optional<flopstat::Hdf5Dataset> dataset = object.dataset();
  if (dataset && dataset->stored_bytes.value_or(0) > bytes.size()) std::abort();
}

}  // namespace

/// Any bytes are a file whose objects can all be read, or one `Error`.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  const std::vector<std::byte> bytes(begin, begin + size);
  try {
    const flopstat::Hdf5File file(bytes);
    std::set<uint64_t> seen;
    std::vector<flopstat::Hdf5Object> waiting{file.root()};
    while (!waiting.empty()) {
      const flopstat::Hdf5Object object = waiting.back();
      waiting.pop_back();
      if (!seen.insert(object.offset()).second) continue;
      read(object, bytes);
      for (const flopstat::Hdf5Object::Child& child : object.children()) waiting.push_back(child.object);
    }
  } catch (const flopstat::Error& error) {
    if (error.message.empty()) std::abort();
  }
  return 0;
}

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "flopstat/error.h"
#include "formats/tensorflow/tensorflow.h"

/// Any bytes are a graph, a SavedModel or one `Error` each, and nothing else.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  const std::vector<std::byte> bytes(begin, begin + size);
  flopstat::matches_tensorflow_graph(bytes);
  flopstat::matches_saved_model(bytes);
  const auto reads = [&](auto read) {
    try {
      read(flopstat::File::from_bytes(bytes, "fuzz.pb"));
    } catch (const flopstat::Error&) {
      return;
    }
  };
  reads(flopstat::read_tensorflow_graph);
  reads([](flopstat::File file) { return flopstat::read_saved_model(std::move(file)); });
  return 0;
}

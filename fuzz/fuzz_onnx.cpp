#include <cstddef>
#include <cstdint>
#include <vector>

#include "flopstat/error.h"
#include "formats/onnx/onnx.h"

/// Any bytes are a model or one `Error`, and nothing else.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  std::vector<std::byte> bytes(begin, begin + size);
  flopstat::matches_onnx(bytes);
  try {
    flopstat::read_onnx(flopstat::File::from_bytes(std::move(bytes), "fuzz.onnx"));
  } catch (const flopstat::Error&) {
    return 0;
  }
  return 0;
}

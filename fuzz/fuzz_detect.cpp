#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "flopstat/error.h"
#include "formats/formats.h"

/// Any bytes under any name are a model of one of the formats or one `Error` that says why not.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array names{"model", "model.tflite", "model.onnx", ".lite"};
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  for (const char* name : names) {
    try {
      flopstat::read_model(flopstat::File::from_bytes(std::vector<std::byte>(begin, begin + size), name));
    } catch (const flopstat::Error& error) {
      if (error.message.empty()) std::abort();
    }
  }
  return 0;
}

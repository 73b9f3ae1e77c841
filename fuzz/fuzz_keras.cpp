#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "flopstat/error.h"
#include "formats/keras/keras.h"

/// Any bytes are a model in one of the three forms or one `Error`, and nothing else.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  std::vector<std::byte> bytes(begin, begin + size);
  const bool archive = flopstat::matches_keras(bytes);
  const bool hdf5 = flopstat::matches_keras_h5(bytes);
  try {
    flopstat::File file = flopstat::File::from_bytes(std::move(bytes), "fuzz");
    if (archive) {
      flopstat::read_keras(std::move(file));
    } else if (hdf5) {
      flopstat::read_keras_h5(std::move(file));
    } else {
      flopstat::read_keras_json(std::move(file));
    }
  } catch (const flopstat::Error&) {
    return 0;
  }
  return 0;
}

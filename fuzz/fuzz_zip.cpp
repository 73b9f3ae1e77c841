#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "bytes/zip.h"
#include "flopstat/error.h"

/// Any bytes are an archive whose members can be read or not, or one `Error`; what is unpacked keeps to its limits.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr uint64_t kLimit = uint64_t{4} << 20;
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  const std::vector<std::byte> bytes(begin, begin + size);
  try {
    const flopstat::ZipArchive archive(bytes);
    for (const flopstat::ZipEntry& entry : archive.entries()) {
      try {
        const flopstat::ZipContents contents = archive.contents(entry, kLimit);
        if (contents.bytes.size() != entry.size) std::abort();
        if (contents.owner != nullptr && entry.size > kLimit) std::abort();
        if (archive.find(entry.name) != &entry) std::abort();
      } catch (const flopstat::Error& error) {
        if (error.message.empty()) std::abort();
      }
    }
  } catch (const flopstat::Error& error) {
    if (error.message.empty()) std::abort();
  }
  return 0;
}

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "flopstat/analyze.h"
#include "reports/json.h"
#include "reports/terminal.h"

namespace {

/// The document of a file, whether it can be read or not.
std::string document(const std::vector<std::byte>& bytes) {
  std::string json;
  try {
    const flopstat::Report report = flopstat::analyze(bytes, "fuzz.tflite");
    flopstat::write_json(report, json);
    std::string text;
    flopstat::write_terminal(report, {.width = 80, .details = true}, text);
  } catch (const flopstat::Error& error) {
    flopstat::write_json(error, "fuzz.tflite", json);
  }
  return json;
}

}  // namespace

/// Any bytes give a report or one `Error`, and the same one every time.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  const std::vector<std::byte> bytes(begin, begin + size);
  if (document(bytes) != document(bytes)) std::abort();
  return 0;
}

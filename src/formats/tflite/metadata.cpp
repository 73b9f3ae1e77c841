#include "formats/tflite/metadata.h"

#include "bytes/flatbuffer.h"

namespace flopstat::tflite {
namespace {

namespace slot {
enum : uint32_t { name, description, version, subgraphs, author, license, associated_files, min_parser_version };
}

}  // namespace

About read_model_metadata(Bytes bytes) {
  FlatBuffer flat(bytes);
  const FlatTable root = flat.root("M001");
  return {.name = root.string(slot::name),
          .description = root.string(slot::description),
          .version = root.string(slot::version),
          .author = root.string(slot::author),
          .license = root.string(slot::license)};
}

std::string_view read_min_runtime_version(Bytes bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return text.substr(0, text.find('\0'));
}

}  // namespace flopstat::tflite

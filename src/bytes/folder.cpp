#include "bytes/folder.h"

#include <filesystem>
#include <system_error>

namespace flopstat {

std::optional<std::string> model_file_in(const std::string& folder) {
  const std::filesystem::path path = folder;
  const auto holds = [&](const char* name) {
    std::error_code error;
    return std::filesystem::is_regular_file(path / name, error);
  };
  for (const char* name : {"saved_model.pb", "saved_model.pbtxt"}) {
    if (holds(name)) return (path / name).string();
  }
  if (holds("config.json") && holds("metadata.json")) return (path / "config.json").string();
  return std::nullopt;
}

}  // namespace flopstat

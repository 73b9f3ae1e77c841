#include "cli/models.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "flopstat/analyze.h"

namespace flopstat::cli {
namespace {

namespace fs = std::filesystem;

/// The files in a folder; nothing where it cannot be read.
std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator each(folder, fs::directory_options::skip_permission_denied, error), end;
       !error && each != end; each.increment(error)) {
    std::error_code unknown;
    if (each->is_regular_file(unknown)) files.push_back(each->path().string());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

std::vector<ModelPath> find_models(const std::vector<std::string>& paths) {
  std::vector<ModelPath> models;
  for (const std::string& path : paths) {
    std::error_code error;
    const bool folder = path != "-" && fs::is_directory(path, error);
    const std::vector<std::string> files = folder ? files_in(path) : std::vector<std::string>();
    for (const std::string& file : files) models.push_back({file, true});
    if (files.empty()) models.push_back({path});
  }
  return models;
}

bool is_named_like_a_model(const std::string& path) {
  for (const FormatInfo& format : formats()) {
    std::string_view extensions = format.extensions;
    while (!extensions.empty()) {
      const size_t end = std::min(extensions.find_first_of(", "), extensions.size());
      if (end > 0 && path.ends_with(extensions.substr(0, end))) return true;
      extensions.remove_prefix(std::min(end + 1, extensions.size()));
    }
  }
  return false;
}

}  // namespace flopstat::cli

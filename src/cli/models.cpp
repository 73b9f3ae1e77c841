#include "cli/models.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "cli/suggest.h"
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

/// The name of something in the folder that is close to `name`, or empty. Looks at the first names only, since a folder
/// may have very many.
std::string close_name(const fs::path& folder, const std::string& name) {
  constexpr size_t most = 10'000;
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator each(folder.empty() ? "." : folder, error), end;
       !error && each != end && names.size() < most; each.increment(error)) {
    names.push_back(each->path().filename().string());
  }
  std::ranges::sort(names);
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  return std::string(closest(name, candidates));
}

}  // namespace

std::string advice_on_missing(const std::string& path) {
  const fs::path whole = path.ends_with('/') ? fs::path(path).parent_path() : fs::path(path);
  const fs::path folder = whole.parent_path();
  std::error_code error;
  if (!folder.empty() && !fs::exists(folder, error)) return advice_on_missing(folder.string());
  const std::string name = close_name(folder, whole.filename().string());
  if (!name.empty()) return "did you mean '" + (folder / name).string() + "'?";
  return folder.empty() ? "'ls' lists what is in this folder" : "'ls " + folder.string() + "' lists what is there";
}

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

#include "cli/models.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "bytes/folder.h"
#include "flopstat/analyze.h"
#include "flopstat/rules.h"
#include "model/suggest.h"

namespace flopstat::cli {
namespace {

namespace fs = std::filesystem;

/// Everything on standard input.
std::vector<std::byte> standard_input() {
  constexpr size_t step = size_t{1} << 20;
  std::vector<std::byte> bytes;
  while (true) {
    const size_t size = bytes.size();
    bytes.resize(size + step);
    const ssize_t got = ::read(STDIN_FILENO, bytes.data() + size, step);
    bytes.resize(size + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return bytes;
    if (got < 0 && errno != EINTR) {
      throw Error(ErrorCode::unreadable, fmt::format("standard input cannot be read: {}", std::strerror(errno)));
    }
  }
}

/// The files in a folder, and the folders in it that are models; nothing where it cannot be read.
std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator each(folder, fs::directory_options::skip_permission_denied, error), end;
       !error && each != end; each.increment(error)) {
    std::error_code unknown;
    if (each->is_regular_file(unknown)) files.push_back(each->path().string());
    if (!each->is_directory(unknown) || !model_file_in(each->path().string())) continue;
    files.push_back(each->path().string());
    each.disable_recursion_pending();
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

/// What to do about a path at which there is nothing.
std::string advice_on_missing(const std::string& path) {
  const fs::path whole = path.ends_with('/') ? fs::path(path).parent_path() : fs::path(path);
  const fs::path folder = whole.parent_path();
  std::error_code error;
  if (!folder.empty() && !fs::exists(folder, error)) return advice_on_missing(folder.string());
  const std::string name = close_name(folder, whole.filename().string());
  if (!name.empty()) return "did you mean '" + (folder / name).string() + "'?";
  return folder.empty() ? "'ls' lists what is in this folder" : "'ls " + folder.string() + "' lists what is there";
}

/// Whether the name ends as files of some format that is read do.
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

}  // namespace

Error advised(Error error, const std::string& path) {
  std::error_code unknown;
  const bool missing = error.code == ErrorCode::unreadable && path != "-" && !fs::exists(path, unknown);
  if (missing && error.help.empty()) error.help = advice_on_missing(path);
  return error;
}

std::vector<ModelPath> find_models(const std::vector<std::string>& paths) {
  std::vector<ModelPath> models;
  for (const std::string& path : paths) {
    std::error_code error;
    // A folder that is a model stays as it is.
    const bool folder = path != "-" && fs::is_directory(path, error) && !model_file_in(path);
    const std::vector<std::string> files = folder ? files_in(path) : std::vector<std::string>();
    for (const std::string& file : files) models.push_back({file, true});
    if (files.empty()) models.push_back({path});
  }
  return models;
}

Report analyze_model(const std::string& model, const Options& options) {
  return model == "-" ? analyze(standard_input(), model, options) : analyze(model, options);
}

std::string rules_template_of(const std::string& model, const std::string& type, const Options& options) {
  return model == "-" ? rules_template(standard_input(), model, type, options) : rules_template(model, type, options);
}

Scaling scale_model(const std::string& model, const Options& options, const std::map<std::string, SizeRange>& ranges) {
  return model == "-" ? scale(standard_input(), model, options, ranges) : scale(model, options, ranges);
}

bool is_passed_over(const ModelPath& model, const Error& error) {
  const bool no_model = error.code == ErrorCode::unrecognised || error.code == ErrorCode::empty;
  return model.found && no_model && !is_named_like_a_model(model.path);
}

}  // namespace flopstat::cli

#include "formats/onnx/scope.h"

#include <vector>

namespace flopstat::onnx {
namespace {

/// The texts of a list in Python's notation; nothing where it is none.
std::optional<std::vector<std::string>> texts_in(std::string_view list) {
  if (!list.starts_with('[') || !list.ends_with(']')) return std::nullopt;
  list = list.substr(1, list.size() - 2);
  std::vector<std::string> texts;
  while (!list.empty()) {
    const char quote = list.front();
    if (quote != '\'' && quote != '"') return std::nullopt;
    std::string& text = texts.emplace_back();
    size_t at = 1;
    for (; at < list.size() && list[at] != quote; ++at) {
      if (list[at] == '\\') ++at;
      if (at < list.size()) text += list[at];
    }
    if (at >= list.size()) return std::nullopt;
    list.remove_prefix(at + 1);
    if (list.starts_with(", ")) list.remove_prefix(2);
  }
  return texts;
}

}  // namespace

std::string_view scope_in_name(std::string_view name) {
  if (name.starts_with('/')) name.remove_prefix(1);
  const size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : name.substr(0, slash);
}

std::optional<std::string> scope_in_list(std::string_view list) {
  const std::optional<std::vector<std::string>> texts = texts_in(list);
  if (!texts) return std::nullopt;
  std::string path;
  std::string around;
  for (size_t i = 0; i + 1 < texts->size(); ++i) {
    std::string_view layer = (*texts)[i];
    if (layer.empty()) continue;
    if (!around.empty() && layer.starts_with(around + ".")) layer.remove_prefix(around.size() + 1);
    if (!path.empty()) path += '/';
    path += layer;
    around = (*texts)[i];
  }
  return path;
}

}  // namespace flopstat::onnx

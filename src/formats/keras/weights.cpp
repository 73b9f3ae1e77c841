#include "formats/keras/weights.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace flopstat::keras {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_word(char c) { return is_upper(c) || is_lower(c) || (c >= '0' && c <= '9') || c == '_'; }

/// The list of a model's layers; null where they are stored by their own names instead.
const WeightGroup* container_of(const WeightGroup& model) {
  for (const WeightGroup& group : model.groups) {
    if (group.name == "layers" || group.name == "_layer_checkpoint_dependencies") return &group;
  }
  return nullptr;
}

}  // namespace

std::string snake_case(std::string_view class_name) {
  std::string word;
  std::ranges::copy_if(class_name, std::back_inserter(word), is_word);
  std::string snake;
  for (size_t i = 0; i < word.size(); ++i) {
    const bool begins_word = i > 0 && is_upper(word[i]) && i + 1 < word.size() && is_lower(word[i + 1]);
    const bool ends_word = i > 0 && is_upper(word[i]) && is_lower(word[i - 1]);
    if (begins_word || ends_word) snake += '_';
    snake += is_upper(word[i]) ? static_cast<char>(word[i] - 'A' + 'a') : word[i];
  }
  return snake;
}

LayerGroups::LayerGroups(const WeightGroup* model) {
  if (model == nullptr) return;
  const WeightGroup* container = container_of(*model);
  if (container == nullptr) {
    index(*model);
    return;
  }
  for (const WeightGroup& group : container->groups) {
    by_class_.emplace(group.name, &group);
    if (!group.layer.empty()) by_layer_.emplace(group.layer, &group);
  }
}

void LayerGroups::index(const WeightGroup& model) {
  struct Found {
    const WeightGroup* group;
    std::string path;  ///< below the model, as far as names of layers are long
  };
  constexpr size_t kMaxPath = 1000;
  // Level by level: the highest group of a name is the layer's.
  std::vector<Found> level{{&model, {}}};
  while (!level.empty()) {
    std::vector<Found> next;
    for (const Found& each : level) {
      for (const WeightGroup& child : each.group->groups) {
        std::string path = each.path.empty() ? child.name : each.path + "/" + child.name;
        if (path.size() > kMaxPath) path = child.name;
        by_layer_.emplace(child.layer.empty() ? child.name : child.layer, &child);
        by_layer_.emplace(path, &child);
        next.push_back({&child, std::move(path)});
      }
    }
    level = std::move(next);
  }
}

const WeightGroup* LayerGroups::next(std::string_view layer, std::string_view class_name) {
  std::string key = snake_case(class_name);
  const uint32_t earlier = classes_[key]++;
  if (const auto found = by_layer_.find(std::string(layer)); found != by_layer_.end()) return found->second;
  if (earlier > 0) key += "_" + std::to_string(earlier);
  const auto found = by_class_.find(key);
  return found == by_class_.end() ? nullptr : found->second;
}

}  // namespace flopstat::keras

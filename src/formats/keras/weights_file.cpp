#include "formats/keras/weights_file.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include "flopstat/error.h"
#include "model/value.h"

namespace flopstat::keras {
namespace {

/// Groups lie at most this deep.
constexpr uint32_t kMaxDepth = 128;

/// Groups beside those of layers, which hold no parameters.
constexpr std::array<std::string_view, 5> kNoLayers{"metrics", "optimizer", "optimizer_weights", "seed_generator",
                                                    "_tokenizer"};

/// The attribute's texts, which Keras splits into `layer_names0`, `layer_names1`... where they are many.
std::vector<std::string_view> names_in(const Hdf5Object& group, const std::string& attribute) {
  if (auto names = group.text_list_attribute(attribute)) return *std::move(names);
  std::vector<std::string_view> all;
  for (size_t part = 0;; ++part) {
    const auto names = group.text_list_attribute(attribute + std::to_string(part));
    if (!names) return all;
    all.insert(all.end(), names->begin(), names->end());
  }
}

bool has_names(const Hdf5Object& group, const std::string& attribute) {
  return group.text_list_attribute(attribute) || group.text_list_attribute(attribute + "0");
}

class Collector {
 public:
  /// By the names that attributes list.
  void collect_listed(const Hdf5Object& group) {
    for (const std::string_view layer : names_in(group, "layer_names")) {
      WeightGroup& entry = weights_.root.groups.emplace_back();
      entry.name = entry.layer = layer;
      const std::optional<Hdf5Object> place = group.child(layer);
      if (!place) continue;
      for (const std::string_view name : names_in(*place, "weight_names")) {
        if (const std::optional<Hdf5Object> dataset = place->child(name)) add_listed(entry, name, *dataset);
      }
    }
  }

  /// By groups in groups.
  void collect_nested(const Hdf5Object& group) { collect(group, weights_.root, 0); }

  StoredWeights finish() { return std::move(weights_); }

 private:
  std::optional<uint32_t> add(std::string name, const Hdf5Object& object) {
    const std::optional<Hdf5Dataset> dataset = object.dataset();
    if (!dataset) return std::nullopt;
    StoredWeight weight{.name = std::move(name), .dtype = dataset->dtype};
    uint64_t elements = 1;
    for (const uint64_t size : dataset->dims) {
      if (size > static_cast<uint64_t>(kMaxDim) ||
          __builtin_mul_overflow(elements, std::max<uint64_t>(size, 1), &elements)) {
        throw Error(ErrorCode::corrupt, "a weight has a shape that is out of range", object.offset());
      }
      weight.shape.push_back(static_cast<int64_t>(size));
    }
    weight.bytes = dataset->stored_bytes.value_or(elements * dataset->element_bytes);
    weights_.all.push_back(std::move(weight));
    return static_cast<uint32_t>(weights_.all.size() - 1);
  }

  /// The weight belongs to the layer and to each group that its name has: "model/dense/kernel:0".
  void add_listed(WeightGroup& layer, std::string_view name, const Hdf5Object& object) {
    const std::optional<uint32_t> index = add(std::string(name), object);
    if (!index) return;
    WeightGroup* group = &layer;
    group->weights.push_back(*index);
    for (uint32_t depth = 0; depth < kMaxDepth; ++depth) {
      const size_t end = name.find('/');
      if (end == std::string_view::npos) return;
      const std::string_view part = name.substr(0, end);
      const auto found = std::ranges::find(group->groups, part, &WeightGroup::name);
      group =
          found != group->groups.end() ? &*found : &group->groups.emplace_back(WeightGroup{.name = std::string(part)});
      group->weights.push_back(*index);
      name.remove_prefix(end + 1);
    }
  }

  void collect(const Hdf5Object& object, WeightGroup& group, uint32_t depth) {
    if (depth >= kMaxDepth) throw Error(ErrorCode::limit, "the groups of weights nest too deep", object.offset());
    if (!seen_.insert(object.offset()).second) return;
    if (const auto name = object.text_attribute("name")) group.layer = *name;
    const auto first = static_cast<uint32_t>(weights_.all.size());
    for (const Hdf5Object::Child& child : object.children()) {
      if (std::ranges::find(kNoLayers, child.name) != kNoLayers.end()) continue;
      if (!child.object.is_group()) {
        add(std::string(child.name), child.object);
        continue;
      }
      WeightGroup inner{.name = std::string(child.name)};
      collect(child.object, inner, depth + 1);
      if (inner.name == "vars" && group.layer.empty()) group.layer = inner.layer;
      group.groups.push_back(std::move(inner));
    }
    for (auto index = first; index < weights_.all.size(); ++index) group.weights.push_back(index);
  }

  StoredWeights weights_;
  std::set<uint64_t> seen_;
};

}  // namespace

bool has_weights(const Hdf5File& file) {
  const Hdf5Object root = file.root();
  if (has_names(root, "layer_names")) return true;
  return std::ranges::any_of(
      std::array<const char*, 4>{"model_weights", "layers", "_layer_checkpoint_dependencies", "vars"},
      [&](const char* name) { return root.child(name).has_value(); });
}

StoredWeights read_weights(const Hdf5File& file) {
  const Hdf5Object root = file.root();
  const Hdf5Object group = root.child("model_weights").value_or(root);
  Collector collector;
  if (has_names(group, "layer_names")) {
    collector.collect_listed(group);
  } else {
    collector.collect_nested(group);
  }
  return collector.finish();
}

}  // namespace flopstat::keras

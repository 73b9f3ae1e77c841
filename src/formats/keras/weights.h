#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bytes/json.h"
#include "flopstat/dtype.h"

/// What a file stores for the variables of a model: places, types and shapes. Contents are never read.
namespace flopstat::keras {

/// One stored variable.
struct StoredWeight {
  std::string name = {};  ///< path below its layer, "kernel", "cell/vars/0"
  std::vector<int64_t> shape = {};
  DType dtype = DType::unknown;
  uint64_t bytes = 0;
  uint32_t storage = 0;  ///< number of the tensor's storage in the model, once it has one
  bool claimed = false;  ///< by a variable that the configuration makes
};

/// A group of a weights file, and all that lies below it.
struct WeightGroup {
  std::string name = {};               ///< last part of its path
  std::string layer = {};              ///< name of the layer whose weights these are, where the file says it
  std::vector<uint32_t> weights = {};  ///< indices into `StoredWeights::all`, in the file's order
  std::vector<WeightGroup> groups = {};
};

/// All weights that a file stores for its model, without what the optimizer keeps.
struct StoredWeights {
  std::vector<StoredWeight> all = {};
  WeightGroup root = {};  ///< the model's own group
};

/// "conv2d_transpose" for "Conv2DTranspose", as Keras names the groups of weights.
///
/// Source: keras.src.utils.naming.to_snake_case.
std::string snake_case(std::string_view class_name);

/// Finds the groups of the layers of one model, asked for in the order in which the configuration lists them: groups
/// have the name of the layer (a path where that has slashes), or of its class with a number (`dense`, `dense_1`) in
/// that order.
///
/// Source: keras.src.saving.saving_lib (`_save_container_state`) and legacy.legacy_h5_format.
class LayerGroups {
 public:
  /// `model` is the model's own group, null where the file has none; it outlives this.
  explicit LayerGroups(const WeightGroup* model);

  /// The group of the next layer; null where there is none.
  const WeightGroup* next(std::string_view layer, std::string_view class_name);

  /// Groups that were looked at: what making this took.
  size_t size() const { return by_layer_.size() + by_class_.size(); }

 private:
  void index(const WeightGroup& model);

  std::unordered_map<std::string, const WeightGroup*> by_layer_ = {};
  std::unordered_map<std::string_view, const WeightGroup*> by_class_ = {};
  std::unordered_map<std::string, uint32_t> classes_ = {};
};

}  // namespace flopstat::keras

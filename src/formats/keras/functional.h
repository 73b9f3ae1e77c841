#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "formats/keras/network.h"

namespace flopstat::keras {

/// Reads one call of one functional model: a graph of layers, each called once or several times. The nodes may be those
/// of Keras 2 (lists of ["layer", call, result]) or of Keras 3 (`args` and `kwargs` with `__keras_tensor__`); their
/// form decides, not the version. Throws `Error` (corrupt) where layers wait for each other or for nothing.
class FunctionalReader {
 public:
  FunctionalReader(Network& network, const JsonValue& config, const Network::Place& place)
      : network_(network), config_(config), place_(place) {}

  /// The results on the operands, one per input of the model; those of the whole model are its inputs, made here, where
  /// none are given.
  std::vector<TensorId> call(const std::vector<TensorId>* inputs);

 private:
  /// A result of a call of a layer.
  struct Reference {
    std::string_view layer = {};
    int64_t call = 0;
    int64_t result = 0;
    const JsonValue* value = nullptr;  ///< where it stands
  };
  using References = std::vector<Reference>;

  /// One call of one layer as the file has it.
  struct Unit {
    size_t layer = 0;
    size_t call = 0;
    std::vector<const JsonValue*> arguments = {};
    std::vector<const JsonValue*> keywords = {};
    References positional = {};
    References named = {};
  };

  struct LayerEntry {
    const JsonValue* json = nullptr;
    std::optional<LayerCall> call = std::nullopt;  ///< what all calls have in common
    size_t first_unit = 0;
    size_t units = 0;
    size_t first_call = 0;                            ///< number of the first call in references
    std::vector<std::vector<TensorId>> results = {};  ///< per call that was read
    std::vector<std::vector<std::optional<StatedResult>>> wanted = {};
  };

  void read_layers();
  void read_units(LayerEntry& entry, size_t index);
  void read_entry(const JsonValue& entry, Unit& unit) const;
  void number_calls();
  void note_results();
  /// All references in a value, in order, those in objects by the order of their keys.
  void collect(const JsonValue& value, References& references) const;
  std::optional<Reference> reference_in(const JsonValue& value) const;
  /// The layer and the number of its call that are meant.
  std::pair<size_t, size_t> target_of(const Reference& reference) const;
  TensorId tensor_of(const Reference& reference) const;
  void set_inputs(const std::vector<TensorId>* inputs);
  void run_units();
  void run(const Unit& unit);
  [[noreturn]] void refuse_circle(const std::vector<size_t>& waiting) const;

  Network& network_;
  const JsonValue& config_;
  Network::Place place_;
  std::vector<LayerEntry> layers_ = {};
  std::unordered_map<std::string_view, size_t> by_name_ = {};
  std::vector<Unit> units_ = {};
  References inputs_ = {};
  References outputs_ = {};
};

}  // namespace flopstat::keras

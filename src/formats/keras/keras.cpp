#include "formats/keras/keras.h"

#include <algorithm>
#include <string>
#include <utility>

#include "bytes/json.h"
#include "flopstat/error.h"
#include "formats/keras/network.h"

namespace flopstat {
namespace keras {
namespace {

/// What a model may become at least, and per byte of its configuration: nodes, their results and calls of layers.
constexpr uint64_t kMinBudget = 100'000;
constexpr uint64_t kBudgetPerByte = 1;

/// Keys that stand twice in an object and are named one by one.
constexpr size_t kMaxRepeatedKeys = 3;

std::string_view text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// Where a text begins in the file; nothing where it is no part of it (it was packed).
std::optional<uint64_t> place_in(const File& file, Bytes text) {
  const Bytes all = file.bytes();
  if (text.data() < all.data() || text.data() + text.size() > all.data() + all.size()) return std::nullopt;
  return static_cast<uint64_t>(text.data() - all.data());
}

/// The error with the byte in the file instead of that in the text.
Error located(Error error, const std::optional<uint64_t>& place, std::string_view what) {
  if (!error.offset) return error;
  if (place) {
    *error.offset += *place;
  } else {
    error.note += (error.note.empty() ? "" : "; ") + std::string("at byte ") + std::to_string(*error.offset) + " of " +
                  std::string(what);
    error.offset = std::nullopt;
  }
  return error;
}

void warn_of_repeated_keys(const JsonDocument& document, Model& model) {
  const auto repeated = document.repeated_keys();
  for (size_t i = 0; i < std::min(repeated.size(), kMaxRepeatedKeys); ++i) {
    model.warnings.push_back({"repeated_key", "the key " + quoted(repeated[i].first) +
                                                  " stands twice in one object, at byte " +
                                                  std::to_string(repeated[i].second) +
                                                  " of the configuration: the last "
                                                  "one counts, as in Python"});
  }
  if (repeated.size() > kMaxRepeatedKeys) {
    model.warnings.push_back(
        {"repeated_key", std::to_string(repeated.size() - kMaxRepeatedKeys) + " more keys stand twice in an object"});
  }
}

/// Reads the configuration in the text into the model. `what` names it in messages.
void read_configuration(Model& model, Bytes text, StoredWeights& weights, std::string_view what) {
  const std::optional<uint64_t> place = place_in(model.file, text);
  try {
    const JsonDocument document(text);
    warn_of_repeated_keys(document, model);
    const JsonValue& root = document.root();
    if (root.object() == nullptr) throw Error(ErrorCode::corrupt, "the configuration is no object", root.offset);
    if (const std::string_view version = text_under(root, "keras_version"); !version.empty()) {
      model.producer = "Keras " + std::string(version);
    }
    Network network(model, weights, kMinBudget + kBudgetPerByte * text.size());
    network.read(root);
    if (!place) return;
    for (Graph& graph : model.graphs) {
      for (Node& node : graph.nodes) node.offset += *place;
    }
  } catch (const Error& error) {
    throw located(error, place, what);
  }
}

}  // namespace
}  // namespace keras

bool matches_keras_json(Bytes bytes) {
  constexpr size_t kLookedAt = 4096;
  const std::string_view text = keras::text_of(bytes).substr(0, kLookedAt);
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos || text[begin] != '{') return false;
  return text.find("\"class_name\"") != std::string_view::npos;
}

Model read_keras_json(File file) {
  Model model{.file = std::move(file), .format = "keras json", .producer = "Keras"};
  keras::StoredWeights weights;
  keras::read_configuration(model, model.file.bytes(), weights, "the configuration");
  return model;
}

}  // namespace flopstat

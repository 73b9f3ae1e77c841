#include "formats/keras/keras.h"

#include <algorithm>
#include <string>
#include <utility>

#include "bytes/hdf5.h"
#include "bytes/json.h"
#include "bytes/zip.h"
#include "flopstat/error.h"
#include "formats/keras/network.h"
#include "formats/keras/weights_file.h"
#include "formats/names.h"

namespace flopstat {
namespace keras {
namespace {

/// What a model may become at least, and per byte of its configuration: nodes, their results and calls of layers.
constexpr uint64_t kMinBudget = 100'000;
constexpr uint64_t kBudgetPerByte = 1;

/// Largest texts and packed weights that are unpacked.
constexpr uint64_t kMaxText = uint64_t{256} << 20;
constexpr uint64_t kMaxWeights = uint64_t{1} << 30;

constexpr const char* kConfiguration = "config.json";
constexpr const char* kMetadata = "metadata.json";
constexpr const char* kWeights = "model.weights.h5";

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
    } else if (model.producer == "Keras" && !text_under(root, "module").empty()) {
      model.producer = "Keras 3";  // before it classes had no module, and the configuration a version
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

/// The version that metadata.json names.
void read_metadata(Model& model, Bytes text) {
  const JsonDocument document(text);
  const std::string_view version = text_under(document.root(), "keras_version");
  if (!version.empty()) model.producer = "Keras " + std::string(version);
}

/// The weights in the bytes of an HDF5 file. One with features that are not read is a warning: only the comparison and
/// what custom layers store is lost.
StoredWeights read_weights_in(Model& model, Bytes bytes) {
  try {
    return read_weights(Hdf5File(bytes));
  } catch (const Error& error) {
    if (error.code != ErrorCode::unsupported) throw located(error, place_in(model.file, bytes), kWeights);
    model.warnings.push_back({"weights_unread", "the weights are not read: " + error.message});
    return {};
  }
}

/// The file of that name in the folder of another one, if it is a regular file there.
std::optional<File> open_beside(const File& file, const char* name) {
  const std::optional<Neighbour> beside = file.neighbour(name);
  if (!beside || beside->kind != Neighbour::Kind::regular || beside->size == 0) return std::nullopt;
  const size_t folder = file.path().rfind('/');
  return File::open(folder == std::string::npos ? name : file.path().substr(0, folder + 1) + name);
}

}  // namespace
}  // namespace keras

bool matches_keras(Bytes bytes) {
  if (!keras::text_of(bytes).starts_with("PK")) return false;
  try {
    const ZipArchive archive(bytes);
    return archive.find(keras::kConfiguration) != nullptr && archive.find(keras::kMetadata) != nullptr;
  } catch (const Error&) {
    return false;
  }
}

Model read_keras(File file) {
  using namespace keras;
  Model model{.file = std::move(file), .format = "keras", .producer = "Keras"};
  const ZipArchive archive(model.file.bytes());
  const ZipContents metadata = archive.contents(*archive.find(kMetadata), kMaxText);
  const ZipContents configuration = archive.contents(*archive.find(kConfiguration), kMaxText);
  read_metadata(model, metadata.bytes);
  StoredWeights weights;
  if (const ZipEntry* entry = archive.find(kWeights)) {
    const ZipContents contents = archive.contents(*entry, kMaxWeights);
    weights = read_weights_in(model, contents.bytes);
  } else {
    model.warnings.push_back({"weights_unread", std::string("the archive has no ") + kWeights});
  }
  read_configuration(model, configuration.bytes, weights, kConfiguration);
  return model;
}

bool matches_keras_h5(Bytes bytes) { return Hdf5File::matches(bytes); }

Model read_keras_h5(File file) {
  using namespace keras;
  Model model{.file = std::move(file), .format = "keras h5", .producer = "Keras"};
  const Hdf5File container(model.file.bytes());
  const Hdf5Object root = container.root();
  const std::optional<std::string_view> configuration = root.text_attribute("model_config");
  if (!configuration && !has_weights(container)) {
    throw Error(ErrorCode::unrecognised, "it is an HDF5 file without a Keras model", 0,
                "a model has the attribute 'model_config', weights have 'layer_names' or a group 'layers'",
                "save the model with model.save(\"model.keras\")");
  }
  std::optional<std::string_view> version = root.text_attribute("keras_version");
  const std::optional<Hdf5Object> group = root.child("model_weights");
  if (!version && group) version = group->text_attribute("keras_version");
  if (version) model.producer = "Keras " + std::string(version->substr(0, 80));
  StoredWeights weights = read_weights(container);
  if (!configuration) {
    constexpr const char* kWhy = "the file holds weights alone: what is computed with them is not in it";
    model.warnings.push_back({"weights_only", std::string(kWhy) + "; count the whole model: "
                                                                  "model.save(\"model.keras\")"});
    Network(model, weights, kMinBudget + kBudgetPerByte * model.file.bytes().size()).read_weights_only(kWhy);
    return model;
  }
  read_configuration(model, std::as_bytes(std::span(*configuration)), weights, "the attribute model_config");
  return model;
}

bool matches_keras_json(Bytes bytes) {
  constexpr size_t kLookedAt = 4096;
  const std::string_view text = keras::text_of(bytes).substr(0, kLookedAt);
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos || text[begin] != '{') return false;
  return text.find("\"class_name\"") != std::string_view::npos;
}

Model read_keras_json(File file) {
  using namespace keras;
  Model model{.file = std::move(file), .format = "keras json", .producer = "Keras"};
  StoredWeights weights;
  if (model.file.path().ends_with(kConfiguration)) {
    if (const std::optional<File> metadata = open_beside(model.file, kMetadata)) {
      model.format = "keras folder";
      read_metadata(model, metadata->bytes());
      if (const std::optional<File> stored = open_beside(model.file, kWeights)) {
        weights = read_weights_in(model, stored->bytes());
      }
    }
  }
  read_configuration(model, model.file.bytes(), weights, "the configuration");
  return model;
}

}  // namespace flopstat

#include "formats/keras/compiled.h"

#include <optional>
#include <string_view>

#include "bytes/hdf5.h"
#include "bytes/json.h"
#include "bytes/zip.h"
#include "flopstat/error.h"

namespace flopstat {
namespace {

/// A compile configuration is small.
constexpr uint64_t kMaxText = uint64_t{256} << 20;

/// The name of a loss: a text, an object with a class and a configuration, or several of them that are all the same.
std::string loss_in(const JsonValue& value) {
  if (const std::string_view* text = value.text()) return std::string(*text);
  std::optional<std::string> common;
  const auto add = [&common](std::string name) {
    if (!common) {
      common = std::move(name);
    } else if (*common != name) {
      common = "";
    }
  };
  if (const JsonValue::Array* losses = value.array()) {
    for (const JsonValue& each : *losses) add(loss_in(each));
  } else if (const JsonValue* name = value.find("class_name")) {
    const JsonValue* config = value.find("config");
    const bool is_function = name->text() != nullptr && *name->text() == "function";
    return loss_in(is_function && config != nullptr ? *config : *name);
  } else if (const JsonValue::Object* losses_by_output = value.object()) {
    for (const JsonMember& each : *losses_by_output) add(loss_in(each.value));
  }
  return common.value_or("");
}

std::string loss_of_configuration(const JsonValue* configuration) {
  const JsonValue* loss = configuration == nullptr ? nullptr : configuration->find("loss");
  return loss == nullptr ? "" : loss_in(*loss);
}

std::string loss_in_archive(Bytes bytes) {
  const ZipArchive archive(bytes);
  const ZipEntry* entry = archive.find("config.json");
  if (entry == nullptr) return "";
  const ZipContents text = archive.contents(*entry, kMaxText);
  const JsonDocument document(text.bytes);
  return loss_of_configuration(document.root().find("compile_config"));
}

std::string loss_in_hdf5(Bytes bytes) {
  const Hdf5File file(bytes);
  const std::optional<std::string_view> text = file.root().text_attribute("training_config");
  if (!text) return "";
  const JsonDocument document(std::as_bytes(std::span(*text)));
  return loss_of_configuration(&document.root());
}

std::string loss_in_json(Bytes text) {
  const JsonDocument document(text);
  return loss_of_configuration(document.root().find("compile_config"));
}

}  // namespace

std::string keras_loss(const Model& model) {
  const Bytes bytes = model.file.bytes();
  try {
    if (model.format == "keras") return loss_in_archive(bytes);
    if (model.format == "keras h5") return loss_in_hdf5(bytes);
    if (model.format == "keras json" || model.format == "keras folder") return loss_in_json(bytes);
  } catch (const Error&) {
    return "";  // the model itself could be read: only what it was trained with is not known
  }
  return "";
}

}  // namespace flopstat

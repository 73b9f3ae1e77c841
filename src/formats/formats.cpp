#include "formats/formats.h"

#include <algorithm>
#include <array>
#include <string>

#include "bytes/c_array.h"
#include "flopstat/analyze.h"
#include "formats/keras/keras.h"
#include "formats/onnx/onnx.h"
#include "formats/tensorflow/tensorflow.h"
#include "formats/tflite/tflite.h"

namespace flopstat {
namespace {

/// How to tell a format and how to read it.
struct Reader {
  bool (*matches)(Bytes);
  Model (*read)(File);
  Model (*read_tagged)(File, std::string_view tag) = nullptr;  ///< instead, where a file may hold several models
};

// Two arrays of the same order: what users see of each format, and its reader.
constexpr std::array kFormats{
    FormatInfo{"tflite", "TensorFlow Lite", ".tflite"},
    FormatInfo{"onnx", "ONNX", ".onnx"},
    FormatInfo{"keras", "Keras", ".keras"},
    FormatInfo{"keras h5", "Keras HDF5", ".h5, .hdf5"},
    FormatInfo{"keras json", "Keras configuration (model.to_json(), config.json)", ""},
    FormatInfo{"tensorflow saved model", "TensorFlow SavedModel", "saved_model.pb, saved_model.pbtxt"},
    FormatInfo{"tensorflow graph", "TensorFlow GraphDef", ".pb, .pbtxt"},
};
constexpr std::array kReaders{
    Reader{matches_tflite, read_tflite},
    Reader{matches_onnx, read_onnx},
    Reader{matches_keras, read_keras},
    Reader{matches_keras_h5, read_keras_h5},
    Reader{matches_keras_json, read_keras_json},
    Reader{matches_saved_model, nullptr, read_saved_model},
    Reader{matches_tensorflow_graph, read_tensorflow_graph},
};
static_assert(kFormats.size() == kReaders.size());

/// What the beginning of a file looks like to people, where it is a well-known format that is not read.
struct Lookalike {
  std::string_view magic;
  size_t offset;
  std::string_view title;
  std::string_view help;
};

constexpr std::array kLookalikes{
    Lookalike{"PK\x03\x04", 0, "a zip archive (.pt, .pt2, .npz, or a damaged .keras)",
              "convert it to .keras, .tflite or .onnx"},
    Lookalike{"GGUF", 0, "a GGUF file", ""},
    Lookalike{"ET12", 4, "an ExecuTorch program (.pte)", ""},
    Lookalike{"\x7f"
              "ELF",
              0, "a program (ELF)", ""},
    Lookalike{"\x1f\x8b", 0, "a gzip archive", "unpack it: gunzip FILE"},
    Lookalike{"version https://git-lfs", 0, "a Git LFS pointer", "git lfs pull"},
    Lookalike{"<!DOCTYPE html", 0, "a web page", "fetch the file again: an error page was saved under its name"},
    Lookalike{"<html", 0, "a web page", "fetch the file again: an error page was saved under its name"},
    Lookalike{"<?xml", 0, "an XML file", ""},
    Lookalike{"{", 0, "a JSON file", ""},
};

/// What the name of a file promises, and what the bytes of one that keeps the promise have.
struct Naming {
  std::string_view ending;
  std::string_view title;
  std::string_view mark;
};

constexpr std::string_view kTfliteTitle = "a TensorFlow Lite model";
constexpr std::string_view kTfliteMark = "does not carry the identifier 'TFL3' at byte 4";
constexpr std::array kNamings{
    Naming{".tflite", kTfliteTitle, kTfliteMark},
    Naming{".lite", kTfliteTitle, kTfliteMark},
    Naming{".tfl", kTfliteTitle, kTfliteMark},
    Naming{".keras", "a Keras model", "is no zip archive with 'config.json' and 'metadata.json' in it"},
    Naming{".h5", "a Keras model in HDF5", "does not begin with the signature of HDF5"},
    Naming{".hdf5", "a Keras model in HDF5", "does not begin with the signature of HDF5"},
    Naming{".pb", "a TensorFlow graph or SavedModel", "holds neither nodes nor meta graphs"},
    Naming{".onnx", "an ONNX model", "does not hold the fields 'ir_version' and 'graph' of one"},
};

/// Endings are the same in capitals: ".TFLITE".
bool ends_with(std::string_view path, std::string_view ending) {
  if (path.size() < ending.size()) return false;
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(ending.begin(), ending.end(), path.end() - static_cast<std::ptrdiff_t>(ending.size()),
                    [&](char a, char b) { return a == lower(b); });
}

const Lookalike* lookalike_of(Bytes bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto* const found = std::find_if(kLookalikes.begin(), kLookalikes.end(), [&](const Lookalike& each) {
    return text.size() > each.offset && text.substr(each.offset).starts_with(each.magic);
  });
  return found == kLookalikes.end() ? nullptr : found;
}

std::string formats_read() {
  std::string text = "read are: ";
  for (const FormatInfo& format : kFormats) {
    text += (&format == kFormats.data() ? "" : ", ") + std::string(format.title);
    if (!format.extensions.empty()) text += " (" + std::string(format.extensions) + ")";
  }
  return text;
}

Error unrecognised(Bytes bytes, std::string_view path) {
  const Lookalike* lookalike = lookalike_of(bytes);
  for (const Naming& each : kNamings) {
    if (!ends_with(path, each.ending)) continue;
    return {ErrorCode::unrecognised, "it is named like " + std::string(each.title) + ", but " + std::string(each.mark),
            0, lookalike != nullptr ? "its bytes are those of " + std::string(lookalike->title) : formats_read(),
            "fetch or export the file again: it is damaged, or something else under this name"};
  }
  if (lookalike != nullptr) {
    return {ErrorCode::unrecognised, "it is " + std::string(lookalike->title) + ", which is not read yet", 0,
            formats_read(), std::string(lookalike->help)};
  }
  return {ErrorCode::unrecognised, "it is no model format that flopstat knows", 0, formats_read(), "flopstat formats"};
}

/// Depth-first search for a circle of calls, without recursion: the graphs come from a stranger.
void refuse_recursion(const Model& model) {
  enum class Mark : uint8_t { fresh, open, done };
  std::vector<Mark> marks(model.graphs.size(), Mark::fresh);
  std::vector<GraphId> stack;
  for (GraphId start = 0; start < model.graphs.size(); ++start) {
    if (marks[start] == Mark::fresh) stack.push_back(start);
    while (!stack.empty()) {
      const GraphId id = stack.back();
      if (marks[id] != Mark::fresh) {
        marks[id] = Mark::done;
        stack.pop_back();
        continue;
      }
      marks[id] = Mark::open;
      for (const Node& node : model.graphs[id].nodes) {
        for (const GraphId called : called_graphs(node.op)) {
          if (marks[called] == Mark::open) {
            throw Error(ErrorCode::corrupt,
                        "graph " + std::to_string(called) + " calls itself, directly or through others", node.offset,
                        "no runtime can run recursion", "the operator is " + std::string(node.type));
          }
          if (marks[called] == Mark::fresh) stack.push_back(called);
        }
      }
    }
  }
}

const Reader* reader_of(Bytes bytes) {
  const auto* const found =
      std::find_if(kReaders.begin(), kReaders.end(), [&](const Reader& each) { return each.matches(bytes); });
  return found == kReaders.end() ? nullptr : found;
}

Model read_with(const Reader& reader, File file, std::string_view tag) {
  if (!tag.empty() && reader.read_tagged == nullptr) {
    throw Error(ErrorCode::usage, "the file holds one model, without tags", std::nullopt,
                "only a TensorFlow SavedModel may hold several, each with tags of its own", "leave --tag out");
  }
  Model model = reader.read_tagged ? reader.read_tagged(std::move(file), tag) : reader.read(std::move(file));
  refuse_recursion(model);
  return model;
}

/// "the array 'g_model'", or "an array" where it has no name.
std::string array_text(std::string_view name) {
  return name.empty() ? "an array" : "the array '" + std::string(name.substr(0, 80)) + "'";
}

/// A list that breaks off is no model, even if what there is of it looks like one.
void refuse_defect(const CArray& array, uint64_t text_size) {
  if (array.defect.empty()) return;
  const bool cut = array.defect_offset >= text_size;
  throw Error(cut ? ErrorCode::truncated : ErrorCode::corrupt, array_text(array.name) + ": " + array.defect,
              array.defect_offset, "it is C source, and the array begins like a model",
              cut ? "" : "write the array again, for instance with xxd -i");
}

Model read_from_source(const Reader& reader, CArray array, File text, std::string_view tag) {
  refuse_defect(array, text.bytes().size());
  CSource source{std::move(text), array.name, array.offset};
  try {
    Model model = read_with(reader, File::from_bytes(std::move(array.bytes), source.text.path()), tag);
    model.format = model.invented.emplace_back(std::string(model.format) + " in a C array");
    model.source = std::move(source);
    return model;
  } catch (const Error& error) {
    throw located_in_source(error, source);
  }
}

/// What is said of C source without a model.
Error no_model_in_source(const std::vector<std::string>& arrays) {
  std::string names;
  for (const std::string& array : arrays) names += (names.empty() ? "" : ", ") + array;
  return {ErrorCode::unrecognised, "it is C source in which no array is a model", 0, "its arrays of bytes: " + names,
          "name the file in which the bytes of the model stand"};
}

/// The first array of a text that is a model. Further ones that are some get a warning.
/// Throws `Error` (unrecognised) for a text with arrays of which none is; nothing for one without arrays.
std::optional<Model> read_source(const File& text, std::string_view tag) {
  constexpr size_t kArraysNamed = 4;
  std::optional<Model> model;
  std::vector<std::string> others;
  CArrays arrays(text.bytes());
  while (std::optional<CArray> array = arrays.next()) {
    const Reader* reader = reader_of(array->bytes);
    if (reader != nullptr && !model) {
      model = read_from_source(*reader, std::move(*array), text, tag);
    } else if (reader != nullptr) {
      model->warnings.push_back({"other_model", array_text(array->name) + " is a model, too; it is not counted"});
    } else if (!model && others.size() < kArraysNamed) {
      others.push_back("'" + std::string(array->name.substr(0, 80)) + "' with " + std::to_string(array->bytes.size()));
    }
  }
  if (!model && !others.empty()) throw no_model_in_source(others);
  return model;
}

}  // namespace

std::span<const FormatInfo> formats() { return kFormats; }

Error located_in_source(const Error& error, const CSource& source) {
  Error located = error;
  if (!error.offset) return located;
  located.offset = CArrays::place_of_element(source.text.bytes(), source.offset, *error.offset);
  located.note += (error.note.empty() ? "" : "; ");
  located.note += "that is byte " + std::to_string(*error.offset) + " of " + array_text(source.array);
  return located;
}

Model read_model(File file, std::string_view tag) {
  if (const Reader* reader = reader_of(file.bytes())) return read_with(*reader, std::move(file), tag);
  if (looks_like_text(file.bytes())) {
    if (std::optional<Model> model = read_source(file, tag)) return std::move(*model);
  }
  throw unrecognised(file.bytes(), file.path());
}

}  // namespace flopstat

#include "formats/formats.h"

#include <array>
#include <string>

#include "flopstat/analyze.h"
#include "formats/onnx/onnx.h"
#include "formats/tflite/tflite.h"

namespace flopstat {
namespace {

/// How to tell a format and how to read it.
struct Reader {
  bool (*matches)(Bytes);
  Model (*read)(File);
};

// Two arrays of the same order: what users see of each format, and its reader.
constexpr std::array kFormats{
    FormatInfo{"tflite", "TensorFlow Lite", ".tflite"},
    FormatInfo{"onnx", "ONNX", ".onnx"},
};
constexpr std::array kReaders{
    Reader{matches_tflite, read_tflite},
    Reader{matches_onnx, read_onnx},
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
    Lookalike{"\x89HDF\r\n\x1a\n", 0, "an HDF5 file (Keras .h5)", "convert it to .tflite or .onnx"},
    Lookalike{"PK\x03\x04", 0, "a zip archive (.keras, .pt, .pt2, .npz)", "convert it to .tflite or .onnx"},
    Lookalike{"GGUF", 0, "a GGUF file", ""},
    Lookalike{"ET12", 4, "an ExecuTorch program (.pte)", ""},
    Lookalike{"\x7f"
              "ELF",
              0, "a program, not a model", ""},
    Lookalike{"<?xml", 0, "an XML file", ""},
    Lookalike{"{", 0, "a JSON file", ""},
};

Error unrecognised(Bytes bytes) {
  std::string read;
  for (const FormatInfo& format : kFormats) {
    read += (read.empty() ? "" : ", ") + std::string(format.title) + " (" + std::string(format.extensions) + ")";
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (const Lookalike& each : kLookalikes) {
    if (text.size() <= each.offset || !text.substr(each.offset).starts_with(each.magic)) continue;
    return {ErrorCode::unrecognised, "it is " + std::string(each.title) + ", which is not read yet", 0,
            "read are: " + read, std::string(each.help)};
  }
  return {ErrorCode::unrecognised, "it is no model format that flopstat knows", 0, "read are: " + read,
          "flopstat formats"};
}

/// Visits the graphs that a node calls.
template <class Visit>
void for_each_called(const Op& op, Visit visit) {
  if (const auto* call = std::get_if<Call>(&op)) visit(call->body);
  if (const auto* once = std::get_if<CallOnce>(&op)) visit(once->body);
  if (const auto* branch = std::get_if<If>(&op)) visit(branch->then_graph), visit(branch->else_graph);
  if (const auto* loop = std::get_if<While>(&op)) visit(loop->condition), visit(loop->body);
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
        for_each_called(node.op, [&](GraphId called) {
          if (marks[called] == Mark::open) {
            throw Error(ErrorCode::corrupt,
                        "graph " + std::to_string(called) + " calls itself, directly or through others", node.offset,
                        "no runtime can run recursion", "the operator is " + std::string(node.type));
          }
          if (marks[called] == Mark::fresh) stack.push_back(called);
        });
      }
    }
  }
}

}  // namespace

std::span<const FormatInfo> formats() { return kFormats; }

Model read_model(File file) {
  for (const Reader& reader : kReaders) {
    if (!reader.matches(file.bytes())) continue;
    Model model = reader.read(std::move(file));
    refuse_recursion(model);
    return model;
  }
  throw unrecognised(file.bytes());
}

}  // namespace flopstat

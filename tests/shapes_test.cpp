// Shape inference against the shapes that real files store: inference is told nothing but the inputs' and constants'.

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "formats/formats.h"
#include "graph/frames.h"
#include "ops/operands.h"
#include "support/corpus.h"

namespace flopstat {
namespace {

/// The shape that the file states, if it states one: not where a free dimension made it a placeholder.
std::optional<Shape> stated_shape(const Tensor& tensor) {
  if (!tensor.dims || tensor.placeholder) return std::nullopt;
  Shape shape;
  for (const Dim& dim : *tensor.dims) {
    if (dim.size < 0) return std::nullopt;
    shape.push_back(dim.size);
  }
  return shape;
}

/// What became of the tensors that a node computes or a caller hands in, in all calls.
struct Tally {
  uint64_t equal = 0;
  uint64_t differing = 0;
  uint64_t not_inferred = 0;
  uint64_t without_stated_shape = 0;  ///< inferred, but there is nothing to compare

  uint64_t tensors() const { return equal + differing + not_inferred + without_stated_shape; }

  Tally& operator+=(const Tally& other) {
    equal += other.equal;
    differing += other.differing;
    not_inferred += other.not_inferred;
    without_stated_shape += other.without_stated_shape;
    return *this;
  }
};

class Comparison {
 public:
  Comparison(const Model& model, std::string file) : model_(model), file_(std::move(file)) {}

  Tally compare_main(const Frame& root) {
    compare_outputs(root);
    return tally_;
  }

 private:
  void compare_outputs(const Frame& frame) {
    const Graph& graph = model_.graphs[frame.graph];
    for (const Node& node : graph.nodes) {
      for (const TensorId id : node.outputs) compare(frame, id);
    }
    for (const auto& [node, child] : frame.children) {
      for (const Called& called : child.calls) {
        for (const TensorId id : model_.graphs[called.frame.graph].inputs) compare(called.frame, id);
        compare_outputs(called.frame);
      }
    }
  }

  void compare(const Frame& frame, TensorId id) {
    if (id == kAbsent) return;
    const Tensor& tensor = model_.graphs[frame.graph].tensors[id];
    if (tensor.is_constant() || tensor.is_state) return;
    const Value* value = known(frame.values[id]);
    const std::optional<Shape> stated = stated_shape(tensor);
    if (value == nullptr) {
      ++tally_.not_inferred;
      std::printf("not inferred: %s: '%.*s': %s\n", file_.c_str(), static_cast<int>(tensor.name.size()),
                  tensor.name.data(), reason(frame.values[id]).why.c_str());
    } else if (!stated) {
      ++tally_.without_stated_shape;
    } else if (value->shape == *stated) {
      ++tally_.equal;
    } else {
      ++tally_.differing;
      ADD_FAILURE() << file_ << ": '" << tensor.name << "' is " << to_string(*stated) << " in the file, inferred "
                    << to_string(value->shape);
    }
  }

  const Model& model_;
  std::string file_;
  Tally tally_;
};

/// Compares every signature's graph, or the main one where the file names none.
Tally compare_file(const std::string& path, const std::string& file) {
  Model model = read_model(File::open(path));
  Tally tally;
  const auto compare_main = [&] {
    const Options options = test::options_for(file);
    const Frames frames = infer(model, {.dims = options.dims, .inputs = options.inputs, .trust_stored_shapes = false});
    if (!model.graphs.empty()) tally += Comparison(model, file).compare_main(frames.root);
  };
  if (model.signatures.empty()) compare_main();
  for (const Signature& signature : model.signatures) {
    model.main = signature.graph;
    compare_main();
  }
  return tally;
}

void print(const char* what, size_t files, const Tally& tally) {
  std::printf(
      "%s: %zu files, %llu tensors: %llu as stored, %llu differ, %llu not inferred, %llu have no stored shape\n", what,
      files, static_cast<unsigned long long>(tally.tensors()), static_cast<unsigned long long>(tally.equal),
      static_cast<unsigned long long>(tally.differing), static_cast<unsigned long long>(tally.not_inferred),
      static_cast<unsigned long long>(tally.without_stated_shape));
}

TEST(Shapes, inference_alone_finds_every_shape_that_the_examples_store) {
  Tally tally;
  size_t files = 0;
  for (const std::string& file : test::files_in(FLOPSTAT_SOURCE_DIR "/examples")) {
    if (!file.ends_with(".tflite")) continue;
    ++files;
    tally += compare_file(FLOPSTAT_SOURCE_DIR "/examples/" + file, file);
  }
  print("examples", files, tally);
  EXPECT_GT(tally.equal, 0U);
  EXPECT_EQ(tally.differing, 0U);
  EXPECT_EQ(tally.not_inferred, 0U);
}

class RealShapes : public test::Corpus {};

TEST_F(RealShapes, inference_alone_finds_the_shapes_that_real_files_store) {
  Tally tally;
  size_t files = 0;
  for (const std::string& file : test::files_in(test::in_corpus("models/tflite"))) {
    if (file == "broken_model.tflite") continue;
    ++files;
    tally += compare_file(test::in_corpus("models/tflite/" + file), file);
  }
  print("corpus", files, tally);
  EXPECT_GT(tally.equal, 0U);
  EXPECT_EQ(tally.differing, 0U);
  EXPECT_LT(tally.not_inferred * 100, tally.tensors()) << "1 % or more of the tensors";
}

}  // namespace
}  // namespace flopstat

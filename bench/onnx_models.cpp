#include "onnx_models.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <vector>

#include "support/onnx_writer.h"

namespace flopstat::bench {
namespace {

using namespace flopstat::test;

/// A graph whose weights are written as holes: they hold zeros and take no space.
class Model {
 public:
  OnnxGraph graph;

  Model() { graph.proto.text(2, "main"); }

  /// Its name.
  std::string weight(const std::string& name, const std::vector<int64_t>& dims) {
    uint64_t zeros = sizeof(float);
    for (const int64_t size : dims) zeros *= static_cast<uint64_t>(size);
    Proto tensor = Proto{}.packed(1, dims).integer(2, kOnnxFloat).text(8, name).opening(9, zeros);
    Proto field = Proto{}.opening(5, tensor.bytes.size() + zeros);
    weights_.push_back({field.bytes + tensor.bytes, zeros});
    return name;
  }

  /// The node's result, which has its name.
  std::string node(const std::string& type, const std::string& name, const std::vector<std::string>& inputs,
                   const std::vector<Proto>& attributes = {}) {
    graph.node(onnx_node(type, inputs, {name}, attributes, name));
    return name;
  }

  void write(const std::string& path) const {
    uint64_t size = graph.proto.bytes.size();
    for (const Weight& weight : weights_) size += weight.head.size() + weight.zeros;
    Proto head = Proto{}.integer(1, 8).message(8, Proto{}.integer(2, 20)).opening(7, size);
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    uint64_t end = 0;
    bool fine = file >= 0 && put(file, head.bytes + graph.proto.bytes, end);
    for (const Weight& weight : weights_) {
      fine = fine && put(file, weight.head, end);
      end += weight.zeros;
    }
    fine = fine && ftruncate(file, static_cast<off_t>(end)) == 0 && close(file) == 0;
    if (fine) return;
    std::cerr << "error: cannot write " << path << '\n';
    std::exit(1);
  }

 private:
  struct Weight {
    std::string head;
    uint64_t zeros;
  };

  static bool put(int file, const std::string& bytes, uint64_t& end) {
    const ssize_t written = pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(end));
    end += bytes.size();
    return written == static_cast<ssize_t>(bytes.size());
  }

  std::vector<Weight> weights_;
};

/// He et al. 2016, Deep residual learning for image recognition, table 1; batch norms folded.
class ResNet50 {
 public:
  Model write() {
    model_.graph.input("input", {1, 3, 224, 224});
    std::string x = conv("/conv1", "input", 3, 64, 7, 2, true);
    x = model_.node(
        "MaxPool", "/maxpool/MaxPool", {x},
        {onnx_integers("kernel_shape", {3, 3}), onnx_integers("strides", {2, 2}), onnx_integers("pads", {1, 1, 1, 1})});
    int64_t channels = 64;
    const std::vector<int64_t> blocks{3, 4, 6, 3};
    for (size_t stage = 0; stage < blocks.size(); ++stage) {
      for (int64_t block = 0; block < blocks[stage]; ++block) {
        const std::string scope = "/layer" + std::to_string(stage + 1) + "/" + std::to_string(block);
        x = bottleneck(scope, x, channels, int64_t{64} << stage, stage > 0 && block == 0 ? 2 : 1);
        channels = int64_t{256} << stage;
      }
    }
    x = model_.node("GlobalAveragePool", "/avgpool/GlobalAveragePool", {x});
    x = model_.node("Flatten", "/Flatten", {x});
    x = model_.node("Gemm", "/fc/Gemm",
                    {x, model_.weight("fc.weight", {1000, channels}), model_.weight("fc.bias", {1000})},
                    {onnx_integer("transB", 1)});
    model_.graph.output(x, {1, 1000});
    return std::move(model_);
  }

 private:
  std::string conv(const std::string& scope, const std::string& x, int64_t from, int64_t to, int64_t kernel,
                   int64_t stride, bool relu) {
    const int64_t pad = kernel / 2;
    const std::string w = model_.weight(scope + ".weight", {to, from, kernel, kernel});
    const std::string bias = model_.weight(scope + ".bias", {to});
    const std::string y =
        model_.node("Conv", scope + "/Conv", {x, w, bias},
                    {onnx_integers("kernel_shape", {kernel, kernel}), onnx_integers("strides", {stride, stride}),
                     onnx_integers("pads", {pad, pad, pad, pad})});
    return relu ? model_.node("Relu", scope + "/Relu", {y}) : y;
  }

  std::string bottleneck(const std::string& scope, const std::string& x, int64_t from, int64_t width, int64_t stride) {
    std::string y = conv(scope + "/conv1", x, from, width, 1, 1, true);
    y = conv(scope + "/conv2", y, width, width, 3, stride, true);
    y = conv(scope + "/conv3", y, width, width * 4, 1, 1, false);
    const bool same = from == width * 4 && stride == 1;
    const std::string shortcut = same ? x : conv(scope + "/downsample", x, from, width * 4, 1, stride, false);
    return model_.node("Relu", scope + "/Relu", {model_.node("Add", scope + "/Add", {y, shortcut})});
  }

  Model model_;
};

Model products(int64_t width) {
  Model model;
  model.graph.input("x", {1, width});
  std::string x = "x";
  for (int i = 0; i < 256; ++i) {
    const std::string name = "dense_" + std::to_string(i);
    x = model.node("MatMul", name + "/MatMul", {x, model.weight(name + ".weight", {width, width})});
  }
  model.graph.output(x, {1, width});
  return model;
}

constexpr int64_t kWidth = 64;
constexpr int64_t kHeads = 4;

/// A transformer as exporters that know no sizes write it: each reshape's target is put together from the input's
/// shape. All layers share their weights.
class Transformer {
 public:
  Model write(size_t nodes) {
    nodes_ = nodes;
    model_.graph.input("x", {"batch", "sequence", kWidth});
    for (const int64_t value : {0, 1}) {
      model_.graph.initializer(onnx_raw("at_" + std::to_string(value), kOnnxInt64, {}, raw(value)));
    }
    model_.graph.initializer(onnx_int64s("heads", {kHeads, kWidth / kHeads}));
    model_.graph.initializer(onnx_int64s("width", {kWidth}));
    model_.graph.initializer(onnx_int64s("first_axis", {0}));
    model_.weight("norm", {kWidth});
    model_.weight("square", {kWidth, kWidth});
    model_.weight("wide", {kWidth, 4 * kWidth});
    model_.weight("narrow", {4 * kWidth, kWidth});
    std::string x = "x";
    while (written_ < nodes_) x = layer(x);
    model_.graph.output(x, {"batch", "sequence", kWidth});
    return std::move(model_);
  }

 private:
  static std::string raw(int64_t value) { return std::string(1, static_cast<char>(value)) + std::string(7, '\0'); }

  /// Nothing once there are enough nodes.
  std::string node(const std::string& type, const std::vector<std::string>& inputs,
                   const std::vector<Proto>& attributes = {}) {
    if (written_ == nodes_) return inputs[0];
    const std::string name = "/layers." + std::to_string(layer_) + "/" + type + "_" + std::to_string(written_++);
    return model_.node(type, name, inputs, attributes);
  }

  std::string size(const std::string& x, const std::string& axis) {
    return node("Unsqueeze", {node("Gather", {node("Shape", {x}), axis}), "first_axis"});
  }

  /// x with its last axes given and those before it taken from its shape.
  std::string reshaped(const std::string& x, const std::string& last) {
    const std::string batch = size(x, "at_0");
    const std::string sequence = size(x, "at_1");
    return node("Reshape", {x, node("Concat", {batch, sequence, last}, {onnx_integer("axis", 0)})});
  }

  std::string heads(const std::string& x) {
    return node("Transpose", {reshaped(node("MatMul", {x, "square"}), "heads")}, {onnx_integers("perm", {0, 2, 1, 3})});
  }

  std::string layer(const std::string& x) {
    ++layer_;
    const std::string normal = node("LayerNormalization", {x, "norm", "norm"});
    const std::string keys = node("Transpose", {heads(normal)}, {onnx_integers("perm", {0, 1, 3, 2})});
    const std::string scores = node("Softmax", {node("MatMul", {heads(normal), keys})});
    const std::string seen = node("MatMul", {scores, heads(normal)});
    const std::string joined = node("Transpose", {seen}, {onnx_integers("perm", {0, 2, 1, 3})});
    const std::string y = node("Add", {x, node("MatMul", {reshaped(joined, "width"), "square"})});
    const std::string wide = node("MatMul", {node("LayerNormalization", {y, "norm", "norm"}), "wide"});
    return node("Add", {y, node("MatMul", {node("Gelu", {wide}), "narrow"})});
  }

  Model model_;
  size_t nodes_ = 0;
  size_t written_ = 0;
  int layer_ = 0;
};

}  // namespace

void write_onnx_models(const std::string& folder) {
  ResNet50().write().write(folder + "resnet50.onnx");
  products(2).write(folder + "products_2.onnx");
  products(1024).write(folder + "products_1024.onnx");
  Transformer().write(1'000).write(folder + "transformer_1000.onnx");
  Transformer().write(10'000).write(folder + "transformer_10000.onnx");
}

}  // namespace flopstat::bench

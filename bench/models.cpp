// Writes the models that the benchmarks read:  flopstat_bench_models FOLDER
// Weights are holes in the files: they hold zeros and take no space.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "onnx_models.h"
#include "support/tflite_writer.h"

namespace {

using namespace flopstat::test;

/// Marks a reference from a buffer to its contents until the place of these is known.
constexpr uint32_t kOpenReference = 0xF105'7A70;

constexpr int32_t kCodes[] = {builtin::conv_2d, builtin::add, builtin::relu, builtin::fully_connected};

/// A model whose weights lie in the FlatBuffer, behind everything else, as converters write them; operator codes are
/// shared.
class Model {
 public:
  int32_t activation(const std::vector<int32_t>& shape) {
    return builder_.tensor({.name = scope_ + "/output_" + std::to_string(++names_), .shape = shape});
  }

  int32_t weight(const std::vector<int32_t>& shape) {
    uint32_t bytes = 4;
    for (const int32_t size : shape) bytes *= static_cast<uint32_t>(size);
    sizes_.push_back(bytes);
    const auto buffer = static_cast<uint32_t>(sizes_.size());
    return builder_.tensor({.name = scope_ + "/weight_" + std::to_string(buffer), .shape = shape, .buffer = buffer});
  }

  int32_t op(int32_t code, std::vector<int32_t> inputs, const std::vector<int32_t>& shape, UnionSpec options = {}) {
    const int32_t y = activation(shape);
    const auto* found = std::find(std::begin(kCodes), std::end(kCodes), code);
    const auto index = static_cast<uint32_t>(found - std::begin(kCodes));
    builder_.op({.code = code,
                 .inputs = std::move(inputs),
                 .outputs = {y},
                 .options = std::move(options),
                 .extra = {{0, index}}});
    return y;
  }

  /// A square convolution of stride 1 with bias and relu on a feature map of `size` x `size`.
  int32_t conv(int32_t x, int32_t from, int32_t to, int32_t kernel, int32_t size) {
    const int32_t w = weight({to, kernel, kernel, from});
    const int32_t bias = weight({to});
    return op(builtin::conv_2d, {x, w, bias}, {1, size, size, to},
              {options::conv_2d, {{{1, int32_t{1}}, {2, int32_t{1}}, {3, int8_t{1}}}}});
  }

  int32_t add(int32_t a, int32_t b, const std::vector<int32_t>& shape) {
    return op(builtin::add, {a, b}, shape, {options::add, {{{0, int8_t{0}}}}});
  }

  int32_t fully_connected(int32_t x, int32_t from, int32_t to) {
    return op(builtin::fully_connected, {x, weight({to, from})}, {1, to},
              {options::fully_connected, {{{0, int8_t{0}}}}});
  }

  void scope(std::string name) { scope_ = std::move(name); }

  void write(const std::string& path, int32_t x, int32_t y) {
    builder_.inputs({x});
    builder_.outputs({y});
    std::vector<FlatTable> codes, buffers(1);
    for (const int32_t code : kCodes) {
      codes.push_back({{{0, static_cast<int8_t>(code)}, {2, int32_t{1}}, {3, code}}});
    }
    for (size_t i = 0; i < sizes_.size(); ++i) buffers.push_back({{{0, kOpenReference}}});
    builder_.model_field(1, std::move(codes));
    builder_.model_field(4, std::move(buffers));
    std::vector<std::byte> head = builder_.finish();
    put(path, head, place(head));
  }

 private:
  /// Closes the references. Returns where each weight's contents stand.
  std::vector<uint64_t> place(std::vector<std::byte>& head) const {
    std::vector<uint64_t> places;
    uint64_t end = head.size();
    for (size_t at = 0; at + 4 <= head.size() && places.size() < sizes_.size(); at += 4) {
      if (std::memcmp(head.data() + at, &kOpenReference, 4) != 0) continue;
      const uint64_t start = (end + 4 + 15) / 16 * 16;
      const auto distance = static_cast<uint32_t>(start - 4 - at);
      std::memcpy(head.data() + at, &distance, 4);
      end = start + sizes_[places.size()];
      places.push_back(start);
    }
    return places;
  }

  void put(const std::string& path, const std::vector<std::byte>& head, const std::vector<uint64_t>& places) const {
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    bool fine = file >= 0 && places.size() == sizes_.size();
    fine = fine && ::write(file, head.data(), head.size()) == static_cast<ssize_t>(head.size());
    for (size_t i = 0; fine && i < places.size(); ++i) {
      fine = pwrite(file, &sizes_[i], 4, static_cast<off_t>(places[i] - 4)) == 4;
    }
    fine = fine && ftruncate(file, static_cast<off_t>(places.back() + sizes_.back())) == 0 && close(file) == 0;
    if (fine) return;
    std::cerr << "error: cannot write " << path << '\n';
    std::exit(1);
  }

  TfliteBuilder builder_;
  std::vector<uint32_t> sizes_;  // of the weights in bytes; weight i is in buffer i + 1
  std::string scope_ = "model";
  int names_ = 0;
};

/// 16 bottleneck blocks of three convolutions and a sum, at the widths of ResNet-50: 100 MB in 85 nodes.
void write_residual(const std::string& path) {
  struct Stage {
    int32_t blocks, width, size;
  };
  Model model;
  const int32_t input = model.activation({1, 56, 56, 64});
  int32_t x = input;
  int32_t channels = 64;
  for (const Stage& stage : {Stage{3, 64, 56}, Stage{4, 128, 56}, Stage{6, 256, 56}, Stage{3, 512, 56}}) {
    for (int32_t block = 0; block < stage.blocks; ++block) {
      model.scope("resnet/stage_" + std::to_string(stage.width) + "/block_" + std::to_string(block));
      const int32_t wide = stage.width * 4;
      const int32_t shortcut = channels == wide ? x : model.conv(x, channels, wide, 1, stage.size);
      int32_t y = model.conv(x, channels, stage.width, 1, stage.size);
      y = model.conv(y, stage.width, stage.width, 3, stage.size);
      y = model.conv(y, stage.width, wide, 1, stage.size);
      x = model.op(builtin::relu, {model.add(shortcut, y, {1, stage.size, stage.size, wide})},
                   {1, stage.size, stage.size, wide});
      channels = wide;
    }
  }
  model.write(path, input, model.conv(x, channels, 1000, 1, 56));
}

/// A chain of 256 matrix products, each with a weight of width * width numbers.
void write_products(const std::string& path, int32_t width) {
  Model model;
  const int32_t input = model.activation({1, width});
  int32_t x = input;
  for (int i = 0; i < 256; ++i) x = model.fully_connected(x, width, width);
  model.write(path, input, x);
}

/// A chain of `nodes` nodes: convolution, sum with what came before it, relu.
void write_chain(const std::string& path, int nodes) {
  Model model;
  const int32_t input = model.activation({1, 8, 8, 8});
  int32_t x = input;
  for (int i = 0; i < nodes; i += 3) {
    model.scope("model/block_" + std::to_string(i / 3));
    const int32_t y = model.conv(x, 8, 8, 3, 8);
    x = i + 1 < nodes ? model.add(x, y, {1, 8, 8, 8}) : y;
    if (i + 2 < nodes) x = model.op(builtin::relu, {x}, {1, 8, 8, 8});
  }
  model.write(path, input, x);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: flopstat_bench_models FOLDER\n";
    return 2;
  }
  const std::string folder = std::string(argv[1]) + "/";
  write_residual(folder + "residual_100mb.tflite");
  write_products(folder + "products_2.tflite", 2);
  write_products(folder + "products_1024.tflite", 1024);
  for (const int nodes : {1'000, 10'000, 100'000}) {
    write_chain(folder + "chain_" + std::to_string(nodes) + ".tflite", nodes);
  }
  flopstat::bench::write_onnx_models(folder);
}

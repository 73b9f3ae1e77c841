// Writes the seeds of the targets that read files, one small model per feature of a format:
//
//     cmake --build build/dev --target fuzz_make_corpus && build/dev/fuzz_make_corpus fuzz/corpus

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/c_source.h"
#include "support/hdf5_writer.h"
#include "support/onnx_writer.h"
#include "support/tensorflow_writer.h"
#include "support/tflite_writer.h"
#include "support/zip_writer.h"

namespace {

using namespace flopstat::test;

template <class... Values>
UnionSpec slots(uint8_t tag, Values... values) {
  UnionSpec result{tag, {}};
  uint16_t slot = 0;
  (set(result.table, slot++, values), ...);
  return result;
}

/// A builder with the abbreviations that all seeds use.
struct Seed : TfliteBuilder {
  int32_t x(std::vector<int32_t> shape, TensorType type = TensorType::float32) {
    return tensor({.name = "x", .shape = std::move(shape), .type = type});
  }
  int32_t ints(const std::vector<int32_t>& values) {
    return constant({.name = "c", .shape = {static_cast<int32_t>(values.size())}, .type = TensorType::int32}, values);
  }
  int32_t number(int32_t value) {
    return constant({.name = "n", .type = TensorType::int32}, std::vector<int32_t>{value});
  }
  int32_t weight(std::vector<int32_t> shape, TensorType type = TensorType::float32,
                 std::optional<QuantizationSpec> quantization = {}) {
    size_t size = type == TensorType::float32 ? 4 : 1;
    for (const int32_t each : shape) size *= static_cast<size_t>(each);
    return constant({.name = "w", .shape = std::move(shape), .type = type, .quantization = std::move(quantization)},
                    std::vector<uint8_t>(size));
  }
  void add(int32_t code, std::vector<int32_t> in, std::vector<int32_t> out, UnionSpec options = {}) {
    op({.code = code, .inputs = std::move(in), .outputs = std::move(out), .options = std::move(options)});
  }
  void ends(std::vector<int32_t> in, std::vector<int32_t> out) {
    inputs(std::move(in));
    outputs(std::move(out));
  }
};

Seed dense() {
  Seed s;
  const int32_t x = s.x({1, 4}), y = s.x({1, 2}), z = s.x({1, 2});
  s.add(builtin::fully_connected, {x, s.weight({2, 4}), s.weight({2})}, {y},
        slots(options::fully_connected, int8_t{1}));
  s.add(builtin::softmax, {y}, {z}, slots(options::softmax, 1.0F));
  s.ends({x}, {z});
  s.signature({.key = "serving_default", .inputs = {{"in", 0}}, .outputs = {{"out", 2}}});
  return s;
}

Seed convolutions() {
  Seed s;
  const int32_t x = s.x({1, 8, 8, 3}), a = s.x({1, 4, 4, 4}), b = s.x({1, 4, 4, 8}), c = s.x({1, 2, 2, 8});
  const int32_t d = s.x({1, 4, 4, 2}), e = s.x({1, 1, 1, 2});
  s.add(builtin::conv_2d, {x, s.weight({4, 3, 3, 3}), -1}, {a},
        slots(options::conv_2d, int8_t{0}, 2, 2, int8_t{3}, 1, 1));
  s.add(builtin::depthwise_conv_2d, {a, s.weight({1, 3, 3, 8}), s.weight({8})}, {b},
        slots(options::depthwise_conv_2d, int8_t{0}, 1, 1, 2, int8_t{1}, 1, 1));
  s.add(builtin::max_pool_2d, {b}, {c}, slots(options::pool_2d, int8_t{1}, 2, 2, 2, 2));
  s.add(builtin::transpose_conv, {s.ints({1, 4, 4, 2}), s.weight({2, 2, 2, 8}), c}, {d},
        slots(options::transpose_conv, int8_t{0}, 2, 2));
  s.add(builtin::mean, {d, s.ints({1, 2})}, {e}, slots(options::reducer, true));
  s.ends({x}, {e});
  return s;
}

Seed quantized() {
  Seed s;
  const auto q = [](std::vector<float> scale, std::vector<int64_t> zero, int32_t axis = 0) {
    return QuantizationSpec{.scale = std::move(scale), .zero_point = std::move(zero), .quantized_dimension = axis};
  };
  const auto activation = [&](std::vector<int32_t> shape, int64_t zero) {
    return s.tensor(
        {.name = "q", .shape = std::move(shape), .type = TensorType::int8, .quantization = q({0.5F}, {zero})});
  };
  const int32_t x = s.x({1, 4, 4, 2});
  const int32_t a = activation({1, 4, 4, 2}, -3), b = activation({1, 4, 4, 4}, 0), c = activation({1, 4, 4, 4}, 7);
  const int32_t y = s.x({1, 4, 4, 4});
  s.add(builtin::quantize, {x}, {a});
  const int32_t w = s.weight({4, 1, 1, 2}, TensorType::int8, q({1, 2, 3, 4}, {0, 0, 0, 0}));
  const int32_t bias = s.constant({.name = "b", .shape = {4}, .type = TensorType::int32}, std::vector<int32_t>(4));
  s.add(builtin::conv_2d, {a, w, bias}, {b}, slots(options::conv_2d, int8_t{0}, 1, 1, int8_t{1}, 1, 1));
  s.add(builtin::add, {b, b}, {c}, slots(options::add, int8_t{0}));
  s.add(builtin::dequantize, {c}, {y});
  s.ends({x}, {y});
  return s;
}

Seed narrow_and_sparse() {
  Seed s;
  const int32_t x = s.x({1, 32}), y = s.x({1, 4}), z = s.x({1, 4});
  const int32_t scales = s.constant({.name = "s", .shape = {4}, .type = TensorType::float16}, std::vector<uint16_t>(4));
  const int32_t w = s.constant(
      {.name = "w",
       .shape = {4, 32},
       .type = TensorType::int4,
       .quantization = QuantizationSpec{.details = {2, {{{0, scales}, {1, int32_t{-1}}, {2, int32_t{32}}}}}}},
      std::vector<uint8_t>(64));
  s.add(builtin::fully_connected, {x, w, -1}, {y});
  const uint32_t buffer = s.buffer(std::vector<std::byte>(20));
  const FlatTable sparsity{{{0, flat_vector(std::vector<int32_t>{0, 1})}}};
  const int32_t sparse = s.tensor({.name = "sp", .shape = {4, 4}, .buffer = buffer, .extra = {{6, sparsity}}});
  const int32_t full = s.x({4, 4});
  s.add(builtin::densify, {sparse}, {full});
  s.add(builtin::batch_matmul, {y, full}, {z}, slots(options::batch_matmul, false, true));
  s.ends({x}, {z});
  return s;
}

Seed shape_arithmetic() {
  Seed s;
  const int32_t x = s.tensor({.name = "x", .shape = {1, 6, 4}, .shape_signature = std::vector<int32_t>{-1, 6, 4}});
  const int32_t shape = s.x({3}, TensorType::int32), batch = s.x({}, TensorType::int32),
                target = s.x({2}, TensorType::int32);
  const int32_t y = s.x({1, 24}), z = s.x({24, 1});
  s.add(builtin::shape, {x}, {shape}, slots(options::shape, int8_t{2}));
  s.add(builtin::strided_slice, {shape, s.ints({0}), s.ints({1}), s.ints({1})}, {batch},
        slots(options::strided_slice, 0, 0, 0, 0, 1));
  s.add(builtin::pack, {batch, s.number(24)}, {target}, slots(options::pack, 2, 0));
  s.add(builtin::reshape, {x, target}, {y});
  s.add(builtin::transpose, {y, s.ints({1, 0})}, {z});
  s.ends({x}, {z});
  return s;
}

Seed movement() {
  Seed s;
  const int32_t x = s.x({2, 4, 4, 2}), a = s.x({2, 6, 6, 2}), b = s.x({2, 6, 6, 1}), c = s.x({2, 6, 6, 1});
  const int32_t d = s.x({2, 6, 6, 2}), e = s.x({2, 3, 3, 8}), f = s.x({2, 6, 6, 8}), g = s.x({1, 6, 6, 8});
  s.add(builtin::pad,
        {x, s.constant({.name = "p", .shape = {4, 2}, .type = TensorType::int32},
                       std::vector<int32_t>{0, 0, 1, 1, 1, 1, 0, 0})},
        {a});
  s.add(builtin::split, {s.number(3), a}, {b, c}, slots(options::split, 2));
  s.add(builtin::concatenation, {b, c}, {d}, slots(options::concatenation, 3, int8_t{0}));
  s.add(builtin::space_to_depth, {d}, {e}, slots(options::space_to_depth, 2));
  s.add(builtin::resize_bilinear, {e, s.ints({6, 6})}, {f});
  s.add(builtin::gather, {f, s.ints({0})}, {g}, slots(options::gather, 0, 0));
  s.ends({x}, {g});
  return s;
}

Seed loop() {
  Seed s;
  const int32_t i = s.number(0), x = s.x({8}), end = s.x({}, TensorType::int32), y = s.x({8});
  s.add(builtin::while_, {i, x}, {end, y}, slots(options::while_, 1, 2));
  s.ends({x}, {y});
  s.subgraph("condition");
  const int32_t ci = s.x({}, TensorType::int32), cx = s.x({8}), less = s.x({}, TensorType::boolean);
  s.add(builtin::less, {ci, s.number(10)}, {less});
  s.ends({ci, cx}, {less});
  s.subgraph("body");
  const int32_t bi = s.x({}, TensorType::int32), bx = s.x({8}), next = s.x({}, TensorType::int32), by = s.x({8});
  s.add(builtin::tanh, {bx}, {by});
  s.add(builtin::add, {bi, s.number(1)}, {next});
  s.ends({bi, bx}, {next, by});
  return s;
}

Seed growing_loop() {
  Seed s;
  const int32_t i = s.number(0), x = s.x({1, 2}), end = s.x({}, TensorType::int32);
  const int32_t y = s.tensor({.name = "y", .has_rank = false});
  s.add(builtin::while_, {i, x}, {end, y}, slots(options::while_, 1, 2));
  s.ends({x}, {y});
  s.subgraph("condition");
  const int32_t ci = s.x({}, TensorType::int32), cx = s.tensor({.name = "l", .has_rank = false});
  const int32_t less = s.x({}, TensorType::boolean);
  s.add(builtin::less, {ci, s.number(5)}, {less});
  s.ends({ci, cx}, {less});
  s.subgraph("body");
  const int32_t bi = s.x({}, TensorType::int32), next = s.x({}, TensorType::int32);
  const int32_t bx = s.tensor({.name = "l", .has_rank = false}), by = s.tensor({.name = "l", .has_rank = false});
  s.add(builtin::concatenation, {bx, s.weight({1, 2})}, {by}, slots(options::concatenation, 0));
  s.add(builtin::add, {bi, s.number(1)}, {next});
  s.ends({bi, bx}, {next, by});
  return s;
}

Seed branches() {
  Seed s;
  const int32_t flag = s.x({}, TensorType::boolean), x = s.x({4}), y = s.x({4}), z = s.x({4});
  s.add(builtin::if_, {flag, x}, {y}, slots(options::if_, 1, 2));
  const int32_t fixed = s.constant({.name = "t", .type = TensorType::boolean}, std::vector<uint8_t>{1});
  s.add(builtin::if_, {fixed, y}, {z}, slots(options::if_, 2, 1));
  s.ends({flag, x}, {z});
  for (const int32_t code : {int32_t{builtin::exp}, int32_t{builtin::neg}}) {
    s.subgraph("branch");
    const int32_t a = s.x({4}), b = s.x({4});
    s.add(code, {a}, {b});
    s.ends({a}, {b});
  }
  return s;
}

Seed calls() {
  Seed s;
  const int32_t x = s.x({4}), y = s.x({4}), z = s.x({4});
  s.add(builtin::call, {x}, {y}, slots(options::call, 1u));
  s.op({.code = builtin::stablehlo_composite,
        .inputs = {y},
        .outputs = {z},
        .options_2 = slots(options_2::stablehlo_composite, std::string("gelu"), int32_t{1})});
  s.ends({x}, {z});
  s.subgraph("body");
  const int32_t a = s.x({4}), b = s.x({4});
  s.add(builtin::gelu, {a}, {b}, slots(options::gelu, true));
  s.ends({a}, {b});
  return s;
}

Seed variables() {
  Seed s;
  const int32_t x = s.x({2}), handle = s.x({}, TensorType::resource), old = s.x({2}), y = s.x({2});
  const UnionSpec name = slots(options::var_handle, std::string(), std::string("v"));
  s.add(builtin::call_once, {}, {}, slots(options::call_once, 1));
  s.add(builtin::var_handle, {}, {handle}, name);
  s.add(builtin::read_variable, {handle}, {old});
  s.add(builtin::add, {old, x}, {y});
  s.add(builtin::assign_variable, {handle, y}, {});
  s.ends({x}, {y});
  s.subgraph("init");
  const int32_t inner = s.x({}, TensorType::resource);
  s.add(builtin::var_handle, {}, {inner}, name);
  s.add(builtin::assign_variable, {inner, s.weight({2})}, {});
  return s;
}

Seed strings() {
  Seed s;
  const int32_t x = s.x({2}, TensorType::string), y = s.x({2}, TensorType::string), z = s.x({1}, TensorType::string);
  const int32_t table = s.constant({.name = "words", .shape = {1}, .type = TensorType::string},
                                   std::vector<uint8_t>{1, 0, 0, 0, 12, 0, 0, 0, 13, 0, 0, 0, 'a'});
  s.add(builtin::reshape, {x}, {y}, slots(options::reshape, flat_vector(std::vector<int32_t>{2})));
  s.add(builtin::gather, {table, s.ints({0})}, {z});
  s.ends({x}, {y, z});
  return s;
}

Seed recurrent() {
  Seed s;
  const int32_t x = s.x({1, 3, 2}), y = s.x({1, 3, 4});
  std::vector<int32_t> in{x};
  for (int i = 0; i < 4; ++i) in.push_back(s.weight({4, 2}));
  for (int i = 0; i < 4; ++i) in.push_back(s.weight({4, 4}));
  in.insert(in.end(), {-1, -1, -1});
  for (int i = 0; i < 4; ++i) in.push_back(s.weight({4}));
  in.insert(in.end(), {-1, -1});
  for (int i = 0; i < 2; ++i) in.push_back(s.tensor({.name = "h", .shape = {1, 4}, .is_variable = true}));
  s.add(builtin::unidirectional_sequence_lstm, in, {y},
        slots(options::unidirectional_sequence_lstm, int8_t{4}, 10.0F, 0.0F, false));
  s.ends({x}, {y});
  return s;
}

Seed svdf() {
  Seed s;
  const int32_t x = s.x({1, 4}), y = s.x({1, 2});
  const int32_t state = s.tensor({.name = "h", .shape = {1, 12}, .is_variable = true});
  s.add(builtin::svdf, {x, s.weight({4, 4}), s.weight({4, 3}), s.weight({2}), state}, {y},
        slots(options::svdf, 2, int8_t{1}));
  s.ends({x}, {y});
  return s;
}

Seed elementwise() {
  Seed s;
  const int32_t x = s.x({2, 3});
  int32_t last = x;
  for (const int32_t code :
       {int32_t{builtin::relu6}, int32_t{builtin::logistic}, int32_t{builtin::sqrt}, int32_t{builtin::hard_swish},
        int32_t{builtin::leaky_relu}, int32_t{builtin::l2_normalization}}) {
    const int32_t y = s.x({2, 3});
    s.add(code, {last}, {y});
    last = y;
  }
  const int32_t mask = s.x({2, 3}, TensorType::boolean), chosen = s.x({2, 3}),
                halves = s.x({2, 3}, TensorType::float16);
  s.add(builtin::greater, {last, x}, {mask});
  s.add(builtin::select_v2, {mask, last, x}, {chosen});
  s.add(builtin::cast, {chosen}, {halves});
  s.ends({x}, {halves});
  return s;
}

Seed searches() {
  Seed s;
  const int32_t x = s.x({2, 8}), values = s.x({2, 3}), places = s.x({2, 3}, TensorType::int32);
  const int32_t best = s.x({2}, TensorType::int32), sums = s.x({2, 8}), hot = s.x({2, 4});
  s.add(builtin::topk_v2, {x, s.number(3)}, {values, places});
  s.add(builtin::arg_max, {x, s.number(1)}, {best});
  s.add(builtin::cumsum, {x, s.number(1)}, {sums});
  s.add(builtin::one_hot, {best, s.number(4), s.weight({}), s.weight({})}, {hot}, slots(options::one_hot, -1));
  s.ends({x}, {values, places, sums, hot});
  return s;
}

Seed customs() {
  Seed s;
  const int32_t x = s.x({1, 4, 4, 2}), y = s.x({1, 8, 8, 3}), z = s.x({1, 8, 8, 3});
  s.op({.code = builtin::custom,
        .custom_code = "Convolution2DTransposeBias",
        .inputs = {x, s.weight({3, 2, 2, 2}), s.weight({3})},
        .outputs = {y},
        .custom_options = std::vector<uint8_t>{1, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0}});
  s.op({.code = builtin::custom, .custom_code = "Mystery\x1b[31m", .inputs = {y}, .outputs = {z}});
  s.ends({x}, {z});
  return s;
}

Seed detection() {
  Seed s;
  const int32_t boxes = s.x({1, 6, 4}), scores = s.x({1, 6, 3});
  // {"max_detections": 10}
  std::vector<uint8_t> flex;
  for (const char c : std::string("max_detections")) flex.push_back(static_cast<uint8_t>(c));
  flex.insert(flex.end(), {0, 1, 16, 1, 1, 1, 10, 4, 2, 36, 1});
  s.op({.code = builtin::custom,
        .custom_code = "TFLite_Detection_PostProcess",
        .inputs = {boxes, scores, s.weight({6, 4})},
        .outputs = {s.x({1, 10, 4}), s.x({1, 10}), s.x({1, 10}), s.x({1})},
        .custom_options = flex});
  s.inputs({boxes, scores});
  return s;
}

Seed stored_elsewhere() {
  Seed s;
  const int32_t x = s.x({4}), y = s.x({4}), z = s.x({4});
  const int32_t behind = s.tensor({.name = "w", .shape = {4}, .buffer = s.outside_buffer(std::vector<std::byte>(16))});
  s.model_field(9, std::vector<FlatTable>{{{{0, uint32_t{5}}, {1, uint32_t{0}}, {2, uint64_t{0}}, {3, uint64_t{16}}}}});
  const int32_t beside = s.tensor({.name = "v", .shape = {4}, .extra = {{10, uint32_t{5}}}});
  s.add(builtin::mul, {x, behind}, {y});
  s.add(builtin::mul, {y, beside}, {z});
  s.ends({x}, {z});
  return s;
}

Seed old_codes() {
  Seed s;
  const int32_t x = s.x({4}), y = s.x({4});
  const uint32_t code = s.operator_code({{{0, int8_t{builtin::relu}}}});
  s.op({.inputs = {x}, .outputs = {y}, .extra = {{0, code}}});
  s.ends({x}, {y});
  return s;
}

Seed two_signatures() {
  Seed s = dense();
  s.subgraph("second");
  const int32_t a = s.x({3}), b = s.x({3});
  s.add(builtin::abs, {a}, {b});
  s.ends({a}, {b});
  s.signature({.key = "encode", .inputs = {{"a", 0}}, .subgraph = 1});
  s.metadata("min_runtime_version", 1);
  return s;
}

Seed generated() {
  Seed s;
  const int32_t r = s.x({5}, TensorType::int32), f = s.x({2, 5}), e = s.x({2, 5}), n = s.x({2, 5});
  s.add(builtin::range, {s.number(0), s.number(5), s.number(1)}, {r});
  s.add(builtin::fill, {s.ints({2, 5}), s.weight({})}, {f});
  s.add(builtin::random_uniform, {s.ints({2, 5})}, {n});
  s.add(builtin::sub, {f, n}, {e});
  const int32_t where = s.tensor(
      {.name = "places", .shape = {1, 2}, .type = TensorType::int64, .shape_signature = std::vector<int32_t>{-1, 2}});
  s.add(builtin::where, {e}, {where});
  s.outputs({r, e, where});
  return s;
}

/// With metadata, an archive behind it, and options of a custom operator that lie there too.
std::vector<std::byte> labelled() {
  const auto make = [](uint64_t place) {
    Seed s;
    const int32_t x = s.x({1, 4}), y = s.x({1, 4});
    s.op({.code = builtin::custom,
          .custom_code = "m",
          .inputs = {x},
          .outputs = {y},
          .extra = {{9, place}, {10, uint64_t{4}}}});
    const FlatTable about{{{0, std::string("n")}, {1, std::string("d")}, {2, std::string("v1")}}};
    s.metadata("TFLITE_METADATA", s.buffer(write_flatbuffer(about, "M001")));
    s.metadata("min_runtime_version", s.buffer(bytes_of_text("1.5.0")));
    s.ends({x}, {y});
    return joined(s.finish(), zip_archive({{"labels.txt", "cat"}, {"a", ""}}));
  };
  return make(make(2).size() - 4);
}

OnnxGraph onnx_dense() {
  OnnxGraph graph;
  return graph.input("x", {"batch", 4})
      .weight("w", {4, 2})
      .weight("b", {2})
      .node(onnx_node("Gemm", {"x", "w", "b"}, {"h"}, {onnx_real("alpha", 0.5F)}, "dense"))
      .node(onnx_node("Relu", {"h"}, {"y"}))
      .output("y", {"batch", 2});
}

OnnxGraph onnx_convolution() {
  OnnxGraph graph;
  return graph.input("x", {1, 3, 8, 8})
      .weight("w", {4, 3, 3, 3})
      .node(
          onnx_node("Conv", {"x", "w"}, {"c"},
                    {onnx_integers("pads", {1, 1, 1, 1}), onnx_integers("strides", {2, 2}), onnx_integer("group", 1)}))
      .node(onnx_node("MaxPool", {"c"}, {"p"}, {onnx_integers("kernel_shape", {2, 2})}))
      .value_info("p", {1, 4, 3, 3})
      .node(onnx_node("GlobalAveragePool", {"p"}, {"g"}))
      .node(onnx_node("Flatten", {"g"}, {"y"}, {onnx_integer("axis", 1)}))
      .output("y");
}

OnnxGraph onnx_shapes() {
  OnnxGraph graph;
  return graph.input("x", {"n", 6, 4})
      .initializer(onnx_int64s("zero", {0}))
      .initializer(onnx_int64s("rest", {-1}))
      .node(onnx_node("Shape", {"x"}, {"s"}))
      .node(onnx_node("Gather", {"s", "zero"}, {"n"}, {onnx_integer("axis", 0)}))
      .node(onnx_node("Concat", {"n", "rest"}, {"t"}, {onnx_integer("axis", 0)}))
      .node(onnx_node("Reshape", {"x", "t"}, {"y"}))
      .node(onnx_node("Mystery", {"y"}, {"z"}, {onnx_text("mode", "any")}, "odd", "com.example"))
      .output("z");
}

/// File name and contents.
using Seeds = std::map<std::string, std::vector<std::byte>>;

Seeds tflite_seeds() {
  return {{"branches", branches().finish()},
          {"calls", calls().finish()},
          {"convolutions", convolutions().finish()},
          {"customs", customs().finish()},
          {"dense", dense().finish()},
          {"detection", detection().finish()},
          {"elementwise", elementwise().finish()},
          {"generated", generated().finish()},
          {"growing_loop", growing_loop().finish()},
          {"labelled", labelled()},
          {"loop", loop().finish()},
          {"movement", movement().finish()},
          {"narrow_and_sparse", narrow_and_sparse().finish()},
          {"old_codes", old_codes().finish()},
          {"quantized", quantized().finish()},
          {"recurrent", recurrent().finish()},
          {"searches", searches().finish()},
          {"shape_arithmetic", shape_arithmetic().finish()},
          {"stored_elsewhere", stored_elsewhere().finish()},
          {"strings", strings().finish()},
          {"svdf", svdf().finish()},
          {"two_signatures", two_signatures().finish()},
          {"variables", variables().finish()}};
}

TfGraph tensorflow_dense() {
  return TfGraph()
      .placeholder("x", {-1, 4})
      .weight("w", {4, 2})
      .node("MatMul", "dense/MatMul", {"x", "w"}, {tf_flag("transpose_b", false)})
      .node("Const", "b", {}, {tf_tensor("value", tf_numbers({2}, {1}))})
      .node("BiasAdd", "dense/BiasAdd", {"dense/MatMul", "b:0"}, {tf_text("data_format", "NHWC")})
      .node("Softmax", "y", {"dense/BiasAdd", "^w"}, {tf_shapes("_output_shapes", {{-1, 2}})});
}

TfGraph tensorflow_convolution() {
  return TfGraph()
      .placeholder("x", {1, 8, 8, 3})
      .weight("w", {3, 3, 3, 2})
      .node("Conv2D", "c", {"x", "w"}, {tf_integers("strides", {1, 2, 2, 1}), tf_text("padding", "SAME")})
      .node("MaxPool", "p", {"c"},
            {tf_integers("strides", {1, 2, 2, 1}), tf_integers("ksize", {1, 2, 2, 1}), tf_text("padding", "VALID")})
      .number("axis", 3)
      .node("Split", "s", {"axis", "p"}, {tf_integer("num_split", 2)})
      .node("Pack", "y", {"s:1", "s:0"}, {tf_integer("axis", 0)});
}

TfGraph tensorflow_frames() {
  const auto frame = tf_text("frame_name", "loop");
  return TfGraph()
      .placeholder("x", {2})
      .number("zero", 0)
      .number("limit", 3)
      .node("Enter", "ie", {"zero"}, {frame})
      .node("Enter", "xe", {"x"}, {frame})
      .node("Enter", "le", {"limit"}, {frame, tf_flag("is_constant", true)})
      .node("Merge", "im", {"ie", "in"})
      .node("Merge", "xm", {"xe", "xn"})
      .node("Less", "less", {"im", "le"})
      .node("LoopCond", "cond", {"less"})
      .node("Switch", "is", {"im", "cond"})
      .node("Switch", "xs", {"xm", "cond"})
      .number("one", 1)
      .node("AddV2", "add", {"is:1", "one"})
      .node("Tanh", "tanh", {"xs:1"})
      .node("NextIteration", "in", {"add"})
      .node("NextIteration", "xn", {"tanh"})
      .node("Exit", "y", {"xs"});
}

TfGraph tensorflow_condition() {
  return TfGraph()
      .placeholder("x", {2})
      .placeholder("p", {})
      .node("Switch", "s", {"x", "p"})
      .node("Relu", "no", {"s"})
      .node("Exp", "yes", {"s:1"})
      .node("Merge", "y", {"no", "yes"});
}

Proto tensorflow_saved_model() {
  const Proto served = tf_function_def(
      "served", {"x", "resource"}, {{"y", "MatMul:product:0"}},
      {tf_node("ReadVariableOp", "Read", {"resource"}), tf_node("MatMul", "MatMul", {"x", "Read:value:0"})});
  const TfGraph graph = TfGraph()
                            .variable("w", {3, 4})
                            .placeholder("serve_x", {-1, 3})
                            .node("StatefulPartitionedCall", "call", {"serve_x", "w"}, {tf_function("f", "served")})
                            .function(served);
  return tf_saved_model({tf_meta_graph(graph, {{"serving_default", {{"x", "serve_x:0"}}, {{"y", "call:0"}}}})});
}

Seeds tensorflow_seeds() {
  return {{"dense", bytes_of(tensorflow_dense().proto)},
          {"convolution", bytes_of(tensorflow_convolution().proto)},
          {"frames", bytes_of(tensorflow_frames().proto)},
          {"condition", bytes_of(tensorflow_condition().proto)},
          {"saved_model", bytes_of(tensorflow_saved_model())}};
}

Seeds onnx_seeds() {
  return {{"dense", bytes_of(onnx_dense().model())},
          {"convolution", bytes_of(onnx_convolution().model())},
          {"shapes", bytes_of(onnx_shapes().model())}};
}

constexpr const char* kKerasSequential = R"({"class_name": "Sequential", "config": {"name": "s", "layers": [
  {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [null, 8, 8, 3], "dtype": "float32"}},
  {"class_name": "Conv2D", "config": {"name": "c", "filters": 4, "kernel_size": [3, 3], "activation": "relu"}},
  {"class_name": "Lambda", "config": {"name": "l", "function": ["", null, null], "output_shape": [36]}},
  {"class_name": "Dense", "config": {"name": "d", "units": 2, "dtype": "mixed_float16"}}]}, "keras_version": "2.15.0"})";

constexpr const char* kKerasFunctional = R"({"class_name": "Functional", "config": {"name": "f", "layers": [
  {"class_name": "InputLayer", "name": "x", "config": {"name": "x", "batch_shape": [null, 4]}, "inbound_nodes": []},
  {"class_name": "Functional", "name": "m", "config": {"name": "m", "layers": [
     {"class_name": "InputLayer", "name": "t", "config": {"name": "t", "batch_shape": [null, 4]}, "inbound_nodes": []},
     {"class_name": "Dense", "name": "d", "config": {"units": 4}, "inbound_nodes": [[["t", 0, 0, {}]]]}],
     "input_layers": [["t", 0, 0]], "output_layers": [["d", 0, 0]]},
   "inbound_nodes": [[["x", 0, 0, {}]], [["m", 1, 0, {}]]]},
  {"class_name": "Custom", "name": "c", "config": {}, "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__",
     "config": {"shape": [null, 4], "dtype": "float32", "keras_history": ["m", 2, 0]}}], "kwargs": {"mask": null}}]}],
  "input_layers": ["x", 0, 0], "output_layers": ["c", 0, 0]}})";

Seeds keras_seeds() {
  const std::vector<std::byte> hdf5 = hdf5_file(keras_like_file(kKerasSequential));
  const std::string weights(reinterpret_cast<const char*>(hdf5.data()), hdf5.size());
  return {{"sequential", bytes_of_text(kKerasSequential)},
          {"functional", bytes_of_text(kKerasFunctional)},
          {"hdf5", hdf5},
          {"archive", zip_archive({{"metadata.json", R"({"keras_version": "3.15.1"})"},
                                   {"config.json", kKerasFunctional},
                                   {"model.weights.h5", weights}})}};
}

/// The beginnings by which formats are told.
Seeds beginnings() {
  const auto text = [](const std::string& beginning) {
    return bytes_of(std::vector<char>(beginning.begin(), beginning.end()));
  };
  return {{"tflite", old_codes().finish()},
          {"onnx", bytes_of(onnx_dense().model())},
          {"c_source", bytes_of_text("int n[] = {9};" + c_source(old_codes().finish(), "m"))},
          {"zip", text("PK\x03\x04")},
          {"hdf5", text("\x89HDF\r\n\x1a\n")},
          {"gguf", text("GGUF\x03")},
          {"executorch", text("....ET12")},
          {"elf", text("\x7f"
                       "ELF")},
          {"gzip", text("\x1f\x8b")},
          {"xml", text("<?xml version=\"1.0\"?>")},
          {"json", text("{}")}};
}

Seeds zip_seeds() {
  const std::string words = "many words, many words, many words, many words";
  return {{"stored", zip_archive({{"config.json", "{}"}, {"metadata.json", "{}"}, {"assets/", ""}})},
          {"deflated", zip_archive_of({{"config.json", words, true}, {"zeros", std::string(5000, '\0'), true}})},
          {"behind_a_model", joined(bytes_of_text("model"), zip_archive({{"labels.txt", "cat"}}, 5))},
          {"sizes_behind", zip_archive_of({{.name = "a", .contents = words, .deflated = true, .sizes_behind = true},
                                           {.name = "b", .contents = words, .sizes_behind = true}})},
          {"sizes64", zip_archive_of({{.name = "a", .contents = words, .sizes64 = true}, {.name = "b"}}, 0, true)},
          {"local_extra", zip_archive_of({{.name = "a", .local_extra = std::string("FB\4\0zzzz", 8)}})}};
}

Seeds hdf5_seeds() {
  Hdf5Item links{.children = {{.name = "a", .children = {{.name = "data", .dims = {{3}}}}},
                              {.name = "b", .soft_link = "/a/data"},
                              {.name = "c", .soft_link = "/c"}}};
  const Hdf5Item keras = keras_like_file("{\"class_name\": \"Sequential\"}");
  Seeds seeds;
  for (const auto& [name, style] : {std::pair{"symbol_tables", Hdf5Style::symbol_tables},
                                    {"messages", Hdf5Style::messages},
                                    {"dense", Hdf5Style::dense}}) {
    seeds[std::string("keras_") + name] = hdf5_file(keras, style);
    seeds[std::string("links_") + name] = hdf5_file(links, style);
  }
  seeds["user_block"] = hdf5_file(links, Hdf5Style::messages, 512);
  return seeds;
}

bool write(const std::string& folder, const Seeds& seeds) {
  std::filesystem::create_directories(folder);
  for (const auto& [name, bytes] : seeds) {
    std::ofstream file(folder + "/" + name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush()) return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz_make_corpus FOLDER\n");
    return 2;
  }
  const std::string folder = argv[1];
  if (write(folder + "/fuzz_tflite", tflite_seeds()) && write(folder + "/fuzz_onnx", onnx_seeds()) &&
      write(folder + "/fuzz_keras", keras_seeds()) && write(folder + "/fuzz_graphdef", tensorflow_seeds()) &&
      write(folder + "/fuzz_detect", beginnings()) && write(folder + "/fuzz_zip", zip_seeds()) &&
      write(folder + "/fuzz_hdf5", hdf5_seeds())) {
    return 0;
  }
  std::fprintf(stderr, "error: %s cannot be written\n", argv[1]);
  return 1;
}

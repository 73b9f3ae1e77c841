#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "count/counter.h"
#include "count/memory.h"
#include "flopstat/error.h"
#include "fuzz/source.h"
#include "graph/frames.h"
#include "graph/uses.h"
#include "model/model.h"
#include "reports/json.h"

namespace flopstat {
namespace {

constexpr size_t kMaxGraphs = 4;
constexpr size_t kMaxTensors = 12;
constexpr size_t kMaxNodes = 10;
constexpr size_t kMaxOperands = 8;
constexpr size_t kMaxRank = 6;

/// Attributes of an operation: any value that the struct allows.
class Attributes {
 public:
  /// A graph may call those behind it alone: readers refuse circles.
  Attributes(fuzz::Source& source, size_t graph, size_t graphs) : source_(source), graph_(graph), graphs_(graphs) {}

  template <class Operation>
  Op make() {
    Operation op{};
    if constexpr (std::is_same_v<Operation, Call> || std::is_same_v<Operation, CallOnce> ||
                  std::is_same_v<Operation, If> || std::is_same_v<Operation, Case> ||
                  std::is_same_v<Operation, While> || std::is_same_v<Operation, Loop> ||
                  std::is_same_v<Operation, Scan>) {
      if (graph_ + 1 >= graphs_) return Opaque{"there is no graph to call"};
    }
    fill(op);
    return op;
  }

 private:
  template <class Operation>
  void fill(Operation&) {}

  void fill(Conv& op) { op = {.axes = axes(), .window = window(), .asymmetric_inputs = source_.flag()}; }
  void fill(ConvTranspose& op) {
    op = {.axes = axes(), .window = window(), .groups = 1 + small(), .output_padding = {small(), small()}};
  }
  void fill(DeformConv& op) { op.window = window(); }
  void fill(Attention& op) {
    op = {integer(), integer(), source_.flag(), integer(), source_.flag(), source_.flag(), source_.flag()};
  }
  void fill(LinearAttention& op) { op = {integer(), integer(), source_.flag(), source_.flag()}; }
  void fill(RotaryEmbedding& op) { op = {integer(), integer()}; }
  void fill(GridSample& op) { op.fn = pick<ResizeFn>(3); }
  void fill(WarpImages& op) { op.fn = pick<ResizeFn>(3); }
  void fill(Morphology& op) { op.window = window(); }
  void fill(RoiPool& op) { op = {pick<RoiPool::Cell>(3), integer(), integer(), integer()}; }
  void fill(Unpool& op) { op.window = window(); }
  void fill(Normalize& op) {
    op = {.rows = pick<Normalize::Rows>(3), .axis = integer(), .groups = integer(), .root_mean_square = source_.flag()};
    for (size_t n = source_.below(4); n > 0; --n) op.axes.push_back(integer());
  }
  void fill(Unique& op) {
    op = {.index = dtype(), .counted = source_.flag()};
    if (source_.flag()) op.axis = integer();
  }
  void fill(Hardmax& op) { op = {integer(), source_.flag()}; }
  void fill(NegativeLogLikelihood& op) { op.reduction = pick<NegativeLogLikelihood::Reduction>(3); }
  void fill(CenterCropPad& op) {
    if (source_.flag()) op.axes.emplace(std::vector<int64_t>{integer(), integer()});
  }
  void fill(Compress& op) {
    if (source_.flag()) op.axis = integer();
  }
  void fill(Triangle& op) { op.upper = source_.flag(); }
  void fill(SplitToSequence& op) { op = {integer(), source_.flag()}; }
  void fill(ConcatSequence& op) { op = {integer(), source_.flag()}; }
  void fill(MapValues& op) { op.to = dtype(); }
  void fill(EyeLike& op) { op.to = dtype(); }
  void fill(RandomLike& op) { op.to = dtype(); }
  void fill(CountNgrams& op) { op = {integer(), source_.flag()}; }
  void fill(TreeEnsemble& op) { op = {integer(), integer(), integer(), source_.flag(), dtype()}; }
  void fill(SupportVectors& op) {
    op = {pick<SupportVectors::Kernel>(4), integer(), integer(), source_.flag(), dtype()};
  }
  void fill(FourierTransform& op) { op = {integer(), source_.flag(), source_.flag()}; }
  void fill(ShortTimeFourier& op) { op.half = source_.flag(); }
  void fill(WindowFunction& op) { op = {small(), dtype()}; }
  void fill(MelWeights& op) { op.to = dtype(); }
  void fill(MatMul& op) {
    op = {source_.flag(), source_.flag(), source_.flag(), source_.flag(), source_.flag(), source_.flag()};
  }
  void fill(Einsum& op) { op.equation = source_.text(24); }
  void fill(Lstm& op) { op = {source_.flag(), source_.flag(), source_.flag(), source_.flag(), source_.flag()}; }
  void fill(Recurrent& op) {
    op = {pick<Recurrent::Cell>(3), pick<Direction>(3), source_.flag(), source_.flag(),
          source_.flag(),           source_.flag(),     source_.flag(), {}};
    for (size_t n = source_.below(7); n > 0; --n) {
      op.functions.push_back(pick<UnaryFn>(static_cast<size_t>(UnaryFn::complex_abs) + 1));
    }
  }
  void fill(BlockLstm& op) { op = {source_.flag(), source_.flag()}; }
  void fill(StackedRecurrent& op) { op = {pick<Recurrent::Cell>(3), source_.flag(), source_.flag(), source_.flag()}; }
  void fill(Rnn& op) { op = {source_.flag(), source_.flag(), source_.flag()}; }
  void fill(Svdf& op) { op = {integer(), source_.flag()}; }
  void fill(RealFft& op) { op.axes = small(); }
  void fill(Pool& op) { op = {pick<PoolFn>(5), pick<DataLayout>(2), window()}; }
  void fill(Lrn& op) { op = {pick<DataLayout>(2), integer()}; }
  void fill(Resize& op) {
    op.fn = pick<ResizeFn>(3);
    op.aspect = pick<Resize::Aspect>(3);
    for (size_t n = source_.below(4); n > 0; --n) op.axes.push_back(integer());
  }
  void fill(Unary& op) { op.fn = pick<UnaryFn>(static_cast<size_t>(UnaryFn::complex_abs) + 1); }
  void fill(Binary& op) { op.fn = pick<BinaryFn>(static_cast<size_t>(BinaryFn::join_text) + 1); }
  void fill(Select& op) { op.rows = source_.flag(); }
  void fill(Cast& op) { op.to = dtype(); }
  void fill(Bitcast& op) { op.to = dtype(); }
  void fill(Quantize& op) { op.to = dtype(); }
  void fill(Dequantize& op) { op.to = dtype(); }
  void fill(Softmax& op) { op = {integer(), source_.flag(), source_.flag(), source_.flag()}; }
  void fill(BatchNorm& op) { op = {.layout = pick<DataLayout>(2), .training = source_.flag()}; }
  void fill(L2Norm& op) { op = {.axis = integer(), .absolute = source_.flag()}; }
  void fill(Reduce& op) { op = {pick<ReduceFn>(12), source_.flag(), source_.flag(), source_.flag()}; }
  void fill(ArgReduce& op) { op = {source_.flag(), source_.flag(), dtype()}; }
  void fill(Cumulate& op) { op.product = source_.flag(); }
  void fill(TopK& op) { op = {integer(), dtype()}; }
  void fill(Reshape& op) { op.zero_is_zero = source_.flag(); }
  void fill(Flatten& op) { op.axis = integer(); }
  void fill(ShapeOf& op) {
    op = {dtype(), integer(), {}};
    if (source_.flag()) op.end = integer();
  }
  void fill(SizeOf& op) { op = {pick<SizeOf::What>(2), dtype()}; }
  void fill(Fill& op) { op.to = dtype(); }
  void fill(Random& op) { op.to = dtype(); }
  void fill(OneHot& op) { op.axis = integer(); }
  void fill(Concat& op) { op = {integer(), source_.flag()}; }
  void fill(StridedSlice& op) {
    op = {source_.byte(), source_.byte(), source_.byte(), source_.byte(), source_.byte(), source_.flag(), {}};
    for (size_t n = source_.below(4); n > 0; --n) op.lengths.push_back(integer());
  }
  void fill(Pad& op) { op = {pick<PadFn>(5), source_.flag()}; }
  void fill(Gather& op) { op = {integer(), integer()}; }
  void fill(GatherNd& op) { op.batch_dims = integer(); }
  void fill(GatherElements& op) { op.axis = integer(); }
  void fill(Stack& op) { op.axis = integer(); }
  void fill(Unstack& op) { op.axis = integer(); }
  void fill(Expand& op) { op.two_way = source_.flag(); }
  void fill(SpaceToDepth& op) { op = {integer(), pick<DataLayout>(2)}; }
  void fill(DepthToSpace& op) { op = {integer(), pick<DataLayout>(2)}; }
  void fill(NonZero& op) { op.transposed = source_.flag(); }
  void fill(Signal& op) { op = {pick<SignalFn>(14), integer(), integer()}; }
  void fill(AudioSpectrogram& op) { op = {integer(), integer(), source_.flag()}; }
  void fill(Mfcc& op) { op = {integer(), integer()}; }
  void fill(DetectionPostProcess& op) { op = {integer(), integer(), integer(), integer(), source_.flag()}; }
  void fill(VarHandle& op) { op.variable = source_.text(2); }
  void fill(Call& op) { op.body = called(); }
  void fill(CallOnce& op) { op.body = called(); }
  void fill(If& op) { op = {called(), called()}; }
  void fill(Case& op) {
    for (size_t n = source_.below(4); n > 0; --n) op.graphs.push_back(called());
  }
  void fill(While& op) { op = {called(), called()}; }
  void fill(Loop& op) { op = {called(), source_.below(4)}; }
  void fill(Scan& op) {
    op = {.body = called(), .states = source_.below(4), .batched = source_.flag()};
    for (size_t n = source_.below(3); n > 0; --n) op.axes.push_back(integer());
    for (size_t n = source_.below(3); n > 0; --n) op.result_axes.push_back(integer());
  }
  void fill(Opaque& op) { op.why = "it is not understood"; }

  GraphId called() { return static_cast<GraphId>(graph_ + 1 + source_.below(graphs_ - graph_ - 1)); }

  template <class Enum>
  Enum pick(size_t count) {
    return static_cast<Enum>(source_.below(count));
  }

  DType dtype() { return pick<DType>(static_cast<size_t>(DType::variant) + 1); }

  int64_t small() { return static_cast<int64_t>(source_.below(5)); }

  /// Mostly near 0, sometimes anything.
  int64_t integer() {
    const auto choice = static_cast<int8_t>(source_.byte());
    return choice == 127 ? static_cast<int64_t>(source_.word()) : choice % 8;
  }

  ConvAxes axes() { return {pick<DataLayout>(2), pick<FilterLayout>(6)}; }

  int64_t window_size() { return source_.byte() == 255 ? int64_t{1} << 20 : 1 + small(); }

  Window window() {
    Window window{.axes = {}, .padding = pick<Padding>(4), .ceil = source_.flag()};
    for (size_t n = source_.below(4); n > 0; --n) {
      window.axes.push_back({window_size(), window_size(), window_size(), small(), small()});
    }
    return window;
  }

  fuzz::Source& source_;
  size_t graph_;
  size_t graphs_;
};

template <class... Operations>
constexpr auto makers(std::type_identity<std::variant<Operations...>>) {
  return std::array{&Attributes::make<Operations>...};
}

constexpr auto kMakers = makers(std::type_identity<Op>{});

class RandomModel {
 public:
  explicit RandomModel(fuzz::Source& source) : source_(source) {}

  Model make() {
    Model model;
    model.format = "fuzz";
    const size_t graphs = 1 + source_.below(kMaxGraphs);
    for (size_t i = 0; i < graphs; ++i) model.graphs.push_back(graph(i, graphs));
    return model;
  }

 private:
  Graph graph(size_t index, size_t graphs) {
    Graph graph;
    for (size_t n = 1 + source_.below(kMaxTensors); n > 0; --n) graph.tensors.push_back(tensor());
    graph.inputs = ids(graph, 4);
    graph.outputs = ids(graph, 4);
    // An input without sizes is a scalar: readers see to that.
    for (const TensorId id : graph.inputs) {
      if (id != kAbsent && !graph.tensors[id].dims) graph.tensors[id].dims.emplace();
    }
    for (size_t n = source_.below(kMaxNodes + 1); n > 0; --n) {
      Attributes attributes(source_, index, graphs);
      Node node{.type = "NODE"};
      node.op = (attributes.*kMakers[source_.below(kMakers.size())])();
      node.inputs = ids(graph, kMaxOperands);
      node.outputs = ids(graph, 4);
      if (source_.byte() == 1) node.activation = UnaryFn::relu;
      graph.nodes.push_back(std::move(node));
    }
    return graph;
  }

  std::vector<TensorId> ids(const Graph& graph, size_t most) {
    std::vector<TensorId> result(source_.below(most + 1));
    for (TensorId& id : result) {
      const uint8_t choice = source_.byte();
      id = choice == 255 ? kAbsent : static_cast<TensorId>(choice % graph.tensors.size());
    }
    return result;
  }

  Tensor tensor() {
    Tensor tensor{.name = "t"};
    tensor.dtype = static_cast<DType>(source_.below(static_cast<size_t>(DType::variant) + 1));
    const uint8_t kind = source_.byte();
    tensor.is_state = kind == 1;
    if (source_.byte() != 255) tensor.dims = dims();
    tensor.placeholder = kind == 2;
    if (kind >= 192) {  // contents, of the right size or not
      const std::string_view contents = source_.text(32);
      tensor.data = {reinterpret_cast<const std::byte*>(contents.data()), contents.size()};
      tensor.stored_bytes = contents.size();
      tensor.storage = 1 + source_.byte();
    } else if (kind >= 160) {
      tensor.elements = elements(tensor);
    }
    if (source_.byte() >= 224) {
      tensor.quantization = {.scales = 1 + uint32_t{source_.byte()},
                             .asymmetric = source_.flag(),
                             .axis = static_cast<int8_t>(source_.byte())};
    }
    if (source_.byte() >= 240) tensor.named = static_cast<Role>(source_.below(6));
    return tensor;
  }

  std::vector<Dim> dims() {
    constexpr std::array<int64_t, 14> sizes{1, 2, 3, 4, 5, 7, 8, 0, -1, 16, 100, 65'536, INT32_MAX, kMaxDim};
    std::vector<Dim> dims(source_.below(kMaxRank + 1));
    for (Dim& dim : dims) dim.size = sizes[source_.below(sizes.size())];
    return dims;
  }

  /// One per element of the tensor, as readers make them.
  std::shared_ptr<const Elements> elements(Tensor& tensor) {
    if (!tensor.dims) tensor.dims.emplace();
    int64_t count = 1;
    for (Dim& dim : *tensor.dims) {
      dim.size = dim.size < 0 ? 1 : dim.size % 6;
      count *= dim.size;
    }
    Elements result(static_cast<size_t>(count));
    for (Element& element : result) {
      const auto choice = static_cast<int8_t>(source_.byte());
      if (choice == 127) continue;
      if (choice == 126) {
        element = static_cast<int64_t>(source_.word());
      } else if (choice % 2 == 0) {
        element = int64_t{choice} / 2;
      } else {
        element = choice / 2.0;
      }
    }
    return std::make_shared<const Elements>(std::move(result));
  }

  fuzz::Source& source_;
};

}  // namespace
}  // namespace flopstat

/// Whatever graph a reader might hand over gets a report, or an `Error` where it is too large or a binding does not
/// fit.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flopstat;
  fuzz::Source source({data, size});
  Bindings bindings{.trust_stored_shapes = source.flag()};
  if (source.byte() >= 224) bindings.dims["batch"] = 1 + source.byte();
  const Model model = RandomModel(source).make();
  try {
    const Frames frames = infer(model, bindings);
    Report report = count(model, frames, analyze(model, frames.root), conventions().front(), false, true);
    plan_memory(model, frames, report);
    std::string json;
    write_json(report, json);
  } catch (const Error&) {
    return 0;
  }
  return 0;
}

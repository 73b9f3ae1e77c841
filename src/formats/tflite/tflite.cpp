#include "formats/tflite/tflite.h"

#include <algorithm>
#include <map>
#include <string>

#include "bytes/flatbuffer.h"
#include "bytes/zip.h"
#include "formats/tflite/metadata.h"
#include "formats/tflite/operators.h"
#include "formats/tflite/sparsity.h"

namespace flopstat {
namespace {

using tflite::OperatorReader;

// Slots of the tables that are read here; operators.cpp has those of the options.
namespace model_slot {
enum : uint32_t {
  version,
  operator_codes,
  subgraphs,
  description,
  buffers,
  metadata_buffer,
  metadata,
  signatures,
  external_groups,
  external_buffers
};
}
namespace subgraph_slot {
enum : uint32_t { tensors, inputs, outputs, operators, name };
}
namespace tensor_slot {
enum : uint32_t {
  shape,
  type,
  buffer,
  name,
  quantization,
  is_variable,
  sparsity,
  shape_signature,
  has_rank,
  variant_tensors,
  external_buffer
};
}
namespace operator_slot {
enum : uint32_t {
  code,
  inputs,
  outputs,
  options_type,
  options,
  custom_options,
  custom_format,
  mutating,
  intermediates,
  large_custom_offset,
  large_custom_size,
  options2_type,
  options2
};
}
namespace code_slot {
enum : uint32_t { old_code, custom_code, version, code };
}
namespace buffer_slot {
enum : uint32_t { data, offset, size };
}
namespace metadata_slot {
enum : uint32_t { name, buffer };
}
namespace quantization_slot {
enum : uint32_t { min, max, scale, zero_point, details_type, details, axis };
}
namespace signature_slot {
enum : uint32_t { inputs, outputs, key, tag, subgraph };
}

constexpr uint32_t kSchemaVersion = 3;
constexpr uint32_t kCustom = 32;
constexpr int8_t kOldCodePlaceholder = 127;
constexpr uint8_t kBlockwise = 2;
/// Offsets up to this one are no place behind the FlatBuffer: the converter writes 1 until it knows the place.
constexpr uint64_t kNoOffset = 1;
constexpr uint8_t kMultiAxis = 3;
constexpr uint32_t kExternalStorage = 0x8000'0000;

/// Most axes of a tensor; the runtime's own kernels stop at 8.
constexpr size_t kMaxAxes = 64;

/// What one operator code stands for.
struct OperatorCode {
  uint32_t builtin;
  std::string_view custom;
};

/// Contents of a buffer: where they are, or only how many where they lie in a side file.
struct Contents {
  Bytes data;
  uint64_t size = 0;
};

class Reader {
 public:
  explicit Reader(File file) : model_{.file = std::move(file), .format = "tflite"}, flat_(model_.file.bytes()) {}

  Model read() {
    const FlatTable root = flat_.root("TFL3");
    check_version(root);
    read_codes(root.tables(model_slot::operator_codes));
    buffers_ = root.tables(model_slot::buffers);
    read_external(root.tables(model_slot::external_buffers));
    model_.producer = root.string(model_slot::description);
    subgraphs_ = root.tables(model_slot::subgraphs);
    model_.graphs.reserve(std::min<size_t>(subgraphs_.size(), 4096));
    for (uint32_t i = 0; i < subgraphs_.size(); ++i) read_subgraph(subgraphs_[i]);
    if (model_.graphs.empty()) {
      model_.warnings.push_back({"no_subgraphs", "the file has no subgraph: there is nothing to count"});
    }
    read_signatures(root.tables(model_slot::signatures));
    mark_placeholders();
    read_metadata(root.tables(model_slot::metadata));
    read_attached_files();
    return std::move(model_);
  }

 private:
  static void check_version(const FlatTable& root) {
    const auto version = root.scalar<uint32_t>(model_slot::version, 0);
    if (version == kSchemaVersion) return;
    throw Error(ErrorCode::unsupported, "schema version " + std::to_string(version) + " is not read", root.offset(),
                "TensorFlow Lite files have version 3 since 2017", "convert the model anew");
  }

  void read_codes(const FlatTables& codes) {
    for (uint32_t i = 0; i < codes.size(); ++i) {
      const FlatTable code = codes[i];
      // Files before schema 3a know only the byte, later ones fill both unless the code does not fit the byte.
      const auto old_code = code.scalar<int8_t>(code_slot::old_code, 0);
      const auto new_code = code.scalar<int32_t>(code_slot::code, 0);
      const int32_t builtin = old_code == kOldCodePlaceholder ? new_code : std::max<int32_t>(old_code, new_code);
      codes_.push_back({static_cast<uint32_t>(builtin), code.string(code_slot::custom_code)});
    }
  }

  /// Buffers in side files (id, group, offset, length): only their length matters here.
  void read_external(const FlatTables& buffers) {
    for (uint32_t i = 0; i < buffers.size(); ++i) {
      const FlatTable buffer = buffers[i];
      external_[buffer.scalar<uint32_t>(0, 0)] = buffer.scalar<uint64_t>(3, 0);
    }
  }

  /// Of a buffer that `what` at byte `referrer` refers to.
  Contents contents(uint32_t index, const char* what, uint64_t referrer) const {
    if (index >= buffers_.size()) {
      throw Error(ErrorCode::corrupt,
                  std::string(what) + " refers to buffer " + std::to_string(index) + ", the file has " +
                      std::to_string(buffers_.size()),
                  referrer);
    }
    const FlatTable buffer = buffers_[index];
    const auto offset = buffer.scalar<uint64_t>(buffer_slot::offset, 0);
    if (offset <= kNoOffset) {
      const Bytes data = buffer.blob(buffer_slot::data);
      return {data, data.size()};
    }
    const Bytes data =
        slice(flat_.bytes(), offset, buffer.scalar<uint64_t>(buffer_slot::size, 0), "a buffer behind the FlatBuffer");
    return {data, data.size()};
  }

  void read_subgraph(const FlatTable& table) {
    Graph graph;
    graph.name = table.string(subgraph_slot::name);
    const FlatTables tensors = table.tables(subgraph_slot::tensors);
    graph.tensors.reserve(std::min<size_t>(tensors.size(), flat_.bytes().size() / 16));
    std::vector<uint32_t> blockwise;
    for (uint32_t i = 0; i < tensors.size(); ++i) {
      const FlatTable tensor = tensors[i];
      graph.tensors.push_back(read_tensor(tensor));
      if (blockwise_details(tensor)) blockwise.push_back(i);
    }
    for (const uint32_t i : blockwise) add_blockwise_scales(graph, graph.tensors[i], *blockwise_details(tensors[i]));
    graph.inputs = tensor_ids(table, subgraph_slot::inputs, graph, "an input of a subgraph");
    graph.outputs = tensor_ids(table, subgraph_slot::outputs, graph, "an output of a subgraph");

    const FlatTables operators = table.tables(subgraph_slot::operators);
    graph.nodes.reserve(std::min<size_t>(operators.size(), flat_.bytes().size() / 16));
    for (uint32_t i = 0; i < operators.size(); ++i) read_operator(graph, operators[i]);
    give_inputs_a_rank(graph);
    make_empty_constants(graph);
    model_.graphs.push_back(std::move(graph));
  }

  Tensor read_tensor(const FlatTable& table) const {
    Tensor tensor;
    tensor.name = table.string(tensor_slot::name);
    tensor.dtype = tflite::tensor_type(table.scalar<int8_t>(tensor_slot::type, 0));
    tensor.is_state = table.scalar<uint8_t>(tensor_slot::is_variable, 0) != 0;
    if (const std::optional<FlatTable> quantization = table.table(tensor_slot::quantization)) {
      tensor.quantization = read_quantization(*quantization);
    }
    store(tensor, table);
    read_dims(tensor, table);
    return tensor;
  }

  void store(Tensor& tensor, const FlatTable& table) const {
    const auto external = table.scalar<uint32_t>(tensor_slot::external_buffer, 0);
    if (const auto found = external_.find(external); external != 0 && found != external_.end()) {
      tensor.stored_bytes = found->second;
      tensor.storage = kExternalStorage | external;
      return;
    }
    const auto index = table.scalar<uint32_t>(tensor_slot::buffer, 0);
    if (tensor.is_state || (index == 0 && buffers_.size() == 0)) return;
    const Contents stored = contents(index, "a tensor", table.offset());
    if (stored.size == 0) return;
    tensor.storage = index + 1;
    tensor.stored_bytes = stored.size;
    tensor.data = stored.data;
    if (const auto sparsity = table.table(tensor_slot::sparsity)) tflite::make_sparse(tensor, *sparsity);
  }

  /// `shape` is what the converter saw; where `shape_signature` has -1 the size is free. No shape at all is a scalar
  /// only if `has_rank` says so or the contents are one element.
  static void read_dims(Tensor& tensor, const FlatTable& table) {
    const auto shape = table.vector<int32_t>(tensor_slot::shape);
    const auto signature = table.vector<int32_t>(tensor_slot::shape_signature);
    const bool has_rank = table.scalar<uint8_t>(tensor_slot::has_rank, 0) != 0;
    if (shape.empty() && !has_rank && tensor.storage == 0) return;
    if (shape.size() > kMaxAxes) {
      throw Error(ErrorCode::limit, "a tensor has " + std::to_string(shape.size()) + " axes", table.offset(),
                  "up to " + std::to_string(kMaxAxes) + " are read");
    }
    std::vector<Dim> dims(shape.size());
    for (size_t i = 0; i < dims.size(); ++i) {
      const bool is_free = signature.size() == shape.size() && signature[i] < 0;
      if (shape[i] < 0 && !is_free) {
        throw Error(ErrorCode::corrupt, "a tensor has a negative size, " + std::to_string(shape[i]), table.offset());
      }
      dims[i].size = is_free ? -1 : shape[i];
    }
    tensor.dims = std::move(dims);
  }

  static Quantization read_quantization(const FlatTable& table) {
    const auto scale = table.vector<float>(quantization_slot::scale);
    const auto zero_point = table.vector<int64_t>(quantization_slot::zero_point);
    Quantization result;
    if (scale.empty()) return result;
    result.scales = static_cast<uint32_t>(scale.size());
    result.scale = scale[0];
    result.zero_point = zero_point.empty() ? 0 : zero_point[0];
    for (size_t i = 0; i < zero_point.size(); ++i) result.asymmetric |= zero_point[i] != 0;
    result.axis = table.scalar<int32_t>(quantization_slot::axis, 0);
    result.stored_bytes = scale.bytes().size() + zero_point.bytes().size();
    return result;
  }

  /// What a tensor says of blockwise quantization or of one along several axes, if that is how it is quantized: both
  /// begin with the tensors of their scales and zero points.
  static std::optional<FlatTable> blockwise_details(const FlatTable& tensor) {
    const std::optional<FlatTable> quantization = tensor.table(tensor_slot::quantization);
    if (!quantization) return {};
    const auto type = quantization->scalar<uint8_t>(quantization_slot::details_type, 0);
    if (type != kBlockwise && type != kMultiAxis) return {};
    return quantization->table(quantization_slot::details);
  }

  /// Blockwise quantization keeps its scales and zero points in tensors of their own.
  static void add_blockwise_scales(const Graph& graph, Tensor& tensor, const FlatTable& details) {
    for (const int32_t index : {details.scalar<int32_t>(0, 0), details.scalar<int32_t>(1, -1)}) {
      if (index < 0 || static_cast<size_t>(index) >= graph.tensors.size()) continue;
      tensor.quantization.stored_bytes += graph.tensors[static_cast<size_t>(index)].stored_bytes;
    }
    tensor.quantization.scales = std::max<uint32_t>(tensor.quantization.scales, 2);
  }

  std::vector<TensorId> tensor_ids(const FlatTable& table, uint32_t slot, const Graph& graph, const char* what) const {
    const auto stored = table.vector<int32_t>(slot);
    std::vector<TensorId> ids(stored.size());
    for (size_t i = 0; i < ids.size(); ++i) {
      const int32_t id = stored[i];
      if (id < -1 || (id >= 0 && static_cast<size_t>(id) >= graph.tensors.size())) {
        throw Error(ErrorCode::corrupt,
                    std::string(what) + " is tensor " + std::to_string(id) + ", the subgraph has " +
                        std::to_string(graph.tensors.size()),
                    table.offset());
      }
      ids[i] = id < 0 ? kAbsent : static_cast<TensorId>(id);
    }
    return ids;
  }

  void read_operator(Graph& graph, const FlatTable& table) {
    const auto index = table.scalar<uint32_t>(operator_slot::code, 0);
    if (index >= codes_.size()) {
      throw Error(ErrorCode::corrupt,
                  "operator " + std::to_string(graph.nodes.size()) + " has code " + std::to_string(index) +
                      ", the file has " + std::to_string(codes_.size()),
                  table.offset());
    }
    const OperatorCode& code = codes_[index];
    graph.nodes.emplace_back();
    Node& node = graph.nodes.back();
    node.offset = table.offset();
    node.inputs = tensor_ids(table, operator_slot::inputs, graph, "an operand of an operator");
    node.outputs = tensor_ids(table, operator_slot::outputs, graph, "a result of an operator");
    if (!node.outputs.empty() && node.outputs[0] != kAbsent) node.name = graph.tensors[node.outputs[0]].name;

    OperatorReader reader{graph,
                          node,
                          table.table(operator_slot::options),
                          custom_options(table),
                          table.scalar<uint8_t>(operator_slot::options2_type, 0),
                          [this](uint32_t id) { return body(id); }};
    if (!reader.options) reader.options = table.table(operator_slot::options2);
    if (code.builtin == kCustom) {
      node.type = code.custom;
      node.op = tflite::read_custom(code.custom, reader);
    } else {
      node.type = tflite::builtin_name(code.builtin);
      node.op = tflite::read_builtin(code.builtin, reader);
    }
    // Names can be shared by all operators, and every row shows them.
    flat_.charge(node.name.size() + node.type.size());
    check_called_graphs(node);
  }

  /// In files over 2 GB they lie behind the FlatBuffer, as buffers do.
  Bytes custom_options(const FlatTable& table) const {
    const auto offset = table.scalar<uint64_t>(operator_slot::large_custom_offset, 0);
    if (offset <= kNoOffset) return table.blob(operator_slot::custom_options);
    return slice(flat_.bytes(), offset, table.scalar<uint64_t>(operator_slot::large_custom_size, 0),
                 "options of a custom operator behind the FlatBuffer");
  }

  /// What a subgraph consists of, as far as one that only combines two values goes.
  tflite::Body body(uint32_t id) const {
    if (id >= subgraphs_.size()) return {};
    const FlatTables operators = subgraphs_[id].tables(subgraph_slot::operators);
    if (operators.size() == 0) return {};
    const auto index = operators[0].scalar<uint32_t>(operator_slot::code, 0);
    return {operators.size(), index < codes_.size() ? codes_[index].builtin : kCustom};
  }

  void check_called_graphs(const Node& node) const {
    for (const GraphId graph : called_graphs(node.op)) {
      if (graph < subgraphs_.size()) continue;
      throw Error(ErrorCode::corrupt,
                  std::string(node.type) + " calls subgraph " + std::to_string(graph) + ", the file has " +
                      std::to_string(subgraphs_.size()),
                  node.offset);
    }
  }

  /// An input without sizes is a scalar: only tensors in between may leave their rank open.
  static void give_inputs_a_rank(Graph& graph) {
    for (const TensorId input : graph.inputs) {
      if (input != kAbsent && !graph.tensors[input].dims) graph.tensors[input].dims.emplace();
    }
  }

  /// A constant without elements has an empty buffer: what nobody writes and has no element is one.
  static void make_empty_constants(Graph& graph) {
    std::vector<bool> written(graph.tensors.size());
    const auto mark = [&](const std::vector<TensorId>& ids) {
      for (const TensorId id : ids) {
        if (id != kAbsent) written[id] = true;
      }
    };
    mark(graph.inputs);
    for (const Node& node : graph.nodes) mark(node.outputs);
    for (size_t i = 0; i < graph.tensors.size(); ++i) {
      Tensor& tensor = graph.tensors[i];
      if (written[i] || tensor.is_constant() || !tensor.dims) continue;
      const bool empty =
          std::any_of(tensor.dims->begin(), tensor.dims->end(), [](const Dim& d) { return d.size == 0; });
      if (empty) tensor.elements = std::make_shared<const Elements>();
    }
  }

  void read_signatures(const FlatTables& signatures) {
    for (uint32_t i = 0; i < signatures.size(); ++i) {
      const FlatTable table = signatures[i];
      const auto graph = table.scalar<uint32_t>(signature_slot::subgraph, 0);
      if (graph >= model_.graphs.size()) {
        throw Error(ErrorCode::corrupt,
                    "a signature runs subgraph " + std::to_string(graph) + ", the file has " +
                        std::to_string(model_.graphs.size()),
                    table.offset());
      }
      model_.signatures.push_back({table.string(signature_slot::key), graph,
                                   named_tensors(table.tables(signature_slot::inputs), graph),
                                   named_tensors(table.tables(signature_slot::outputs), graph)});
    }
    if (model_.signatures.empty()) return;
    const auto usual = std::find_if(model_.signatures.begin(), model_.signatures.end(),
                                    [](const Signature& each) { return each.name == "serving_default"; });
    model_.main = (usual == model_.signatures.end() ? model_.signatures.front() : *usual).graph;
  }

  std::vector<NamedTensor> named_tensors(const FlatTables& maps, GraphId graph) const {
    std::vector<NamedTensor> result;
    for (uint32_t i = 0; i < maps.size(); ++i) {
      const FlatTable map = maps[i];
      const auto tensor = map.scalar<uint32_t>(1, 0);
      if (tensor < model_.graphs[graph].tensors.size()) result.push_back({map.string(0), tensor});
    }
    return result;
  }

  /// What people wrote about the model. Nothing that is counted depends on it, so damage is a warning.
  void read_metadata(const FlatTables& entries) {
    try {
      for (uint32_t i = 0; i < entries.size(); ++i) {
        const FlatTable entry = entries[i];
        const std::string_view name = entry.string(metadata_slot::name);
        const bool describes = name == "TFLITE_METADATA";
        if (!describes && name != "min_runtime_version") continue;
        const auto buffer = entry.scalar<uint32_t>(metadata_slot::buffer, 0);
        const Bytes data = contents(buffer, "an entry", entry.offset()).data;
        if (describes) {
          const std::string_view min_runtime = model_.about.min_runtime;
          model_.about = tflite::read_model_metadata(data);
          model_.about.min_runtime = min_runtime;
        } else {
          model_.about.min_runtime = tflite::read_min_runtime_version(data);
        }
      }
    } catch (const Error& error) {
      model_.warnings.push_back({"metadata_damaged", "the model's metadata cannot be read: " + error.message});
    }
  }

  /// Labels and vocabularies are a zip archive behind the model. Nothing that is counted depends on them either.
  void read_attached_files() {
    try {
      const std::optional<ZipTail> archive = find_zip_tail(flat_.bytes());
      if (!archive) return;
      model_.attached_bytes = flat_.bytes().size() - archive->offset;
      model_.attached_files.reserve(archive->entries.size());
      for (const ZipEntry& entry : archive->entries) model_.attached_files.push_back({entry.name, entry.stored_size});
    } catch (const Error& error) {
      model_.warnings.push_back(
          {"attached_files_damaged", "the archive behind the model cannot be read: " + error.message});
    }
  }

  /// Behind a free dimension the converter writes 1 for every size that it cannot know, so the sizes stored for
  /// anything but inputs and constants mean nothing.
  void mark_placeholders() {
    const auto is_free = [](const Tensor& tensor) {
      return tensor.dims &&
             std::any_of(tensor.dims->begin(), tensor.dims->end(), [](const Dim& d) { return d.size < 0; });
    };
    const bool any = std::any_of(model_.graphs.begin(), model_.graphs.end(), [&](const Graph& graph) {
      return std::any_of(graph.inputs.begin(), graph.inputs.end(),
                         [&](TensorId id) { return id != kAbsent && is_free(graph.tensors[id]); });
    });
    for (Graph& graph : model_.graphs) {
      for (Tensor& tensor : graph.tensors) tensor.placeholder = !tensor.is_constant() && (any || is_free(tensor));
    }
  }

  Model model_;
  FlatBuffer flat_;
  std::vector<OperatorCode> codes_;
  FlatTables buffers_;
  std::map<uint32_t, uint64_t> external_;
  FlatTables subgraphs_;
};

}  // namespace

bool matches_tflite(Bytes bytes) { return bytes.size() >= 8 && std::memcmp(bytes.data() + 4, "TFL3", 4) == 0; }

Model read_tflite(File file) { return Reader(std::move(file)).read(); }

}  // namespace flopstat

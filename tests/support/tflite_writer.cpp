#include "tflite_writer.h"

#include <algorithm>
#include <bit>
#include <type_traits>

namespace flopstat::test {

static_assert(std::endian::native == std::endian::little, "FlatBuffers are little-endian, and so are our copies");

namespace {

constexpr size_t reference_size = 4;

size_t aligned(size_t position, size_t alignment) { return (position + alignment - 1) / alignment * alignment; }

/// Bytes that a value takes inside its table: a scalar itself, anything else a reference to it.
size_t inline_size(const FlatValue& value) {
  return std::visit(
      [](const auto& v) -> size_t {
        if constexpr (std::is_arithmetic_v<std::decay_t<decltype(v)>>) return sizeof v;
        return reference_size;
      },
      value);
}

/// Writes front to back: a table before what it refers to, so that every reference points forward as it must.
class Writer {
 public:
  std::vector<std::byte> file(const FlatTable& root, const std::string& identifier) {
    out_.resize(reference_size);
    append(identifier.data(), identifier.size());
    refer(0, table(root));
    return std::move(out_);
  }

 private:
  template <class T>
  void put(size_t position, T value) {
    std::memcpy(out_.data() + position, &value, sizeof value);
  }

  void append(const void* data, size_t size) {
    auto* bytes = static_cast<const std::byte*>(data);
    out_.insert(out_.end(), bytes, bytes + size);
  }

  void refer(size_t from, size_t to) { put(from, static_cast<uint32_t>(to - from)); }

  /// Starts a vector: its length, placed so that the elements behind it are aligned. Returns where the length stands.
  size_t begin_vector(size_t length, size_t alignment) {
    size_t start = aligned(out_.size() + 4, std::max<size_t>(alignment, 4)) - 4;
    out_.resize(start + 4);
    put(start, static_cast<uint32_t>(length));
    return start;
  }

  size_t write(const std::string& text) {
    size_t start = begin_vector(text.size(), 1);
    append(text.data(), text.size());
    out_.push_back({});
    return start;
  }

  size_t write(const FlatVector& vector) {
    size_t start = begin_vector(vector.bytes.size() / vector.element_size, vector.alignment);
    append(vector.bytes.data(), vector.bytes.size());
    return start;
  }

  size_t write(const std::vector<FlatTable>& tables) {
    size_t start = begin_vector(tables.size(), reference_size);
    size_t references = out_.size();
    out_.resize(references + tables.size() * reference_size);
    for (size_t i = 0; i < tables.size(); ++i) refer(references + i * reference_size, table(tables[i]));
    return start;
  }

  size_t write(const FlatTable& value) { return table(value); }

  /// A vtable {its size, the table's size, per slot the field's offset or 0}, then the table {distance back to the
  /// vtable, fields}, then what the fields refer to. Returns where the table stands.
  size_t table(const FlatTable& value) {
    size_t slots = 0, size = 4, alignment = 4;
    std::vector<size_t> offsets;
    for (const FlatField& field : value.fields) {
      size_t field_size = inline_size(field.value);
      slots = std::max<size_t>(slots, field.slot + 1u);
      alignment = std::max(alignment, field_size);
      offsets.push_back(aligned(size, field_size));
      size = offsets.back() + field_size;
    }
    size_t vtable_size = 4 + 2 * slots;
    size_t start = aligned(out_.size() + vtable_size, alignment);
    size_t vtable = start - vtable_size;
    out_.resize(start + size);
    put(vtable, static_cast<uint16_t>(vtable_size));
    put(vtable + 2, static_cast<uint16_t>(size));
    put(start, static_cast<int32_t>(vtable_size));

    for (size_t i = 0; i < value.fields.size(); ++i) {
      const FlatField& field = value.fields[i];
      size_t at = start + offsets[i];
      put(vtable + 4 + 2 * field.slot, static_cast<uint16_t>(offsets[i]));
      std::visit(
          [&](const auto& v) {
            if constexpr (std::is_arithmetic_v<std::decay_t<decltype(v)>>)
              put(at, v);
            else
              refer(at, write(v));
          },
          field.value);
    }
    return start;
  }

  std::vector<std::byte> out_;
};

void set_all(FlatTable& table, const std::vector<FlatField>& fields) {
  for (const FlatField& field : fields) set(table, field.slot, field.value);
}

/// The tag in `slot`, the table in the slot behind it.
void set_union(FlatTable& table, uint16_t slot, const UnionSpec& spec) {
  if (spec.tag == 0) return;
  set(table, slot, spec.tag);
  set(table, static_cast<uint16_t>(slot + 1), spec.table);
}

template <class T>
void set_unless_empty(FlatTable& table, uint16_t slot, const std::vector<T>& values) {
  if (!values.empty()) set(table, slot, flat_vector(values));
}

FlatTable quantization_table(const QuantizationSpec& spec) {
  FlatTable table;
  set_unless_empty(table, 0, spec.min);
  set_unless_empty(table, 1, spec.max);
  set_unless_empty(table, 2, spec.scale);
  set_unless_empty(table, 3, spec.zero_point);
  set_union(table, 4, spec.details);
  set(table, 6, spec.quantized_dimension);
  return table;
}

FlatTable operator_code_table(const OpSpec& spec) {
  FlatTable table;
  set(table, 0, spec.deprecated_code.value_or(static_cast<int8_t>(std::min(spec.code, 127))));
  if (!spec.custom_code.empty()) set(table, 1, spec.custom_code);
  set(table, 2, spec.version);
  set(table, 3, spec.code);
  return table;
}

std::vector<FlatTable> tensor_maps(const std::vector<std::pair<std::string, uint32_t>>& tensors) {
  std::vector<FlatTable> maps;
  for (const auto& [name, tensor] : tensors) maps.push_back({{{0, name}, {1, tensor}}});
  return maps;
}

}  // namespace

void set(FlatTable& table, uint16_t slot, FlatValue value) {
  auto found = std::find_if(table.fields.begin(), table.fields.end(), [&](const auto& f) { return f.slot == slot; });
  if (found == table.fields.end())
    table.fields.push_back({slot, std::move(value)});
  else
    found->value = std::move(value);
}

std::vector<std::byte> write_flatbuffer(const FlatTable& root, const std::string& identifier) {
  return Writer().file(root, identifier);
}

TfliteBuilder::TfliteBuilder() {
  subgraph("main");
  buffers_.push_back({});
}

uint32_t TfliteBuilder::subgraph(std::string name) {
  subgraphs_.push_back({.name = std::move(name)});
  return static_cast<uint32_t>(subgraphs_.size() - 1);
}

int32_t TfliteBuilder::tensor(const TensorSpec& spec) {
  FlatTable table;
  set(table, 0, flat_vector(spec.shape));
  set(table, 1, static_cast<int8_t>(spec.type));
  set(table, 2, spec.buffer);
  set(table, 3, spec.name);
  if (spec.quantization) set(table, 4, quantization_table(*spec.quantization));
  set(table, 5, spec.is_variable);
  if (spec.shape_signature) set(table, 7, flat_vector(*spec.shape_signature));
  set(table, 8, spec.has_rank);
  set_all(table, spec.extra);
  auto& tensors = subgraphs_.back().tensors;
  tensors.push_back(std::move(table));
  return static_cast<int32_t>(tensors.size() - 1);
}

int32_t TfliteBuilder::op(const OpSpec& spec) {
  FlatTable table;
  set(table, 0, operator_code(operator_code_table(spec)));
  set(table, 1, flat_vector(spec.inputs));
  set(table, 2, flat_vector(spec.outputs));
  set_union(table, 3, spec.options);
  if (spec.custom_options) set(table, 5, flat_vector(*spec.custom_options));
  set_unless_empty(table, 8, spec.intermediates);
  set_union(table, 11, spec.options_2);
  set_all(table, spec.extra);
  auto& operators = subgraphs_.back().operators;
  operators.push_back(std::move(table));
  return static_cast<int32_t>(operators.size() - 1);
}

uint32_t TfliteBuilder::operator_code(FlatTable code) {
  operator_codes_.push_back(std::move(code));
  return static_cast<uint32_t>(operator_codes_.size() - 1);
}

uint32_t TfliteBuilder::buffer(std::vector<std::byte> data) {
  buffers_.push_back({{{0, FlatVector{std::move(data), 1, 16}}}});
  return static_cast<uint32_t>(buffers_.size() - 1);
}

uint32_t TfliteBuilder::buffer_at(uint64_t offset, uint64_t size) {
  buffers_.push_back({{{1, offset}, {2, size}}});
  return static_cast<uint32_t>(buffers_.size() - 1);
}

uint32_t TfliteBuilder::outside_buffer(std::vector<std::byte> data) {
  uint32_t index = buffer_at(0, data.size());
  outside_.push_back({index, std::move(data)});
  return index;
}

void TfliteBuilder::inputs(std::vector<int32_t> tensors) { subgraphs_.back().inputs = std::move(tensors); }

void TfliteBuilder::outputs(std::vector<int32_t> tensors) { subgraphs_.back().outputs = std::move(tensors); }

void TfliteBuilder::signature(const SignatureSpec& spec) {
  signatures_.push_back(
      {{{0, tensor_maps(spec.inputs)}, {1, tensor_maps(spec.outputs)}, {2, spec.key}, {4, spec.subgraph}}});
}

void TfliteBuilder::metadata(std::string name, uint32_t buffer) {
  metadata_.push_back({{{0, std::move(name)}, {1, buffer}}});
}

void TfliteBuilder::model_field(uint16_t slot, FlatValue value) { extra_.push_back({slot, std::move(value)}); }

void TfliteBuilder::subgraph_field(uint16_t slot, FlatValue value) {
  subgraphs_.back().extra.push_back({slot, std::move(value)});
}

FlatTable TfliteBuilder::model(uint64_t outside_offset) const {
  std::vector<FlatTable> buffers = buffers_;
  for (const Outside& outside : outside_) {
    set(buffers[outside.buffer], 1, outside_offset);
    outside_offset = aligned(outside_offset + outside.data.size(), 16);
  }
  std::vector<FlatTable> subgraphs;
  for (const Subgraph& subgraph : subgraphs_) {
    FlatTable table{{{0, subgraph.tensors},
                     {1, flat_vector(subgraph.inputs)},
                     {2, flat_vector(subgraph.outputs)},
                     {3, subgraph.operators},
                     {4, subgraph.name}}};
    set_all(table, subgraph.extra);
    subgraphs.push_back(std::move(table));
  }
  FlatTable model{{{0, uint32_t{3}},
                   {1, operator_codes_},
                   {2, std::move(subgraphs)},
                   {3, std::string("flopstat tests")},
                   {4, std::move(buffers)}}};
  if (!metadata_.empty()) set(model, 6, metadata_);
  if (!signatures_.empty()) set(model, 7, signatures_);
  set_all(model, extra_);
  return model;
}

std::vector<std::byte> TfliteBuilder::finish() const {
  // An offset takes eight bytes whatever its value, so a first writing tells where the flatbuffer ends.
  uint64_t end = aligned(write_flatbuffer(model(0), "TFL3").size(), 16);
  std::vector<std::byte> file = write_flatbuffer(model(end), "TFL3");
  for (const Outside& outside : outside_) {
    file.resize(aligned(file.size(), 16));
    file.insert(file.end(), outside.data.begin(), outside.data.end());
  }
  return file;
}

}  // namespace flopstat::test

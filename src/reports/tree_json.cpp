#include "reports/json.h"
#include "reports/json_parts.h"
#include "reports/json_writer.h"
#include "reports/layers.h"

namespace flopstat {
namespace {

using namespace json_parts;

void layer(JsonWriter& json, const Layer& layer) {
  json.object(JsonWriter::line, [&] {
    json.member("depth", uint64_t{layer.depth});
    json.key("parent");
    write(json, layer.parent ? Figure(*layer.parent) : Figure());
    json.member("name", layer.name);
    json.key("op");
    write(json, layer.row ? Figure(*layer.row) : Figure());
    json.member("nodes", layer.sum.nodes);
    json.member("unknown_nodes", layer.sum.unknown_nodes);
    json.member("complete", layer.sum.complete);
    figures(json, layer.sum);
  });
}

}  // namespace

void write_tree_json(const Report& report, std::optional<uint32_t> depth, std::string& out) {
  std::vector<Layer> layers = layers_of(report);
  if (depth) {
    // Positions change: those of parents, too.
    std::vector<uint32_t> position(layers.size());
    uint32_t kept = 0;
    for (uint32_t i = 0; i < layers.size(); ++i) {
      position[i] = kept;
      if (layers[i].depth > *depth) continue;
      if (std::optional<uint32_t>& parent = layers[i].parent) parent = position[*parent];
      if (kept != i) layers[kept] = std::move(layers[i]);
      ++kept;
    }
    layers.resize(kept);
  }
  JsonWriter json(out);
  json.object(JsonWriter::lines, [&] {
    head(json, report, "tree");
    entries(json, "layers", layers, layer);
    warnings(json, report);
  });
}

}  // namespace flopstat

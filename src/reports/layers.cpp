#include "reports/layers.h"

#include <algorithm>
#include <map>
#include <ranges>
#include <string_view>
#include <utility>

namespace flopstat {
namespace {

constexpr uint32_t kMaxDepth = 64;

/// Where a row belongs: the layers around it, and what it is called in the innermost.
struct Place {
  std::vector<std::string_view> path;
  std::string name;
};

/// The parts of `text` between `mark`, without empty ones.
std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(mark), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

size_t common(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  return static_cast<size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

std::string joined(const std::vector<std::string_view>& parts, size_t first) {
  std::string text;
  for (size_t i = first; i < parts.size(); ++i) text.append(i == first ? "" : "/").append(parts[i]);
  return text;
}

Place place_by_name(std::string_view name) {
  std::vector<std::vector<std::string_view>> pieces;
  for (const std::string_view piece : split(name, ';')) {
    pieces.push_back(split(piece, '/'));
    if (pieces.back().empty()) pieces.pop_back();
  }
  if (pieces.empty()) return {};
  size_t shared = pieces[0].size() - 1;
  for (const std::vector<std::string_view>& piece : pieces) {
    shared = std::min({shared, common(pieces[0], piece), piece.size() - 1});
  }
  Place place;
  place.path.assign(pieces[0].begin(), pieces[0].begin() + static_cast<std::ptrdiff_t>(shared));
  for (const std::vector<std::string_view>& piece : pieces) {
    place.name += (place.name.empty() ? "" : ";") + joined(piece, shared);
  }
  return place;
}

/// A node without a name goes by its first result's.
std::string_view name_of(const Row& row) {
  return row.name.empty() && !row.outputs.empty() ? row.outputs[0].name : row.name;
}

Place place_of(const Row& row) {
  Place place;
  if (row.scope.empty()) {
    place = place_by_name(name_of(row));
  } else {
    place.path = split(row.scope, '/');
    const std::vector<std::string_view> parts = split(name_of(row), '/');
    if (!parts.empty()) place.name = parts.back();
  }
  if (place.name.empty()) place.name = row.type;
  return place;
}

/// The tree while it grows.
class Tree {
 public:
  explicit Tree(const Report& report) : report_(report), nodes_(1), node_of_row_(report.rows.size()) {}

  std::vector<Layer> grow() {
    std::vector<std::vector<std::string_view>> paths(report_.rows.size());  // of callers, whole
    for (const Row& row : report_.rows) {
      Place place = place_of(row);
      uint32_t at = 0;
      if (row.caller) {
        at = node_of_row_[*row.caller];
        const size_t shared = common(paths[*row.caller], place.path);
        paths[row.index] = place.path;
        place.path.erase(place.path.begin(), place.path.begin() + static_cast<std::ptrdiff_t>(shared));
      } else {
        paths[row.index] = place.path;
      }
      if (name_of(row).find(';') == std::string_view::npos) paths[row.index].push_back(last_part(row));
      for (const std::string_view part : place.path) at = layer(at, part);
      node_of_row_[row.index] = leaf(at, std::move(place.name), row);
    }
    sum_up();
    return listed();
  }

 private:
  struct Node {
    std::string name = {};
    uint32_t parent = 0;
    uint32_t depth = 0;
    std::optional<uint32_t> row = std::nullopt;
    std::vector<uint32_t> children = {};
    Sum sum = {};
  };

  static std::string_view last_part(const Row& row) {
    const std::vector<std::string_view> parts = split(name_of(row), '/');
    return parts.empty() ? std::string_view() : parts.back();
  }

  uint32_t add_node(uint32_t parent, std::string name) {
    const auto id = static_cast<uint32_t>(nodes_.size());
    nodes_.push_back({.name = std::move(name), .parent = parent, .depth = nodes_[parent].depth + 1});
    nodes_[parent].children.push_back(id);
    return id;
  }

  uint32_t layer(uint32_t parent, std::string_view name) {
    if (nodes_[parent].depth >= kMaxDepth) return parent;
    const auto [found, is_new] = layers_.try_emplace({parent, name}, 0);
    if (is_new) found->second = add_node(parent, std::string(name));
    return found->second;
  }

  uint32_t leaf(uint32_t parent, std::string name, const Row& row) {
    if (nodes_[parent].depth > kMaxDepth) parent = nodes_[parent].parent;
    const uint32_t id = add_node(parent, std::move(name));
    nodes_[id].row = row.index;
    flopstat::add(nodes_[id].sum, row);
    return id;
  }

  /// A parent stands before its children in `nodes_`.
  void sum_up() {
    for (size_t id = nodes_.size(); --id > 0;) flopstat::add(nodes_[nodes_[id].parent].sum, nodes_[id].sum);
  }

  /// Layers in the order in which they are shown, what holds one thing merged with it.
  std::vector<Layer> listed() const {
    struct Visit {
      uint32_t node;
      std::optional<uint32_t> parent;
      uint32_t depth;
    };
    std::vector<Layer> layers;
    std::vector<Visit> stack = {{0, std::nullopt, 0}};
    while (!stack.empty()) {
      const Visit visit = stack.back();
      stack.pop_back();
      const Node* node = &nodes_[visit.node];
      std::string name = node->name;
      while (visit.node != 0 && !node->row && node->children.size() == 1) {
        node = &nodes_[node->children[0]];
        name.append("/").append(node->name);
      }
      const auto position = static_cast<uint32_t>(layers.size());
      layers.push_back({std::move(name), visit.parent, visit.depth, node->row, node->sum});
      for (const uint32_t child : std::ranges::reverse_view(node->children)) {
        stack.push_back({child, position, visit.depth + 1});
      }
    }
    return layers;
  }

  const Report& report_;
  std::vector<Node> nodes_;
  std::vector<uint32_t> node_of_row_;
  std::map<std::pair<uint32_t, std::string_view>, uint32_t> layers_;
};

}  // namespace

std::vector<Layer> layers_of(const Report& report) { return Tree(report).grow(); }

std::string layer_of(const Row& row) {
  const Place place = place_of(row);
  return place.path.empty() ? place.name : joined(place.path, 0);
}

}  // namespace flopstat

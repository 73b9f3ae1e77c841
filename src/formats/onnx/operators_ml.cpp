#include "formats/onnx/operators.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "formats/onnx/schema.h"
#include "formats/onnx/tensor.h"

namespace flopstat::onnx {
namespace {

/// Texts as labels where there are any, else numbers.
DType label_type(const NodeReader& node, const char* texts) {
  return node.texts(texts).empty() ? DType::i64 : DType::string;
}

int64_t count_of(const std::optional<std::vector<int64_t>>& values) {
  return values ? static_cast<int64_t>(values->size()) : 0;
}

size_t labels(const NodeReader& node, const char* texts, const char* numbers) {
  const size_t named = node.texts(texts).size();
  return named > 0 ? named : static_cast<size_t>(count_of(node.integers(numbers)));
}

/// Branches on the longest way down each tree, summed, by following both children of every branch once. Children come
/// behind their parents or before; a cycle is refused.
class Depths {
 public:
  Depths(std::vector<int64_t> left, std::vector<int64_t> right, std::vector<bool> leaf)
      : left_(std::move(left)), right_(std::move(right)), leaf_(std::move(leaf)), depth_(left_.size(), kUnseen) {}

  /// Of the tree whose root is there; none where it is no tree.
  std::optional<int64_t> of(size_t root) {
    std::vector<size_t> stack{root};
    while (!stack.empty()) {
      const size_t node = stack.back();
      if (node >= depth_.size()) return std::nullopt;
      if (leaf_[node] || depth_[node] >= 0) {
        depth_[node] = leaf_[node] ? 0 : depth_[node];
        stack.pop_back();
        continue;
      }
      const bool second_visit = depth_[node] == kOpen;
      depth_[node] = kOpen;
      int64_t deepest = 0;
      for (const int64_t child : {left_[node], right_[node]}) {
        if (child < 0 || static_cast<size_t>(child) >= depth_.size()) return std::nullopt;
        const auto at = static_cast<size_t>(child);
        if (leaf_[at]) depth_[at] = 0;
        if (depth_[at] >= 0) {
          deepest = std::max(deepest, depth_[at] + 1);
        } else if (second_visit) {
          return std::nullopt;  // it waits for itself
        } else {
          stack.push_back(at);
        }
      }
      if (stack.back() == node) {
        depth_[node] = deepest;
        stack.pop_back();
      }
    }
    return depth_[root];
  }

 private:
  static constexpr int64_t kUnseen = -1;
  static constexpr int64_t kOpen = -2;
  std::vector<int64_t> left_;
  std::vector<int64_t> right_;
  std::vector<bool> leaf_;
  std::vector<int64_t> depth_;
};

/// Trees by lists with an entry per node: the tree it is in, its number there, its children's numbers.
Op trees(NodeReader& node, bool classifier) {
  const auto list = [&](const char* name) { return node.integers(name).value_or(std::vector<int64_t>{}); };
  const std::vector<int64_t> tree = list("nodes_treeids");
  const std::vector<int64_t> number = list("nodes_nodeids");
  const std::vector<int64_t> left = list("nodes_truenodeids");
  const std::vector<int64_t> right = list("nodes_falsenodeids");
  const std::vector<std::string_view> modes = node.texts("nodes_modes");
  const size_t size = tree.size();
  if (number.size() != size || left.size() != size || right.size() != size || modes.size() != size) {
    node.corrupt("its lists of nodes have different lengths");
  }
  std::map<std::pair<int64_t, int64_t>, size_t> places;
  for (size_t i = 0; i < size; ++i) places.emplace(std::pair(tree[i], number[i]), i);
  const auto place = [&](int64_t in_tree, int64_t child) {
    const auto found = places.find({in_tree, child});
    return found == places.end() ? int64_t{-1} : static_cast<int64_t>(found->second);
  };
  std::vector<int64_t> lefts(size);
  std::vector<int64_t> rights(size);
  std::vector<bool> leaves(size);
  for (size_t i = 0; i < size; ++i) {
    leaves[i] = modes[i] == "LEAF";
    lefts[i] = place(tree[i], left[i]);
    rights[i] = place(tree[i], right[i]);
  }
  TreeEnsemble op{.classifier = classifier};
  Depths depths(std::move(lefts), std::move(rights), std::move(leaves));
  for (size_t i = 0; i < size; ++i) {
    if (i > 0 && tree[i] == tree[i - 1]) continue;
    ++op.trees;
    const std::optional<int64_t> depth = depths.of(i);
    if (!depth) node.corrupt("the nodes of tree " + std::to_string(tree[i]) + " are no tree");
    op.depth += *depth;
  }
  if (classifier) {
    op.targets = static_cast<int64_t>(labels(node, "classlabels_strings", "classlabels_int64s"));
    op.label = label_type(node, "classlabels_strings");
  } else {
    op.targets = node.integer("n_targets", 1);
  }
  return op;
}

Op tree_classifier(NodeReader& node) { return trees(node, true); }
Op tree_regressor(NodeReader& node) { return trees(node, false); }

/// Trees by one list of branches, whose children are branches or leaves.
Op tree_ensemble(NodeReader& node) {
  const auto list = [&](const char* name) { return node.integers(name).value_or(std::vector<int64_t>{}); };
  const std::vector<int64_t> roots = list("tree_roots");
  std::vector<int64_t> left = list("nodes_truenodeids");
  std::vector<int64_t> right = list("nodes_falsenodeids");
  const std::vector<int64_t> left_is_leaf = list("nodes_trueleafs");
  const std::vector<int64_t> right_is_leaf = list("nodes_falseleafs");
  const size_t size = left.size();
  if (right.size() != size || left_is_leaf.size() != size || right_is_leaf.size() != size) {
    node.corrupt("its lists of nodes have different lengths");
  }
  // One leaf stands for all of them.
  for (size_t i = 0; i < size; ++i) {
    if (left_is_leaf[i] != 0) left[i] = static_cast<int64_t>(size);
    if (right_is_leaf[i] != 0) right[i] = static_cast<int64_t>(size);
  }
  left.push_back(-1);
  right.push_back(-1);
  std::vector<bool> leaves(size, false);
  leaves.push_back(true);
  Depths depths(std::move(left), std::move(right), std::move(leaves));
  TreeEnsemble op{.trees = static_cast<int64_t>(roots.size()), .targets = node.integer("n_targets", 1)};
  for (const int64_t root : roots) {
    const std::optional<int64_t> depth = root < 0 ? std::nullopt : depths.of(static_cast<size_t>(root));
    if (!depth) node.corrupt("its nodes are no trees");
    op.depth += *depth;
  }
  return op;
}

/// Behind the scores of a linear model.
std::optional<UnaryFn> transform(const NodeReader& node) {
  const std::string_view word = node.text("post_transform", "NONE");
  return word == "LOGISTIC" ? std::optional(UnaryFn::sigmoid) : std::nullopt;
}

/// x by the coefficients [targets, F], and the intercepts.
TensorId linear_scores(NodeReader& node, int64_t targets) {
  const std::vector<float> weights = node.reals("coefficients").value_or(std::vector<float>{});
  const std::vector<float> bias = node.reals("intercepts").value_or(std::vector<float>{});
  if (targets < 1 || weights.size() % static_cast<size_t>(targets) != 0) {
    node.corrupt("its coefficients are no matrix of " + std::to_string(targets) + " rows");
  }
  const TensorId w = node.parameter(weights, {targets, static_cast<int64_t>(weights.size()) / targets});
  const TensorId b = bias.empty() ? kAbsent : node.parameter(bias, {static_cast<int64_t>(bias.size())});
  return node.emit(MatMul{.transpose_b = true}, {node.input(0), w, b}, transform(node));
}

bool wants_softmax(const NodeReader& node) { return node.text("post_transform", "NONE").starts_with("SOFTMAX"); }

Op linear_regressor(NodeReader& node) {
  const TensorId scores = linear_scores(node, node.integer("targets", 1));
  node.set_inputs({scores});
  return wants_softmax(node) ? Op{Softmax{}} : Op{Identity{}};
}

/// -> label, scores.
Op linear_classifier(NodeReader& node) {
  const size_t classes = labels(node, "classlabels_strings", "classlabels_ints");
  const size_t rows = std::max<size_t>(node.reals("intercepts").value_or(std::vector<float>{}).size(), 1);
  if (rows != classes) return Opaque{"a score for two classes is not followed"};
  const TensorId scores = linear_scores(node, static_cast<int64_t>(rows));
  node.emit_result(1, wants_softmax(node) ? Op{Softmax{}} : Op{Identity{}}, {scores});
  const DType label = label_type(node, "classlabels_strings");
  const TensorId best = node.emit(ArgReduce{}, {scores, node.scalar(1)});
  node.set_inputs({best});
  return MapValues{label};
}

SupportVectors::Kernel kernel(const NodeReader& node) {
  const std::string_view word = node.text("kernel_type", "LINEAR");
  if (word == "POLY") return SupportVectors::Kernel::polynomial;
  if (word == "RBF") return SupportVectors::Kernel::radial;
  return word == "SIGMOID" ? SupportVectors::Kernel::sigmoid : SupportVectors::Kernel::linear;
}

Op svm_regressor(NodeReader& node) {
  return SupportVectors{.kernel = kernel(node), .vectors = node.integer("n_supports", 0)};
}

Op svm_classifier(NodeReader& node) {
  SupportVectors op{.kernel = kernel(node), .classifier = true, .label = label_type(node, "classlabels_strings")};
  for (const int64_t vectors : node.integers("vectors_per_class").value_or(std::vector<int64_t>{})) {
    op.vectors += std::max<int64_t>(vectors, 0);
  }
  op.classes = static_cast<int64_t>(labels(node, "classlabels_strings", "classlabels_ints"));
  return op;
}

/// (x - offset) * scale.
Op scaler(NodeReader& node) {
  const std::vector<float> offset = node.reals("offset").value_or(std::vector<float>{0});
  const std::vector<float> scale = node.reals("scale").value_or(std::vector<float>{1});
  const TensorId moved =
      node.emit(Binary{BinaryFn::sub}, {node.input(0), node.parameter(offset, {static_cast<int64_t>(offset.size())})});
  node.set_inputs({moved, node.parameter(scale, {static_cast<int64_t>(scale.size())})});
  node.set_result(0, DType::f32);
  return Binary{BinaryFn::mul};
}

/// 1 above the threshold, else 0.
Op binarizer(NodeReader& node) {
  const float threshold = node.real("threshold", 0);
  const TensorId x = node.input(0);
  const TensorId above =
      node.emit(Binary{BinaryFn::greater}, {x, node.constant(constant_of(std::span(&threshold, 1), true))});
  node.set_inputs({above, x});
  return Cast{};
}

Op normalizer(NodeReader& node) {
  const std::string_view norm = node.text("norm", "MAX");
  node.set_result(0, DType::f32);
  if (norm == "L2" || norm == "L1") return L2Norm{.axis = -1, .absolute = norm == "L1"};
  const TensorId largest = node.emit(Reduce{.fn = ReduceFn::max}, {node.input(0), node.constant({-1})});
  node.set_inputs({node.input(0), largest});
  return Binary{BinaryFn::div};
}

/// What is not a number becomes a stored one.
Op imputer(NodeReader& node) {
  const TensorId x = node.input(0);
  const bool real = node.has("imputed_value_floats");
  const TensorId missing = node.emit(Unary{UnaryFn::is_nan}, {x});
  const std::vector<float> values = node.reals("imputed_value_floats").value_or(std::vector<float>{});
  const std::vector<int64_t> numbers = node.integers("imputed_value_int64s").value_or(std::vector<int64_t>{});
  node.set_inputs({missing, real ? node.constant(constant_of(std::span(values), false)) : node.constant(numbers), x});
  return Select{};
}

Op array_feature_extractor(NodeReader&) { return Gather{.axis = -1}; }

/// -> one more axis with an entry per category.
Op one_hot_encoder(NodeReader& node) {
  const size_t categories = labels(node, "cats_strings", "cats_int64s");
  const float on = 1;
  const TensorId value = node.constant(constant_of(std::span(&on, 1), true));
  node.set_inputs({node.input(0), node.scalar(static_cast<int64_t>(categories)), value, value});
  return OneHot{};
}

Op feature_vectorizer(NodeReader& node) {
  node.set_result(0, DType::f32);
  return Concat{.axis = 1};
}

DType mapped_type(const NodeReader& node) {
  for (const auto& [name, type] : {std::pair("values_strings", DType::string), std::pair("values_int64s", DType::i64),
                                   std::pair("values_floats", DType::f32)}) {
    if (node.has(name)) return type;
  }
  return DType::unknown;
}

/// Operator set 1 maps texts to their number, or back.
Op label_encoder(NodeReader& node) {
  if (node.version() < 2) return MapValues{node.operand(0)->dtype == DType::string ? DType::i64 : DType::string};
  if (std::optional<Tensor> values = node.tensor("values_tensor")) return MapValues{values->dtype};
  return MapValues{mapped_type(node)};
}

Op category_mapper(NodeReader& node) {
  return MapValues{node.operand(0)->dtype == DType::string ? DType::i64 : DType::string};
}

Op map_of_values(NodeReader&) { return Opaque{"maps from keys to values have no shape"}; }

constexpr auto kOperators = std::to_array<Operator>({
    {"ArrayFeatureExtractor", 2, array_feature_extractor},
    {"Binarizer", 1, binarizer},
    {"CastMap", 1, map_of_values},
    {"CategoryMapper", 1, category_mapper},
    {"DictVectorizer", 1, map_of_values},
    {"FeatureVectorizer", 1, feature_vectorizer},
    {"Imputer", 1, imputer},
    {"LabelEncoder", 1, label_encoder},
    {"LinearClassifier", 1, linear_classifier},
    {"LinearRegressor", 1, linear_regressor},
    {"Normalizer", 1, normalizer},
    {"OneHotEncoder", 1, one_hot_encoder},
    {"SVMClassifier", 1, svm_classifier},
    {"SVMRegressor", 1, svm_regressor},
    {"Scaler", 1, scaler},
    {"TreeEnsemble", 1, tree_ensemble},
    {"TreeEnsembleClassifier", 1, tree_classifier},
    {"TreeEnsembleRegressor", 1, tree_regressor},
    {"ZipMap", 1, map_of_values},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> ml_operators() { return kOperators; }

}  // namespace flopstat::onnx

#include "formats/onnx/operators.h"

#include <algorithm>
#include <array>
#include <string>

#include "formats/onnx/schema.h"
#include "formats/onnx/tensor.h"

namespace flopstat::onnx {
namespace {

/// Words that are left out change the number of words.
Op string_normalizer(NodeReader& node) {
  if (!node.texts("stopwords").empty()) return Opaque{"how many words are left depends on input data"};
  return MapValues{};
}

Op string_split(NodeReader&) { return Opaque{"into how many parts a text is split depends on input data"}; }

Op tf_idf(NodeReader& node) {
  const std::vector<int64_t> columns = node.integers("ngram_indexes").value_or(std::vector<int64_t>{});
  if (columns.empty()) node.corrupt("it has no ngram_indexes");
  return CountNgrams{.columns = *std::ranges::max_element(columns) + 1, .weighted = node.has("weights")};
}

constexpr auto kOperators = std::to_array<Operator>({
    {"StringNormalizer", 1, string_normalizer},
    {"StringSplit", 1, string_split},
    {"TfIdfVectorizer", 1, tf_idf},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> text_operators() { return kOperators; }

}  // namespace flopstat::onnx

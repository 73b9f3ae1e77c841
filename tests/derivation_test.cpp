// How every figure came about: the derivation of every counted row is redone with a calculator.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "count/convention.h"
#include "count/counter.h"
#include "count/rules.h"
#include "flopstat/analyze.h"
#include "formats/onnx/operators.h"
#include "formats/tflite/operators.h"
#include "formats/words.h"
#include "ops/functions.h"
#include "reports/derivation_text.h"
#include "support/corpus.h"
#include "support/formula.h"
#include "support/model_builder.h"

namespace flopstat::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Numbers in a formula that stand for themselves: a blend of 9 operations, a gate of 5, a type of 8 bytes. Sizes of a
/// model have names.
constexpr uint64_t kLargestPlainNumber = 16;

void expect_derived(const Derived& derived, const Figure& figure, const std::string& where) {
  ASSERT_TRUE(figure) << where;
  EXPECT_EQ(derived.value, *figure) << where << derived.formula;
  EXPECT_EQ(value_of_formula(derived.numbers), *figure) << where << derived.formula << " = " << derived.numbers;
}

void expect_named_sizes(const std::string& formula, const std::string& where) {
  for (const uint64_t number : numbers_in_formula(formula)) {
    EXPECT_LE(number, kLargestPlainNumber) << where << formula << ": a size without a name";
  }
}

/// Everything a row's derivation says, redone.
void expect_row_derived(const Row& row, const std::string& file) {
  if (!row.unknown.empty()) return;
  const std::string where = file + ": row " + std::to_string(row.index) + " " + std::string(row.type) + ": ";
  ASSERT_NE(row.derivation, nullptr) << where;
  const Derivation& derivation = *row.derivation;
  ASSERT_EQ(derivation.work.size(), row.figures.work.size()) << where;
  for (size_t i = 0; i < derivation.work.size(); ++i) {
    expect_derived(derivation.work[i], row.figures.work[i].count, where);
    expect_named_sizes(derivation.work[i].formula, where);
  }
  expect_derived(derivation.macs, row.figures.macs, where + "MACs ");
  expect_derived(derivation.valid_macs, row.figures.valid_macs, where + "valid MACs ");
  expect_derived(derivation.flops, row.figures.flops, where + "FLOPs ");
  expect_derived(derivation.int_ops, row.figures.int_ops, where + "OPs ");
  expect_derived(derivation.read_bytes, row.figures.read_bytes, where + "read ");
  expect_derived(derivation.written_bytes, row.figures.written_bytes, where + "written ");
  for (const Derived* figure : {&derivation.valid_macs, &derivation.read_bytes, &derivation.written_bytes}) {
    expect_named_sizes(figure->formula, where);
  }
  uint64_t parameters = 0, bytes = 0;
  for (const ParameterSource& source : derivation.parameters) {
    EXPECT_LT(source.counted_in.value_or(0), row.index + 1) << where << source.name;
    uint64_t elements = 1;
    for (const int64_t size : source.shape) elements *= static_cast<uint64_t>(size);
    EXPECT_EQ(source.elements, elements) << where << source.name;
    parameters += source.counted_in ? 0 : source.elements;
    bytes += source.counted_in ? 0 : source.weight_bytes;
  }
  EXPECT_EQ(parameters, row.figures.params) << where;
  EXPECT_EQ(bytes, row.figures.weight_bytes) << where;
  for (const Letter& letter : derivation.letters) {
    uint64_t product = 1;
    for (const int64_t size : letter.factors) product *= static_cast<uint64_t>(size);
    if (letter.factors.empty()) product = letter.value;
    EXPECT_EQ(letter.value, product) << where << letter.name;
    EXPECT_FALSE(letter.meaning.empty()) << where << letter.name;
  }
}

/// The rows of a file, derived; how many are counted.
size_t expect_file_derived(const std::string& path, Options options) {
  options.derive = true;
  const Report report = analyze(path, options);
  size_t known = 0;
  for (const Row& row : report.rows) {
    expect_row_derived(row, path.substr(path.rfind('/') + 1));
    known += row.unknown.empty() ? 1 : 0;
  }
  return known;
}

TEST(Derivation, comes_to_the_count_in_every_row_of_the_examples) {
  size_t known = 0;
  for (const std::string& name : files_in(FLOPSTAT_SOURCE_DIR "/examples")) {
    if (name.ends_with(".tflite")) known += expect_file_derived(FLOPSTAT_SOURCE_DIR "/examples/" + name, {});
  }
  EXPECT_GT(known, 0u);
}

class DerivationOfCorpus : public Corpus {};

TEST_F(DerivationOfCorpus, comes_to_the_count_in_every_row_of_every_real_model) {
  size_t known = 0;
  for (const std::string folder : {"models/tflite", "models/onnx"}) {
    if (!std::filesystem::is_directory(in_corpus(folder))) continue;
    for (const std::string& name : files_in(in_corpus(folder))) {
      if (!name.ends_with(".tflite") && !name.ends_with(".onnx")) continue;
      try {
        known += expect_file_derived(in_corpus(folder + "/" + name), options_for(name));
      } catch (const Error& error) {
        EXPECT_NE(error.code, ErrorCode::limit) << name;  // what cannot be read has no rows
      }
    }
  }
  EXPECT_GT(known, 0u);
}

TEST(Derivation, changes_no_figure) {
  const std::string path = FLOPSTAT_SOURCE_DIR "/examples/small_cnn_int8.tflite";
  const Report plain = analyze(path);
  const Report derived = analyze(path, {.derive = true});
  ASSERT_EQ(plain.rows.size(), derived.rows.size());
  for (size_t i = 0; i < plain.rows.size(); ++i) {
    EXPECT_EQ(plain.rows[i].figures.macs, derived.rows[i].figures.macs);
    EXPECT_EQ(plain.rows[i].figures.int_ops, derived.rows[i].figures.int_ops);
    EXPECT_EQ(plain.rows[i].derivation, nullptr);
  }
}

TEST(Derivation, says_where_a_shared_parameter_is_counted) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 8});
  const TensorId w = b.stored({8, 8});
  b.outputs({b.node(MatMul{}, {b.node(MatMul{}, {x, w}), w})});
  Counted all{.model = b.finish(), .frames = {}, .report = {}};
  all.frames = infer(all.model, {});
  all.report = count(all.model, all.frames, analyze(all.model, all.frames.root), conventions().front(), true);
  const Derivation& first = *all.report.rows[0].derivation;
  const Derivation& second = *all.report.rows[1].derivation;
  ASSERT_EQ(first.parameters.size(), 1u);
  ASSERT_EQ(second.parameters.size(), 1u);
  EXPECT_EQ(first.parameters[0].counted_in, std::nullopt);
  EXPECT_EQ(first.parameters[0].elements, 8u * 8u);
  EXPECT_EQ(second.parameters[0].counted_in, 0u);
  EXPECT_EQ(all.report.rows[1].figures.params, 0u);
}

TEST(Derivation, that_does_not_come_to_the_figure_is_shown_as_a_bug) {
  Report report = flopstat::counted(find_rule("matmul")->cases[0]);
  Row& row = report.rows[0];
  std::string right, wrong;
  write_row_derivation(report, row, {}, right);
  EXPECT_THAT(right, Not(HasSubstr("bug")));
  row.figures.macs = *row.figures.macs + 1;
  write_row_derivation(report, row, {}, wrong);
  EXPECT_THAT(wrong, HasSubstr("this is a bug in flopstat: the report says 78401, the derivation 78400"));
}

// --- the rules -------------------------------------------------------------------------------------------------------

template <size_t... places>
std::set<std::string_view> names_of_operations(std::index_sequence<places...>) {
  return {std::variant_alternative_t<places, Op>::name...};
}

TEST(Rules, there_is_one_for_every_operation_and_function) {
  for (const std::string_view name : names_of_operations(std::make_index_sequence<std::variant_size_v<Op>>())) {
    EXPECT_NE(find_rule(name), nullptr) << name;
  }
  EXPECT_NE(find_rule(name_of(UnaryFn::complex_abs)), nullptr);
  EXPECT_NE(find_rule(name_of(BinaryFn::join_text)), nullptr);
}

TEST(Rules, have_names_of_their_own) {
  std::set<std::string_view> names;
  for (const Rule& rule : rules()) EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
}

TEST(Rules, are_shown_by_examples_that_count) {
  for (const Rule& rule : rules()) {
    EXPECT_FALSE(rule.source.empty()) << rule.name;
    for (const Example& each : rule.cases) {
      const Report report = flopstat::counted(each);
      ASSERT_EQ(report.rows.size(), 1u);
      EXPECT_EQ(report.rows[0].unknown, "") << rule.name << " " << each.title;
      expect_row_derived(report.rows[0], "rule " + std::string(rule.name) + " " + std::string(each.title));
    }
  }
}

/// The rule of a word, as the program finds it.
const Rule* rule_of(std::string_view word) {
  const std::optional<Op> op = operation_named(word);
  if (!op) return nullptr;
  if (const auto* unary = std::get_if<Unary>(&*op)) return find_rule(name_of(unary->fn));
  if (const auto* binary = std::get_if<Binary>(&*op)) return find_rule(name_of(binary->fn));
  return find_rule(name_of(*op));
}

TEST(Rules, are_found_by_the_words_of_the_formats) {
  EXPECT_EQ(rule_of("CONV_2D")->name, "conv");
  EXPECT_EQ(rule_of("DEPTHWISE_CONV_2D")->name, "conv");
  EXPECT_EQ(rule_of("FULLY_CONNECTED")->name, "matmul");
  EXPECT_EQ(rule_of("Gemm")->name, "matmul");
  EXPECT_EQ(rule_of("LOGISTIC")->name, "sigmoid");
  EXPECT_EQ(rule_of("UNIDIRECTIONAL_SEQUENCE_LSTM")->name, "lstm");
  EXPECT_EQ(rule_of("GRU")->name, "recurrent");
  EXPECT_EQ(rule_of("MaxPool")->name, "pool");
  EXPECT_EQ(rule_of("Nonsense"), nullptr);
  for (uint32_t code = 0; code < tflite::builtin_count(); ++code) {
    EXPECT_NE(rule_of(tflite::builtin_name(code)), nullptr) << tflite::builtin_name(code);
  }
}

/// An operation whose rule has no example must have no work anywhere.
TEST_F(DerivationOfCorpus, operations_without_an_example_do_no_arithmetic) {
  for (const std::string& name : files_in(in_corpus("models/tflite"))) {
    if (!name.ends_with(".tflite")) continue;
    try {
      const Report report = analyze(in_corpus("models/tflite/" + name), options_for(name));
      for (const Row& row : report.rows) {
        const Rule* rule = find_rule(row.op);
        ASSERT_NE(rule, nullptr) << row.op;
        EXPECT_TRUE(!rule->cases.empty() || row.figures.work.empty()) << name << ": " << row.op;
      }
    } catch (const Error&) {
      continue;  // what cannot be read has no rows
    }
  }
}

}  // namespace
}  // namespace flopstat::test

// What flopstat says under the conventions of other tools against what those tools say.

#include "flopstat/conventions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "flopstat/analyze.h"
#include "support/corpus.h"
#include "support/onnx_writer.h"
#include "support/shell.h"
#include "support/tensorflow_writer.h"

namespace flopstat {
namespace {

using ::testing::HasSubstr;

using test::Record;

/// Under all conventions, or nothing where the file cannot be read yet.
Report counted(const std::string& path, const Options& options = {}) {
  Options all = options;
  all.all_conventions = true;
  return analyze(path, all);
}

const ConventionCount& said(const Report& report, std::string_view name) {
  const auto found = std::ranges::find(*report.by_convention, name, &ConventionCount::name);
  EXPECT_NE(found, report.by_convention->end()) << name;
  return *found;
}

Figure value_of(const std::string& example, std::string_view convention) {
  return said(counted(std::string(FLOPSTAT_SOURCE_DIR "/examples") + "/" + example), convention).value;
}

// ---- The numbers that users know from elsewhere

class ExampleInEveryFormat : public ::testing::TestWithParam<std::string> {};

TEST_P(ExampleInEveryFormat, mnist_mlp_is_179050_in_the_notebook) {
  EXPECT_EQ(value_of("mnist_mlp" + GetParam(), "notebook"), 156'800 + 100 + 20'000 + 100 + 2'000 + 50);
}

TEST_P(ExampleInEveryFormat, mnist_mlp_50_is_84550_in_the_notebook) {
  EXPECT_EQ(value_of("mnist_mlp_50" + GetParam(), "notebook"), 78'400 + 50 + 5'000 + 50 + 1'000 + 50);
}

TEST_P(ExampleInEveryFormat, sine_8_is_41_by_flopco_keras_and_the_profiler) {
  // Dense 1 -> 8 -> 1: 2 * 8 + 8 and 2 * 8 + 1.
  for (const std::string_view name : {"flopco-keras", "tf-profiler", "keras-flops"}) {
    EXPECT_EQ(value_of("sine_8" + GetParam(), name), 41) << name;
  }
}

TEST_P(ExampleInEveryFormat, digits_cnn_is_202810_by_flopco_demo_and_the_profiler) {
  const uint64_t conv = 26 * 26 * 12 * (2 * 3 * 3 + 1), pool = 2 * 2 * 13 * 13 * 12, dense = 2 * 13 * 13 * 12 * 10 + 10;
  ASSERT_EQ(conv + pool + dense, 202'810U);
  for (const std::string_view name : {"flopco-demo", "tf-profiler", "keras-flops"}) {
    EXPECT_EQ(value_of("digits_cnn" + GetParam(), name), 202'810) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Conventions, ExampleInEveryFormat, ::testing::Values(".keras", ".h5", ".tflite", ".pb"),
                         [](const auto& format) { return format.param.substr(1); });

TEST(Conventions, give_the_lines_of_the_notebook_layer_by_layer) {
  Options options;
  options.convention = "notebook";
  const Report report = analyze(std::string(FLOPSTAT_SOURCE_DIR "/examples") + "/mnist_mlp.keras", options);
  std::map<std::string, uint64_t> layers;
  for (const Row& row : report.rows) layers[std::string(row.name)] += *row.figures.flops;
  std::vector<uint64_t> lines;
  for (const auto& [name, flops] : layers) {
    if (flops != 0) lines.push_back(flops);
  }
  std::ranges::sort(lines, std::greater());
  EXPECT_EQ(lines, (std::vector<uint64_t>{156'800 + 100, 20'000 + 100, 2'000, 50}));
}

/// The keyword network as TensorFlow 1 wrote it: its frontend is a placeholder.
test::TfGraph keyword_network() {
  test::TfGraph graph;
  graph.placeholder("samples", {16'000, 1}).weight("volume", {}).weight("range", {});
  graph.node("Mul", "scale", {"samples", "volume"}).placeholder("features", {49, 40});
  graph.node("Mul", "feature_scale", {"features", "range"}).numbers("sizes", {1, 49, 40, 1});
  graph.node("Reshape", "image", {"feature_scale", "sizes"}).weight("kernel", {10, 8, 1, 8}).weight("bias", {8});
  graph.node("Conv2D", "conv", {"image", "kernel"},
             {test::tf_integers("strides", {1, 2, 2, 1}), test::tf_text("padding", "SAME")});
  graph.node("AddV2", "add", {"conv", "bias"}).node("Relu", "relu", {"add"}).numbers("flat_sizes", {1, 4000});
  graph.node("Reshape", "flat", {"relu", "flat_sizes"}).weight("weights", {4000, 4}).weight("biases", {4});
  graph.node("MatMul", "dense", {"flat", "weights"}).node("AddV2", "add_1", {"dense", "biases"});
  graph.node("Softmax", "labels", {"add_1"});
  return graph;
}

TEST(Conventions, of_the_profiler_tell_versions_apart) {
  Options options;
  options.all_conventions = true;
  const Report report = analyze(test::bytes_of(keyword_network().proto), "keywords.pb", options);
  const uint64_t products = 2 * (25 * 20 * 8 * 10 * 8) + 2 * 4'000 * 4, scales = 16'000 + 49 * 40, softmax = 5 * 4;
  EXPECT_EQ(said(report, "tf-profiler@1.15").value, products + scales + softmax);
  EXPECT_EQ(said(report, "tf-profiler@1.15").value, 689'980U);
  EXPECT_EQ(said(report, "tf-profiler").value, 689'980U + 4'000 + 4) << "AddV2 was registered later";
}

// ---- Every known value

/// How one convention fares against its tool.
struct Score {
  size_t exact = 0;
  size_t approximate = 0;
  size_t wrong = 0;
};

/// Holds a value that a tool gave against what the convention says. What is approximate was said to be so before the
/// value is looked at.
void hold(Score& score, const std::string& what, const Figure& value, bool exact, const std::string& reason,
          uint64_t expected) {
  if (value == expected) {
    ++(exact ? score.exact : score.approximate);
    return;
  }
  const std::string shown = value ? std::to_string(*value) : "no number";
  if (exact) {
    ++score.wrong;
    ADD_FAILURE() << what << ": " << shown << ", the tool says " << expected;
    return;
  }
  ++score.approximate;
  std::cout << what << ": " << shown << ", the tool says " << expected << ": " << reason << "\n";
}

std::string first_reason(const ConventionCount& count) { return count.inexact.empty() ? "" : count.inexact.front(); }

/// No value is wrong, and nine of ten are predicted to be exact, for each convention.
void judge(const std::map<std::string, Score>& scores) {
  const std::string page = test::contents(FLOPSTAT_SOURCE_DIR "/docs/conventions.md");
  for (const auto& [name, score] : scores) {
    const size_t all = score.exact + score.approximate + score.wrong;
    const std::string line = "| `" + name + "` | " + std::to_string(score.exact) + " | " +
                             std::to_string(score.approximate) + " | " + std::to_string(score.wrong) + " |\n";
    std::cout << line;
    EXPECT_NE(page.find(line), std::string::npos) << "docs/conventions.md has another score than " << line;
    EXPECT_EQ(score.wrong, 0U) << name;
    EXPECT_GE(score.exact * 10, all * 9) << name;
  }
}

/// The convention of the version whose numbers conventions.md of the design publishes, where later ones differ.
std::string as_published(const std::string& tool) {
  if (tool == "deepspeed") return "deepspeed@38327e0";
  if (tool == "torchinfo") return "torchinfo@5c4164f";
  return tool;
}

/// Numbers that no convention can give, each with its reason: a list in tests/lists.
class Exclusions {
 public:
  explicit Exclusions(const std::string& list) : list_(test::read_list("lists/" + list)) {}

  /// Whether the list has a record with all these fields.
  bool have(const std::map<std::string, std::string>& fields) {
    for (size_t i = 0; i < list_.size(); ++i) {
      const auto fits = [&](const auto& field) { return list_[i].at(field.first) == field.second; };
      if (!std::ranges::all_of(fields, fits)) continue;
      used_.insert(i);
      return true;
    }
    return false;
  }
  size_t unused() const { return list_.size() - used_.size(); }

 private:
  std::vector<Record> list_;
  std::set<size_t> used_;
};

bool is_by_formula_only(std::string_view convention) {
  const auto info = std::ranges::find(convention_list(), convention, &ConventionInfo::name);
  return info != convention_list().end() && info->by_formula_only;
}

/// Networks of one layer, as torch writes them; what each tool says of them, measured or published.
std::map<std::string, Score> scores_of_vectors() {
  std::map<std::string, Score> scores;
  Exclusions exclusions("convention_vectors.csv");
  for (const Record& record : test::read_csv(FLOPSTAT_SOURCE_DIR "/tests/truth/conventions.csv")) {
    const Report report = counted(FLOPSTAT_SOURCE_DIR "/tests/truth/conventions/" + record.at("file"));
    const auto compare = [&](const std::string& convention, const std::string& version, const std::string& value) {
      if (value.empty() || is_by_formula_only(convention)) return;
      if (exclusions.have({{"case", record.at("case")}, {"tool", record.at("tool")}, {"version", version}})) return;
      const ConventionCount& count = said(report, convention);
      const bool macs = record.at("quantity") == "macs" && count.unit == CountUnit::flops;
      hold(scores[convention], record.at("case") + " by " + convention, macs ? count.macs : count.value,
           count.inexact.empty() && count.fails.empty(), first_reason(count), std::stoull(value));
    };
    if (record.at("note").find("Error: ") != std::string::npos) {
      EXPECT_FALSE(said(report, record.at("tool")).fails.empty()) << record.at("case") << ": " << record.at("note");
    }
    compare(record.at("tool"), "measured", record.at("value"));
    compare(as_published(record.at("tool")), "published", record.at("published"));
  }
  EXPECT_EQ(exclusions.unused(), 0U) << "vectors are excluded that nobody asks for";
  return scores;
}

TEST(ConventionVectors, every_number_of_a_tool_is_that_of_its_convention) { judge(scores_of_vectors()); }

/// Quantities of the truth tables that are a tool's number, and the convention that says it.
struct ToolQuantity {
  std::string_view quantity;
  std::string_view convention;
  bool macs = false;
};
constexpr ToolQuantity kQuantities[] = {
    {"notebook_flops", "notebook"},
    {"flopco_demo_flops", "flopco-demo"},
    {"flopco_demo_macs", "flopco-demo", true},
    {"flopco_keras_flops", "flopco-keras"},
    {"flopco_keras_macs", "flopco-keras", true},
    {"tf_profiler_float_ops", "tf-profiler"},
    {"tf_profiler_1_15_float_ops", "tf-profiler@1.15"},
    {"keras_flops", "keras-flops"},
    {"torch_flop_counter_flops", "torch"},
};

class ConventionCorpus : public test::Corpus {
 protected:
  /// The report of a file, counted once for all its quantities.
  const Report& report_of(const std::string& path, const Options& options) {
    if (path_ != path || !report_) {
      path_ = path;
      report_ = counted(test::in_corpus(path), options);
    }
    return *report_;
  }

  void compare(const std::string& path, const Options& options, const Record& record) {
    const std::string& quantity = record.at("quantity");
    for (const ToolQuantity& each : kQuantities) {
      if (quantity != each.quantity || exclusions_.have({{"file", path}, {"quantity", quantity}})) continue;
      const ConventionCount& count = said(report_of(path, options), each.convention);
      hold(scores_[std::string(each.convention)], path + " " + quantity, each.macs ? count.macs : count.value,
           count.inexact.empty(), first_reason(count), std::stoull(record.at("value")));
    }
    if (quantity == "flopco_keras_error") {
      const ConventionCount& count = said(report_of(path, options), "flopco-keras");
      EXPECT_TRUE(count.fails.starts_with(record.at("value")))
          << path << " " << record.at("value") << ", not '" << count.fails << "'";
      ++(count.fails.starts_with(record.at("value")) ? scores_["flopco-keras"].exact : scores_["flopco-keras"].wrong);
    }
  }

  void compare_operators(const std::string& path, const Record& record) {
    constexpr std::string_view kPrefix = "tf_profiler.";
    if (!record.at("quantity").starts_with(kPrefix)) return;
    const std::string type = record.at("quantity").substr(kPrefix.size());
    Options options;
    options.convention = "tf-profiler";
    const Report report = analyze(test::in_corpus(path), options);
    uint64_t sum = 0;
    std::string reason;
    for (const Row& row : report.rows) {
      if (row.type != type) continue;
      sum += row.figures.flops.value_or(0);
      if (!row.inexact.empty()) reason = row.inexact;
    }
    hold(scores_["tf-profiler"], path + " " + record.at("quantity"), sum, reason.empty(), reason,
         std::stoull(record.at("value")));
  }

  void judge() const { flopstat::judge(scores_); }

  std::map<std::string, Score> scores_;
  Exclusions exclusions_{"convention_files.csv"};

 private:
  std::string path_;
  std::optional<Report> report_;
};

TEST_F(ConventionCorpus, every_number_of_a_keras_or_tensorflow_tool_is_that_of_its_convention) {
  for (const std::string table : {"truth/keras_made.csv", "truth/tensorflow_made.csv"}) {
    for (const Record& record : test::read_csv(test::in_corpus(table))) {
      const std::string& path = record.at("file");
      compare(path, test::options_for(path.substr(path.rfind('/') + 1)), record);
      compare_operators(path, record);
    }
  }
  EXPECT_EQ(exclusions_.unused(), 0U) << "numbers are excluded that nobody asks for";
  judge();
}

/// "2x3x32x32"
std::vector<int64_t> shape_of(const std::string& text) {
  std::vector<int64_t> shape;
  std::istringstream sizes(text);
  for (std::string size; std::getline(sizes, size, 'x') && size.find(' ') == std::string::npos;) {
    shape.push_back(std::stoll(size));
  }
  return shape;
}

/// The sizes with which a model was exported, for its first input.
Options options_of(const std::string& path, const std::vector<int64_t>& exported_as) {
  Options options;
  const Report report = analyze(test::in_corpus(path));
  if (report.inputs.size() == 1 && !exported_as.empty())
    options.inputs[std::string(report.inputs[0].name)] = exported_as;
  return options;
}

TEST_F(ConventionCorpus, every_number_of_a_pytorch_tool_is_that_of_its_convention) {
  size_t unread = 0;
  std::vector<int64_t> exported_as;
  for (const Record& record : test::read_csv(test::in_corpus("truth/torch_made.csv"))) {
    const std::string& file = record.at("file");
    if (record.at("quantity") == "input") exported_as = shape_of(record.at("value"));
    if (record.at("quantity") != "torch_flop_counter_flops") continue;
    if (file.ends_with(".pt2")) {  // a format that is not read yet
      ++unread;
      continue;
    }
    compare("models/" + file, options_of("models/" + file, exported_as), record);
  }
  EXPECT_LE(unread, 23U);
  const Score vectors = scores_of_vectors()["torch"];
  scores_["torch"].exact += vectors.exact;
  scores_["torch"].approximate += vectors.approximate;
  judge();
}

// ---- What a convention is

TEST(Conventions, have_names_that_differ_and_say_what_they_count_and_where_that_is_written) {
  std::map<std::string_view, size_t> names;
  for (const ConventionInfo& info : convention_list()) {
    ++names[info.name];
    EXPECT_FALSE(info.rule.empty()) << info.name;
    EXPECT_FALSE(info.source.empty()) << info.name;
  }
  for (const auto& [name, times] : names) EXPECT_EQ(times, 1U) << name;
  for (const std::string_view name :
       {"flopstat",     "macs",        "notebook",  "tf-profiler", "tf-profiler@1.15", "keras-flops", "flopco-keras",
        "flopco-demo",  "fvcore",      "torch",     "ptflops",     "ptflops-aten",     "thop-0.1",    "ulthop-2.1",
        "ulthop-2.2",   "ultralytics", "deepspeed", "calflops",    "torchinfo",        "onnx-tool",   "onnx-opcounter",
        "tflite-flops", "opencv"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

TEST(Conventions, say_the_same_alone_and_among_all) {
  for (const std::string file :
       {"mnist_mlp.keras", "digits_cnn.pb", "small_cnn.onnx", "tiny_lstm.tflite", "small_cnn.h5"}) {
    const std::string path = std::string(FLOPSTAT_SOURCE_DIR "/examples") + "/" + file;
    const Report all = counted(path);
    for (const ConventionCount& count : *all.by_convention) {
      Options options;
      options.convention = count.name;
      const Report alone = analyze(path, options);
      EXPECT_EQ(alone.totals.figures.flops, count.value) << file << " " << count.name;
      EXPECT_EQ(alone.convention, count.name);
      EXPECT_EQ(alone.counted_as, name_of(count.unit));
    }
  }
}

TEST(Conventions, of_the_user_count_by_the_formulas_of_a_file) {
  Options options;
  options.convention = FLOPSTAT_SOURCE_DIR "/examples/mac_rule.toml";
  const Report report = analyze(FLOPSTAT_SOURCE_DIR "/examples/digits_cnn.keras", options);
  const uint64_t features = 26 * 26 * 12, pooled = 13 * 13 * 12;
  const uint64_t conv = features * 9 + features + features;  // MACs, biases, relu
  EXPECT_EQ(report.totals.figures.flops, conv + 4 * pooled + pooled * 10 + 10);
  EXPECT_EQ(report.convention, "house rule");
  EXPECT_EQ(report.counted_as, "MACs");
}

/// The message that a convention file with these contents gives.
std::string fault_of(const std::string& contents) {
  const std::string path = ::testing::TempDir() + "/fault.toml";
  std::ofstream(path) << contents;
  Options options;
  options.convention = path;
  try {
    analyze(FLOPSTAT_SOURCE_DIR "/examples/sine.keras", options);
  } catch (const Error& error) {
    EXPECT_EQ(error.code, ErrorCode::usage);
    EXPECT_FALSE(error.help.empty());
    return error.message.substr(error.message.find(".toml:") + 6);
  }
  return "";
}

TEST(Conventions, of_the_user_that_say_nothing_of_sense_are_refused_with_the_place) {
  EXPECT_EQ(fault_of("name = 'a'\n"), "1:1: there is no table [count] with a formula for any kind of layer");
  EXPECT_EQ(fault_of("unit = 'flops'\n"), "1:1: a convention counts no 'flops'");
  EXPECT_EQ(fault_of("[count]\nconv = 'macs'\n"), "2:1: there is no kind of layer 'conv'");
  EXPECT_EQ(fault_of("[count]\ndense = 'numel(x)'\n").substr(0, 3), "2:9");
  EXPECT_EQ(fault_of("[count]\ndense = 'macs +'\n").substr(0, 3), "2:9");
  EXPECT_EQ(fault_of("counts = 3\n"), "1:1: a convention file has no 'counts'");
}

TEST(Conventions, of_the_user_whose_formula_divides_by_zero_give_no_number) {
  const std::string path = ::testing::TempDir() + "/zero.toml";
  std::ofstream(path) << "[count]\ndense = 'macs / groups / 0'\n";
  Options options;
  options.convention = path;
  const Report report = analyze(FLOPSTAT_SOURCE_DIR "/examples/sine.keras", options);
  EXPECT_EQ(report.totals.figures.flops, std::nullopt);
  EXPECT_FALSE(report.rows[0].inexact.empty());
}

TEST(Conventions, have_parts_that_add_up_to_the_number) {
  for (const std::string file : {"small_cnn.onnx", "digits_cnn.keras", "tiny_gpt.onnx"}) {
    const Report all = counted(std::string(FLOPSTAT_SOURCE_DIR "/examples") + "/" + file);
    for (const ConventionCount& count : *all.by_convention) {
      if (!count.value) continue;
      const ConventionParts& p = count.parts;
      EXPECT_EQ(*count.value, p.products + p.bias + p.activation + p.normalization + p.pooling + p.attention + p.other)
          << file << " " << count.name;
    }
  }
}

/// What every convention says of one operator on a picture of 2 channels and 4 x 4 points.
Report counted_operator(const std::string& type, const std::vector<test::Proto>& attributes = {}) {
  test::OnnxGraph graph;
  graph.input("x", {1, 2, 4, 4}).node(test::onnx_node(type, {"x"}, {"y"}, attributes)).output("y", {1, 2, 4, 4});
  const std::vector<std::byte> bytes = test::bytes_of(graph.model(20));
  Options options;
  options.all_conventions = true;
  return analyze(bytes, "operator.onnx", options);
}

TEST(Conventions, of_onnx_tool_give_no_number_where_it_does_not_know_an_operator) {
  EXPECT_THAT(said(counted_operator("Mish"), "onnx-tool").fails, HasSubstr("NotImplementedError"));
  EXPECT_EQ(said(counted_operator("Relu"), "onnx-tool").value, 2U * 4 * 4);
}

TEST(Conventions, of_thop_count_the_windows_that_an_average_divides_by) {
  const auto averaged = [](int64_t include) {
    return counted_operator("AveragePool",
                            {test::onnx_integers("kernel_shape", {3, 3}), test::onnx_integers("pads", {1, 1, 1, 1}),
                             test::onnx_integer("count_include_pad", include)});
  };
  const uint64_t on_points = 2 + 3 + 3 + 2;  // of an axis: the first and the last window lie on one point of padding
  EXPECT_EQ(said(averaged(0), "ulthop-2.1").value, 2 * on_points * on_points + 2 * 4 * 4);
  EXPECT_EQ(said(averaged(1), "ulthop-2.1").value, 2U * (4 * 3) * (4 * 3) + 2 * 4 * 4);
  EXPECT_EQ(said(averaged(1), "ulthop-2.1").inexact.size(), 1U) << "no exporter of PyTorch wrote the file, that is all";
}

TEST(Conventions, of_flopstat_is_the_total_of_the_report) {
  for (const std::string file : {"small_cnn.onnx", "digits_cnn.keras", "tiny_lstm.tflite", "mnist_mlp_int8.tflite"}) {
    const Report report = counted(std::string(FLOPSTAT_SOURCE_DIR "/examples") + "/" + file);
    EXPECT_EQ(said(report, "flopstat").value, report.totals.figures.flops) << file;
    EXPECT_EQ(said(report, "macs").value, report.totals.figures.macs) << file;
  }
}

}  // namespace
}  // namespace flopstat

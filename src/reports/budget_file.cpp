#include "reports/budget_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "bytes/toml.h"
#include "flopstat/error.h"
#include "model/suggest.h"

namespace flopstat {
namespace {

constexpr TomlKind kKind{"file of budgets", "docs/using.md tells what it may say"};
constexpr std::string_view kMax = "max_";

class BudgetReader {
 public:
  explicit BudgetReader(const File& file) : path_(file.path()), root_(read_toml(file, kKind)) {}

  BudgetFile read() {
    BudgetFile result;
    for (const TomlMember& member : root_) {
      if (member.key == "baseline") {
        result.baseline = beside(text(member));
      } else if (member.key == "allow") {
        read_allowances(member, result.defaults.budget);
      } else if (member.key == "defaults") {
        read_defaults(member, result.defaults);
      } else if (member.key != "model") {
        fail_unknown(member, {"baseline", "allow", "defaults", "model"});
      }
    }
    if (const TomlValue* models = find(root_, "model")) read_models(*models, result);
    return result;
  }

 private:
  [[noreturn]] void fail(TextPlace at, const std::string& what, std::string help = {}) const {
    throw Error(ErrorCode::usage, fmt::format("{}:{}:{}: {}", path_, at.line, at.column, what), std::nullopt, {},
                help.empty() ? std::string(kKind.help) : std::move(help));
  }

  [[noreturn]] void fail_unknown(const TomlMember& member, const std::vector<std::string>& known) const {
    const std::vector<std::string_view> words(known.begin(), known.end());
    const std::string_view meant = closest(member.key, words);
    fail(member.place, fmt::format("there is no '{}' here", member.key),
         meant.empty() ? fmt::format("there are: {}", fmt::join(words, ", "))
                       : fmt::format("did you mean '{}'?", meant));
  }

  // ---- Values

  const TomlValue::Table& table(const TomlMember& member) const {
    const TomlValue::Table* table = member.value.table();
    if (table == nullptr) fail(member.value.place, fmt::format("'{}' is a table: [{}]", member.key, member.key));
    return *table;
  }

  std::string text(const TomlMember& member) const {
    const std::string* text = member.value.text();
    if (text == nullptr || text->empty()) fail(member.value.place, fmt::format("'{}' is a text in quotes", member.key));
    return *text;
  }

  bool truth(const TomlMember& member) const {
    const bool* truth = member.value.boolean();
    if (truth == nullptr) fail(member.value.place, fmt::format("'{}' is true or false", member.key));
    return *truth;
  }

  int64_t size(const TomlValue& value, int64_t least) const {
    const int64_t* size = value.integer();
    if (size == nullptr || *size < least) fail(value.place, fmt::format("a size is a whole number from {} up", least));
    return *size;
  }

  std::vector<int64_t> sizes(const TomlMember& member, int64_t least) const {
    const TomlValue::Array* list = member.value.array();
    if (list == nullptr) fail(member.value.place, fmt::format("'{}' is a list of sizes: [1, 28, 28]", member.key));
    std::vector<int64_t> sizes;
    for (const TomlValue& each : *list) sizes.push_back(size(each, least));
    return sizes;
  }

  /// A path in the file, from where the program runs.
  std::string beside(const std::string& path) const {
    const std::filesystem::path folder = std::filesystem::path(path_).parent_path();
    return (folder / path).lexically_normal().string();
  }

  // ---- Budgets

  /// A text such as "10M", or a whole number.
  std::string amount(const TomlMember& member) const {
    const int64_t* whole = member.value.integer();
    return whole != nullptr ? fmt::format("{}", *whole) : text(member);
  }

  void read_limit(const TomlMember& member, Budget& budget) const {
    const LimitedFigure* figure = find_limited_figure(std::string_view(member.key).substr(kMax.size()));
    if (figure == nullptr) fail_unknown(member, keys_of_models());
    std::variant<Limit, BudgetFault> limit = parse_limit(*figure, amount(member));
    if (const BudgetFault* fault = std::get_if<BudgetFault>(&limit)) fail(member.value.place, fault->why);
    set(budget, std::get<Limit>(std::move(limit)));
  }

  void read_allowance(const LimitedFigure* figure, const TomlMember& member, Budget& budget) const {
    std::variant<Allowance, BudgetFault> allowance = parse_allowance(figure, amount(member));
    if (const BudgetFault* fault = std::get_if<BudgetFault>(&allowance)) fail(member.value.place, fault->why);
    set(budget, std::get<Allowance>(std::move(allowance)));
  }

  /// allow = "+1%", or allow = { macs = "+1%", weights = "+4KiB", all = "+0%" }
  void read_allowances(const TomlMember& member, Budget& budget) const {
    if (member.value.table() == nullptr) return read_allowance(nullptr, member, budget);
    for (const TomlMember& line : table(member)) {
      const LimitedFigure* figure = find_limited_figure(line.key);
      if (figure == nullptr && line.key != "all") {
        std::vector<std::string> known = words_of_figures("");
        known.emplace_back("all");
        fail_unknown(line, known);
      }
      read_allowance(figure, line, budget);
    }
  }

  static std::vector<std::string> words_of_figures(std::string_view before) {
    std::vector<std::string> words;
    for (const LimitedFigure& figure : limited_figures()) {
      std::string& word = words.emplace_back(fmt::format("{}{}", before, figure.word));
      std::ranges::replace(word, '-', '_');
    }
    return words;
  }

  static std::vector<std::string> keys_of_models() {
    std::vector<std::string> keys = words_of_figures(kMax);
    for (const char* key :
         {"path", "allow", "dims", "inputs", "imgsz", "signature", "tag", "convention", "rules", "qdq", "as_float"}) {
      keys.emplace_back(key);
    }
    return keys;
  }

  // ---- Models

  void read_defaults(const TomlMember& defaults, BudgetEntry& entry) const {
    for (const TomlMember& line : table(defaults)) {
      if (line.key == "path") fail(line.place, "the defaults of all models have no path", "[model.NAME] has one");
      read_line(line, entry);
    }
  }

  void read_models(const TomlValue& models, BudgetFile& result) const {
    if (models.table() == nullptr) fail(models.place, "'model' is a table of models: [model.NAME]");
    std::vector<const TomlMember*> members;
    for (const TomlMember& member : *models.table()) members.push_back(&member);
    std::ranges::sort(members, {}, [](const TomlMember* each) { return each->place.line; });
    for (const TomlMember* member : members) {
      BudgetEntry entry = result.defaults;
      entry.name = member->key;
      for (const TomlMember& line : table(*member)) read_line(line, entry);
      if (entry.path.empty()) {
        fail(member->place, fmt::format("the model '{}' has no path", member->key), "path = 'model.tflite'");
      }
      result.models.push_back(std::move(entry));
    }
  }

  void read_line(const TomlMember& line, BudgetEntry& entry) const {
    Options& options = entry.options;
    if (line.key.starts_with(kMax)) {
      read_limit(line, entry.budget);
    } else if (line.key == "path") {
      entry.path = beside(text(line));
    } else if (line.key == "allow") {
      read_allowances(line, entry.budget);
    } else if (line.key == "dims") {
      for (const TomlMember& dim : table(line)) options.dims[dim.key] = size(dim.value, 0);
    } else if (line.key == "inputs") {
      for (const TomlMember& input : table(line)) options.inputs[input.key] = sizes(input, 0);
    } else if (line.key == "imgsz") {
      read_image_size(line, options);
    } else if (line.key == "signature") {
      options.signature = text(line);
    } else if (line.key == "tag") {
      options.tag = text(line);
    } else if (line.key == "convention") {
      options.convention = text(line);
    } else if (line.key == "rules") {
      read_rules_files(line, options);
    } else if (line.key == "qdq") {
      read_qdq(line, options);
    } else if (line.key == "as_float") {
      options.as_float = truth(line);
    } else {
      fail_unknown(line, keys_of_models());
    }
  }

  /// imgsz = 224, or imgsz = [224, 320]
  void read_image_size(const TomlMember& line, Options& options) const {
    if (line.value.integer() != nullptr) {
      options.image_size = {size(line.value, 1), size(line.value, 1)};
      return;
    }
    options.image_size = sizes(line, 1);
    if (options.image_size.size() != 2) fail(line.value.place, "'imgsz' is one size, or [height, width]");
  }

  void read_rules_files(const TomlMember& line, Options& options) const {
    const TomlValue::Array* list = line.value.array();
    if (list == nullptr) {
      options.rules = {beside(text(line))};
      return;
    }
    options.rules.clear();
    for (const TomlValue& each : *list) {
      if (each.text() == nullptr) fail(each.place, "'rules' is a list of files, each in quotes");
      options.rules.push_back(beside(*each.text()));
    }
  }

  void read_qdq(const TomlMember& line, Options& options) const {
    const std::string word = text(line);
    if (word != "integer" && word != "float") fail(line.value.place, "'qdq' is \"integer\" or \"float\"");
    options.qdq = word == "integer" ? Qdq::integer : Qdq::as_written;
  }

  std::string path_;
  TomlValue::Table root_;
};

}  // namespace

BudgetFile read_budget_file(const File& file) { return BudgetReader(file).read(); }

}  // namespace flopstat

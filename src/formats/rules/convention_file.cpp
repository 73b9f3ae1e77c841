#include "formats/rules/convention_file.h"

#include <algorithm>
#include <string>
#include <utility>

#include "bytes/toml.h"
#include "flopstat/error.h"
#include "formats/rules/formula_parser.h"
#include "model/suggest.h"

namespace flopstat::rules {
namespace {

constexpr TomlKind kKind{"convention file", "docs/conventions.md tells what a convention file may say"};
constexpr std::array<std::string_view, 3> kUnits{"FLOPs", "MACs", "operations"};
constexpr std::array<std::string_view, 3> kKeys{"name", "unit", "count"};

class Reader {
 public:
  Reader(const File& file, std::span<const std::string_view> kinds)
      : path_(file.path()), kinds_(kinds), root_(read_toml(file, kKind)) {
    for (const std::string_view name : kLayerSizes) sizes_.emplace_back(name);
  }

  UserConvention read() {
    UserConvention result{.place = path_};
    for (const TomlMember& member : root_) {
      if (member.key == "name") {
        result.name = text(member);
      } else if (member.key == "unit") {
        result.unit = text(member);
        check(member, result.unit, kUnits, "a convention counts no");
      } else {
        check(member, member.key, kKeys, "a convention file has no");
        result.rules = rules(member);
      }
    }
    if (result.name.empty()) result.name = stem();
    if (result.unit.empty()) result.unit = kUnits[0];
    if (result.rules.empty()) fail({}, "there is no table [count] with a formula for any kind of layer");
    return result;
  }

 private:
  [[noreturn]] void fail(TextPlace at, const std::string& what, std::string help = {}) const {
    throw Error(ErrorCode::usage, path_ + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + what,
                std::nullopt, {}, help.empty() ? std::string(kKind.help) : std::move(help));
  }

  void check(const TomlMember& member, const std::string& word, std::span<const std::string_view> words,
             const std::string& what) const {
    if (std::ranges::find(words, word) != words.end()) return;
    const std::string_view meant = closest(word, words);
    std::string all;
    for (const std::string_view each : words) all.append(all.empty() ? "" : ", ").append(each);
    fail(member.place, what + " '" + word.substr(0, 80) + "'",
         meant.empty() ? "there are: " + all : "did you mean '" + std::string(meant) + "'?");
  }

  std::string text(const TomlMember& member) const {
    if (const std::string* value = member.value.text()) return *value;
    fail(member.value.place, "'" + member.key + "' is a text in quotes");
  }

  std::vector<LayerRule> rules(const TomlMember& member) const {
    const TomlValue::Table* table = member.value.table();
    if (table == nullptr) fail(member.value.place, "'count' is a table: [count]");
    std::vector<LayerRule> result;
    for (const TomlMember& each : *table) {
      check(each, each.key, kinds_, "there is no kind of layer");
      result.push_back({each.key, formula(each)});
    }
    return result;
  }

  /// A whole number, or a formula over sizes of the layer.
  Formula formula(const TomlMember& member) const {
    const int64_t* number = member.value.integer();
    const std::string source = number != nullptr ? std::to_string(*number) : text(member);
    std::variant<Formula, FormulaFault> parsed = parse_formula(source, sizes_);
    if (const auto* fault = std::get_if<FormulaFault>(&parsed)) {
      fail(member.value.place, "'" + source.substr(0, 80) + "' is no formula: " + fault->what, fault->help);
    }
    const auto asks_tensors = [](const FormulaStep& step) {
      using Kind = FormulaStep::Kind;
      return step.kind == Kind::numel || step.kind == Kind::rank || step.kind == Kind::dim ||
             step.kind == Kind::value || step.kind == Kind::attribute || step.kind == Kind::attribute_or;
    };
    const Formula& formula = std::get<Formula>(parsed);
    if (std::ranges::any_of(formula.steps, asks_tensors)) {
      fail(member.value.place, "a convention counts from the sizes of a layer, not from tensors or attributes");
    }
    return formula;
  }

  /// The file's name without folders and ending.
  std::string stem() const {
    const std::string name = path_.substr(path_.rfind('/') + 1);
    return name.substr(0, name.rfind('.'));
  }

  std::string path_;
  std::span<const std::string_view> kinds_;
  TomlValue::Table root_;
  std::vector<std::string> sizes_;
};

}  // namespace

UserConvention read_convention(const File& file, std::span<const std::string_view> kinds) {
  return Reader(file, kinds).read();
}

}  // namespace flopstat::rules

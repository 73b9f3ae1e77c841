#include "formats/rules/rules_file.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "bytes/toml.h"
#include "flopstat/error.h"
#include "formats/rules/formula_parser.h"
#include "model/suggest.h"

namespace flopstat::rules {
namespace {

constexpr TomlKind kKind{"rules file", "docs/rules.md tells what a rules file may say"};

constexpr std::array kUnits{Unit::mul_add, Unit::add, Unit::mul, Unit::div, Unit::compare, Unit::transcendental};

/// Parts that have a table of their own; units beside them are of the core.
constexpr std::array kParts{Part::bias, Part::activation, Part::requantize};

/// Definitions of one rule.
constexpr size_t kMaxDefinitions = 256;

/// Axes of one result.
constexpr size_t kMaxAxes = 64;

std::string shown(std::string_view name) {
  constexpr size_t kLongest = 80;
  return "'" + std::string(name.substr(0, kLongest)) + (name.size() > kLongest ? "...'" : "'");
}

std::string listed(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) text.append(text.empty() ? "" : ", ").append(word);
  return text;
}

/// What was most likely meant, or all that there is.
std::string advice(std::string_view word, std::span<const std::string_view> words) {
  const std::string_view meant = closest(word, words);
  return meant.empty() ? "there are: " + listed(words) : "did you mean '" + std::string(meant) + "'?";
}

class Reader {
 public:
  explicit Reader(const File& file)
      : path_(file.path()),
        text_(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()),
        root_(read_toml(file, kKind)) {}

  UserRules read() {
    for (const TomlMember& member : root_) {
      const auto subject = subject_of(member);
      const TomlValue::Table* table = member.value.table();
      if (table == nullptr) {
        fail(member.value.place, shown(member.key) + " is a table of rules: [" + member.key + ".NAME]");
      }
      for (const TomlMember& rule : *table) rules_.push_back(read_rule(subject, rule));
    }
    std::ranges::sort(lines_and_rules_);
    UserRules sorted;
    for (const auto& [line, i] : lines_and_rules_) sorted.push_back(rules_[i]);
    return sorted;
  }

 private:
  [[noreturn]] void fail(TextPlace at, const std::string& what, std::string help = {}, std::string note = {}) const {
    throw Error(ErrorCode::usage, path_ + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + what,
                std::nullopt, std::move(note), help.empty() ? std::string(kKind.help) : std::move(help));
  }

  UserRule::Subject subject_of(const TomlMember& member) const {
    if (member.key == "op") return UserRule::Subject::type;
    if (member.key == "layer") return UserRule::Subject::node;
    constexpr std::array<std::string_view, 2> kSubjects{"op", "layer"};
    fail(member.place, "there are no rules for " + shown(member.key) + ": a rule is [op.NAME] or [layer.NAME]",
         advice(member.key, kSubjects));
  }

  std::shared_ptr<const UserRule> read_rule(UserRule::Subject subject, const TomlMember& member) {
    const TomlValue::Table* table = member.value.table();
    if (table == nullptr) {
      fail(member.place, "the rule for " + shown(member.key) + " is a table with lines such as mul_add = 'numel(y)'");
    }
    UserRule rule{.subject = subject, .name = member.key};
    rule.place = path_ + ":" + std::to_string(member.place.line);
    if (const TomlValue* where = find(*table, "where")) read_definitions(*where, rule);
    for (const TomlMember& line : *table) read_key(line, rule);
    lines_and_rules_.emplace_back(member.place.line, rules_.size());
    return std::make_shared<const UserRule>(std::move(rule));
  }

  void read_key(const TomlMember& member, UserRule& rule) {
    const auto& [key, place, value] = member;
    if (key == "where") return;
    if (const std::optional<Unit> unit = unit_of(key)) {
      rule.work.push_back({Part::core, *unit, formula(value)});
    } else if (const std::optional<Part> part = part_of(key)) {
      read_part(*part, value, rule);
    } else if (key == "params") {
      rule.params = formula(value);
    } else if (key == "read_bytes") {
      rule.read_bytes = formula(value);
    } else if (key == "written_bytes") {
      rule.written_bytes = formula(value);
    } else if (key == "output") {
      read_output(value, rule);
    } else if (key == "dtype") {
      rule.dtype = dtype_of(value);
    } else if (key == "override") {
      const bool* flag = value.boolean();
      if (flag == nullptr) fail(value.place, "override is true or false, without quotes");
      rule.overrides = *flag;
    } else {
      std::vector<std::string_view> known{"params", "read_bytes", "written_bytes", "output",
                                          "dtype",  "override",   "where"};
      for (const Unit unit : kUnits) known.push_back(name_of(unit));
      for (const Part part : kParts) known.push_back(name_of(part));
      fail(place, "a rule has no " + shown(key), advice(key, known));
    }
  }

  static std::optional<Unit> unit_of(std::string_view word) {
    const auto* found = std::ranges::find(kUnits, word, [](Unit unit) { return name_of(unit); });
    return found == kUnits.end() ? std::nullopt : std::optional(*found);
  }

  static std::optional<Part> part_of(std::string_view word) {
    const auto* found = std::ranges::find(kParts, word, [](Part part) { return name_of(part); });
    return found == kParts.end() ? std::nullopt : std::optional(*found);
  }

  void read_part(Part part, const TomlValue& units, UserRule& rule) {
    const TomlValue::Table* table = units.table();
    if (table == nullptr) {
      fail(units.place, std::string(name_of(part)) + " is a table of units, as in " + std::string(name_of(part)) +
                            " = { add = 'numel(y)' }");
    }
    for (const auto& [key, place, value] : *table) {
      const std::optional<Unit> unit = unit_of(key);
      if (!unit) {
        std::vector<std::string_view> known;
        for (const Unit each : kUnits) known.push_back(name_of(each));
        fail(place, shown(key) + " is no unit of work", advice(key, known));
      }
      rule.work.push_back({part, *unit, formula(value)});
    }
  }

  DType dtype_of(const TomlValue& value) const {
    const std::string word = value.text() == nullptr ? std::string() : *value.text();
    std::vector<std::string_view> known;
    for (int i = 0; i <= static_cast<int>(DType::variant); ++i) {
      const auto dtype = static_cast<DType>(i);
      if (bits_of(dtype) == 0) continue;
      if (word == name_of(dtype)) return dtype;
      known.push_back(name_of(dtype));
    }
    fail(value.place, shown(word) + " is no type of elements", advice(word, known));
  }

  /// `[2, "dim(x, 0)"]` is one shape, `"x"` the shape of x, and a list with any list in it one of such for each result.
  void read_output(const TomlValue& value, UserRule& rule) {
    const TomlValue::Array* list = value.array();
    const bool several =
        list != nullptr && std::ranges::any_of(*list, [](const TomlValue& each) { return each.array() != nullptr; });
    if (!several) {
      rule.results.push_back(shape(value));
      return;
    }
    for (const TomlValue& each : *list) rule.results.push_back(shape(each));
  }

  RuleShape shape(const TomlValue& value) {
    if (const std::string* word = value.text()) {
      if (const std::optional<TensorRef> ref = tensor_named(*word)) return *ref;
    }
    const TomlValue::Array* list = value.array();
    if (list == nullptr) {
      fail(value.place, "a shape is a list of sizes, or a tensor of that shape",
           "output = ['dim(x, 0)', 10], or output = 'x'");
    }
    if (list->size() > kMaxAxes) fail(value.place, "a result has at most " + std::to_string(kMaxAxes) + " axes");
    std::vector<Formula> sizes;
    for (const TomlValue& size : *list) sizes.push_back(formula(size));
    return sizes;
  }

  /// Definitions in an order in which each uses only those before it.
  void read_definitions(const TomlValue& where, UserRule& rule) {
    const TomlValue::Table* table = where.table();
    if (table == nullptr) fail(where.place, "where is a table of names: where = { k = 'dim(x, 1)' }");
    if (table->size() > kMaxDefinitions) {
      fail(where.place, "a rule has at most " + std::to_string(kMaxDefinitions) + " definitions");
    }
    names_.clear();
    std::vector<TextPlace> places;
    for (const auto& [key, place, value] : *table) {
      if (!is_definable(key)) {
        fail(place, shown(key) + " cannot be defined",
             "a name is made of letters, digits and '_', and is neither a function nor a tensor such as x or w1");
      }
      names_.push_back(key);
      places.push_back(place);
    }
    std::vector<RuleDefinition> read;
    for (const auto& [key, place, value] : *table) read.push_back({key, formula(value)});

    std::vector<size_t> order;
    std::vector<Visit> visits(read.size(), Visit::none);
    for (size_t i = 0; i < read.size(); ++i) visit(i, read, places, visits, order);
    std::vector<int64_t> position(read.size());
    for (size_t i = 0; i < order.size(); ++i) position[order[i]] = static_cast<int64_t>(i);
    for (RuleDefinition& definition : read) renumber(definition.formula, position);
    names_.clear();
    for (const size_t i : order) {
      names_.push_back(read[i].name);
      rule.definitions.push_back(std::move(read[i]));
    }
  }

  enum class Visit : uint8_t { none, begun, done };

  /// Appends a definition to the order, those that it uses first. As deep as there are definitions.
  void visit(size_t i, const std::vector<RuleDefinition>& read, const std::vector<TextPlace>& places,
             std::vector<Visit>& visits, std::vector<size_t>& order) const {
    if (visits[i] == Visit::done) return;
    if (visits[i] == Visit::begun) {
      fail(places[i], shown(read[i].name) + " is defined by itself", "definitions may use others, in no circle");
    }
    visits[i] = Visit::begun;
    for (const FormulaStep& step : read[i].formula.steps) {
      if (step.kind == FormulaStep::Kind::definition) {
        visit(static_cast<size_t>(step.number), read, places, visits, order);
      }
    }
    visits[i] = Visit::done;
    order.push_back(i);
  }

  static void renumber(Formula& formula, const std::vector<int64_t>& position) {
    for (FormulaStep& step : formula.steps) {
      if (step.kind == FormulaStep::Kind::definition) step.number = position[static_cast<size_t>(step.number)];
    }
  }

  Formula formula(const TomlValue& value) const {
    if (const int64_t* whole = value.integer()) {
      return {std::to_string(*whole), {{.kind = FormulaStep::Kind::number, .number = *whole}}};
    }
    const std::string* text = value.text();
    if (text == nullptr) fail(value.place, "expected a whole number, or a formula in quotes");
    auto parsed = parse_formula(*text, names_);
    if (auto* formula = std::get_if<Formula>(&parsed)) return std::move(*formula);
    auto& fault = std::get<FormulaFault>(parsed);
    fail(place_in(value, fault.at), fault.what, std::move(fault.help), "in the formula " + shown(*text));
  }

  /// Where a byte of a string stands in the file, as far as its quotes and escapes can be followed in one line.
  TextPlace place_in(const TomlValue& value, size_t at) const {
    TextPlace place = value.place;
    size_t byte = start_of_line(place.line) + place.column - 1;
    if (text_.substr(byte).starts_with("'''") || text_.substr(byte).starts_with("\"\"\"")) return place;
    const bool escapes = byte < text_.size() && text_[byte] == '"';
    ++byte;
    for (size_t i = 0; i < at && byte < text_.size(); ++i) {
      if (!escapes || text_[byte] != '\\' || byte + 1 >= text_.size()) {
        ++byte;
      } else {
        byte += text_[byte + 1] == 'U' ? 10 : text_[byte + 1] == 'u' ? 6 : 2;
      }
    }
    place.column = static_cast<uint32_t>(byte - start_of_line(place.line) + 1);
    return place;
  }

  size_t start_of_line(uint32_t line) const {
    size_t start = 0;
    for (; line > 1; --line) start = text_.find('\n', start) + 1;
    return start;
  }

  std::string path_;
  std::string_view text_;
  TomlValue::Table root_;
  std::vector<std::shared_ptr<const UserRule>> rules_;
  std::vector<std::pair<uint32_t, size_t>> lines_and_rules_;
  std::vector<std::string> names_;  ///< of the definitions that formulas may use now
};

}  // namespace

UserRules read_rules(const File& file) { return Reader(file).read(); }

}  // namespace flopstat::rules

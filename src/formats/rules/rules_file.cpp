#include "formats/rules/rules_file.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace flopstat::rules {
namespace {

/// Thrown where the TOML library finds its own state impossible.
struct ImpossibleState {};

[[noreturn]] void refuse_state() { throw ImpossibleState{}; }

}  // namespace
}  // namespace flopstat::rules

// Everything that nests in a rules file is small; the library's own limit leaves too little of a thread's stack. Its
// assertions fail for some damaged texts, and without them it would take what they say for granted: they throw in every
// build.
#define TOML_HEADER_ONLY 1
#define TOML_MAX_NESTED_VALUES 16
#define TOML_ASSERT(expression) ((expression) ? void() : flopstat::rules::refuse_state())
#pragma push_macro("NDEBUG")
#undef NDEBUG
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include "flopstat/error.h"
#include "formats/rules/formula_parser.h"
#include "model/suggest.h"

namespace flopstat::rules {
namespace {

constexpr std::array kUnits{Unit::mul_add, Unit::add, Unit::mul, Unit::div, Unit::compare, Unit::transcendental};

/// Parts that have a table of their own; units beside them are of the core.
constexpr std::array kParts{Part::bias, Part::activation, Part::requantize};

/// Dots in one line: each can be a table in a table, which the TOML library takes apart by calls in calls.
constexpr size_t kMaxDots = 64;

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
      : path_(file.path()), text_(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()) {}

  UserRules read() {
    check_size();
    check_letters();
    const toml::table root = parsed();
    for (const auto& [key, node] : root) {
      const auto subject = subject_of(key);
      const toml::table* table = node.as_table();
      if (table == nullptr) fail(node, shown(key) + " is a table of rules: [" + std::string(key.str()) + ".NAME]");
      for (const auto& [name, rule] : *table) rules_.push_back(read_rule(subject, name, rule));
    }
    std::ranges::sort(lines_and_rules_);
    UserRules sorted;
    for (const auto& [line, i] : lines_and_rules_) sorted.push_back(rules_[i]);
    return sorted;
  }

 private:
  [[noreturn]] void fail(const toml::source_position& at, const std::string& what, std::string help = {},
                         std::string note = {}) const {
    throw Error(ErrorCode::usage, path_ + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + what,
                std::nullopt, std::move(note),
                help.empty() ? "docs/rules.md tells what a rules file may say" : std::move(help));
  }
  [[noreturn]] void fail(const toml::node& node, const std::string& what, std::string help = {}) const {
    fail(node.source().begin, what, std::move(help));
  }

  void check_size() const {
    if (text_.size() > kMaxRulesFile) {
      fail(toml::source_position{1, 1}, "the rules file has " + std::to_string(text_.size()) +
                                            " bytes, more than the " + std::to_string(kMaxRulesFile) +
                                            " that are read");
    }
    toml::source_position at{1, 1};
    size_t dots = 0;
    for (const char c : text_) {
      if (c == '\n') {
        ++at.line;
        dots = 0;
      } else if (c == '.' && ++dots > kMaxDots) {
        fail(at, "the line has more than " + std::to_string(kMaxDots) + " dots");
      }
    }
  }

  /// Where the TOML library 3.3 looks for blanks it takes some letters for impossible, which no assertion of it tells.
  void check_letters() const {
    toml::source_position at{1, 1};
    for (const char c : text_) {
      if (static_cast<unsigned char>(c) >= 0x80) {
        fail(at, "a rules file is ASCII",
             "write other letters as TOML escapes in a string in double quotes: a backslash and u00e9");
      }
      ++at.column;
      if (c == '\n') at = {at.line + 1, 1};
    }
  }

  toml::table parsed() const {
    try {
      return toml::parse(text_);
    } catch (const toml::parse_error& error) {
      fail(error.source().begin, "this is no TOML: " + std::string(error.description()),
           "https://toml.io/en/v1.0.0 describes the format");
    } catch (const ImpossibleState&) {
      fail(toml::source_position{1, 1}, "this is no TOML, and the place at which it is none cannot be told",
           "https://toml.io/en/v1.0.0 describes the format");
    }
  }

  UserRule::Subject subject_of(const toml::key& key) const {
    if (key == "op") return UserRule::Subject::type;
    if (key == "layer") return UserRule::Subject::node;
    constexpr std::array<std::string_view, 2> kSubjects{"op", "layer"};
    fail(key.source().begin, "there are no rules for " + shown(key) + ": a rule is [op.NAME] or [layer.NAME]",
         advice(key, kSubjects));
  }

  std::shared_ptr<const UserRule> read_rule(UserRule::Subject subject, const toml::key& name, const toml::node& node) {
    const toml::table* table = node.as_table();
    const toml::source_position at = name.source().begin;
    if (table == nullptr)
      fail(at, "the rule for " + shown(name) + " is a table with lines such as mul_add = 'numel(y)'");
    UserRule rule{.subject = subject, .name = std::string(name.str())};
    rule.place = path_ + ":" + std::to_string(at.line);
    if (const toml::node* where = table->get("where")) read_definitions(*where, rule);
    for (const auto& [key, value] : *table) read_key(key, value, rule);
    lines_and_rules_.emplace_back(at.line, rules_.size());
    return std::make_shared<const UserRule>(std::move(rule));
  }

  void read_key(const toml::key& key, const toml::node& value, UserRule& rule) {
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
      const auto flag = value.value<bool>();
      if (!value.is_boolean() || !flag) fail(value, "override is true or false, without quotes");
      rule.overrides = *flag;
    } else {
      std::vector<std::string_view> known{"params", "read_bytes", "written_bytes", "output",
                                          "dtype",  "override",   "where"};
      for (const Unit unit : kUnits) known.push_back(name_of(unit));
      for (const Part part : kParts) known.push_back(name_of(part));
      fail(key.source().begin, "a rule has no " + shown(key), advice(key, known));
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

  void read_part(Part part, const toml::node& node, UserRule& rule) {
    const toml::table* table = node.as_table();
    if (table == nullptr) {
      fail(node, std::string(name_of(part)) + " is a table of units, as in " + std::string(name_of(part)) +
                     " = { add = 'numel(y)' }");
    }
    for (const auto& [key, value] : *table) {
      const std::optional<Unit> unit = unit_of(key);
      if (!unit) {
        std::vector<std::string_view> known;
        for (const Unit each : kUnits) known.push_back(name_of(each));
        fail(key.source().begin, shown(key) + " is no unit of work", advice(key, known));
      }
      rule.work.push_back({part, *unit, formula(value)});
    }
  }

  DType dtype_of(const toml::node& node) const {
    const std::string word = node.value_or(std::string());
    std::vector<std::string_view> known;
    for (int i = 0; i <= static_cast<int>(DType::variant); ++i) {
      const auto dtype = static_cast<DType>(i);
      if (bits_of(dtype) == 0) continue;
      if (word == name_of(dtype)) return dtype;
      known.push_back(name_of(dtype));
    }
    fail(node, shown(word) + " is no type of elements", advice(word, known));
  }

  /// `[2, "dim(x, 0)"]` is one shape, `"x"` the shape of x, and a list with any list in it one of such for each result.
  void read_output(const toml::node& node, UserRule& rule) {
    const toml::array* list = node.as_array();
    const bool several =
        list != nullptr && std::ranges::any_of(*list, [](const toml::node& each) { return each.is_array(); });
    if (!several) {
      rule.results.push_back(shape(node));
      return;
    }
    for (const toml::node& each : *list) rule.results.push_back(shape(each));
  }

  RuleShape shape(const toml::node& node) {
    if (const auto word = node.value<std::string>(); word && node.is_string()) {
      if (const std::optional<TensorRef> ref = tensor_named(*word)) return *ref;
    }
    const toml::array* list = node.as_array();
    if (list == nullptr) {
      fail(node, "a shape is a list of sizes, or a tensor of that shape",
           "output = ['dim(x, 0)', 10], or output = 'x'");
    }
    if (list->size() > kMaxAxes) fail(node, "a result has at most " + std::to_string(kMaxAxes) + " axes");
    std::vector<Formula> sizes;
    for (const toml::node& size : *list) sizes.push_back(formula(size));
    return sizes;
  }

  /// Definitions in an order in which each uses only those before it.
  void read_definitions(const toml::node& node, UserRule& rule) {
    const toml::table* table = node.as_table();
    if (table == nullptr) fail(node, "where is a table of names: where = { k = 'dim(x, 1)' }");
    if (table->size() > kMaxDefinitions) {
      fail(node, "a rule has at most " + std::to_string(kMaxDefinitions) + " definitions");
    }
    names_.clear();
    std::vector<toml::source_position> places;
    for (const auto& [key, value] : *table) {
      if (!is_definable(key.str())) {
        fail(key.source().begin, shown(key) + " cannot be defined",
             "a name is made of letters, digits and '_', and is neither a function nor a tensor such as x or w1");
      }
      names_.emplace_back(key.str());
      places.push_back(key.source().begin);
    }
    std::vector<RuleDefinition> read;
    for (const auto& [key, value] : *table) read.push_back({std::string(key.str()), formula(value)});

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
  void visit(size_t i, const std::vector<RuleDefinition>& read, const std::vector<toml::source_position>& places,
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

  Formula formula(const toml::node& node) const {
    if (const auto whole = node.value<int64_t>(); whole && node.is_integer()) {
      return {std::to_string(*whole), {{.kind = FormulaStep::Kind::number, .number = *whole}}};
    }
    if (!node.is_string()) fail(node, "expected a whole number, or a formula in quotes");
    const std::string text = node.value_or(std::string());
    auto parsed = parse_formula(text, names_);
    if (auto* formula = std::get_if<Formula>(&parsed)) return std::move(*formula);
    auto& fault = std::get<FormulaFault>(parsed);
    fail(place_in(node, fault.at), fault.what, std::move(fault.help), "in the formula " + shown(text));
  }

  /// Where a byte of a string stands in the file, as far as its quotes and escapes can be followed in one line.
  toml::source_position place_in(const toml::node& node, size_t at) const {
    toml::source_position place = node.source().begin;
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
    place.column = static_cast<toml::source_index>(byte - start_of_line(place.line) + 1);
    return place;
  }

  size_t start_of_line(uint32_t line) const {
    size_t start = 0;
    for (; line > 1; --line) start = text_.find('\n', start) + 1;
    return start;
  }

  std::string path_;
  std::string_view text_;
  std::vector<std::shared_ptr<const UserRule>> rules_;
  std::vector<std::pair<uint32_t, size_t>> lines_and_rules_;
  std::vector<std::string> names_;  ///< of the definitions that formulas may use now
};

}  // namespace

UserRules read_rules(const File& file) { return Reader(file).read(); }

}  // namespace flopstat::rules

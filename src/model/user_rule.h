#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "flopstat/dtype.h"
#include "flopstat/work.h"
#include "model/formula.h"

/// What a user says of operators that nobody else knows: the contents of rules files (docs/rules.md).
namespace flopstat {

/// A name for a formula. It may use those before it.
struct RuleDefinition {
  std::string name = {};
  Formula formula = {};
};

struct RuleWork {
  Part part = Part::core;
  Unit unit = Unit::mul_add;
  Formula count = {};
};

/// Shape of one result: a size for each axis, or that of a tensor.
using RuleShape = std::variant<std::vector<Formula>, TensorRef>;

struct UserRule {
  enum class Subject : uint8_t { type, node };  ///< `[op.NAME]` or `[layer.NAME]`

  Subject subject = Subject::type;
  std::string name = {};   ///< of the type or the node
  std::string place = {};  ///< "my.toml:3"
  bool overrides = false;  ///< counts operations that flopstat knows, too
  std::vector<RuleDefinition> definitions = {};
  std::vector<RuleWork> work = {};  ///< empty: the rule does not say what a run costs
  std::optional<Formula> params = std::nullopt;
  std::optional<Formula> read_bytes = std::nullopt;
  std::optional<Formula> written_bytes = std::nullopt;
  std::vector<RuleShape> results = {};  ///< of the first ones
  std::optional<DType> dtype = std::nullopt;
};

/// The rules of one file, in its order.
using UserRules = std::vector<std::shared_ptr<const UserRule>>;

}  // namespace flopstat

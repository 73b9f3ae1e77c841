#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flopstat {

/// Which tensor of a node a formula means.
struct TensorRef {
  enum class Kind : uint8_t {
    operand,  ///< x, x0, x1, ...: by position, absent ones included
    result,   ///< y, y0, y1, ...
    stored,   ///< w, w0, w1, ...: operands that the file stores, or that are computed from such alone
    named,    ///< by the file's name of the tensor
  };
  Kind kind = Kind::operand;
  uint32_t index = 0;
  std::string name = {};  ///< of `named`

  friend bool operator==(const TensorRef&, const TensorRef&) = default;
};

/// One step of a formula on a stack of whole numbers. Each takes its operands from the stack and leaves one number.
struct FormulaStep {
  enum class Kind : uint8_t {
    number,        ///< pushes `number`
    definition,    ///< pushes the definition of that `number`
    numel,         ///< pushes the elements of `tensor`
    rank,          ///< pushes its number of axes
    dim,           ///< axis -> its size in `tensor`, counted from the end where it is negative
    value,         ///< position -> the element of `tensor` there, where it is known before the model runs
    attribute,     ///< pushes the `number`-th number of the attribute `name`
    attribute_or,  ///< otherwise -> the same, or `otherwise` where the node has no such attribute
    negate,
    add,
    subtract,
    multiply,
    divide,        ///< unknown where it does not come out even
    floor_divide,  ///< rounded down
    ceil_divide,   ///< rounded up
    min,
    max,
  };
  Kind kind = Kind::number;
  int64_t number = 0;
  TensorRef tensor = {};
  std::string name = {};
};

/// An expression of a rules file (docs/rules.md), in the order in which it is computed.
struct Formula {
  std::string text = {};  ///< as the user wrote it
  std::vector<FormulaStep> steps = {};
};

}  // namespace flopstat

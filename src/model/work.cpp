#include "flopstat/work.h"

namespace flopstat {

std::string_view name_of(Part part) {
  switch (part) {
    case Part::core: return "core";
    case Part::bias: return "bias";
    case Part::activation: return "activation";
    case Part::requantize: return "requantize";
  }
  return "?";
}

std::string_view name_of(Unit unit) {
  switch (unit) {
    case Unit::mul_add: return "mul_add";
    case Unit::add: return "add";
    case Unit::mul: return "mul";
    case Unit::div: return "div";
    case Unit::compare: return "compare";
    case Unit::transcendental: return "transcendental";
  }
  return "?";
}

std::string_view name_of(Certainty certainty) {
  switch (certainty) {
    case Certainty::exact: return "exact";
    case Certainty::bound: return "bound";
    case Certainty::model: return "model";
    case Certainty::rule: return "rule";
  }
  return "?";
}

std::string_view name_of(Mark mark) {
  switch (mark) {
    case Mark::none: return "none";
    case Mark::index: return "index";
    case Mark::constant: return "constant";
  }
  return "?";
}

}  // namespace flopstat

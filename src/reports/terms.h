#pragma once

#include <span>
#include <string_view>

namespace flopstat {

/// A word of the reports and what it means, in one short paragraph.
struct Term {
  std::string_view name;
  std::string_view meaning;
  std::string_view also = {};  ///< other words for it, separated by commas
};

/// All of them, in the order in which they build on each other. Source: docs/counting.md.
std::span<const Term> terms();

/// The term of that name or of one of its other words, capitals apart; null where there is none.
const Term* find_term(std::string_view word);

}  // namespace flopstat

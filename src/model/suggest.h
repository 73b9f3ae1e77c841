#pragma once

#include <span>
#include <string_view>

namespace flopstat {

/// The candidate that the user most likely meant: the fewest letters inserted, left out, changed or swapped with their
/// neighbour, at most one in three. Empty if none is that close.
std::string_view closest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace flopstat

#pragma once

#include <string>
#include <utility>
#include <variant>

namespace flopstat {

/// Why something cannot be known: a sentence that the user can act on.
struct Unknown {
  std::string why;
};

/// A value, or the reason why there is none. An unknown is never shown or added up as 0.
template <class T>
using Known = std::variant<T, Unknown>;

/// The value, or null where it is unknown.
template <class T>
const T* known(const Known<T>& maybe) {
  return std::get_if<T>(&maybe);
}
template <class T>
T* known(Known<T>& maybe) {
  return std::get_if<T>(&maybe);
}

/// The reason. Only for a value that is unknown.
template <class T>
const Unknown& reason(const Known<T>& maybe) {
  return std::get<Unknown>(maybe);
}

}  // namespace flopstat

#pragma once

#include <map>
#include <string>
#include <vector>

#include "graph/frames.h"

namespace flopstat {

/// The main graph's inputs with numbers for what the file leaves open.
struct BoundInputs {
  std::vector<Known<Value>> values = {};     ///< per graph input
  std::map<std::string, int64_t> dims = {};  ///< every free dimension that has a size now
  bool rebound = false;                      ///< a size that the file fixes was changed
  std::vector<Error> unmatched = {};         ///< bindings that name nothing, where they are not refused
};

/// Binds the free dimensions of the main graph's inputs. A free axis 0 without a binding is taken as 1, and so is any
/// axis of that name or named batch; another one leaves its input Unknown and names the flag that binds it. `batch` on
/// a model without a free axis 0 replaces the leading 1 of every input. The image size goes to every input of four axes
/// whose second or last are 1, 3 or 4 channels, or whose only free sizes are height and width; what names an input or a
/// dimension goes before it.
///
/// Throws `Error` (usage) for a shape of another rank, and unless `skip_unmatched_names` is set for a name that the
/// model does not have and for an image size where no input is an image.
BoundInputs bind(const Model& model, const Bindings& bindings);

/// A dimension that the file leaves open.
struct FreeDim {
  std::string name;
  bool is_batch = false;  ///< taken as 1 where nothing binds it
};

/// The free dimensions of the main graph's inputs that the bindings leave free, each once, in the inputs' order.
std::vector<FreeDim> free_dims(const Model& model, const Bindings& bindings);

}  // namespace flopstat

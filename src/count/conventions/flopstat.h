#pragma once

#include "count/convention.h"

namespace flopstat {

/// FLOPs of floating-point work and OPs of integer work: a mul_add is two, every other unit one. Work on indices and on
/// constants alone is none.
Said said_by_flopstat(const CountedLayer& layer);  ///< all but a fused activation
Count activation_by_flopstat(const Cost& cost);    ///< FLOPs of that
Count int_ops_by_flopstat(const Cost& cost);

/// The default one.
Convention own_convention();

/// That, then what is counted in its units.
std::vector<Convention> flopstat_conventions();

}  // namespace flopstat

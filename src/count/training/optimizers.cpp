#include <array>

#include "flopstat/training.h"

namespace flopstat {
namespace {

/// Source: docs/counting.md, section 5, from the update rules as PyTorch 2 and Keras 3 document them. Example: adam
/// keeps m and v and does m += (1 - b1)(g - m), v += (1 - b2)(g g - v), theta -= a m / (sqrt(v) + e): 6 mul, 4 add,
/// div, t with the decays written as m = b1 m + (1 - b1) g.
// clang-format off
constexpr std::array kOptimizers{
    OptimizerInfo{.name = "sgd", .rule = "p -= a g", .mul = 1, .add = 1},
    OptimizerInfo{.name = "momentum", .rule = "v = b v + g; p -= a v", .mul = 2, .add = 2, .state = 1},
    OptimizerInfo{.name = "nesterov", .rule = "v = b v + g; p -= a (g + b v)", .mul = 3, .add = 3, .state = 1},
    OptimizerInfo{.name = "rmsprop", .rule = "v = b v + (1-b) g g; p -= a g / (sqrt(v) + e)",
                  .mul = 4, .add = 3, .div = 1, .transcendental = 1, .state = 1},
    OptimizerInfo{.name = "adagrad", .rule = "v += g g; p -= a g / (sqrt(v) + e)",
                  .mul = 2, .add = 3, .div = 1, .transcendental = 1, .state = 1},
    OptimizerInfo{.name = "adadelta",
                  .rule = "v = b v + (1-b) g g; d = sqrt(u + e) / sqrt(v + e) g; u = b u + (1-b) d d; p -= a d",
                  .mul = 8, .add = 5, .div = 1, .transcendental = 2, .state = 2},
    OptimizerInfo{.name = "adam", .rule = "m = b m + (1-b) g; v = c v + (1-c) g g; p -= a m / (sqrt(v) + e)",
                  .mul = 6, .add = 4, .div = 1, .transcendental = 1, .state = 2},
    OptimizerInfo{.name = "adamw", .rule = "adam, and p shrinks by a factor first",
                  .mul = 7, .add = 4, .div = 1, .transcendental = 1, .state = 2},
    OptimizerInfo{.name = "lion", .rule = "u = sign(b m + (1-b) g); p -= a (u + d p); m = c m + (1-c) g",
                  .mul = 6, .add = 3, .compare = 1, .state = 1},
};
// clang-format on

}  // namespace

std::span<const OptimizerInfo> optimizer_list() { return kOptimizers; }

}  // namespace flopstat

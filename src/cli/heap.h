#pragma once

#include <string>
#include <vector>

namespace flopstat::cli {

/// Prepares the heap for the models that are to be read: where one is large, memory comes in large pages. Touching
/// memory for the first time is most of what a model of very many nodes costs.
void prepare_heap(const std::vector<std::string>& models);

}  // namespace flopstat::cli

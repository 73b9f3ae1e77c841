#include "flopstat/scale.h"

#include <algorithm>
#include <utility>

#include "bytes/folder.h"
#include "count/scaling.h"
#include "graph/bind.h"
#include "open_model.h"

namespace flopstat {
namespace {

constexpr size_t kMostLines = 10'000;

/// Free dimensions, and those of ranges that are none: a fixed batch of 1 can be changed.
std::vector<FreeDim> scaled_dims(const OpenModel& model, const std::map<std::string, SizeRange>& ranges) {
  std::vector<FreeDim> dims = free_dims(model.model(), model.bindings());
  for (const auto& [name, range] : ranges) {
    const auto has_name = [&, &name = name](const FreeDim& dim) { return dim.name == name; };
    if (std::ranges::none_of(dims, has_name)) dims.push_back({name, false});
  }
  return dims;
}

Error nothing_free(const OpenModel& model) {
  const bool bound = !free_dims(model.model(), {}).empty();
  return {ErrorCode::usage, "the model has no free dimension to scale with", std::nullopt,
          bound ? "every free dimension has a size by --dim or --input" : "the file fixes all of its input sizes",
          bound ? "leave one of them free, or give a range: --dim NAME=1..64"
                : "--dim batch=1..64 scales a leading 1 of the inputs"};
}

/// One size list for each dimension: of its range, or the one size that is taken where nothing is said.
std::vector<std::vector<int64_t>> table_sizes(const std::vector<FreeDim>& dims,
                                              const std::map<std::string, SizeRange>& ranges) {
  std::vector<std::vector<int64_t>> sizes;
  for (const FreeDim& dim : dims) {
    if (const auto range = ranges.find(dim.name); range != ranges.end()) {
      sizes.push_back(sizes_in(range->second));
    } else if (dim.is_batch) {
      sizes.push_back({1});
    } else {
      throw Error(ErrorCode::usage, "a table needs a size of '" + dim.name + "', which is free", std::nullopt, {},
                  "--dim " + dim.name + "=N, or a range as in --dim " + dim.name + "=1..64");
    }
  }
  return sizes;
}

/// Every choice of one size for each dimension, the last dimension changing fastest.
std::vector<Sizes> table_lines(const std::vector<std::vector<int64_t>>& sizes) {
  std::vector<Sizes> lines = {{}};
  for (const std::vector<int64_t>& choices : sizes) {
    std::vector<Sizes> longer;
    for (const Sizes& line : lines) {
      for (const int64_t size : choices) {
        longer.push_back(line);
        longer.back().push_back(size);
      }
      if (longer.size() > kMostLines) {
        throw Error(ErrorCode::usage, "the table has more than 10,000 lines", std::nullopt, {},
                    "fewer ranges, or larger steps: --dim NAME=A..B:STEP");
      }
    }
    lines = std::move(longer);
  }
  return lines;
}

/// Throws `Error` where the user binds what the model does not have.
void check_names(const OpenModel& model, const std::vector<FreeDim>& dims) {
  if (model.model().graphs.empty()) return;
  Bindings bindings = model.bindings();
  for (const FreeDim& dim : dims) bindings.dims[dim.name] = 1;
  bind(model.model(), bindings);
}

Scaling scale(const OpenModel& model, const std::map<std::string, SizeRange>& ranges) {
  const std::vector<FreeDim> dims = scaled_dims(model, ranges);
  check_names(model, dims);
  if (dims.empty()) throw nothing_free(model);
  const std::vector<Sizes> lines = ranges.empty() ? std::vector<Sizes>() : table_lines(table_sizes(dims, ranges));
  std::vector<std::string> names;
  for (const FreeDim& dim : dims) names.push_back(dim.name);
  const CountAt count_at = [&](const Sizes& sizes) {
    std::map<std::string, int64_t> at;
    for (size_t dim = 0; dim < sizes.size(); ++dim) at[names[dim]] = sizes[dim];
    return model.count_at(at);
  };
  Scaling scaling = find_scaling(names, count_at);
  for (uint32_t dim = 0; dim < names.size(); ++dim) {
    if (ranges.contains(names[dim])) scaling.ranged.push_back(dim);
  }
  add_table(scaling, lines, count_at);
  return scaling;
}

}  // namespace

Scaling scale(const std::string& path, const Options& options, const std::map<std::string, SizeRange>& ranges) {
  return scale(OpenModel(File::open(model_file_in(path).value_or(path)), options), ranges);
}

Scaling scale(std::vector<std::byte> bytes, std::string path, const Options& options,
              const std::map<std::string, SizeRange>& ranges) {
  return scale(OpenModel(File::from_bytes(std::move(bytes), std::move(path)), options), ranges);
}

}  // namespace flopstat

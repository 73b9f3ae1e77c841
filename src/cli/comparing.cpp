#include "cli/comparing.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bytes/file.h"
#include "model/suggest.h"
#include "reports/columns.h"

namespace flopstat::cli {
namespace {

/// Every word that a key may be.
std::vector<std::string_view> key_words(const ComparisonOptions& options) {
  std::vector<std::string_view> words;
  for (const Column& column : columns()) words.push_back(column.key);
  if (options.joined) words.insert(words.end(), options.joined->titles.begin(), options.joined->titles.end());
  return words;
}

/// With "-" in front the other way round. Throws `UsageError` for a word that names neither a figure nor a joined
/// column of numbers.
ComparisonKey key_named(std::string_view option, std::string_view word, const ComparisonOptions& options) {
  const bool reversed = word.starts_with('-');
  if (reversed) word.remove_prefix(1);
  const auto figures = columns();
  const auto figure = std::ranges::find(figures, word, &Column::key);
  if (figure != figures.end()) return {.figure = &*figure, .reversed = reversed};
  const std::vector<std::string> titles = options.joined ? options.joined->titles : std::vector<std::string>();
  const auto title = std::ranges::find(titles, word);
  if (title == titles.end()) {
    const std::vector<std::string_view> words = key_words(options);
    const std::string_view meant = closest(word, words);
    throw UsageError{{fmt::format("'{} {}' names no figure{}", option, word,
                                  options.joined ? " and no column of " + options.joined->path : std::string()),
                      {},
                      fmt::format("there are: {}", fmt::join(words, ", ")),
                      meant.empty() ? fmt::format("{} macs", option) : fmt::format("did you mean '{}'?", meant)}};
  }
  const auto position = static_cast<size_t>(title - titles.begin());
  if (!options.joined->numeric[position]) {
    throw UsageError{{fmt::format("'{} {}' names a column that is not of numbers", option, word),
                      options.joined->path,
                      {},
                      "a number is written with a point, as in 0.913 or 91.3%"}};
  }
  return {.joined = position, .reversed = reversed};
}

/// The front of the figure that models are ranked by and of the first joined column of numbers; none without one.
std::vector<ComparisonKey> usual_front(const ComparisonOptions& options) {
  const std::vector<bool>& numeric = options.joined->numeric;
  const auto first = std::ranges::find(numeric, true);
  if (first == numeric.end()) return {};
  ComparisonKey cost = options.sort;
  if (cost.more_is_better()) cost = usual_comparison().sort;
  return {cost, {.joined = static_cast<size_t>(first - numeric.begin())}};
}

}  // namespace

bool asks_for_comparison(const Arguments& arguments) {
  const ComparisonWords& words = arguments.comparison;
  return arguments.command == Command::count && !(words.sort.empty() && words.with.empty() && words.pareto.empty());
}

ComparisonOptions comparison_options(const Arguments& arguments) {
  const ComparisonWords& words = arguments.comparison;
  ComparisonOptions options = usual_comparison();
  if (!words.with.empty()) {
    options.joined = std::make_shared<const JoinedColumns>(read_joined_columns(File::open(words.with)));
  }
  if (!words.sort.empty()) options.sort = key_named("--sort", words.sort, options);
  if (options.joined && words.pareto.empty()) options.pareto = usual_front(options);
  for (std::string_view rest = words.pareto; !rest.empty();) {
    const size_t comma = std::min(rest.find(','), rest.size());
    options.pareto.push_back(key_named("--pareto", rest.substr(0, comma), options));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return options;
}

}  // namespace flopstat::cli

#include "reports/waterfall.h"

#include <algorithm>
#include <map>
#include <utility>

#include "reports/layers.h"

namespace flopstat {
namespace {

const ComparedFigure& figure_of(const std::vector<ComparedFigure>& figures, std::string_view key) {
  return *std::ranges::find(figures, key, &ComparedFigure::key);
}

/// What one side of a layer and one of its nodes have together; none where either is not known.
Figure sum(const Figure& layer, const Figure& node, bool complete) {
  return layer && node && complete ? Figure(*layer + *node) : std::nullopt;
}

/// The layers in the order of their first nodes.
std::vector<WaterfallStep> layers(const Report& a, const Report& b, const Difference& difference,
                                  std::string_view key) {
  std::vector<WaterfallStep> steps;
  std::map<std::string, size_t> places;
  for (const ComparedNode& node : difference.nodes) {
    std::string layer = layer_of(node.b ? b.rows[*node.b] : a.rows[*node.a]);
    const auto [place, is_new] = places.emplace(layer, steps.size());
    if (is_new) steps.push_back({.layer = std::move(layer), .difference = {}, .total = {}});
    WaterfallStep& step = steps[place->second];
    const ComparedFigure& figure = figure_of(node.figures, key);
    step.a = sum(step.a, figure.a, figure.a_complete);
    step.b = sum(step.b, figure.b, figure.b_complete);
  }
  return steps;
}

}  // namespace

Waterfall waterfall(const Report& a, const Report& b, const Difference& difference, const Column& figure) {
  const ComparedFigure& totals = figure_of(difference.totals, figure.key);
  Waterfall result{.figure = &figure,
                   .from = totals.a,
                   .to = totals.b,
                   .complete = totals.a && totals.b && totals.a_complete && totals.b_complete};
  result.steps = layers(a, b, difference, figure.key);
  for (WaterfallStep& step : result.steps) {
    step.difference = ComparedFigure{.key = figure.key, .a = step.a, .b = step.b}.difference();
  }
  std::erase_if(result.steps, [](const WaterfallStep& step) { return step.difference == 0; });
  Figure total = result.from;
  for (WaterfallStep& step : result.steps) {
    if (total && step.difference) total = *total + static_cast<uint64_t>(*step.difference);
    step.total = total;
  }
  return result;
}

}  // namespace flopstat

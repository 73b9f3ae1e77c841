#include "reports/budget_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "reports/columns.h"
#include "reports/peak.h"
#include "reports/sum.h"
#include "reports/unknown.h"

namespace flopstat {
namespace {

constexpr size_t kMostCulprits = 3;

/// What a report says of a figure.
struct Said {
  Figure value = std::nullopt;
  bool complete = true;
  bool applicable = true;  ///< else the model has no such figure
};

Said said_of(const Report& report, std::string_view key) {
  if (key == "file_bytes") return {.value = report.file_bytes};
  if (key == "nodes") return {.value = report.totals.nodes};
  const Cell total = cell(column(key), report.totals);
  const uint64_t* value = std::get_if<uint64_t>(&total);
  return {.value = value == nullptr ? std::nullopt : Figure(*value),
          .complete = report.totals.complete,
          .applicable = total != Cell{NoNumber::not_applicable}};
}

std::string why_unknown(const Report& report, const LimitedFigure& figure, const Said& said) {
  if (said.applicable) return reason_of_unknown(report);
  return fmt::format("the file does not say what its {} are", figure.meaning);
}

// ---- What costs most

Culprit culprit(const Row& row, uint64_t amount) {
  return {.row = row.index,
          .type = std::string(row.type),
          .name = std::string(row.name),
          .offset = row.offset,
          .amount = amount};
}

/// What all runs of a row have of a figure; nothing where that is not known.
Figure amount_of(const Column& column, const Row& row) {
  Sum sum;
  add(sum, row);
  const Cell amount = cell(column, sum);
  const uint64_t* value = std::get_if<uint64_t>(&amount);
  return value == nullptr ? std::nullopt : Figure(*value);
}

/// By how much an amount exceeds what it was before, or nothing.
uint64_t growth(const Culprit& each) {
  const uint64_t before = each.before.value_or(0);
  return each.amount > before ? each.amount - before : 0;
}

std::vector<Culprit> most(std::vector<Culprit> all) {
  std::erase_if(all, [](const Culprit& each) { return growth(each) == 0; });
  std::ranges::sort(all, [](const Culprit& a, const Culprit& b) {
    if (growth(a) != growth(b)) return growth(a) > growth(b);
    return a.row != b.row ? a.row < b.row : a.name < b.name;
  });
  all.resize(std::min(all.size(), kMostCulprits));
  return all;
}

/// Fills in what each row had before: a row of the baseline with its name and operation, each used once.
void remember(const Report& report, const BaselineModel& baseline, std::string_view key, std::vector<Culprit>& all) {
  std::multimap<std::pair<std::string_view, std::string_view>, Figure> before;
  for (const BaselineRow& row : baseline.rows) {
    const auto figure = row.figures.find(key);
    before.emplace(std::pair<std::string_view, std::string_view>(row.name, row.op),
                   figure == row.figures.end() ? std::nullopt : figure->second);
  }
  for (Culprit& each : all) {
    const Row& row = report.rows[*each.row];
    const auto found = before.find(std::pair(row.name, row.op));
    each.before = found == before.end() ? Figure(0) : Figure(found->second.value_or(0));
    if (found != before.end()) before.erase(found);
  }
}

std::vector<Culprit> culprits_of(const Report& report, std::string_view key, const BaselineModel* baseline) {
  std::vector<Culprit> all;
  if (key == "peak_activation_bytes" || key == "planned_activation_bytes") {
    for (const Placement& each : alive_at_peak(report)) {
      all.push_back({.name = std::string(each.name), .amount = each.bytes});
    }
    return most(std::move(all));
  }
  const auto columns = flopstat::columns();
  const auto found = std::ranges::find(columns, key, &Column::key);
  if (found == columns.end() || !found->figure) return {};
  for (const Row& row : report.rows) {
    if (const Figure amount = amount_of(*found, row)) all.push_back(culprit(row, *amount));
  }
  if (baseline != nullptr) remember(report, *baseline, key, all);
  return most(std::move(all));
}

// ---- Rules

CheckedRule checked(const Report& report, const Limit& limit) {
  const Said said = said_of(report, limit.figure->key);
  CheckedRule rule{.figure = limit.figure,
                   .value = said.value,
                   .lower_bound = said.value && !said.complete,
                   .most = limit.most,
                   .text = limit.text};
  if (said.value && *said.value > limit.most) {
    rule.verdict = Verdict::failed;
    rule.culprits = culprits_of(report, limit.figure->key, nullptr);
  } else if (!said.value || !said.complete) {
    rule.verdict = Verdict::unknown;
    rule.unknown = why_unknown(report, *limit.figure, said);
  }
  return rule;
}

uint64_t raised(uint64_t baseline, const Allowance& allowance) {
  const uint64_t more = allowance.percent ? percents_of(baseline, allowance.amount) : whole_part(allowance.amount);
  const uint64_t room = std::numeric_limits<uint64_t>::max() - baseline;
  return baseline + std::min(more, room);
}

CheckedRule checked(const Report& report, const LimitedFigure& figure, const Allowance& allowance,
                    const BaselineModel& baseline) {
  const Said said = said_of(report, figure.key);
  const auto before = baseline.totals.find(figure.key);
  const bool always_complete = figure.key == "file_bytes" || figure.key == "nodes";
  CheckedRule rule{.figure = &figure,
                   .value = said.value,
                   .lower_bound = said.value && !said.complete,
                   .text = allowance.text,
                   .against_baseline = true,
                   .baseline = before == baseline.totals.end() ? std::nullopt : before->second};
  if (rule.baseline) rule.most = raised(*rule.baseline, allowance);
  const bool exceeds = rule.baseline && said.value && *said.value > rule.most;
  const bool known_before = rule.baseline && (baseline.complete || always_complete);
  if (exceeds && known_before) {
    rule.verdict = Verdict::failed;
    rule.culprits = culprits_of(report, figure.key, &baseline);
  } else if (!said.value || !said.complete) {
    rule.verdict = Verdict::unknown;
    rule.unknown = why_unknown(report, figure, said);
  } else if (!rule.baseline || exceeds) {
    rule.verdict = Verdict::unknown;
    rule.unknown = rule.baseline ? "the baseline is a lower bound" : "the baseline does not have it";
  }
  return rule;
}

/// Throws where the two counts are of different things.
void require_same_question(const Report& report, const Baseline& file, const BaselineModel& baseline) {
  const auto refuse = [&](const std::string& there, const std::string& here) {
    throw Error(ErrorCode::usage, fmt::format("the baseline was counted for {}, and this is for {}", there, here),
                std::nullopt, fmt::format("'{}' in {}", baseline.path, file.path),
                fmt::format("count the same, or write the baseline anew: flopstat MODEL... --json > {}", file.path));
  };
  if (baseline.convention != report.convention) {
    refuse("the convention " + baseline.convention, "the convention " + std::string(report.convention));
  }
  for (const auto& [name, size] : report.dims) {
    const auto before = baseline.dims.find(name);
    if (before == baseline.dims.end() || before->second == size) continue;
    refuse(fmt::format("{} = {}", name, before->second), fmt::format("{} = {}", name, size));
  }
}

/// The allowance of a figure by itself; null where there is none.
const Allowance* own_allowance(const Budget& budget, const LimitedFigure* figure) {
  const auto found = std::ranges::find(budget.allowances, figure, &Allowance::figure);
  return found == budget.allowances.end() ? nullptr : &*found;
}

void check_baseline(const Report& report, const Budget& budget, const Baseline& file, std::vector<CheckedRule>& rules) {
  const BaselineModel* baseline = find(file, report.path);
  if (baseline == nullptr) {
    rules.push_back({.verdict = Verdict::new_model,
                     .against_baseline = true,
                     .unknown = fmt::format("{} has no model of this path or name", file.path)});
    return;
  }
  require_same_question(report, file, *baseline);
  static const Allowance nothing{.percent = true};
  const Allowance* general = own_allowance(budget, nullptr);
  for (const LimitedFigure& figure : limited_figures()) {
    const Allowance* own = own_allowance(budget, &figure);
    if (own == nullptr && !figure.guarded) continue;
    const Allowance& allowance = own != nullptr ? *own : general != nullptr ? *general : nothing;
    CheckedRule rule = checked(report, figure, allowance, *baseline);
    const bool is_nothing = rule.verdict == Verdict::passed && rule.value == 0u && rule.baseline == 0u;
    if (own != nullptr || !is_nothing) rules.push_back(std::move(rule));
  }
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed: return "passed";
    case Verdict::failed: return "failed";
    case Verdict::unknown: return "unknown";
    case Verdict::new_model: return "new";
  }
  return {};
}

CheckCounts counts_of(const std::vector<CheckedModel>& models) {
  CheckCounts counts;
  for (const CheckedModel& model : models) {
    if (model.error) ++counts.unreadable;
    for (const CheckedRule& rule : model.rules) {
      switch (rule.verdict) {
        case Verdict::passed: ++counts.passed; break;
        case Verdict::failed: ++counts.failed; break;
        case Verdict::unknown: ++counts.unknown; break;
        case Verdict::new_model: ++counts.new_models; break;
      }
    }
  }
  return counts;
}

std::vector<CheckedRule> check(const Report& report, const Budget& budget, const Baseline* baseline) {
  std::vector<CheckedRule> rules;
  std::vector<Limit> limits = budget.limits;
  std::ranges::sort(limits, {}, &Limit::figure);  // they lie in one table
  for (const Limit& limit : limits) rules.push_back(checked(report, limit));
  if (baseline != nullptr) check_baseline(report, budget, *baseline, rules);
  return rules;
}

}  // namespace flopstat

#include "count/training/work.h"

#include <algorithm>

#include "count/convention.h"

namespace flopstat {
namespace {

void add(Figure& into, Count count) { into = into ? Figure{(Count{*into} + count).value()} : std::nullopt; }

void merge(std::vector<Work>& into, const Work& work, Count count) {
  const auto same = std::ranges::find_if(into, [&](const Work& each) {
    return each.part == work.part && each.unit == work.unit && each.dtype == work.dtype &&
           each.certainty == work.certainty;
  });
  if (same != into.end()) {
    same->count = (Count{same->count} + count).value();
    return;
  }
  into.push_back(work);
  into.back().count = count.value();
}

}  // namespace

void add_work(TrainingWork& into, const Cost& cost, uint64_t runs) {
  if (runs == 0) return;
  for (const Work& work : cost.work) {
    const Count count = Count{work.count} * runs;
    merge(into.work, work, count);
    if (work.part == Part::core && work.unit == Unit::mul_add) add(into.macs, count);
  }
  add(into.flops, work_statement(cost).value() * runs);
}

void add_work(TrainingWork& into, const TrainingWork& more, uint64_t times) {
  for (const Work& work : more.work) merge(into.work, work, Count{work.count} * times);
  into.macs = into.macs && more.macs ? Figure{(Count{*into.macs} + Count{*more.macs} * times).value()} : std::nullopt;
  into.flops =
      into.flops && more.flops ? Figure{(Count{*into.flops} + Count{*more.flops} * times).value()} : std::nullopt;
}

}  // namespace flopstat

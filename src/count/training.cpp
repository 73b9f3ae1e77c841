#include "count/training.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "count/training/losses.h"
#include "count/training/parameters.h"
#include "count/training/step.h"
#include "count/training/work.h"
#include "model/suggest.h"

namespace flopstat {
namespace {

template <class Info>
const Info& named(std::span<const Info> list, std::string_view name, const std::string& what) {
  const auto found = std::ranges::find(list, name, &Info::name);
  if (found != list.end()) return *found;
  std::vector<std::string_view> names;
  std::string all;
  for (const Info& each : list) {
    names.push_back(each.name);
    all += (all.empty() ? "" : ", ") + std::string(each.name);
  }
  const std::string_view meant = closest(name, names);
  throw Error(ErrorCode::usage, "there is no " + what + " '" + std::string(name) + "'", std::nullopt,
              "there are: " + all, meant.empty() ? "" : "did you mean '" + std::string(meant) + "'?");
}

/// Why a network of integers is not trained; empty for others.
std::string why_not(const Model& model, const Report& report) {
  constexpr const char* kQuantized =
      "the network is quantized to integers, which have no gradients: count the float network that it was made of";
  for (const Work& work : report.totals.figures.work) {
    if (work.unit == Unit::mul_add && is_integer(work.dtype)) return kQuantized;
  }
  for (const Row& row : report.rows) {
    const Op& op = model.graphs[row.graph].nodes[row.node].op;
    const bool decodes =
        std::holds_alternative<Dequantize>(op) && !row.inputs.empty() && is_integer(row.inputs[0].dtype);
    if (decodes || std::holds_alternative<Quantize>(op) || std::holds_alternative<DynamicQuantize>(op)) {
      return kQuantized;
    }
  }
  return report.rows.empty() ? "the model has no operations" : "";
}

/// Items of one forward run: the dimension of that name, else the first axis of the first input.
uint64_t batch_of(const Report& report) {
  if (const auto bound = report.dims.find("batch"); bound != report.dims.end()) {
    return static_cast<uint64_t>(bound->second);
  }
  if (report.inputs.empty() || !report.inputs[0].shape || report.inputs[0].shape->empty()) return 1;
  return static_cast<uint64_t>(report.inputs[0].shape->front());
}

Cost cost_of(const OptimizerInfo& optimizer, DType dtype, Count parameters) {
  Cost cost;
  cost.add(Part::core, Unit::mul, dtype, parameters * optimizer.mul);
  cost.add(Part::core, Unit::add, dtype, parameters * optimizer.add);
  cost.add(Part::core, Unit::div, dtype, parameters * optimizer.div);
  cost.add(Part::core, Unit::compare, dtype, parameters * optimizer.compare);
  cost.add(Part::core, Unit::transcendental, dtype, parameters * optimizer.transcendental);
  return cost;
}

/// What the parameters add to the rows that have them: sums of several gradients, and the optimizer.
void add_parameters(const TrainedParameters& parameters, const OptimizerInfo& optimizer, Training& training) {
  Count trained = 0, frozen = 0, gradient_bytes = 0;
  for (const StoredParameter& each : parameters.all()) {
    if (each.trainable && each.frozen) frozen += each.elements;
    if (!each.trained()) continue;
    TrainingRow& row = training.rows[each.row];
    trained += each.elements;
    gradient_bytes += each.bytes;
    row.gradients = (Count{row.gradients} + each.elements).value();
    Cost sums;
    if (each.gradients > 1) sums.add(Part::core, Unit::add, each.dtype, (Count{each.gradients} - 1) * each.elements);
    add_work(row.backward_weight, sums, training.micro_batches);
    Cost accumulated;
    accumulated.add(Part::core, Unit::add, each.dtype, (Count{training.micro_batches} - 1) * each.elements);
    add_work(row.backward_weight, accumulated, 1);
    add_work(row.optimizer, cost_of(optimizer, each.dtype, each.elements), 1);
  }
  training.trained_params = trained.value();
  training.frozen_params = frozen.value();
  training.memory.gradients = gradient_bytes.value();
  training.memory.state = (gradient_bytes * optimizer.state).value();
}

void add(Figure& into, const Figure& more) {
  into = into && more ? Figure{(Count{*into} + *more).value()} : std::nullopt;
}

/// Rows of several forward and backward runs.
void repeat_rows(std::vector<TrainingRow>& rows, uint64_t times) {
  if (times == 1) return;
  for (TrainingRow& row : rows) {
    for (TrainingWork* work : {&row.forward, &row.backward_input, &row.backward_weight}) {
      TrainingWork all;
      add_work(all, *work, times);
      *work = std::move(all);
    }
    for (Figure* flops : {&row.torch_flops, &row.torch_flops_corrected}) {
      if (*flops) *flops = (Count{**flops} * times).value();
    }
  }
}

void sum_up(const Report& report, Training& training) {
  std::map<std::string_view, TrainingSummary> types;
  training.torch_flops = training.torch_flops_corrected = 0;
  for (size_t i = 0; i < training.rows.size(); ++i) {
    const TrainingRow& row = training.rows[i];
    TrainingSummary& type = types[report.rows[i].type];
    type.type = report.rows[i].type;
    ++type.nodes;
    if (!row.unknown.empty() && report.rows[i].repeat != Figure{0}) {
      ++type.unknown_nodes;
      ++training.unknown_rows;
    }
    if (!report.rows[i].repeat) training.complete = false;
    add_work(type.forward, row.forward);
    add_work(type.backward_input, row.backward_input);
    add_work(type.backward_weight, row.backward_weight);
    add_work(type.optimizer, row.optimizer);
    add(training.torch_flops, row.torch_flops);
    add(training.torch_flops_corrected, row.torch_flops_corrected);
  }
  for (auto& [name, type] : types) {
    add_work(training.forward, type.forward);
    add_work(training.backward_input, type.backward_input);
    add_work(training.backward_weight, type.backward_weight);
    add_work(training.optimizer_work, type.optimizer);
    training.by_type.push_back(std::move(type));
  }
  for (const TrainingWork* part : {&training.forward, &training.loss_work, &training.backward_input,
                                   &training.backward_weight, &training.optimizer_work}) {
    add_work(training.step, *part);
  }
  training.complete = training.complete && training.unknown_rows == 0 && training.loss_unknown.empty();
  const auto operations = [](const TrainingSummary& type) {
    return Count{type.forward.flops.value_or(0)} + type.backward_input.flops.value_or(0) +
           type.backward_weight.flops.value_or(0) + type.optimizer.flops.value_or(0);
  };
  std::ranges::sort(training.by_type, [&](const TrainingSummary& a, const TrainingSummary& b) {
    return std::pair(operations(b), a.type) < std::pair(operations(a), b.type);
  });
}

/// Steps of all epochs, and their work.
void add_epochs(const TrainingOptions& options, Training& training) {
  training.samples = options.samples;
  training.epochs = options.epochs;
  const Count of_step = Count{training.batch} * training.micro_batches;
  if (options.samples == 0 || of_step == 0) return;
  const Count steps = (Count{options.samples} + of_step - 1) / of_step * options.epochs;
  training.steps = steps.value();
  if (training.step.macs) training.total_macs = (Count{*training.step.macs} * steps).value();
  if (training.step.flops) training.total_flops = (Count{*training.step.flops} * steps).value();
}

void add_memory(const KeptMemory* kept, const Report& report, Training& training) {
  TrainingMemory& memory = training.memory;
  memory.parameters = report.totals.figures.weight_bytes;
  if (kept == nullptr || !memory.parameters || !training.complete) return;
  const KeptMemory::Peak peak = kept->peak();
  memory.activations = peak.bytes.value();
  memory.row = peak.row;
  memory.backwards = peak.backwards;
  memory.peak = (Count{*memory.parameters} + *memory.gradients + *memory.state + peak.bytes).value();
}

void count_step(const Model& model, const Frames& frames, const Uses& uses, const TrainingOptions& options,
                const OptimizerInfo& optimizer, Report& report, Training& training) {
  TrainedParameters parameters(model, frames.root, uses, report, options.frozen);
  const std::optional<Activations> activations = activations_of(model, frames, report);
  std::optional<KeptMemory> kept;
  if (activations) kept.emplace(*activations, static_cast<uint32_t>(report.rows.size()));
  std::string_view loss = training.loss;
  StepWork work = walk_step(model, frames.root, report, parameters, loss, kept ? &*kept : nullptr);
  training.loss = std::string(loss);
  training.rows = std::move(work.rows);
  training.loss_unknown = std::move(work.loss_unknown);
  repeat_rows(training.rows, training.micro_batches);
  add_work(training.loss_work, work.loss, training.micro_batches);
  add_parameters(parameters, optimizer, training);
  sum_up(report, training);
  add_epochs(options, training);
  add_memory(kept ? &*kept : nullptr, report, training);
  report.totals.training_peak_bytes = training.memory.peak;
}

}  // namespace

void train(const Model& model, const Frames& frames, const Uses& uses, const TrainingOptions& options,
           std::string_view file_loss, Report& report) {
  auto training = std::make_shared<Training>();
  const OptimizerInfo& optimizer = named(optimizer_list(), options.optimizer, "optimizer");
  training->optimizer = optimizer.name;
  training->batch = batch_of(report);
  training->micro_batches = std::max<uint64_t>(options.micro_batches, 1);
  if (!options.loss.empty()) {
    training->loss = named(loss_list(), options.loss, "loss").name;
    training->loss_from = "--loss";
  } else if (!file_loss.empty()) {
    const std::string_view ours = loss_of_keras(file_loss);
    training->loss = ours.empty() ? file_loss : ours;
    training->loss_from = "the file";
  } else {
    training->loss_from = "the last operation";
  }
  training->unknown = why_not(model, report);
  if (training->unknown.empty()) {
    try {
      count_step(model, frames, uses, options, optimizer, report, *training);
    } catch (const Overflow& overflow) {
      *training = {.optimizer = optimizer.name, .loss_from = training->loss_from, .unknown = overflow.what()};
    }
  }
  report.training = std::move(training);
}

}  // namespace flopstat

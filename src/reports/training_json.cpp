#include <map>
#include <tuple>

#include "flopstat/training.h"
#include "reports/json_parts.h"
#include "reports/json_writer.h"
#include "reports/training.h"

namespace flopstat {
namespace {

using namespace json_parts;

void figure(JsonWriter& json, std::string_view key, const Figure& value) {
  json.key(key);
  write(json, value);
}

/// A part of a step: work of all rows, by unit and type.
void part(JsonWriter& json, std::string_view key, const TrainingWork& work) {
  std::map<std::tuple<Unit, DType>, uint64_t> counts;
  for (const Work& each : work.work) counts[{each.unit, each.dtype}] += each.count;
  json.key(key);
  json.object(JsonWriter::line, [&] {
    figure(json, "macs", work.macs);
    figure(json, "flops", work.flops);
    json.key("work");
    json.list(JsonWriter::line, [&] {
      for (const auto& [kind, count] : counts) {
        const auto& [unit, dtype] = kind;
        json.object(JsonWriter::line, [&, unit = unit, dtype = dtype, count = count] {
          json.member("unit", name_of(unit));
          json.member("dtype", name_of(dtype));
          json.member("count", count);
        });
      }
    });
  });
}

void row(JsonWriter& json, const Row& counted, const TrainingRow& step) {
  json.object(JsonWriter::line, [&] {
    json.member("index", uint64_t{counted.index});
    const bool known = step.unknown.empty();
    figure(json, "forward_macs", step.forward.macs);
    figure(json, "forward_flops", step.forward.flops);
    figure(json, "backward_input_macs", known ? step.backward_input.macs : Figure{});
    figure(json, "backward_input_flops", known ? step.backward_input.flops : Figure{});
    figure(json, "backward_weight_macs", known ? step.backward_weight.macs : Figure{});
    figure(json, "backward_weight_flops", known ? step.backward_weight.flops : Figure{});
    figure(json, "optimizer_flops", step.optimizer.flops);
    json.member("gradients", step.gradients);
    json.member("groups", step.groups);
    figure(json, "torch_flops", known ? step.torch_flops : Figure{});
    figure(json, "torch_flops_corrected", known ? step.torch_flops_corrected : Figure{});
    text_or_null(json, "unknown", step.unknown);
  });
}

void memory(JsonWriter& json, const TrainingMemory& memory) {
  json.key("memory");
  json.object(JsonWriter::line, [&] {
    figure(json, "peak_bytes", memory.peak);
    figure(json, "parameter_bytes", memory.parameters);
    figure(json, "gradient_bytes", memory.gradients);
    figure(json, "state_bytes", memory.state);
    figure(json, "activation_bytes", memory.activations);
    figure(json, "peak_op", memory.row ? Figure{*memory.row} : Figure{});
    json.member("peak_backwards", memory.backwards);
  });
}

void parts(JsonWriter& json, const Training& training) {
  json.key("parts");
  json.object(JsonWriter::lines, [&] {
    part(json, "forward", training.forward);
    part(json, "loss", training.loss_work);
    part(json, "backward_input", training.backward_input);
    part(json, "backward_weight", training.backward_weight);
    part(json, "optimizer", training.optimizer_work);
  });
  part(json, "step", training.step);
}

}  // namespace

void write_training_json(const Report& report, JsonWriter& json) {
  if (!report.training) return;
  const Training& training = *report.training;
  json.key("training");
  json.object(JsonWriter::lines, [&] {
    json.member("optimizer", training.optimizer);
    text_or_null(json, "loss", training.loss);
    json.member("loss_from", training.loss_from);
    text_or_null(json, "unknown", training.unknown);
    if (!training.unknown.empty()) return;
    text_or_null(json, "loss_unknown", training.loss_unknown);
    json.member("complete", training.complete);
    json.member("unknown_nodes", training.unknown_rows);
    json.member("batch", training.batch);
    json.member("micro_batches", training.micro_batches);
    json.member("trained_params", training.trained_params);
    json.member("frozen_params", training.frozen_params);
    parts(json, training);
    figure(json, "torch_flops", training.torch_flops);
    figure(json, "torch_flops_corrected", training.torch_flops_corrected);
    figure(json, "samples", training.samples > 0 ? Figure{training.samples} : Figure{});
    json.member("epochs", training.epochs);
    figure(json, "steps", training.steps);
    figure(json, "total_macs", training.total_macs);
    figure(json, "total_flops", training.total_flops);
    memory(json, training.memory);
    json.key("ops");
    json.list(JsonWriter::lines, [&] {
      for (const Row& each : report.rows) row(json, each, training.rows[each.index]);
    });
  });
}

}  // namespace flopstat

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flopstat/report.h"

/// What a step of training costs: the forward run in training mode, the loss, the gradients, the optimizer. The rules
/// are those of docs/counting.md, section 5.
namespace flopstat {

/// Units of work that an optimizer does for each trained parameter in each step. Numbers that depend on the step alone
/// are free.
struct OptimizerInfo {
  std::string_view name;  ///< "adam"
  std::string_view rule;  ///< in one line
  uint64_t mul = 0;
  uint64_t add = 0;
  uint64_t div = 0;
  uint64_t compare = 0;
  uint64_t transcendental = 0;
  uint64_t state = 0;  ///< values that it keeps for each trained parameter
};

/// Every optimizer that `TrainingOptions::optimizer` may name.
std::span<const OptimizerInfo> optimizer_list();

struct LossInfo {
  std::string_view name;  ///< "cross-entropy"
  std::string_view rule;  ///< in one line
};

/// Every loss that `TrainingOptions::loss` may name.
std::span<const LossInfo> loss_list();

/// The work of one part of a step.
struct TrainingWork {
  Figure macs = 0;
  Figure flops = 0;             ///< a multiply-add is 2, every other unit 1
  std::vector<Work> work = {};  ///< summed by part, unit and type
};

/// What one row of the report costs in a step, all of its runs together.
struct TrainingRow {
  TrainingWork forward;              ///< in training mode: a batch norm by the statistics of the batch, dropout
  TrainingWork backward_input;       ///< gradients of activations
  TrainingWork backward_weight;      ///< gradients of the parameters that the row reaches
  TrainingWork optimizer;            ///< of the parameters that no earlier row has
  uint64_t gradients = 0;            ///< trained parameters that no earlier row has
  uint64_t groups = 1;               ///< of a convolution
  Figure torch_flops = 0;            ///< forward and backward as PyTorch's FlopCounterMode prints them
  Figure torch_flops_corrected = 0;  ///< the same, the weight gradient of a grouped convolution not too large by groups
  std::string unknown = {};          ///< why its gradients are not known; empty where they are
};

/// All rows of one type.
struct TrainingSummary {
  std::string_view type;
  uint64_t nodes = 0;
  uint64_t unknown_nodes = 0;
  TrainingWork forward;
  TrainingWork backward_input;
  TrainingWork backward_weight;
  TrainingWork optimizer;
};

/// The most memory that a step needs at a time. What is kept for the backward run is kept from the row that makes it to
/// the last one that reads it backwards; nothing is computed twice.
struct TrainingMemory {
  Figure parameters;   ///< all of them, and what the file names as no parameters
  Figure gradients;    ///< of the trained ones
  Figure state;        ///< of the optimizer
  Figure activations;  ///< at the peak: kept for the backward run, alive, and gradients of activations
  Figure peak;         ///< the sum
  std::optional<uint32_t> row = std::nullopt;  ///< at which the peak is reached
  bool backwards = false;                      ///< ... on the way back
};

struct Training {
  std::string_view optimizer;
  std::string loss = {};          ///< a name of `loss_list`, or the file's word for one that is not in it
  std::string_view loss_from;     ///< "--loss", "the file", "the last operation"
  std::string loss_unknown = {};  ///< why the work of the loss is not known; empty where it is
  uint64_t batch = 1;             ///< items of one forward run
  uint64_t micro_batches = 1;     ///< forward and backward runs of a step
  uint64_t trained_params = 0;    ///< whose gradients the step needs
  uint64_t frozen_params = 0;     ///< parameters that `TrainingOptions::frozen` leaves as they are

  // Of a step.
  TrainingWork forward = {};
  TrainingWork loss_work = {};  ///< and its gradient
  TrainingWork backward_input = {};
  TrainingWork backward_weight = {};
  TrainingWork optimizer_work = {};
  TrainingWork step = {};             ///< the sum
  Figure torch_flops = std::nullopt;  ///< sum of those of the rows
  Figure torch_flops_corrected = std::nullopt;

  uint64_t samples = 0;  ///< of an epoch; 0: none are given
  uint64_t epochs = 1;
  Figure steps = std::nullopt;        ///< of all epochs; none where no samples are given
  Figure total_macs = std::nullopt;   ///< of all steps
  Figure total_flops = std::nullopt;  ///< of all steps

  TrainingMemory memory = {};
  std::vector<TrainingRow> rows = {};         ///< one for each row of the report
  std::vector<TrainingSummary> by_type = {};  ///< most operations first
  uint64_t unknown_rows = 0;
  bool complete = true;      ///< no row, repeat or loss is unknown: else every figure is a lower bound
  std::string unknown = {};  ///< why training is not counted at all; empty where it is
};

}  // namespace flopstat

// A step of training, from model files: one network, one number; what the program shows of it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "flopstat/training.h"
#include "support/program.h"

namespace flopstat::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kExamples = FLOPSTAT_SOURCE_DIR "/examples/";

Report trained(const std::string& example, const TrainingOptions& training = {}) {
  Options options;
  options.training = training;
  return analyze(kExamples + example, options);
}

/// The multiply-adds of a network, and those of the input gradients that a step does without.
struct Network {
  const char* name;
  uint64_t macs;
  uint64_t without;
};

constexpr uint64_t kLstm = uint64_t{10} * 64 * (8 + 16);

const std::vector<Network> kNetworks = {
    {"mnist_mlp", 784 * 100 + 100 * 100 + 100 * 10, 784 * 100},
    {"mnist_mlp_50", 784 * 50 + 50 * 50 + 50 * 10, 784 * 50},
    {"sine", 16 + 16 * 16 + 16, 16},
    {"sine_8", 8 + 8, 8},
    {"digits_cnn", 26 * 26 * 12 * 9 + 13 * 13 * 12 * 10, 26 * 26 * 12 * 9},
    {"small_cnn", 32 * 32 * 8 * 27 + 16 * 16 * 8 * 9 + 16 * 16 * 16 * 8 + 8 * 8 * 16 * 10, 32 * 32 * 8 * 27},
    // The product with x in each of 10 steps, and the recurrent one of the first, whose state is zero.
    {"tiny_lstm", kLstm + 16 * 4, 10 * 64 * 8 + 64 * 16},
};

TEST(TrainingOfExamples, has_the_same_products_in_every_format) {
  for (const Network& network : kNetworks) {
    for (const char* ending : {".keras", ".h5", ".json", ".onnx", ".tflite", ".pb", "_saved_model"}) {
      const std::string file = network.name + std::string(ending);
      if (!std::filesystem::exists(kExamples + file)) continue;
      SCOPED_TRACE(file);
      const Report report = trained(file);
      EXPECT_TRUE(report.training->complete);
      EXPECT_EQ(report.training->forward.macs, network.macs);
      EXPECT_EQ(report.training->backward_weight.macs, network.macs);
      EXPECT_EQ(report.training->backward_input.macs, network.macs - network.without);
      EXPECT_EQ(report.training->step.macs, 3 * network.macs - network.without);
      EXPECT_TRUE(report.totals.training_peak_bytes);
    }
  }
}

TEST(TrainingOfExamples, has_the_loss_that_fits_the_last_operation_in_every_format) {
  for (const char* ending : {".keras", ".h5", ".onnx", ".tflite", ".pb", "_saved_model"}) {
    EXPECT_EQ(trained(std::string("mnist_mlp") + ending).training->loss, "cross-entropy") << ending;
    EXPECT_EQ(trained(std::string("sine_8") + ending).training->loss, "squared-error") << ending;
  }
}

TEST(TrainingOfExamples, adam_keeps_two_values_for_each_trained_parameter) {
  for (const Network& network : kNetworks) {
    const Report report = trained(std::string(network.name) + ".keras", {.optimizer = "adam"});
    const Training& training = *report.training;
    EXPECT_EQ(training.trained_params, report.totals.trainable_params);
    EXPECT_EQ(training.memory.state, training.trained_params * 2 * 4);
  }
}

TEST(TrainingOfExamples, the_sums_of_the_rows_are_the_parts_of_the_step) {
  for (const Network& network : kNetworks) {
    const Report report = trained(std::string(network.name) + ".onnx", {.optimizer = "adam"});
    const Training& step = *report.training;
    uint64_t forward = 0, input = 0, weight = 0, optimizer = 0, gradients = 0;
    for (const TrainingRow& row : step.rows) {
      forward += *row.forward.flops;
      input += *row.backward_input.flops;
      weight += *row.backward_weight.flops;
      optimizer += *row.optimizer.flops;
      gradients += row.gradients;
    }
    EXPECT_EQ(step.forward.flops, forward);
    EXPECT_EQ(step.backward_input.flops, input);
    EXPECT_EQ(step.backward_weight.flops, weight);
    EXPECT_EQ(step.optimizer_work.flops, optimizer);
    EXPECT_EQ(step.trained_params, gradients);
    EXPECT_EQ(step.step.flops, forward + input + weight + optimizer + *step.loss_work.flops);
    EXPECT_EQ(step.memory.peak,
              *step.memory.parameters + *step.memory.gradients + *step.memory.state + *step.memory.activations);
  }
}

TEST(TrainingOfExamples, grows_with_the_batch_but_for_the_optimizer) {
  Options options;
  options.training = TrainingOptions{.optimizer = "adam"};
  const Report one = analyze(kExamples + "small_cnn.keras", options);
  options.dims["batch"] = 8;
  const Report eight = analyze(kExamples + "small_cnn.keras", options);
  EXPECT_EQ(eight.training->batch, 8);
  EXPECT_EQ(eight.training->forward.macs, 8 * *one.training->forward.macs);
  EXPECT_EQ(eight.training->backward_weight.macs, 8 * *one.training->backward_weight.macs);
  EXPECT_EQ(eight.training->optimizer_work.flops, one.training->optimizer_work.flops);
}

using TrainingScreen = ProgramTest;

TEST_F(TrainingScreen, has_a_column_for_each_part_of_a_step) {
  const Outcome outcome = run("mnist_mlp.keras --training=adam");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("FLOPs a step"), HasSubstr("Backward input"), HasSubstr("Backward weight"),
                                 HasSubstr("Optimizer"), HasSubstr("(adam, batch 1)"), HasSubstr("cross-entropy")));
  EXPECT_THAT(run("mnist_mlp.keras").out, Not(HasSubstr("Optimizer")));
  EXPECT_THAT(run("ops mnist_mlp.keras --training").out, HasSubstr("Backward weight"));
}

TEST_F(TrainingScreen, one_line_has_layers_parameters_gradients_and_gflops) {
  // Forward 179,210, loss 70, backward 22,200 and 178,800, sgd 2 * 89,610.
  EXPECT_THAT(run("mnist_mlp.keras --training --oneline").out,
              StartsWith("mnist_mlp.keras: 4 layers, 89,610 parameters, 89,610 gradients, 0.000559 GFLOPs a "
                         "step of sgd"));
  EXPECT_THAT(run("mnist_mlp.keras --training --oneline --freeze dense").out,
              HasSubstr("89,610 parameters, 11,110 gradients"));
}

TEST_F(TrainingScreen, shows_under_torch_what_its_counter_prints_of_a_step) {
  // Three times the forward products, but no gradient of the pixels: 2 * (3 * 89,400 - 78,400).
  EXPECT_THAT(run("mnist_mlp.keras --training --convention torch --exact").out,
              HasSubstr("By torch     379600 FLOPs   forward and backward, as FlopCounterMode prints them\n"));
  EXPECT_THAT(run("mnist_mlp.keras --training").out, Not(HasSubstr("By torch")));
}

TEST_F(TrainingScreen, totals_of_epochs_are_steps_times_a_step) {
  const Outcome outcome = run("mnist_mlp.keras --training --dim batch=32 --samples 60000 --epochs 5 --json");
  const nlohmann::json training = nlohmann::json::parse(outcome.out)["training"];
  EXPECT_EQ(training["steps"], 5 * 1875);
  EXPECT_EQ(training["total_flops"], training["step"]["flops"].get<uint64_t>() * 5 * 1875);
  EXPECT_EQ(training["batch"], 32);
  EXPECT_EQ(training["ops"].size(), 4);
  EXPECT_EQ(training["parts"]["backward_input"]["macs"], 32 * 11'000);
}

TEST_F(TrainingScreen, options_of_training_are_checked) {
  const Outcome misspelt = run("mnist_mlp.keras --training=adm");
  EXPECT_EQ(misspelt.code, 2);
  EXPECT_THAT(misspelt.err, HasSubstr("did you mean 'adam'?"));
  EXPECT_THAT(run("mnist_mlp.keras --loss mse").err, HasSubstr("'--loss' is about training"));
  EXPECT_THAT(run("mnist_mlp.keras --training --epochs 2").err, HasSubstr("--samples"));
  EXPECT_EQ(run("mnist_mlp.keras --training --freeze dens").code, 2);
  EXPECT_THAT(run("mnist_mlp.keras --training --freeze dens").err, HasSubstr("did you mean 'dense'?"));
  EXPECT_EQ(run("memory mnist_mlp.keras --training").code, 2);
}

TEST_F(TrainingScreen, a_quantized_network_says_why_it_is_not_trained) {
  const Outcome outcome = run("mnist_mlp_int8.tflite --training");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("? training is not counted: the network is quantized to integers"));
}

}  // namespace
}  // namespace flopstat::test

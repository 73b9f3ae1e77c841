#pragma once

#include <vector>

#include "count/convention.h"

/// The conventions of each family, in the order in which they are listed.
namespace flopstat {

/// Rules for layers of Keras. Each layer counts once, however often it is called, and the batch is left out.
std::vector<Convention> keras_conventions();

/// The profiler of TensorFlow: operators of a graph that have a registered formula.
std::vector<Convention> tensorflow_conventions();

/// Tools that follow a PyTorch module while it runs: each operator it calls has a formula, or counts nothing.
std::vector<Convention> torch_conventions();

/// ptflops with its two ways to look: hooks on modules and patched functions, or the operators that run.
std::vector<Convention> ptflops_conventions();

/// thop, which three packages are called: Lyken17's 0.1, the one of Ultralytics up to 2.1, and that one from 2.2 on.
std::vector<Convention> thop_conventions();

/// DeepSpeed's profiler and calflops, which began as its copy: functions of PyTorch are patched.
std::vector<Convention> deepspeed_conventions();

/// Tools that read ONNX files node by node.
std::vector<Convention> onnx_conventions();

/// Counts that engines and their tools print.
std::vector<Convention> engine_conventions();

}  // namespace flopstat

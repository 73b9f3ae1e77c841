#include "reports/terms.h"

#include <algorithm>
#include <array>
#include <string>

namespace flopstat {
namespace {

constexpr std::array kTerms{
    Term{"MACs",
         "Multiply-adds: products that are added to a running sum. Convolutions, matrix products and recurrent cells "
         "are made of them. MACs are those of the core of such operations, whatever their type, taps in the padding "
         "included. They follow from shapes alone, so they compare models best. One MAC is two operations.",
         "mac,mul_add,mul-adds,multiply-add"},
    Term{"FLOPs",
         "Floating-point operations: a multiply-add is two; an addition, a multiplication, a division, a comparison "
         "or a function such as exp is one each. An amount, not a rate: per second it is FLOP/s. Work on integers is "
         "no part of it.",
         "flop"},
    Term{"OPs",
         "Operations on integers and fixed point, counted as FLOPs are. A quantized model has OPs and hardly any "
         "FLOPs; the two are never added up, but for the intensity.",
         "integer ops,int ops,int_ops,op"},
    Term{"unit",
         "What work is counted in before a convention makes it operations: mul_add, add, mul, div, compare (also min, "
         "max, select, abs, round, one side of a clamp) and transcendental (exp, log, roots, sin, tanh, erf).",
         "units,work,add,mul,div,compare,transcendental"},
    Term{"convention",
         "The rule from work to the number that somebody means by FLOPs. 'flopstat' counts a multiply-add as 2 and "
         "every other unit as 1, and leaves out arithmetic on shapes and on constants; others are those of other tools "
         "('flopstat conventions'). Every report names it.",
         "conventions"},
    Term{"part",
         "Where in an operation the work is: core, the operation itself; bias, the addition of a bias; activation, a "
         "function fused behind it; requantize, all that quantization adds.",
         "parts,core,bias,activation"},
    Term{"nominal",
         "Nominal MACs take every tap of every window, also those on the padding, as published tables do. The "
         "headline is nominal.",
         "nominal macs"},
    Term{"valid",
         "Valid MACs leave out products that the file alone shows to be zero: taps in the padding, cropped points of "
         "a transposed convolution. A Pad operation of its own is data.",
         "valid macs,padding,skippable"},
    Term{"parameters",
         "Elements of stored constants that reach an operation as data: weights, biases, scales and statistics of a "
         "normalisation, embeddings. Not shapes, axes, indices, constants without axes, nor the scales and zero "
         "points of quantization. A stored buffer counts once, in the first row that reaches it; rows that share it "
         "show 0.",
         "params,parameter"},
    Term{"weights", "The stored bytes of the parameters, exact for packed 4-bit and sparse storage.",
         "weight,weight bytes,weight_bytes"},
    Term{"quantization bytes",
         "Stored bytes of the scales and zero points of parameters: beside the weights, not in them.",
         "quantization_bytes,scales"},
    Term{"traffic",
         "Bytes that the operations read and write in one run: every operand once and every result once, at stored "
         "width. Views move nothing; a gather or a slice reads only what it takes. Caches are not assumed.",
         "read,written,read_bytes,written_bytes,bytes"},
    Term{"intensity",
         "Operations per byte: (FLOPs + integer OPs) / (bytes read + bytes written). Low intensity means that memory, "
         "not arithmetic, decides how fast it runs. Not given where a part of it is a lower bound.",
         "op/b,arithmetic intensity"},
    Term{"peak activations",
         "The largest sum of the tensors alive at one operation, from the one that writes a tensor to the last one "
         "that reads it, in the stored order; views share their memory. A lower bound: no plan of that order can need "
         "less, and constants, scratch and alignment come on top.",
         "peak,activations,peak_activation_bytes,peak activation bytes"},
    Term{"planned activations",
         "A real placement of the activations: the largest first, each at the lowest 16-byte aligned offset that is "
         "free while it lives. 'flopstat memory' shows it.",
         "planned,plan,planned_activation_bytes"},
    Term{"state bytes", "Variables and recurrent states that outlive a run. They are no activations.",
         "state,state_bytes"},
    Term{"bound",
         "An upper bound: the true count depends on the data, as in a top-k or in non-maximum suppression. 'model' "
         "marks the usual formula for an algorithm that libraries choose freely, as for an FFT, 'rule' what a rules "
         "file of the user says; all else is exact.",
         "exact,model,certainty,upper bound"},
    Term{"lower bound",
         "A total behind '>=' or '≥': the cost of something in it is not known, or a loop's number of rounds. The "
         "report says what and why; what is not known is never 0.",
         "unknown,incomplete,complete,?"},
    Term{"repeat",
         "How often a row runs per run of the model: the trips of a loop, 0 for a branch that is not taken. Totals "
         "are figure times repeat; parameters count once.",
         "loop,trips"},
    Term{"index",
         "A mark of arithmetic on shapes, indices and counters: integers that stand for no data. It is listed and "
         "counts as no operations. 'constant' marks arithmetic on constants alone, done when the model is loaded.",
         "mark,constant,marks"},
    Term{"requantize",
         "What quantization adds, in operations of the accumulator's type: bringing an accumulator to the output's "
         "scale is a multiplication, a rounding addition, the zero point and two clamps, 5 in all; 4 for 16 bits, "
         "which have no zero point.",
         "requantization,quantization"},
    Term{"float equivalent",
         "FLOPs of the same network before quantization: integer contractions in f32, without requantizing. In the "
         "JSON as float_equivalent_flops, null where nothing is quantized.",
         "float_equivalent_flops,float equivalent flops"},
    Term{"dynamic range",
         "Float activations and integer weights: the inputs are quantized while running (their range, a division, "
         "rounding and clamping per element), the products are 8-bit, and each sum is scaled back to float.",
         "hybrid"},
    Term{"training step",
         "The forward run in training mode, the loss, the gradients and the optimizer, for one batch: --training. "
         "Backward input is the work for gradients of activations, backward weight that for gradients of parameters. "
         "The "
         "first layer has no gradient of its input, nor has one behind frozen layers only.",
         "training,step,backward,backward input,backward weight,gradient,gradients,epoch"},
    Term{"optimizer",
         "What moves the parameters by their gradients: sgd, momentum, nesterov, rmsprop, adagrad, adadelta, adam, "
         "adamw "
         "or lion. Its work is that per trained parameter, and so is its state: none for sgd, one value for momentum, "
         "nesterov, rmsprop, adagrad and lion, two for adadelta, adam and adamw.",
         "optimizers,sgd,momentum,nesterov,rmsprop,adagrad,adadelta,adam,adamw,lion,optimizer state"},
    Term{"loss",
         "What training makes small: the one of --loss, else the file's, else cross-entropy behind a final softmax and "
         "squared error otherwise. A final softmax is part of a cross-entropy.",
         "losses,cross-entropy,squared-error"},
    Term{
        "training memory",
        "The most that a step needs at a time: parameters, their gradients, the optimizer's state, and the activations "
        "that are alive or kept for the way back, with their gradients. Nothing is computed twice.",
        "training_peak_bytes,training peak,kept"},
    Term{"scope",
         "The path of the layer that an operation belongs to, as far as the file tells: 'backbone/2/conv'. 'flopstat "
         "tree' adds up by it.",
         "layer"},
    Term{"row",
         "One node in one call of its graph: a graph called twice has two sets of rows. '#7' is row 7 of 'flopstat "
         "ops'.",
         "node,ops"},
};

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

bool lists(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const size_t end = std::min(words.find(','), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

}  // namespace

std::span<const Term> terms() { return kTerms; }

const Term* find_term(std::string_view word) {
  const std::string wanted = lower(word);
  const auto exact = std::ranges::find_if(kTerms, [&](const Term& term) { return lower(term.name) == wanted; });
  if (exact != kTerms.end()) return &*exact;
  const auto other = std::ranges::find_if(kTerms, [&](const Term& term) { return lists(term.also, wanted); });
  return other == kTerms.end() ? nullptr : &*other;
}

}  // namespace flopstat

#include <gtest/gtest.h>

#include "support/operands.h"

namespace flopstat::test {
namespace {

TEST(AudioSpectrogram, has_a_row_of_bins_for_every_whole_frame) {
  const AudioSpectrogram op{.window = 480, .stride = 160};
  EXPECT_EQ(shape_of(op, Node().in({16000, 2})), (Shape{2, (16000 - 480) / 160 + 1, 512 / 2 + 1}));
  EXPECT_EQ(shape_of(op, Node().in({479, 1})), (Shape{1, 0, 257}));
  EXPECT_EQ(shape_of(AudioSpectrogram{.window = 512, .stride = 1}, Node().in({512, 1})), (Shape{1, 1, 257}));
}

TEST(AudioSpectrogram, windows_transforms_and_squares_each_frame) {
  const AudioSpectrogram op{.window = 480, .stride = 480, .squared = true};
  const uint64_t frames = 2 * 3;
  Node node;
  node.in({3 * 480, 2});
  const Cost cost = cost_of(op, node);
  // The window, half of 2 n log2 n and 3 n log2 n for 512 points, re * re + im * im.
  EXPECT_EQ(units(cost, Unit::mul), frames * (480 + 512 * 9 + 2 * 257));
  EXPECT_EQ(units(cost, Unit::add), frames * (512 * 9 * 3 / 2 + 257));
  EXPECT_EQ(units(cost, Unit::transcendental), 0);
  const Cost roots = cost_of(AudioSpectrogram{.window = 480, .stride = 480}, node);
  EXPECT_EQ(units(roots, Unit::transcendental), frames * 257);
}

TEST(AudioSpectrogram, frames_that_make_none_are_named) {
  EXPECT_NE(why_unknown(AudioSpectrogram{}, Node().in({480, 1})).find("frames of 0"), std::string::npos);
  EXPECT_NE(why_unknown(AudioSpectrogram{.window = 480, .stride = 1}, Node().in({480})).find("[samples, channels]"),
            std::string::npos);
  why_unknown(AudioSpectrogram{.window = INT64_MAX, .stride = 1}, Node().in({480, 1}));
}

TEST(Mfcc, has_its_coefficients_for_every_frame) {
  EXPECT_EQ(shape_of(Mfcc{}, Node().in({1, 98, 257}).in_scalar(16000)), (Shape{1, 98, 13}));
  EXPECT_NE(why_unknown(Mfcc{.filters = 4}, Node().in({1, 98, 257})).find("13 coefficients of 4"), std::string::npos);
}

TEST(Mfcc, filters_the_bins_between_its_frequencies) {
  // 257 bins of 0 to 8 kHz lie 31.25 Hz apart: from 20 Hz on (the constant one left out) bin 2, up to 4 kHz bin 128.
  const uint64_t bins = 128 - 2 + 1;
  Node node;
  node.in({1, 98, 257}).in_scalar(16000);
  const Cost cost = cost_of(Mfcc{}, node);
  EXPECT_EQ(units(cost, Unit::transcendental), 98 * (bins + 40));    // roots, logarithms
  EXPECT_EQ(units(cost, Unit::mul_add), 98 * (bins * 2 + 40 * 13));  // filters, cosine transform
  EXPECT_EQ(units(cost, Unit::compare), 98 * 40);
  for (const Work& work : cost.work) {
    const bool of_bins = work.count % bins == 0;
    EXPECT_EQ(work.certainty, of_bins ? Certainty::bound : Certainty::exact);
  }
}

TEST(Mfcc, at_an_unknown_rate_may_need_every_bin) {
  Node node;
  node.in({1, 98, 257}).in({}, DType::i32);
  EXPECT_EQ(units(cost_of(Mfcc{}, node), Unit::mul_add), 98 * (257 * 2 + 40 * 13));
}

}  // namespace
}  // namespace flopstat::test

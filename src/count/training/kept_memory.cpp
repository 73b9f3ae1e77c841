#include "count/training/kept_memory.h"

#include <algorithm>

namespace flopstat {

KeptMemory::KeptMemory(const Activations& activations, uint32_t rows)
    : activations_(activations), rows_(rows), gradients_(activations.lives.size()) {
  lives_.reserve(activations.lives.size());
  for (const Placement& life : activations.lives) lives_.push_back({life.bytes, life.first_row, life.last_row});
}

std::optional<uint32_t> KeptMemory::activation(const Frame& frame, TensorId id) const {
  const auto found = activations_.of_frames.find(&frame);
  return found == activations_.of_frames.end() ? std::nullopt : found->second[id];
}

void KeptMemory::keep(const Frame& frame, TensorId id, uint32_t row, uint64_t runs) {
  const std::optional<uint32_t> of = activation(frame, id);
  if (!of) return;
  Life& life = lives_[*of];
  life.last = std::max(life.last, backwards(row));
  life.bytes = std::max(life.bytes, (Count{activations_.lives[*of].bytes} * std::max<uint64_t>(runs, 1)).value());
}

void KeptMemory::keep_bytes(Count bytes, uint32_t row) {
  if (bytes != 0) lives_.push_back({bytes.value(), row, backwards(row)});
}

void KeptMemory::touch(std::optional<uint32_t> of, uint64_t moment) {
  if (!of) return;
  std::optional<Life>& gradient = gradients_[*of];
  if (!gradient) gradient = Life{activations_.lives[*of].bytes, moment, moment};
  gradient->first = std::min(gradient->first, moment);
  gradient->last = std::max(gradient->last, moment);
}

void KeptMemory::touch_gradient(const Frame& frame, TensorId id, uint32_t row) {
  touch(activation(frame, id), backwards(row));
}

void KeptMemory::gradient_by_loss(const Frame& frame, TensorId id) { touch(activation(frame, id), rows_); }

void KeptMemory::read_by_loss(const Frame& frame, TensorId id) {
  if (const std::optional<uint32_t> of = activation(frame, id)) {
    lives_[*of].last = std::max<uint64_t>(lives_[*of].last, rows_);
  }
}

KeptMemory::Peak KeptMemory::peak() const {
  std::vector<Count> begins(2 * size_t{rows_} + 2);
  std::vector<Count> ends(begins.size());
  const auto add = [&](const Life& life) {
    begins[life.first] += life.bytes;
    ends[life.last + 1] += life.bytes;
  };
  for (const Life& life : lives_) add(life);
  for (const std::optional<Life>& life : gradients_) {
    if (life) add(*life);
  }
  Peak peak;
  Count alive = 0;
  for (uint64_t moment = 0; moment < begins.size(); ++moment) {
    alive = alive + begins[moment] - ends[moment];
    if (alive <= peak.bytes) continue;
    peak.bytes = alive;
    peak.backwards = moment > rows_;
    peak.row = std::nullopt;
    if (moment < rows_) peak.row = static_cast<uint32_t>(moment);
    if (moment > rows_) peak.row = static_cast<uint32_t>(2 * uint64_t{rows_} - moment);
  }
  return peak;
}

}  // namespace flopstat

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace flopstat {

/// Thrown where a rule reads an operand or an axis that the node at hand does not have. The drivers that apply rules
/// turn it into an `Unknown`: nodes come from strangers, and no rule can be forgotten that way.
class Missing : public std::exception {
 public:
  /// `sentence` is kept as a pointer.
  explicit Missing(const char* sentence) : sentence_(sentence) {}
  const char* what() const noexcept override { return sentence_; }

 private:
  const char* sentence_;
};

/// Sizes of a tensor's axes, outermost first. Empty for a scalar. Every size is in [0, kMaxDim]. Used as a
/// `std::vector` is, but access to elements and ranges of them is checked (throws `Missing`), and the usual ranks need
/// no memory of their own: a model has a hundred thousand shapes.
class Shape {
 public:
  using value_type = int64_t;
  using iterator = int64_t*;
  using const_iterator = const int64_t*;

  Shape() = default;
  Shape(std::initializer_list<int64_t> sizes) : Shape(sizes.begin(), sizes.end()) {}
  Shape(const std::vector<int64_t>& sizes) : Shape(sizes.begin(), sizes.end()) {}
  explicit Shape(size_t rank, int64_t size = 0) { resize(rank, size); }
  template <std::forward_iterator Iterator>
  Shape(Iterator first, Iterator last) {
    insert(end(), first, last);
  }

  Shape(const Shape& other) : Shape(other.begin(), other.end()) {}
  Shape(Shape&& other) noexcept { swap(other); }
  Shape& operator=(const Shape& other) {
    if (this != &other) assign(other.begin(), other.end());
    return *this;
  }
  Shape& operator=(Shape&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Shape() = default;

  size_t size() const { return rank_; }
  bool empty() const { return rank_ == 0; }
  iterator data() { return many_ ? many_.get() : few_.data(); }
  const_iterator data() const { return many_ ? many_.get() : few_.data(); }
  iterator begin() { return data(); }
  const_iterator begin() const { return data(); }
  iterator end() { return data() + rank_; }
  const_iterator end() const { return data() + rank_; }

  int64_t& operator[](size_t axis) { return data()[checked(axis)]; }
  int64_t operator[](size_t axis) const { return data()[checked(axis)]; }
  int64_t& front() { return (*this)[0]; }
  int64_t front() const { return (*this)[0]; }
  int64_t& back() { return (*this)[size_t{rank_} - 1]; }
  int64_t back() const { return (*this)[size_t{rank_} - 1]; }

  void reserve(size_t rank) {
    if (rank > capacity_) grow(rank);
  }
  void resize(size_t rank, int64_t size = 0) {
    reserve(rank);
    if (rank > rank_) std::fill(end(), data() + rank, size);
    rank_ = static_cast<uint32_t>(rank);
  }
  void push_back(int64_t size) { resize(size_t{rank_} + 1, size); }
  void pop_back() { erase(data() + checked(size_t{rank_} - 1)); }

  template <std::forward_iterator Iterator>
  void assign(Iterator first, Iterator last) {
    rank_ = 0;
    insert(end(), first, last);
  }

  /// Both return the place of the first new axis. The new sizes may not come from this shape.
  iterator insert(const_iterator before, int64_t size) { return insert(before, &size, &size + 1); }
  template <std::forward_iterator Iterator>
  iterator insert(const_iterator before, Iterator first, Iterator last) {
    const std::ptrdiff_t at = before - begin();
    const std::ptrdiff_t old_rank = rank_;
    const std::ptrdiff_t added = std::distance(first, last);
    if (added < 0) throw Missing("a tensor has fewer axes than the operation needs");
    resize(rank_ + static_cast<size_t>(added));
    std::copy_backward(begin() + at, begin() + old_rank, end());
    std::copy(first, last, begin() + at);
    return begin() + at;
  }

  /// Returns the place of the axis that follows.
  iterator erase(const_iterator axis) { return erase(axis, axis + 1); }
  iterator erase(const_iterator first, const_iterator last) {
    const iterator at = begin() + (first - begin());
    rank_ = static_cast<uint32_t>(std::copy(last, std::as_const(*this).end(), at) - begin());
    return at;
  }

  friend bool operator==(const Shape& a, const Shape& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

 private:
  static constexpr uint32_t kFew = 6;

  void swap(Shape& other) noexcept {
    std::swap(few_, other.few_);
    std::swap(many_, other.many_);
    std::swap(rank_, other.rank_);
    std::swap(capacity_, other.capacity_);
  }

  size_t checked(size_t axis) const {
    if (axis >= rank_) throw Missing("a tensor has fewer axes than the operation reads");
    return axis;
  }

  void grow(size_t rank);

  std::array<int64_t, kFew> few_ = {};
  std::unique_ptr<int64_t[]> many_ = nullptr;  ///< holds all sizes once there were more than `kFew`
  uint32_t rank_ = 0;
  uint32_t capacity_ = kFew;
};

}  // namespace flopstat

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file tvm_embedded.hpp
 * Compiled models from C++17: tensors with their sizes, memory and state of a model in one object.
 *
 * Include the header that is generated for a model, `my_model.hpp`, which includes this one. No exception, no heap, no virtual
 * function, no global constructor, and no header of the C++ library, which some toolchains for microcontrollers lack.
 *
 * @code
 * #include "my_model.hpp"
 *
 * static tvm_models::my_model::instance net; // memory, state and tensors: zeros, in .bss
 *
 * tvm_embedded::status begin() {
 *   return net.reset(); // once, and before each new stream
 * }
 * tvm_embedded::status step() {
 *   using audio = tvm_models::my_model::input::audio;
 *   for (auto &sample : net.input.audio) {
 *     sample = tvm_embedded::quantize<audio>(0.5f);
 *   }
 *   return net.run();
 * }
 * @endcode
 */
#ifndef TVM_EMBEDDED_HPP
#define TVM_EMBEDDED_HPP

#include "tvm_embedded.h"

#if !defined(__cplusplus) || (__cplusplus < 201703L && (!defined(_MSVC_LANG) || _MSVC_LANG < 201703L))
#error "tvm_embedded.hpp requires C++17 or newer; in C and older C++ include the model's .h"
#endif

namespace tvm_embedded {

/** The result of a call: `TVM_STATUS_OK`, another `TVMStatus`, or the model's own failure code. */
class [[nodiscard]] status {
public:
  /** The status with this number. */
  constexpr explicit status(int32_t code) noexcept : code_(code) {}
  /** Whether the call succeeded. */
  constexpr bool ok() const noexcept { return code_ == TVM_STATUS_OK; }
  /** Whether the call succeeded. */
  constexpr explicit operator bool() const noexcept { return ok(); }
  /** The number. */
  constexpr int32_t code() const noexcept { return code_; }
#ifndef TVM_EMBEDDED_NO_LIBRARY
  /** The status in English; needs the library. */
  const char *text() const noexcept { return TVMStatusString(code_); }
#endif
  friend constexpr bool operator==(status a, status b) noexcept { return a.code_ == b.code_; }
  friend constexpr bool operator!=(status a, status b) noexcept { return a.code_ != b.code_; }

private:
  int32_t code_;
};

/**
 * A reference to the `N` elements of a tensor. It is made from an array, a `std::array` or a `std::span` of
 * exactly this size; other sizes do not compile.
 */
template <typename T, size_t N> class span {
public:
  /** Type of an element. */
  using element_type = T;
  /** An array. */
  constexpr span(T (&array)[N]) noexcept : data_(array) {}
  /** The same elements, read-only. */
  template <typename U> constexpr span(span<U, N> other) noexcept : data_(other.data()) {}
  /** `std::array<T, N>`, `std::span<T, N>`. */
  template <typename U, template <typename, size_t> class Array>
  constexpr span(Array<U, N> &array) noexcept : data_(array.data()) {}
  /** The same, for constants or a temporary that only refers to elements. */
  template <typename U, template <typename, size_t> class Array>
  constexpr span(const Array<U, N> &array) noexcept : data_(array.data()) {}
  /** `N` elements at an address; the size is not checked. */
  static constexpr span at(T *data) noexcept { return span(data, 0); }

  constexpr T *data() const noexcept { return data_; }
  static constexpr size_t size() noexcept { return N; }
  static constexpr size_t size_bytes() noexcept { return N * sizeof(T); }
  constexpr T &operator[](size_t index) const noexcept { return data_[index]; }
  constexpr T *begin() const noexcept { return data_; }
  constexpr T *end() const noexcept { return data_ + N; }

private:
  constexpr span(T *data, int) noexcept : data_(data) {}
  T *data_;
};

/** Facts of a tensor: the base of the structs in `tvm_models::<model>::input` and `::output`. */
template <typename T, size_t N> struct tensor {
  /** The C++ type of an element. */
  using element = T;
  /** Number of elements. */
  static constexpr size_t elements = N;
  /** Bytes. */
  static constexpr size_t bytes = N * sizeof(T);
};

/**
 * A real number as an element of a quantised tensor: divided by the scale, rounded with halves away from zero, and limited to
 * the range of the type, as in TFLite. NaN becomes the smallest value.
 */
template <typename Tensor> constexpr typename Tensor::element quantize(float real) noexcept {
  using element = typename Tensor::element;
  static_assert(Tensor::quantized, "this tensor has no scale and zero point");
  static_assert(sizeof(element) <= 2, "only tensors of 8 and 16 bits are quantised");
  constexpr bool is_signed = static_cast<element>(-1) < static_cast<element>(1);
  constexpr int32_t values = static_cast<int32_t>(1) << (8 * sizeof(element));
  constexpr int32_t low = is_signed ? -(values / 2) : 0;
  constexpr int32_t high = is_signed ? values / 2 - 1 : values - 1;
  return static_cast<element>(TVMQuantize(real, Tensor::scale, Tensor::zero_point, low, high));
}

/** The real number that an element of a quantised tensor represents. */
template <typename Tensor> constexpr float dequantize(typename Tensor::element value) noexcept {
  static_assert(Tensor::quantized, "this tensor has no scale and zero point");
  return TVMDequantize(value, Tensor::scale, Tensor::zero_point);
}

/**
 * A model with its memory, its state and its tensors. It is initialised with zeros, without code, so a static one takes no flash.
 * Several instances of one model are independent of each other. It points into itself while it runs, so it can't be copied.
 *
 * What the user provides (parameters, devices) is passed to each call, in the order of the macro `TVM_MY_MODEL_CONTEXT`.
 */
template <typename Model> class instance_of {
public:
  instance_of() noexcept = default;
  instance_of(const instance_of &) = delete;
  instance_of &operator=(const instance_of &) = delete;

  /** The inputs, by their names: arrays, or pointers into the workspace, which `reset` sets. */
  typename Model::input_tensors input;
  /** The outputs. */
  typename Model::output_tensors output;

  /** Initialises the state, and sets pointers into the workspace: once before the first run, and before each new stream. */
  template <typename... Brought> status reset(const Brought &...brought) noexcept {
    const TVMContext context = Model::context(memory_, brought...);
    return status(Model::reset(context, input, output));
  }
  /** One run: from `input` to `output`. */
  template <typename... Brought> status run(const Brought &...brought) noexcept {
    const TVMContext context = Model::context(memory_, brought...);
    return status(Model::run(context, input, output));
  }

private:
  typename Model::memory memory_;
};

} /* namespace tvm_embedded */

#endif /* TVM_EMBEDDED_HPP */

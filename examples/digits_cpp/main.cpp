// Recognises handwritten digits in C++17: the model with its memory in one object, tensors with their sizes, values quantised from
// real numbers. The same program runs on a microcontroller; docs/cpp.md explains it.
#include <stdio.h>

#include "digits.hpp"
extern "C" {
#include "pictures.h"
}

namespace {

using image = tvm_models::digits::input::image;
using probabilities = tvm_models::digits::output::probabilities;

// Workspace, state and tensors: zeros, without a constructor that runs.
tvm_models::digits::instance net;

// Ink from 0 to 1, as a camera driver may give it: the stored pictures hold the same values as integers.
float ink(int8_t stored) {
  return tvm_embedded::dequantize<image>(stored);
}

// The most probable digit, or -1.
int recognise(const int8_t (&picture)[image::elements]) {
  for (size_t at = 0; at < image::elements; ++at) {
    net.input.image[at] = tvm_embedded::quantize<image>(ink(picture[at]));
  }
  if (!net.run()) {
    return -1;
  }
  int best = 0;
  for (int digit = 1; digit < static_cast<int>(probabilities::elements); ++digit) {
    if (net.output.probabilities[digit] > net.output.probabilities[best]) {
      best = digit;
    }
  }
  return best;
}

} // namespace

int main() {
  int right = 0;
  if (const tvm_embedded::status status = net.reset(); !status) {
    printf("the model can't begin: %s\n", status.text());
    return 1;
  }
  for (int at = 0; at < PICTURES; ++at) {
    const int answer = recognise(pictures[at]);
    if (answer < 0) {
      return 1;
    }
    right += answer == picture_labels[at] ? 1 : 0;
  }
  const int first = recognise(pictures[7]);
  printf("a %d: the model says %d (probability %.3f)\n", picture_labels[7], first,
      static_cast<double>(tvm_embedded::dequantize<probabilities>(net.output.probabilities[first])));
  printf("Right in %d of %d held-back pictures\n", right, PICTURES);
  printf("RAM: %u bytes for all of the model\n", static_cast<unsigned>(sizeof net));
  return 0;
}

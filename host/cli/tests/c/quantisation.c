/* Reads lines "name arguments" and prints the results of the functions of tvm_embedded.h and digits.h. Floats are their bits. */
#include "digits.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static float real(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static uint32_t bits(float value) {
  uint32_t found;
  memcpy(&found, &value, sizeof found);
  return found;
}

int main(void) {
  char name[16];
  long long a[6];
  while (scanf("%15s %lld %lld %lld %lld %lld %lld", name, &a[0], &a[1], &a[2], &a[3], &a[4], &a[5]) == 7) {
    const int32_t b[6] = { (int32_t)a[0], (int32_t)a[1], (int32_t)a[2], (int32_t)a[3], (int32_t)a[4], (int32_t)a[5] };
    const float first = real((uint32_t)a[0]);
    const int8_t byte = (int8_t)a[0];
    if (strcmp(name, "quantize") == 0) {
      printf("%" PRId32 "\n", TVMQuantize(first, real((uint32_t)a[1]), b[2], b[3], b[4]));
    } else if (strcmp(name, "dequantize") == 0) {
      printf("%" PRIu32 "\n", bits(TVMDequantize(b[0], real((uint32_t)a[1]), b[2])));
    } else if (strcmp(name, "scale") == 0) {
      printf("%" PRId32 "\n", TVMScale(b[0], b[1], b[2]));
    } else if (strcmp(name, "integer") == 0) {
      printf("%" PRId32 "\n", TVMQuantizeInteger(b[0], b[1], b[2], b[3], b[4], b[5]));
    } else if (strcmp(name, "image") == 0) {
      int8_t element;
      tvm_digits_input_image_quantize_array(&first, &element, 1);
      printf("%d\n", element);
    } else if (strcmp(name, "fixed") == 0) {
      printf("%d\n", tvm_digits_input_image_quantize_fixed(b[0], b[1]));
    } else if (strcmp(name, "back") == 0) {
      float value;
      tvm_digits_output_probabilities_dequantize_array(&byte, &value, 1);
      printf("%" PRIu32 "\n", bits(value));
    } else if (strcmp(name, "back_fixed") == 0) {
      printf("%" PRId32 "\n", tvm_digits_output_probabilities_dequantize_fixed(byte, b[1]));
    } else {
      return 1;
    }
  }
  return 0;
}

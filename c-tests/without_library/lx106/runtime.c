/* SPDX-License-Identifier: Apache-2.0 */
/* Built with -fno-builtin and -fno-tree-loop-distribute-patterns, so that no function becomes a call of itself. */
#include <stdint.h>
#include "string.h"

void *memcpy(void *to, const void *from, size_t length) {
  return memmove(to, from, length);
}

void *memmove(void *to, const void *from, size_t length) {
  unsigned char *a = (unsigned char *)to;
  const unsigned char *b = (const unsigned char *)from;
  size_t i;
  for (i = 0; i < length; i++) {
    const size_t at = a <= b ? i : length - 1 - i;
    a[at] = b[at];
  }
  return to;
}

void *memset(void *to, int value, size_t length) {
  unsigned char *a = (unsigned char *)to;
  while (length-- > 0) {
    *a++ = (unsigned char)value;
  }
  return to;
}

int memcmp(const void *a, const void *b, size_t length) {
  const unsigned char *x = (const unsigned char *)a, *y = (const unsigned char *)b;
  for (; length > 0; length--, x++, y++) {
    if (*x != *y) {
      return *x - *y;
    }
  }
  return 0;
}

size_t strlen(const char *text) {
  size_t length = 0;
  while (text[length] != 0) {
    length++;
  }
  return length;
}

/* Arithmetic that is missing in Debian's libgcc for this core. The vendor's toolchain has it. */
int64_t __muldi3(int64_t a, int64_t b);
int32_t __divsi3(int32_t a, int32_t b);
uint32_t __udivsi3(uint32_t a, uint32_t b);

int64_t __muldi3(int64_t a, int64_t b) {
  const uint32_t a0 = (uint32_t)a & 0xFFFF, a1 = (uint32_t)a >> 16, b0 = (uint32_t)b & 0xFFFF, b1 = (uint32_t)b >> 16;
  const uint32_t middle = a1 * b0 + (a0 * b0 >> 16), other = a0 * b1 + (middle & 0xFFFF);
  const uint32_t low = (uint32_t)a * (uint32_t)b;
  const uint32_t high =
      a1 * b1 + (middle >> 16) + (other >> 16) + (uint32_t)((uint64_t)a >> 32) * (uint32_t)b + (uint32_t)a * (uint32_t)((uint64_t)b >> 32);
  return (int64_t)((uint64_t)high << 32 | low);
}

uint32_t __udivsi3(uint32_t a, uint32_t b) {
  uint32_t quotient = 0;
  uint64_t rest = 0;
  int i;
  for (i = 31; i >= 0; i--) {
    rest = rest << 1 | (a >> i & 1);
    if (rest >= b) {
      rest -= b;
      quotient |= (uint32_t)1 << i;
    }
  }
  return quotient;
}

int32_t __divsi3(int32_t a, int32_t b) {
  const uint32_t quotient = __udivsi3(a < 0 ? 0u - (uint32_t)a : (uint32_t)a, b < 0 ? 0u - (uint32_t)b : (uint32_t)b);
  return (int32_t)((a < 0) != (b < 0) ? 0u - quotient : quotient);
}

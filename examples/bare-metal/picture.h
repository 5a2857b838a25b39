/* A handwritten 5: one of the pictures that models/digits was tested with. */
#ifndef PICTURE_H
#define PICTURE_H

#include <stdint.h>

enum { PICTURE_SHOWS = 5 };

static const int8_t picture[64] = {
  -128,
  -80,
  95,
  95,
  127,
  127,
  31,
  -128,
  -128,
  15,
  111,
  15,
  -16,
  -112,
  -128,
  -128,
  -128,
  31,
  127,
  47,
  -112,
  -128,
  -128,
  -128,
  -128,
  -112,
  -16,
  95,
  15,
  -128,
  -128,
  -128,
  -128,
  -128,
  -128,
  -16,
  127,
  -128,
  -128,
  -128,
  -128,
  -128,
  -128,
  -32,
  111,
  -128,
  -128,
  -128,
  -128,
  -112,
  -112,
  47,
  31,
  -128,
  -128,
  -128,
  -128,
  -80,
  111,
  127,
  -64,
  -128,
  -128,
  -128,
};

/* Prints the model's result; the exit code is 0 if it is right. */
static inline int report(int32_t digit) {
  char text[] = "this is a ?: ";
  text[10] = (char)('0' + digit);
  print(text);
  print(digit == PICTURE_SHOWS ? "right\n" : "wrong\n");
  return digit == PICTURE_SHOWS ? 0 : 1;
}

#endif

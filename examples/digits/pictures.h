/* The held-back pictures of models/digits, in the form that the model takes, and their labels. */
#ifndef PICTURES_H
#define PICTURES_H

#include <stdint.h>

#define PICTURES 360

extern const int8_t pictures[PICTURES][64];
extern const uint8_t picture_labels[PICTURES];

#endif

/* SLICE whose begin and size are known at run time only. Nothing may overlap. */
#ifndef TVMK_SLICE_H
#define TVMK_SLICE_H

#include "base.h"

typedef struct {
    int32_t shape[5]; /* of the input, with leading dimensions of 1 */
    int32_t rank;
    int32_t element; /* bytes */
    int32_t count;   /* elements of the output */
} tvmk_slice_t;

/* The part of `size` elements from `first` on, which is within the input. */
TVMK_SHARED void tvmk_slice(const tvmk_slice_t *l, const int8_t *in, const int32_t *first, const int32_t *size, int8_t *out) {
    const int32_t *n = l->shape;
    int32_t row = size[4] * l->element;
    for (int32_t a = first[0]; a < first[0] + size[0]; a++) {
        for (int32_t b = first[1]; b < first[1] + size[1]; b++) {
            for (int32_t c = first[2]; c < first[2] + size[2]; c++) {
                for (int32_t d = first[3]; d < first[3] + size[3]; d++, out += row) {
                    int32_t place = (((a * n[1] + b) * n[2] + c) * n[3] + d) * n[4] + first[4];
                    tvmk_copy(out, in + place * l->element, row);
                }
            }
        }
    }
}

/* -1 if the part is not within the input or has another number of elements than the output. A size of -1 extends to the end. */
#define TVMK_SLICE(type)                                                                                  \
    TVMK_SHARED int32_t tvmk_slice_##type(const tvmk_slice_t *l, const int8_t *in, const type##_t *begin, \
                                          const type##_t *wanted, int8_t *out) {                          \
        int32_t first[5] = {0, 0, 0, 0, 0}, size[5] = {1, 1, 1, 1, 1}, count = 1;                         \
        for (int32_t i = 5 - l->rank; i < 5; i++, begin++, wanted++) {                                    \
            int32_t most = l->shape[i];                                                                   \
            if (*begin < 0 || *begin > most || *wanted < -1 || *wanted > most - *begin) {                 \
                return -1;                                                                                \
            }                                                                                             \
            first[i] = (int32_t)*begin;                                                                   \
            size[i] = *wanted < 0 ? most - first[i] : (int32_t)*wanted;                                   \
            count *= size[i];                                                                             \
        }                                                                                                 \
        if (count != l->count) {                                                                          \
            return -1;                                                                                    \
        }                                                                                                 \
        tvmk_slice(l, in, first, size, out);                                                              \
        return 0;                                                                                         \
    }

TVMK_SLICE(int32)
TVMK_SLICE(int64)

#endif

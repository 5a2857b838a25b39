/* GATHER, EMBEDDING_LOOKUP: blocks of a table that is stored in flash as float16, int8 or int4; each element is converted to float when
 * it is read, exactly as DEQUANTIZE does. Nothing may overlap. */
#ifndef TVMK_GATHER_TABLE_H
#define TVMK_GATHER_TABLE_H

#include "float_half.h"
#include "gather.h"

typedef struct {
    tvmk_gather_t gather; /* the block in elements */
    const void *weights;
    const float *scales; /* of int8 and int4: one, or one for each of `length` blocks */
    int32_t scale_step;  /* 0 or 1 */
} tvmk_gather_table_t;

/* As tvmk_gather, with a function that returns an element. */
#define TVMK_GATHER_TABLE(name, element)                                                           \
    TVMK_SHARED int32_t name(const tvmk_gather_table_t *t, const int32_t *positions, float *out) { \
        const tvmk_gather_t *g = &t->gather;                                                       \
        int32_t from = 0;                                                                          \
        for (int32_t b = 0; b < g->batches; b++, positions += g->count) {                          \
            for (int32_t o = 0; o < g->outer; o++, from += g->length * g->block) {                 \
                for (int32_t i = 0; i < g->count; i++) {                                           \
                    int32_t position = positions[i];                                               \
                    if (position < 0 || position >= g->length) {                                   \
                        return -1;                                                                 \
                    }                                                                              \
                    float scale = t->scales ? t->scales[position * t->scale_step] : 0.0f;          \
                    int32_t first = from + position * g->block;                                    \
                    for (int32_t k = 0; k < g->block; k++) {                                       \
                        *out++ = element(t->weights, first + k, scale);                            \
                    }                                                                              \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
        return 0;                                                                                  \
    }

TVMK_GATHER_TABLE(tvmk_gather_half, tvmk_table_half)
TVMK_GATHER_TABLE(tvmk_gather_byte, tvmk_byte_at)
TVMK_GATHER_TABLE(tvmk_gather_nibble, tvmk_nibble_at)

#endif

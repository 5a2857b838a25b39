/* GATHER, EMBEDDING_LOOKUP: blocks of bytes whose positions are known at run time only. Nothing may overlap. */
#ifndef TVMK_GATHER_H
#define TVMK_GATHER_H

#include "base.h"

typedef struct {
    int32_t batches; /* each with positions of its own */
    int32_t outer;   /* how many times a batch's positions are used */
    int32_t length;  /* blocks to choose from */
    int32_t count;   /* positions of a batch */
    int32_t block;   /* bytes */
} tvmk_gather_t;

/* -1 at the first position outside of the input, which is not read; the rest of `out` is not changed. */
TVMK_SHARED int32_t tvmk_gather(const tvmk_gather_t *g, const int8_t *in, const int32_t *positions, int8_t *out) {
    for (int32_t b = 0; b < g->batches; b++, positions += g->count) {
        for (int32_t o = 0; o < g->outer; o++, in += g->length * g->block) {
            for (int32_t i = 0; i < g->count; i++, out += g->block) {
                int32_t position = positions[i];
                if (position < 0 || position >= g->length) {
                    return -1;
                }
                if (g->block == 1) {
                    *out = in[position];
                } else {
                    tvmk_copy(out, in + position * g->block, g->block);
                }
            }
        }
    }
    return 0;
}

#endif

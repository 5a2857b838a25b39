/* GATHER_ND: blocks of bytes, each at a position in several dimensions. Nothing may overlap. */
#ifndef TVMK_GATHER_ND_H
#define TVMK_GATHER_ND_H

#include "base.h"

typedef struct {
    int32_t count;   /* blocks */
    int32_t depth;   /* positions of a block */
    int32_t block;   /* bytes */
    int32_t size[5]; /* number of positions in each dimension */
    int32_t step[5]; /* bytes from one to the next */
} tvmk_gather_nd_t;

/* -1 at the first position outside of the input, which is not read; the rest of `out` is not changed. */
TVMK_SHARED int32_t tvmk_gather_nd(const tvmk_gather_nd_t *g, const int8_t *in, const int32_t *positions, int8_t *out) {
    for (int32_t i = 0; i < g->count; i++, out += g->block) {
        const int8_t *from = in;
        for (int32_t j = 0; j < g->depth; j++) {
            int32_t position = *positions++;
            if (position < 0 || position >= g->size[j]) {
                return -1;
            }
            from += position * g->step[j];
        }
        tvmk_copy(out, from, g->block);
    }
    return 0;
}

#endif

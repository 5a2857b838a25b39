/* Blocks of bytes in nested loops: PAD, TRANSPOSE, STRIDED_SLICE, CONCATENATION, SPLIT of any type. */
#ifndef TVMK_MOVE_H
#define TVMK_MOVE_H

#include "base.h"

typedef struct {
    int32_t count[5];   /* outermost loop first */
    int32_t in_step[5]; /* bytes from one repetition to the next */
    int32_t out_step[5];
    int32_t block; /* bytes copied at a time */
} tvmk_move_t;

/* n elements of `size` bytes, a constant, four at a time: 3 instructions each. Elements written are never read again. */
TVMK_INLINE void tvmk_move_elements(const int8_t *in, int32_t in_step, int8_t *out, int32_t out_step, int32_t n, size_t size) {
    for (; n >= 4; n -= 4, in += 4 * in_step, out += 4 * out_step) {
        uint32_t a, b, c, d;
        memcpy(&a, in, size);
        memcpy(&b, in + in_step, size);
        memcpy(&c, in + 2 * in_step, size);
        memcpy(&d, in + 3 * in_step, size);
        memcpy(out, &a, size);
        memcpy(out + out_step, &b, size);
        memcpy(out + 2 * out_step, &c, size);
        memcpy(out + 3 * out_step, &d, size);
    }
    for (; n > 0; n--, in += in_step, out += out_step) {
        uint32_t a;
        memcpy(&a, in, size);
        memcpy(out, &a, size);
    }
}

/* Whether moving blocks word by word is faster, all first words, then all second ones: for many short blocks.
 * The last word of a block overlaps the one before if necessary. */
TVMK_INLINE int tvmk_move_by_words(const tvmk_move_t *m, const int8_t *in, int8_t *out) {
#if TVMK_GNU && defined(__ARM_FEATURE_UNALIGNED)
    (void)in, (void)out;
    return m->block >= 4 && m->block <= (TVMK_MVE ? 12 : 64) && m->count[4] >= 4;
#else
    (void)m, (void)in, (void)out;
    return 0;
#endif
}

/* The innermost loop. */
TVMK_INLINE void tvmk_move_row(const tvmk_move_t *m, const int8_t *in, int8_t *out) {
    int32_t block = m->block, n = m->count[4], in_step = m->in_step[4], out_step = m->out_step[4];
    if (block < 4) {
        for (int32_t i = 0; i < block; i++) {
            tvmk_move_elements(in + i, in_step, out + i, out_step, n, 1);
        }
    } else if (tvmk_move_by_words(m, in, out)) {
        for (int32_t i = 0; i < block; i += 4) {
            int32_t at = tvmk_min(i, block - 4);
            tvmk_move_elements(in + at, in_step, out + at, out_step, n, 4);
        }
    } else {
        for (; n > 0; n--, in += in_step, out += out_step) {
            tvmk_copy(out, in, block);
        }
    }
}

TVMK_SHARED void tvmk_move(const tvmk_move_t *m, const int8_t *in, int8_t *out) {
    for (int32_t a = 0; a < m->count[0]; a++) {
        for (int32_t b = 0; b < m->count[1]; b++) {
            for (int32_t c = 0; c < m->count[2]; c++) {
                const int8_t *from = in + a * m->in_step[0] + b * m->in_step[1] + c * m->in_step[2];
                int8_t *to = out + a * m->out_step[0] + b * m->out_step[1] + c * m->out_step[2];
                for (int32_t d = 0; d < m->count[3]; d++, from += m->in_step[3], to += m->out_step[3]) {
                    tvmk_move_row(m, from, to);
                }
            }
        }
    }
}

/* Fills `bytes` of `out` with copies of the `size` bytes at `value`, twice as many each time. */
TVMK_INLINE void tvmk_repeat(int8_t *out, const int8_t *value, int32_t size, int32_t bytes) {
    tvmk_copy(out, value, size);
    for (int32_t have = size; have < bytes; have *= 2) {
        tvmk_copy(out + have, out, tvmk_min(have, bytes - have));
    }
}

#endif

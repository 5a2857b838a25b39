/* Blocks of bytes in nested loops: PAD, TRANSPOSE, STRIDED_SLICE, CONCATENATION, SPLIT of any type. */
#ifndef TVMK_MOVE_H
#define TVMK_MOVE_H

#include "base.h"

typedef struct {
    int32_t count[5];    /* outermost loop first */
    int32_t in_step[5];  /* bytes from one repetition to the next */
    int32_t out_step[5];
    int32_t block; /* bytes copied at a time */
} tvmk_move_t;

/* The innermost loop. Single bytes are worth a loop of their own. */
TVMK_INLINE void tvmk_move_row(const tvmk_move_t *m, const int8_t *in, int8_t *out) {
    if (m->block == 1) {
        for (int32_t i = 0; i < m->count[4]; i++, in += m->in_step[4], out += m->out_step[4]) {
            *out = *in;
        }
    } else {
        for (int32_t i = 0; i < m->count[4]; i++, in += m->in_step[4], out += m->out_step[4]) {
            tvmk_copy(out, in, m->block);
        }
    }
}

TVMK_SHARED void tvmk_move(const tvmk_move_t *m, const int8_t *in, int8_t *out) {
    for (int32_t a = 0; a < m->count[0]; a++) {
        for (int32_t b = 0; b < m->count[1]; b++) {
            for (int32_t c = 0; c < m->count[2]; c++) {
                for (int32_t d = 0; d < m->count[3]; d++) {
                    tvmk_move_row(m, in + a * m->in_step[0] + b * m->in_step[1] + c * m->in_step[2] + d * m->in_step[3],
                                  out + a * m->out_step[0] + b * m->out_step[1] + c * m->out_step[2] +
                                      d * m->out_step[3]);
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

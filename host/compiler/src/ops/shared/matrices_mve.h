/* Products of two matrices computed at run time, with MVE: tiles hold vectors of the four columns in turn. 11 instructions for 64
 * multiplications of int8 with the sum of the row, 13 for 32 of int16. */
#ifndef TVMK_MATRICES_MVE_H
#define TVMK_MATRICES_MVE_H

#include "matrices_portable.h"
#include "mve_requant.h"

#if TVMK_MVE

typedef int8_t tvmk_matrices_tile_t;

/* Largest step with which the offsets in a vector fit in 16 bits. */
enum { TVMK_MATRICES_FAR = 65535 / 14 };

/* A tile of columns as in the tensor, vector by vector, and their sums less the zero points. */
TVMK_SHARED void tvmk_matrices_gather(const tvmk_matrices_t *l, const int8_t *columns, int32_t n, int8_t *tile, int32_t *sums) {
    int32_t step = l->depth_step;
    for (int32_t c = 0; c < TVMK_MATRICES_TILE; c++) {
        const int8_t *y = columns + tvmk_matrices_column(l, c, n);
        int8_t *t = tile + 16 * c;
        int32_t sum = 0;
        for (int32_t k = l->depth; k > 0; k -= 16, y += 16 * step, t += 16 * TVMK_MATRICES_TILE) {
            if (step == 1) {
                int8x16_t v = vldrbq_z_s8(y, vctp8q((uint32_t)k));
                vstrbq_s8(t, v);
                sum = vaddvaq_s8(sum, v);
            } else if (step <= TVMK_MATRICES_FAR) {
                uint16x8_t place = vmulq_n_u16(vidupq_n_u16(0, 1), (uint16_t)step);
                for (int32_t half = 0; half < 16 && half < k; half += 8) {
                    int16x8_t v = vldrbq_gather_offset_z_s16(y + half * step, place, vctp16q((uint32_t)(k - half)));
                    vstrbq_s16(t + half, v);
                    sum = vaddvaq_s16(sum, v);
                }
            } else {
                for (int32_t i = 0; i < 16 && i < k; i++) {
                    t[i] = y[i * step];
                    sum += t[i];
                }
            }
        }
        sums[c] = sum - l->depth * l->column_zero;
    }
}

/* A row times the four columns of a tile, less the columns' zero point. */
TVMK_INLINE void tvmk_matrices_products(const tvmk_matrices_t *l, const int8_t *x, const int8_t *tile, int32_t *sums) {
    int32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0, row = 0;
    __asm__ volatile(
        "dlstp.8 lr, %[depth]\n"
        "1:\n"
        "vldrb.8 q0, [%[x]], #16\n"
        "vaddva.s8 %[row], q0\n"
        "vldrb.8 q1, [%[t]], #16\n"
        "vmladava.s8 %[a0], q0, q1\n"
        "vldrb.8 q2, [%[t]], #16\n"
        "vmladava.s8 %[a1], q0, q2\n"
        "vldrb.8 q3, [%[t]], #16\n"
        "vmladava.s8 %[a2], q0, q3\n"
        "vldrb.8 q1, [%[t]], #16\n"
        "vmladava.s8 %[a3], q0, q1\n"
        "letp lr, 1b\n"
        : [a0] "+Te"(a0), [a1] "+Te"(a1), [a2] "+Te"(a2), [a3] "+Te"(a3), [row] "+Te"(row), [x] "+r"(x), [t] "+r"(tile)
        : [depth] "r"(l->depth)
        : "lr", "q0", "q1", "q2", "q3", "memory");
    row *= l->column_zero;
    sums[0] = a0 - row;
    sums[1] = a1 - row;
    sums[2] = a2 - row;
    sums[3] = a3 - row;
}

TVMK_INLINE void tvmk_matrices_finish(const tvmk_matrices_t *l, const int32_t *sums, const int32_t *add,
                                      const tvmk_matrices_scaling_t *s, int32_t n, int8_t *out) {
    int32x4_t y = vaddq_s32(vldrwq_s32(sums), vldrwq_s32(add));
    y = vaddq_n_s32(tvmk_mve_scale_general(y, vldrwq_s32(s->mantissa), vldrwq_s32(s->shift)), l->zero_point);
    y = vmaxq_s32(vminq_s32(y, vdupq_n_s32(l->high)), vdupq_n_s32(l->low));
    if (l->out_column == 1) {
        vstrbq_p_s32(out, y, vctp32q((uint32_t)n));
    } else {
        int32_t bytes[TVMK_MATRICES_TILE];
        vstrwq_s32(bytes, y);
        for (int32_t c = 0; c < n; c++) {
            out[c * l->out_column] = (int8_t)bytes[c];
        }
    }
}

/* On int16: vectors of eight elements. */
TVMK_INLINE void tvmk_matrices_gather_int16(const tvmk_matrices_t *l, const void *columns, int32_t n, int8_t *tile, int bytes) {
    int32_t step = l->depth_step;
    for (int32_t c = 0; c < TVMK_MATRICES_TILE; c++) {
        int32_t first = tvmk_matrices_column(l, c, n);
        int16_t *t = (int16_t *)(void *)tile + 8 * c;
        for (int32_t k = 0; k < l->depth; k += 8, t += 8 * TVMK_MATRICES_TILE) {
            for (int32_t i = 0; i < 8 && k + i < l->depth; i++) {
                int32_t place = first + (k + i) * step;
                t[i] = bytes ? ((const int8_t *)columns)[place] : ((const int16_t *)columns)[place];
            }
        }
    }
}

TVMK_INLINE void tvmk_matrices_products_int16(const tvmk_matrices_t *l, const int16_t *x, const int8_t *tile, int64_t *sums) {
    const int16_t *t = (const int16_t *)(const void *)tile;
    int64_t a = 0, b = 0, c = 0, d = 0;
    for (int32_t k = l->depth; k > 0; k -= 8, x += 8, t += 8 * TVMK_MATRICES_TILE) {
        mve_pred16_t p = vctp16q((uint32_t)k);
        int16x8_t v = vldrhq_z_s16(x, p);
        a = vmlaldavaq_s16(a, v, vldrhq_z_s16(t, p));
        b = vmlaldavaq_s16(b, v, vldrhq_z_s16(t + 8, p));
        c = vmlaldavaq_s16(c, v, vldrhq_z_s16(t + 16, p));
        d = vmlaldavaq_s16(d, v, vldrhq_z_s16(t + 24, p));
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

#endif

#endif

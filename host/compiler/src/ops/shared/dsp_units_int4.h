/* Fully connected layers with the DSP extension, weights of int4 (int4.h): all units of one vector. */
#ifndef TVMK_DSP_UNITS_INT4_H
#define TVMK_DSP_UNITS_INT4_H

#include "dsp_units.h"
#include "int4.h"

#if TVMK_DSP

/* The start value of sums: -8 · Σ inputs. */
TVMK_INLINE int32_t tvmk_int4_start(const int8_t *x, int32_t depth) {
    int32_t sum = 0;
    for (; depth >= 4; depth -= 4, x += 4) {
        uint32_t w = tvmk_load4(x);
        sum = tvmk_mla2(tvmk_widen_even(w), 0x00010001, sum);
        sum = tvmk_mla2(tvmk_widen_odd(w), 0x00010001, sum);
    }
    for (; depth > 0; depth--) {
        sum += *x++;
    }
    return -8 * sum;
}

/* The data of tvmk_dsp_units_int4: one vector and all units. The assembly relies on the order. */
typedef struct {
    const int8_t *x, *x_end; /* a multiple of four inputs, or none */
    const int8_t *last;      /* four more, padded with zeros after the vector's last; null for none */
    int32_t first, both;     /* -8 · Σ x, -136 · Σ x */
    int32_t row;             /* bytes of the weights of two units */
    int32_t zero;            /* 2 · zero_point + 1 */
    const uint8_t *weights;  /* aligned to words */
    const int32_t *table;    /* short form, two words a unit */
    int32_t units;           /* at least 1 */
} tvmk_dsp_units_int4_t;
TVMK_AT(tvmk_dsp_units_int4_t, x, 0);
TVMK_AT(tvmk_dsp_units_int4_t, x_end, 4);
TVMK_AT(tvmk_dsp_units_int4_t, last, 8);
TVMK_AT(tvmk_dsp_units_int4_t, first, 12);
TVMK_AT(tvmk_dsp_units_int4_t, both, 16);
TVMK_AT(tvmk_dsp_units_int4_t, row, 20);
TVMK_AT(tvmk_dsp_units_int4_t, zero, 24);
TVMK_AT(tvmk_dsp_units_int4_t, weights, 28);
TVMK_AT(tvmk_dsp_units_int4_t, table, 32);
TVMK_AT(tvmk_dsp_units_int4_t, units, 36);

/* Products of four inputs in r8 and r9 with a word of two units' weights: 8 multiplications in 9 instructions. `both` sums up 16
 * times the second unit's and the first one's. */
#define TVMK_DSP_INT4_FOUR(weights, first, both)       \
    "ldr r10, [" weights "], #4\n"                     \
    "uxtb16 r11, r10\n"                                \
    "smlad " both ", r11, r8, " both "\n"              \
    "and r11, r11, #0x000f000f\n"                      \
    "smlad " first ", r11, r8, " first "\n"            \
    "uxtb16 r11, r10, ror #8\n"                        \
    "smlad " both ", r11, r9, " both "\n"              \
    "and r11, r11, #0x000f000f\n"                      \
    "smlad " first ", r11, r9, " first "\n"

/* All units of one vector; `unit` takes a sum, its destination r12, and constants at r9. On the stack: *t; +40 out. */
#define TVMK_DSP_INT4_UNITS(unit)            \
    "push {r4-r11, lr}\n"                    \
    "sub sp, sp, #44\n"                      \
    "ldm r1, {r2-r11}\n"                     \
    "stm sp, {r2-r11}\n"                     \
    "str r0, [sp, #40]\n"                    \
    "mov lr, r11\n"                          \
    "1:\n"                                   \
    "ldrd r0, r3, [sp]\n"                    \
    "ldrd r12, r4, [sp, #8]\n"               \
    "ldrd r5, r9, [sp, #16]\n"               \
    "ldr r1, [sp, #28]\n"                    \
    "cmp lr, #2\n"                           \
    "ite hi\n"                               \
    "addhi r2, r1, r9\n"                     \
    "movls r2, r1\n"                         \
    "mov r6, r4\n"                           \
    "mov r7, r5\n"                           \
    "cmp r0, r3\n"                           \
    "beq 4f\n"                               \
    "3:\n"                                   \
    TVMK_DSP_FOUR_INPUTS                     \
    TVMK_DSP_INT4_FOUR("r1", "r4", "r5")     \
    TVMK_DSP_INT4_FOUR("r2", "r6", "r7")     \
    "cmp r0, r3\n"                           \
    "bne 3b\n"                               \
    "4:\n"                                   \
    "mov r0, r12\n"                          \
    "add r3, r0, #4\n"                       \
    "mov r12, #0\n"                          \
    "cmp r0, #0\n"                           \
    "bne 3b\n"                               \
    "str r2, [sp, #28]\n"                    \
    "sub r5, r5, r4\n"                       \
    "sub r7, r7, r6\n"                       \
    "asr r5, r5, #4\n"                       \
    "asr r7, r7, #4\n"                       \
    "ldr r8, [sp, #24]\n"                    \
    "ldr r9, [sp, #32]\n"                    \
    "ldr r12, [sp, #40]\n"                   \
    TVMK_DSP_FOUR_UNITS(unit)                \
    "str r9, [sp, #32]\n"                    \
    "str r12, [sp, #40]\n"                   \
    "bne 1b\n"                               \
    "6:\n"                                   \
    "add sp, sp, #44\n"                      \
    "pop {r4-r11, lr}\n"

/* A fully connected layer, clamped to -128 … 127: four units at a time, 23 instructions for 16 multiplications. */
TVMK_SHARED void tvmk_dsp_units_int4(int8_t *out, const tvmk_dsp_units_int4_t *t) {
    register int8_t *r0 __asm__("r0") = out;
    register const tvmk_dsp_units_int4_t *r1 __asm__("r1") = t;
    __asm__ volatile(
        TVMK_DSP_INT4_UNITS(TVMK_DSP_UNIT)
        : "+r"(r0), "+r"(r1)
        :
        : "r2", "r3", "r12", TVMK_DSP_CLOBBERS);
}

/* The same without the table: the sums of units. */
TVMK_SHARED void tvmk_dsp_units_int4_sums(int32_t *sums, const tvmk_dsp_units_int4_t *t) {
    register int32_t *r0 __asm__("r0") = sums;
    register const tvmk_dsp_units_int4_t *r1 __asm__("r1") = t;
    __asm__ volatile(
        TVMK_DSP_INT4_UNITS(TVMK_DSP_UNIT_SUM)
        : "+r"(r0), "+r"(r1)
        :
        : "r2", "r3", "r12", TVMK_DSP_CLOBBERS);
}

#endif

#endif

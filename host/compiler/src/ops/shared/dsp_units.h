/* Fully connected layers with the DSP extension: all units of one vector. */
#ifndef TVMK_DSP_UNITS_H
#define TVMK_DSP_UNITS_H

#include "dsp.h"

#if TVMK_DSP

/* The data of tvmk_dsp_units: one vector and all units. The assembly relies on the order. */
typedef struct {
    const int8_t *x, *x_end;        /* a multiple of four inputs, or none */
    const int32_t *tail, *tail_end; /* pairs of those left over, widened */
    int32_t zero;                   /* 2 · zero_point + 1 */
    int32_t row;                    /* bytes of the weights of two units */
    const int32_t *weights;         /* pairs of halfwords 256 · second + first, as for tvmk_dsp_tile */
    const int32_t *table;           /* short form, two words a unit */
    int32_t units;                  /* at least 1 */
} tvmk_dsp_units_t;
TVMK_AT(tvmk_dsp_units_t, x, 0);
TVMK_AT(tvmk_dsp_units_t, x_end, 4);
TVMK_AT(tvmk_dsp_units_t, tail, 8);
TVMK_AT(tvmk_dsp_units_t, tail_end, 12);
TVMK_AT(tvmk_dsp_units_t, zero, 16);
TVMK_AT(tvmk_dsp_units_t, row, 20);
TVMK_AT(tvmk_dsp_units_t, weights, 24);
TVMK_AT(tvmk_dsp_units_t, table, 28);
TVMK_AT(tvmk_dsp_units_t, units, 32);

/* A sum to an output byte. */
#define TVMK_DSP_UNIT(sum)                  \
    "ldrd r0, r1, [r9], #8\n"               \
    "asr r2, r1, #5\n"                      \
    "and r1, r1, #31\n"                     \
    "lsl r3, r8, r1\n"                      \
    "add " sum ", r2, " sum ", lsl #1\n"    \
    "smmlar r3, " sum ", r0, r3\n"          \
    "add " sum ", r3, " sum ", asr #31\n"   \
    "asr " sum ", " sum ", r1\n"            \
    "ssat " sum ", #8, " sum ", asr #1\n"   \
    "strb " sum ", [r12], #1\n"

/* A sum, unchanged. */
#define TVMK_DSP_UNIT_SUM(sum)              \
    "str " sum ", [r12], #4\n"

/* The next four sums, or the last lr of them, then at "6:". `unit` leaves the flags as they are; afterwards they are those of
 * the units left, lr. */
#define TVMK_DSP_FOUR_UNITS(unit)           \
    "cmp lr, #2\n"                          \
    unit("r4")                              \
    "blo 6f\n"                              \
    unit("r5")                              \
    "beq 6f\n"                              \
    "subs lr, lr, #4\n"                     \
    unit("r6")                              \
    "bmi 6f\n"                              \
    unit("r7")

/* The next four inputs at r0, widened: r8 from even positions, r9 from odd ones. */
#ifdef __ARM_FEATURE_UNALIGNED
#define TVMK_DSP_FOUR_INPUTS  \
    "ldr r9, [r0], #4\n"      \
    "sxtb16 r8, r9\n"         \
    "sxtb16 r9, r9, ror #8\n"
#else
#define TVMK_DSP_FOUR_INPUTS                          \
    TVMK_DSP_TWO("r8", "r10", "[r0]", "[r0, #2]")     \
    TVMK_DSP_TWO("r9", "r10", "[r0, #1]", "[r0, #3]") \
    "add r0, r0, #4\n"
#endif

/* Four inputs and four units. */
#define TVMK_DSP_FOUR_BY_FOUR    \
    TVMK_DSP_FOUR_INPUTS         \
    "ldrd r10, r11, [r1], #8\n"  \
    "smlad r5, r10, r8, r5\n"    \
    "sxtb16 r10, r10\n"          \
    "smlad r4, r10, r8, r4\n"    \
    "smlad r5, r11, r9, r5\n"    \
    "sxtb16 r11, r11\n"          \
    "smlad r4, r11, r9, r4\n"    \
    "ldrd r10, r11, [r2], #8\n"  \
    "smlad r7, r10, r8, r7\n"    \
    "sxtb16 r10, r10\n"          \
    "smlad r6, r10, r8, r6\n"    \
    "smlad r7, r11, r9, r7\n"    \
    "sxtb16 r11, r11\n"          \
    "smlad r6, r11, r9, r6\n"

/* All units of one vector; `unit` takes a sum, its destination r12, and constants at r9. On the stack: +0 separated sums of second
 * units; from +8 on *t: x, x_end, tail, tail_end, zero, row, weights, table; +40 out instead of units, which are lr. The unrolled
 * loop is entered as the number of passes modulo four requires: its bit 0 in N, bit 1 in C. */
#define TVMK_DSP_UNITS(unit)     \
    "push {r4-r11, lr}\n"        \
    "sub sp, sp, #44\n"          \
    "ldm r1, {r2-r10}\n"         \
    "mov lr, r10\n"              \
    "mov r10, r0\n"              \
    "add r11, sp, #8\n"          \
    "stm r11, {r2-r10}\n"        \
    "1:\n"                       \
    "ldrd r2, r1, [sp, #28]\n"   \
    "ldrd r0, r3, [sp, #8]\n"    \
    "cmp lr, #2\n"               \
    "bls 12f\n"                  \
    "add r2, r2, r1\n"           \
    "13:\n"                      \
    "mov r4, #0\n"               \
    "mov r5, #0\n"               \
    "mov r6, #0\n"               \
    "mov r7, #0\n"               \
    "strd r4, r5, [sp]\n"        \
    "subs r10, r3, r0\n"         \
    "beq 4f\n"                   \
    "2:\n"                       \
    "cmp r10, #508\n"            \
    "bhi 14f\n"                  \
    "15:\n"                      \
    "add r12, r0, r10\n"         \
    "lsls r10, r10, #29\n"       \
    "bmi 5f\n"                   \
    "bcs 10f\n"                  \
    "3:\n"                       \
    TVMK_DSP_FOUR_BY_FOUR        \
    "9:\n"                       \
    TVMK_DSP_FOUR_BY_FOUR        \
    "10:\n"                      \
    TVMK_DSP_FOUR_BY_FOUR        \
    "11:\n"                      \
    TVMK_DSP_FOUR_BY_FOUR        \
    "cmp r0, r12\n"              \
    "bne 3b\n"                   \
    "cmp r0, r3\n"               \
    "beq 4f\n"                   \
    "ldrd r10, r11, [sp]\n"      \
    "sub r5, r5, r4\n"           \
    "sub r7, r7, r6\n"           \
    "add r10, r10, r5, asr #8\n" \
    "add r11, r11, r7, asr #8\n" \
    "strd r10, r11, [sp]\n"      \
    "mov r5, r4\n"               \
    "mov r7, r6\n"               \
    "sub r10, r3, r0\n"          \
    "b 2b\n"                     \
    "5:\n"                       \
    "bcs 9b\n"                   \
    "b 11b\n"                    \
    "12:\n"                      \
    "mov r2, r1\n"               \
    "b 13b\n"                    \
    "14:\n"                      \
    "mov r10, #508\n"            \
    "b 15b\n"                    \
    "4:\n"                       \
    "ldrd r0, r3, [sp, #16]\n"   \
    "cmp r0, r3\n"               \
    "beq 8f\n"                   \
    "7:\n"                       \
    "ldr r8, [r0], #4\n"         \
    "ldr r10, [r1], #4\n"        \
    "ldr r11, [r2], #4\n"        \
    "smlad r5, r10, r8, r5\n"    \
    "sxtb16 r10, r10\n"          \
    "smlad r4, r10, r8, r4\n"    \
    "smlad r7, r11, r8, r7\n"    \
    "sxtb16 r11, r11\n"          \
    "smlad r6, r11, r8, r6\n"    \
    "cmp r0, r3\n"               \
    "bne 7b\n"                   \
    "8:\n"                       \
    "str r2, [sp, #32]\n"        \
    "ldrd r10, r11, [sp]\n"      \
    "sub r5, r5, r4\n"           \
    "sub r7, r7, r6\n"           \
    "add r5, r10, r5, asr #8\n"  \
    "add r7, r11, r7, asr #8\n"  \
    "ldr r8, [sp, #24]\n"        \
    "ldrd r9, r12, [sp, #36]\n"  \
    TVMK_DSP_FOUR_UNITS(unit)    \
    "strd r9, r12, [sp, #36]\n"  \
    "bne 1b\n"                   \
    "6:\n"                       \
    "add sp, sp, #44\n"          \
    "pop {r4-r11, lr}\n"

/* A fully connected layer, clamped to -128 … 127: four units at a time, 70 instructions for 64 multiplications. After 508 inputs
 * packed sums are separated; 508 and three left over are at most 511 · 128 · 128, within 24 bits whatever the weights. */
TVMK_SHARED void tvmk_dsp_units(int8_t *out, const tvmk_dsp_units_t *t) {
    register int8_t *r0 __asm__("r0") = out;
    register const tvmk_dsp_units_t *r1 __asm__("r1") = t;
    __asm__ volatile(
        TVMK_DSP_UNITS(TVMK_DSP_UNIT)
        : "+r"(r0), "+r"(r1)
        :
        : "r2", "r3", "r12", TVMK_DSP_CLOBBERS);
}

/* The same without the table: the sums of units. */
TVMK_SHARED void tvmk_dsp_units_sums(int32_t *sums, const tvmk_dsp_units_t *t) {
    register int32_t *r0 __asm__("r0") = sums;
    register const tvmk_dsp_units_t *r1 __asm__("r1") = t;
    __asm__ volatile(
        TVMK_DSP_UNITS(TVMK_DSP_UNIT_SUM)
        : "+r"(r0), "+r"(r1)
        :
        : "r2", "r3", "r12", TVMK_DSP_CLOBBERS);
}

#endif

#endif

/* Depthwise windows of three columns on int16 with the DSP extension: two channels at two positions. */
#ifndef TVMK_DSP_ROWS_INT16_H
#define TVMK_DSP_ROWS_INT16_H

#include "dsp.h"

#if TVMK_DSP

/* The data of the functions below. The assembly relies on the order. */
typedef struct {
    const int16_t *in;      /* channel 0 of the first tap */
    const int16_t *weights; /* [row][column][channel] */
    const int32_t *table;   /* bias and factor of each channel */
    int32_t pairs;          /* of channels, at least 1 */
    int32_t step;           /* bytes from a column to the next, of input, weights and output */
    int32_t width;          /* three times that */
    int32_t down;           /* bytes from a row of the input to the next */
    int32_t rows;           /* at least 1 */
} tvmk_int16_rows_t;
TVMK_AT(tvmk_int16_rows_t, in, 0);
TVMK_AT(tvmk_int16_rows_t, weights, 4);
TVMK_AT(tvmk_int16_rows_t, table, 8);
TVMK_AT(tvmk_int16_rows_t, pairs, 12);
TVMK_AT(tvmk_int16_rows_t, step, 16);
TVMK_AT(tvmk_int16_rows_t, width, 20);
TVMK_AT(tvmk_int16_rows_t, down, 24);
TVMK_AT(tvmk_int16_rows_t, rows, 28);

/* From "1:" on two channels: r10 and r11 sum them up at the first position, r12 and lr at the second; r4 r5 r9 are the weights of a
 * row. On the stack: out, in, weights, table, pairs, rows. */
#define TVMK_INT16_ROWS_BEGIN        \
    "push {r4-r11, lr}\n"            \
    "sub sp, sp, #24\n"              \
    "ldm r1, {r2-r9}\n"              \
    "str r0, [sp]\n"                 \
    "strd r2, r3, [sp, #4]\n"        \
    "strd r4, r5, [sp, #12]\n"       \
    "str r9, [sp, #20]\n"            \
    "1:\n"                           \
    "ldrd r0, r1, [sp, #4]\n"        \
    "ldr r3, [sp, #12]\n"            \
    "ldr r2, [sp, #20]\n"            \
    "ldr r10, [r3]\n"                \
    "ldr r11, [r3, #8]\n"            \
    "mov r12, r10\n"                 \
    "mov lr, r11\n"                  \
    "2:\n"                           \
    "ldr r4, [r1]\n"                 \
    "ldr r5, [r1, r6]\n"             \
    "ldr r9, [r1, r6, lsl #1]\n"     \
    "add r1, r1, r7\n"

#define TVMK_INT16_ROWS_END          \
    "add r0, r0, r8\n"               \
    "subs r2, r2, #1\n"              \
    "bne 2b\n"                       \
    "ldrd r4, r5, [sp, #4]\n"        \
    "ldr r3, [sp, #12]\n"            \
    "add r4, r4, #4\n"               \
    "add r5, r5, #4\n"               \
    "ldr r0, [r3, #4]\n"             \
    "ldr r1, [r3, #12]\n"            \
    "add r3, r3, #16\n"              \
    "strd r4, r5, [sp, #4]\n"        \
    "smmulr r10, r10, r0\n"          \
    "smmulr r12, r12, r0\n"          \
    "smmulr r11, r11, r1\n"          \
    "smmulr lr, lr, r1\n"            \
    "ldr r4, [sp]\n"                 \
    "ldr r2, [sp, #16]\n"            \
    "ssat r10, #16, r10\n"           \
    "ssat r12, #16, r12\n"           \
    "ssat r11, #16, r11\n"           \
    "ssat lr, #16, lr\n"             \
    "pkhbt r10, r10, r11, lsl #16\n" \
    "pkhbt r12, r12, lr, lsl #16\n"  \
    "str r12, [r4, r6]\n"            \
    "str r10, [r4], #4\n"            \
    "str r4, [sp]\n"                 \
    "subs r2, r2, #1\n"              \
    "strd r3, r2, [sp, #12]\n"       \
    "bne.w 1b\n"                     \
    "add sp, sp, #24\n"              \
    "pop {r4-r11, lr}\n"

/* Adjacent positions: 12 multiplications in 23 instructions; clamped to the type. */
TVMK_SHARED void tvmk_int16_rows(int16_t *out, const tvmk_int16_rows_t *t) {
    register int16_t *r0 __asm__("r0") = out;
    register const tvmk_int16_rows_t *r1 __asm__("r1") = t;
    __asm__ volatile(
        TVMK_INT16_ROWS_BEGIN
        "ldr r3, [r0]\n"
        "smlabb r10, r3, r4, r10\n"
        "smlatt r11, r3, r4, r11\n"
        "ldr r3, [r0, r6]\n"
        "smlabb r10, r3, r5, r10\n"
        "smlatt r11, r3, r5, r11\n"
        "smlabb r12, r3, r4, r12\n"
        "smlatt lr, r3, r4, lr\n"
        "ldr r3, [r0, r6, lsl #1]\n"
        "smlabb r10, r3, r9, r10\n"
        "smlatt r11, r3, r9, r11\n"
        "smlabb r12, r3, r5, r12\n"
        "smlatt lr, r3, r5, lr\n"
        "ldr r3, [r0, r7]\n"
        "smlabb r12, r3, r9, r12\n"
        "smlatt lr, r3, r9, lr\n"
        TVMK_INT16_ROWS_END
        : "+r"(r0), "+r"(r1)
        :
        : "r2", "r3", "r12", TVMK_DSP_CLOBBERS);
}

/* Positions two apart; clamped to the type. */
TVMK_SHARED void tvmk_int16_rows_stride2(int16_t *out, const tvmk_int16_rows_t *t) {
    register int16_t *r0 __asm__("r0") = out;
    register const tvmk_int16_rows_t *r1 __asm__("r1") = t;
    __asm__ volatile(
        TVMK_INT16_ROWS_BEGIN
        "ldr r3, [r0]\n"
        "smlabb r10, r3, r4, r10\n"
        "smlatt r11, r3, r4, r11\n"
        "ldr r3, [r0, r6]\n"
        "smlabb r10, r3, r5, r10\n"
        "smlatt r11, r3, r5, r11\n"
        "ldr r3, [r0, r6, lsl #1]\n"
        "smlabb r10, r3, r9, r10\n"
        "smlatt r11, r3, r9, r11\n"
        "smlabb r12, r3, r4, r12\n"
        "smlatt lr, r3, r4, lr\n"
        "ldr r3, [r0, r7]\n"
        "smlabb r12, r3, r5, r12\n"
        "smlatt lr, r3, r5, lr\n"
        "ldr r3, [r0, r6, lsl #2]\n"
        "smlabb r12, r3, r9, r12\n"
        "smlatt lr, r3, r9, lr\n"
        TVMK_INT16_ROWS_END
        : "+r"(r0), "+r"(r1)
        :
        : "r2", "r3", "r12", TVMK_DSP_CLOBBERS);
}

#endif

#endif

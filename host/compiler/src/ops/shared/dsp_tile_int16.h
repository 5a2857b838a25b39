/* Two output channels of int16 at four positions with the DSP extension: the inner loop of convolutions, as `dsp_tile.h` on int8. */
#ifndef TVMK_DSP_TILE_INT16_H
#define TVMK_DSP_TILE_INT16_H

#include "dsp.h"

#if TVMK_DSP

/* The data of tvmk_int16_tile. The assembly relies on the order. */
typedef struct {
    const int8_t *weights;  /* words of a pair of elements of channels 0 and 1: 0, 1, 0, 1; then of 2 and 3 … */
    const int32_t *table;   /* bias and factor of each channel */
    const int16_t *columns; /* [pair][position] */
    int32_t pairs;          /* at least 1 */
    int32_t channel_pairs;  /* at least 1 */
    int32_t step;           /* bytes from an output position to the next */
} tvmk_int16_tile_t;
TVMK_AT(tvmk_int16_tile_t, weights, 0);
TVMK_AT(tvmk_int16_tile_t, table, 4);
TVMK_AT(tvmk_int16_tile_t, columns, 8);
TVMK_AT(tvmk_int16_tile_t, pairs, 12);
TVMK_AT(tvmk_int16_tile_t, channel_pairs, 16);
TVMK_AT(tvmk_int16_tile_t, step, 20);

/* Products of one pair of activations at four positions with the weights of two channels: r6 r7 r10 r11 sum up the first
 * channel, r8 r9 r12 lr the second. 16 multiplications in 13 instructions. */
#define TVMK_INT16_PAIR         \
    "ldr r2, [r0], #4\n"        \
    "ldrd r4, r5, [r1], #8\n"   \
    "sxtb16 r3, r2, ror #8\n"   \
    "sxtb16 r2, r2\n"           \
    "smlad r6, r2, r4, r6\n"    \
    "smlad r7, r2, r5, r7\n"    \
    "smlad r8, r3, r4, r8\n"    \
    "smlad r9, r3, r5, r9\n"    \
    "ldrd r4, r5, [r1], #8\n"   \
    "smlad r10, r2, r4, r10\n"  \
    "smlad r11, r2, r5, r11\n"  \
    "smlad r12, r3, r4, r12\n"  \
    "smlad lr, r3, r5, lr\n"

/* What starts a tile and sums up: from "1:" on two channels at four positions. On the stack: eight zeros; +32 table, +36 out,
 * +40 step, +48 channel_pairs, +52 weights, +56 columns, +60 end of columns, +64 where to enter the unrolled loop. */
#define TVMK_INT16_TILE_SUMS                                    \
    "push {r4-r11, lr}\n"                                       \
    "sub sp, sp, #68\n"                                         \
    "ldm r1, {r2-r7}\n"                                         \
    "add r9, r4, r5, lsl #4\n"                                  \
    "rsb r5, r5, #0\n"                                          \
    "and r5, r5, #7\n"                                          \
    "mov r10, #52\n" /* bytes of TVMK_INT16_PAIR */             \
    "adr r11, 2f\n"                                             \
    "mla r10, r5, r10, r11\n"                                   \
    "orr r10, r10, #1\n"                                        \
    "str r3, [sp, #32]\n"                                       \
    "str r0, [sp, #36]\n"                                       \
    "str r7, [sp, #40]\n"                                       \
    "str r6, [sp, #48]\n"                                       \
    "str r2, [sp, #52]\n"                                       \
    "strd r4, r9, [sp, #56]\n"                                  \
    "str r10, [sp, #64]\n"                                      \
    "mov r2, #0\n"                                              \
    "mov r3, #0\n"                                              \
    "strd r2, r3, [sp, #0]\n"                                   \
    "strd r2, r3, [sp, #8]\n"                                   \
    "strd r2, r3, [sp, #16]\n"                                  \
    "strd r2, r3, [sp, #24]\n"                                  \
    "1:\n"                                                      \
    "ldrd r0, r1, [sp, #52]\n"                                  \
    "ldm sp, {r6-r12, lr}\n"                                    \
    "ldr pc, [sp, #64]\n"                                       \
    ".balign 4\n"                                               \
    "2:\n"                                                      \
    TVMK_INT16_PAIR TVMK_INT16_PAIR TVMK_INT16_PAIR TVMK_INT16_PAIR \
    TVMK_INT16_PAIR TVMK_INT16_PAIR TVMK_INT16_PAIR TVMK_INT16_PAIR \
    "ldr r2, [sp, #60]\n"                                       \
    "cmp r1, r2\n"                                              \
    "bne.w 2b\n"

/* Two sums at one position to two outputs, halves up. */
#define TVMK_INT16_OUTPUTS(first, second)  \
    "add " first ", " first ", r0\n"       \
    "smmulr " first ", " first ", r1\n"    \
    "ssat " first ", #16, " first "\n"     \
    "add " second ", " second ", r2\n"     \
    "smmulr " second ", " second ", r3\n"  \
    "ssat " second ", #16, " second "\n"

/* Four output positions, two channels at a time, clamped to the type. */
TVMK_SHARED void tvmk_int16_tile(int16_t *out, const tvmk_int16_tile_t *t) {
    register int16_t *r0 __asm__("r0") = out;
    register const tvmk_int16_tile_t *r1 __asm__("r1") = t;
    __asm__ volatile(
        TVMK_INT16_TILE_SUMS
        "str r0, [sp, #52]\n"
        "ldr r4, [sp, #32]\n"
        "ldrd r0, r1, [r4], #8\n"
        "ldrd r2, r3, [r4], #8\n"
        "str r4, [sp, #32]\n"
        TVMK_INT16_OUTPUTS("r6", "r8")
        TVMK_INT16_OUTPUTS("r7", "r9")
        TVMK_INT16_OUTPUTS("r10", "r12")
        TVMK_INT16_OUTPUTS("r11", "lr")
        "ldrd r4, r5, [sp, #36]\n"
        "add r3, r5, r5, lsl #1\n"
#ifdef __ARM_FEATURE_UNALIGNED
        "pkhbt r6, r6, r8, lsl #16\n"
        "str r6, [r4]\n"
        "pkhbt r7, r7, r9, lsl #16\n"
        "str r7, [r4, r5]\n"
        "pkhbt r10, r10, r12, lsl #16\n"
        "str r10, [r4, r5, lsl #1]\n"
        "pkhbt r11, r11, lr, lsl #16\n"
        "str r11, [r4, r3]\n"
#else
        "add r2, r4, #2\n"
        "strh r6, [r4]\n"
        "strh r8, [r2]\n"
        "strh r7, [r4, r5]\n"
        "strh r9, [r2, r5]\n"
        "strh r10, [r4, r5, lsl #1]\n"
        "strh r12, [r2, r5, lsl #1]\n"
        "strh r11, [r4, r3]\n"
        "strh lr, [r2, r3]\n"
#endif
        "ldr r2, [sp, #48]\n"
        "add r4, r4, #4\n"
        "str r4, [sp, #36]\n"
        "subs r2, r2, #1\n"
        "str r2, [sp, #48]\n"
        "bne.w 1b\n"
        "add sp, sp, #68\n"
        "pop {r4-r11, lr}\n"
        : "+r"(r0), "+r"(r1)
        :
        : "r2", "r3", "r12", TVMK_DSP_CLOBBERS);
}

/* The sums of two channels at four positions: four of the first channel, then four of the second. Of *t only the members that define the
 * products are used; channel_pairs is 1. */
TVMK_SHARED void tvmk_int16_tile_sums(int32_t *sums, const tvmk_int16_tile_t *t) {
    register int32_t *r0 __asm__("r0") = sums;
    register const tvmk_int16_tile_t *r1 __asm__("r1") = t;
    __asm__ volatile(
        TVMK_INT16_TILE_SUMS
        "ldr r0, [sp, #36]\n"
        "strd r6, r7, [r0]\n"
        "strd r10, r11, [r0, #8]\n"
        "strd r8, r9, [r0, #16]\n"
        "strd r12, lr, [r0, #24]\n"
        "add sp, sp, #68\n"
        "pop {r4-r11, lr}\n"
        : "+r"(r0), "+r"(r1)
        :
        : "r2", "r3", "r12", TVMK_DSP_CLOBBERS);
}

#endif

#endif

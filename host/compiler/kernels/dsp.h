/* Inner loops for Arm's DSP extension in assembly: the compilers at hand spill where these don't.
 *
 * The functions are naked, so they build at any optimisation level and with or without a frame pointer.
 */
#ifndef TVMK_DSP_H
#define TVMK_DSP_H

#include "base.h"

#if TVMK_DSP

#define TVMK_NAKED __attribute__((naked, noinline, unused)) static
#define TVMK_UNUSED __attribute__((unused))

/* What tvmk_dsp_tile works on. The assembly knows the order. */
typedef struct {
    const int32_t *weights; /* pairs of halfwords 256 · second + first, all pairs of channels 0 and 1, then of 2 and 3 … */
    const int32_t *table;   /* short form, two words a channel */
    const int32_t *columns; /* [pair][position] */
    int32_t pairs;          /* at least 1 */
    int32_t channel_pairs;  /* at least 1 */
    int32_t step;           /* bytes from an output position to the next */
    int32_t zero;           /* 2 · zero_point + 1 */
} tvmk_dsp_tile_t;

/* Products of one pair of activations at four positions with the weights of two channels: r6 r7 r10 r11 sum up the first
 * channel, r8 r9 r12 lr 256 times the second plus the first. 16 multiplications in 12 instructions. */
#define TVMK_DSP_PAIR           \
    "ldr r2, [r0], #4\n"        \
    "ldrd r4, r5, [r1], #8\n"   \
    "sxtb16 r3, r2\n"           \
    "smlad r6, r3, r4, r6\n"    \
    "smlad r7, r3, r5, r7\n"    \
    "smlad r8, r2, r4, r8\n"    \
    "smlad r9, r2, r5, r9\n"    \
    "ldrd r4, r5, [r1], #8\n"   \
    "smlad r10, r3, r4, r10\n"  \
    "smlad r11, r3, r5, r11\n"  \
    "smlad r12, r2, r4, r12\n"  \
    "smlad lr, r2, r5, lr\n"

/* The next channel's constants from the table at r4: r0 rounding and zero point, r1 mantissa, r2 shift - 1, r5 bias · 2. */
#define TVMK_DSP_CHANNEL        \
    "ldrd r1, r2, [r4], #8\n"   \
    "ldr r0, [sp, #44]\n"       \
    "asr r5, r2, #5\n"          \
    "and r2, r2, #31\n"         \
    "lsl r0, r0, r2\n"

/* A sum to an output byte, tvmk_requantize_short. The sign of a may stand for that of its product: they differ only where
 * the product is 0, and then subtracting 1 from half a unit changes nothing. */
#define TVMK_DSP_OUTPUT(sum, scale)         \
    "add " sum ", r5, " sum ", " scale "\n" \
    "smmlar r3, " sum ", r1, r0\n"          \
    "add " sum ", r3, " sum ", asr #31\n"   \
    "asr " sum ", " sum ", r2\n"            \
    "ssat " sum ", #8, " sum ", asr #1\n"

/* Four output positions, two channels at a time, clamped to -128 … 127. */
TVMK_NAKED void tvmk_dsp_tile(int8_t *out TVMK_UNUSED, const tvmk_dsp_tile_t *t TVMK_UNUSED) {
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "sub sp, sp, #68\n"
        /* sp: eight zeros; +32 table, +36 out, +40 step, +44 zero, +48 channel_pairs, +52 weights, +56 columns,
         * +60 end of columns, +64 where to enter the unrolled loop */
        "ldm r1, {r2-r8}\n"
        "add r9, r4, r5, lsl #4\n"
        "rsb r5, r5, #0\n"
        "and r5, r5, #7\n"
        "mov r10, #48\n" /* bytes of TVMK_DSP_PAIR */
        "mul r5, r5, r10\n"
        "adr r10, 2f\n"
        "add r10, r10, r5\n"
        "orr r10, r10, #1\n"
        "str r3, [sp, #32]\n"
        "str r0, [sp, #36]\n"
        "strd r7, r8, [sp, #40]\n"
        "str r6, [sp, #48]\n"
        "str r2, [sp, #52]\n"
        "strd r4, r9, [sp, #56]\n"
        "str r10, [sp, #64]\n"
        "mov r2, #0\n"
        "mov r3, #0\n"
        "strd r2, r3, [sp, #0]\n"
        "strd r2, r3, [sp, #8]\n"
        "strd r2, r3, [sp, #16]\n"
        "strd r2, r3, [sp, #24]\n"

        "1:\n"
        "ldrd r0, r1, [sp, #52]\n"
        "ldm sp, {r6-r12, lr}\n"
        "ldr pc, [sp, #64]\n"
        ".balign 4\n"
        "2:\n"
        TVMK_DSP_PAIR TVMK_DSP_PAIR TVMK_DSP_PAIR TVMK_DSP_PAIR
        TVMK_DSP_PAIR TVMK_DSP_PAIR TVMK_DSP_PAIR TVMK_DSP_PAIR
        "ldr r2, [sp, #60]\n"
        "cmp r1, r2\n"
        "bne.w 2b\n"

        "str r0, [sp, #52]\n"
        "ldr r4, [sp, #32]\n"
        "sub r8, r8, r6\n"
        "sub r9, r9, r7\n"
        "sub r12, r12, r10\n"
        "sub lr, lr, r11\n"
        TVMK_DSP_CHANNEL
        TVMK_DSP_OUTPUT("r6", "lsl #1")
        TVMK_DSP_OUTPUT("r7", "lsl #1")
        TVMK_DSP_OUTPUT("r10", "lsl #1")
        TVMK_DSP_OUTPUT("r11", "lsl #1")
        TVMK_DSP_CHANNEL
        TVMK_DSP_OUTPUT("r8", "asr #7")
        TVMK_DSP_OUTPUT("r9", "asr #7")
        TVMK_DSP_OUTPUT("r12", "asr #7")
        TVMK_DSP_OUTPUT("lr", "asr #7")
        "str r4, [sp, #32]\n"
        "ldrd r4, r5, [sp, #36]\n"
        "add r3, r5, r5, lsl #1\n"
        "bfi r6, r8, #8, #8\n"
        "strh r6, [r4]\n"
        "bfi r7, r9, #8, #8\n"
        "strh r7, [r4, r5]\n"
        "bfi r10, r12, #8, #8\n"
        "strh r10, [r4, r5, lsl #1]\n"
        "bfi r11, lr, #8, #8\n"
        "strh r11, [r4, r3]\n"
        "ldr r2, [sp, #48]\n"
        "add r4, r4, #2\n"
        "str r4, [sp, #36]\n"
        "subs r2, r2, #1\n"
        "str r2, [sp, #48]\n"
        "bne.w 1b\n"
        "add sp, sp, #68\n"
        "pop {r4-r11, pc}\n");
}

/* Widens n (a multiple of 4, at least 4) neighbouring bytes at each of four positions `distance` bytes apart into the four
 * columns; returns the end of what was written. A byte takes one instruction. */
TVMK_NAKED int32_t *tvmk_dsp_widen4(int32_t *columns TVMK_UNUSED, const int8_t *x TVMK_UNUSED, int32_t distance TVMK_UNUSED,
                                    int32_t n TVMK_UNUSED) {
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "add lr, r1, r3\n"
        "add r12, r2, r2, lsl #1\n"
        "sub r12, r12, #4\n"
        "lsl r3, r2, #1\n"
        "sub r3, r3, #4\n"
        "sub r2, r2, #4\n"
        "1:\n"
        "ldr r4, [r1], #4\n"
        "ldr r5, [r1, r2]\n"
        "ldr r6, [r1, r3]\n"
        "ldr r7, [r1, r12]\n"
        "sxtb16 r8, r4\n"
        "sxtb16 r9, r5\n"
        "sxtb16 r10, r6\n"
        "sxtb16 r11, r7\n"
        "stm r0!, {r8-r11}\n"
        "sxtb16 r4, r4, ror #8\n"
        "sxtb16 r5, r5, ror #8\n"
        "sxtb16 r6, r6, ror #8\n"
        "sxtb16 r7, r7, ror #8\n"
        "stm r0!, {r4-r7}\n"
        "cmp r1, lr\n"
        "bne 1b\n"
        "pop {r4-r11, pc}\n");
}

#endif

#endif

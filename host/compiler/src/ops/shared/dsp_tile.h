/* Two output channels at four positions with the DSP extension: the inner loop of convolutions. */
#ifndef TVMK_DSP_TILE_H
#define TVMK_DSP_TILE_H

#include "dsp.h"

#if TVMK_DSP

/* The data of tvmk_dsp_tile. The assembly relies on the order. */
typedef struct {
    const int32_t *weights; /* pairs of halfwords 256 · second + first, all pairs of channels 0 and 1, then of 2 and 3 … */
    const int32_t *table;   /* short form, two words a channel */
    const int32_t *columns; /* [pair][position] */
    int32_t pairs;          /* at least 1 */
    int32_t channel_pairs;  /* at least 1 */
    int32_t step;           /* bytes from an output position to the next */
    int32_t zero;           /* 2 · zero_point + 1 */
} tvmk_dsp_tile_t;
TVMK_AT(tvmk_dsp_tile_t, weights, 0);
TVMK_AT(tvmk_dsp_tile_t, table, 4);
TVMK_AT(tvmk_dsp_tile_t, columns, 8);
TVMK_AT(tvmk_dsp_tile_t, pairs, 12);
TVMK_AT(tvmk_dsp_tile_t, channel_pairs, 16);
TVMK_AT(tvmk_dsp_tile_t, step, 20);
TVMK_AT(tvmk_dsp_tile_t, zero, 24);

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

/* A sum to an output byte, tvmk_requantize_short. The sign of a is used as that of its product: they differ only where
 * the product is 0, and then subtracting 1 from half a unit changes nothing. */
#define TVMK_DSP_OUTPUT(sum, scale)         \
    "add " sum ", r5, " sum ", " scale "\n" \
    "smmlar r3, " sum ", r1, r0\n"          \
    "add " sum ", r3, " sum ", asr #31\n"   \
    "asr " sum ", " sum ", r2\n"            \
    "ssat " sum ", #8, " sum ", asr #1\n"

/* What starts a tile and sums up: from "1:" on two channels at four positions. On the stack: eight zeros; +32 table, +36 out,
 * +40 step, +44 zero, +48 channel_pairs, +52 weights, +56 columns, +60 end of columns, +64 where to enter the unrolled loop. */
#define TVMK_DSP_TILE_SUMS                                  \
    "push {r4-r11, lr}\n"                                   \
    "sub sp, sp, #68\n"                                     \
    "ldm r1, {r2-r8}\n"                                     \
    "add r9, r4, r5, lsl #4\n"                              \
    "rsb r5, r5, #0\n"                                      \
    "and r5, r5, #7\n"                                      \
    "mov r10, #48\n" /* bytes of TVMK_DSP_PAIR */           \
    "adr r11, 2f\n"                                         \
    "mla r10, r5, r10, r11\n"                               \
    "orr r10, r10, #1\n"                                    \
    "str r3, [sp, #32]\n"                                   \
    "str r0, [sp, #36]\n"                                   \
    "strd r7, r8, [sp, #40]\n"                              \
    "str r6, [sp, #48]\n"                                   \
    "str r2, [sp, #52]\n"                                   \
    "strd r4, r9, [sp, #56]\n"                              \
    "str r10, [sp, #64]\n"                                  \
    "mov r2, #0\n"                                          \
    "mov r3, #0\n"                                          \
    "strd r2, r3, [sp, #0]\n"                               \
    "strd r2, r3, [sp, #8]\n"                               \
    "strd r2, r3, [sp, #16]\n"                              \
    "strd r2, r3, [sp, #24]\n"                              \
    "1:\n"                                                  \
    "ldrd r0, r1, [sp, #52]\n"                              \
    "ldm sp, {r6-r12, lr}\n"                                \
    "ldr pc, [sp, #64]\n"                                   \
    ".balign 4\n"                                           \
    "2:\n"                                                  \
    TVMK_DSP_PAIR TVMK_DSP_PAIR TVMK_DSP_PAIR TVMK_DSP_PAIR \
    TVMK_DSP_PAIR TVMK_DSP_PAIR TVMK_DSP_PAIR TVMK_DSP_PAIR \
    "ldr r2, [sp, #60]\n"                                   \
    "cmp r1, r2\n"                                          \
    "bne.w 2b\n"

/* Eight sums to bytes: four positions of two channels. */
#ifdef __ARM_FEATURE_UNALIGNED
#define TVMK_DSP_TILE_STORE        \
    "bfi r6, r8, #8, #8\n"         \
    "strh r6, [r4]\n"              \
    "bfi r7, r9, #8, #8\n"         \
    "strh r7, [r4, r5]\n"          \
    "bfi r10, r12, #8, #8\n"       \
    "strh r10, [r4, r5, lsl #1]\n" \
    "bfi r11, lr, #8, #8\n"        \
    "strh r11, [r4, r3]\n"
#else
#define TVMK_DSP_TILE_STORE        \
    "add r2, r4, #1\n"             \
    "strb r6, [r4]\n"              \
    "strb r8, [r2]\n"              \
    "strb r7, [r4, r5]\n"          \
    "strb r9, [r2, r5]\n"          \
    "strb r10, [r4, r5, lsl #1]\n" \
    "strb r12, [r2, r5, lsl #1]\n" \
    "strb r11, [r4, r3]\n"         \
    "strb lr, [r2, r3]\n"
#endif

/* What ends a tile: sums to output bytes, then on to the next two channels. `second` separates twice the sums of the second channel
 * from the combined sums. */
#define TVMK_DSP_TILE_BYTES(second)  \
    "str r0, [sp, #52]\n"            \
    "ldr r4, [sp, #32]\n"            \
    "sub r8, r8, r6\n"               \
    "sub r9, r9, r7\n"               \
    "sub r12, r12, r10\n"            \
    "sub lr, lr, r11\n"              \
    TVMK_DSP_CHANNEL                 \
    TVMK_DSP_OUTPUT("r6", "lsl #1")  \
    TVMK_DSP_OUTPUT("r7", "lsl #1")  \
    TVMK_DSP_OUTPUT("r10", "lsl #1") \
    TVMK_DSP_OUTPUT("r11", "lsl #1") \
    TVMK_DSP_CHANNEL                 \
    TVMK_DSP_OUTPUT("r8", second)    \
    TVMK_DSP_OUTPUT("r9", second)    \
    TVMK_DSP_OUTPUT("r12", second)   \
    TVMK_DSP_OUTPUT("lr", second)    \
    "str r4, [sp, #32]\n"            \
    "ldrd r4, r5, [sp, #36]\n"       \
    "add r3, r5, r5, lsl #1\n"       \
    TVMK_DSP_TILE_STORE              \
    "ldr r2, [sp, #48]\n"            \
    "add r4, r4, #2\n"               \
    "str r4, [sp, #36]\n"            \
    "subs r2, r2, #1\n"              \
    "str r2, [sp, #48]\n"            \
    "bne.w 1b\n"                     \
    "add sp, sp, #68\n"              \
    "pop {r4-r11, lr}\n"

/* Stores the sums of two channels at four positions at the address in [sp, #36], which stays in r0; `shift` as above. */
#define TVMK_DSP_TILE_PUT_SUMS(shift) \
    "ldr r0, [sp, #36]\n"             \
    "sub r8, r8, r6\n"                \
    "sub r9, r9, r7\n"                \
    "sub r12, r12, r10\n"             \
    "sub lr, lr, r11\n"               \
    "strd r6, r7, [r0]\n"             \
    "strd r10, r11, [r0, #8]\n"       \
    "asr r8, r8, " shift "\n"         \
    "asr r9, r9, " shift "\n"         \
    "asr r12, r12, " shift "\n"       \
    "asr lr, lr, " shift "\n"         \
    "strd r8, r9, [r0, #16]\n"        \
    "strd r12, lr, [r0, #24]\n"

/* What ends a tile that returns sums. */
#define TVMK_DSP_TILE_STORE_SUMS(shift) \
    TVMK_DSP_TILE_PUT_SUMS(shift)       \
    "add sp, sp, #68\n"                 \
    "pop {r4-r11, lr}\n"

/* The same, before it goes on to the next two channels, whose sums are 32 bytes further. */
#define TVMK_DSP_TILE_NEXT_SUMS(shift) \
    "str r0, [sp, #52]\n"              \
    TVMK_DSP_TILE_PUT_SUMS(shift)      \
    "add r0, r0, #32\n"                \
    "str r0, [sp, #36]\n"              \
    "ldr r2, [sp, #48]\n"              \
    "subs r2, r2, #1\n"                \
    "str r2, [sp, #48]\n"              \
    "bne.w 1b\n"                       \
    "add sp, sp, #68\n"                \
    "pop {r4-r11, lr}\n"

/* Four output positions, two channels at a time, clamped to -128 … 127. */
TVMK_SHARED void tvmk_dsp_tile(int8_t *out, const tvmk_dsp_tile_t *t) {
    register int8_t *r0 __asm__("r0") = out;
    register const tvmk_dsp_tile_t *r1 __asm__("r1") = t;
    __asm__ volatile(
        TVMK_DSP_TILE_SUMS
        TVMK_DSP_TILE_BYTES("asr #7")
        : "+r"(r0), "+r"(r1)
        :
        : "r2", "r3", "r12", TVMK_DSP_CLOBBERS);
}

/* The sums of two channels at four positions: four of the first channel, then four of the second. Of *t only the members that define the
 * products are used; channel_pairs is 1. */
TVMK_SHARED void tvmk_dsp_tile_sums(int32_t *sums, const tvmk_dsp_tile_t *t) {
    register int32_t *r0 __asm__("r0") = sums;
    register const tvmk_dsp_tile_t *r1 __asm__("r1") = t;
    __asm__ volatile(
        TVMK_DSP_TILE_SUMS
        TVMK_DSP_TILE_STORE_SUMS("#8")
        : "+r"(r0), "+r"(r1)
        :
        : "r2", "r3", "r12", TVMK_DSP_CLOBBERS);
}

#endif

#endif

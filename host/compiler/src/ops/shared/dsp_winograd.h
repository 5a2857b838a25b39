/* Convolutions of 3 x 3 by Winograd's F(2 x 2, 3 x 3) with the DSP extension: see conv_2d_winograd.h. */
#ifndef TVMK_DSP_WINOGRAD_H
#define TVMK_DSP_WINOGRAD_H

#include "dsp_bytes.h"
#include "dsp_tile.h"
#include "winograd.h"

#if TVMK_DSP

TVMK_AT(tvmk_winograd_t, weights, 0);
TVMK_AT(tvmk_winograd_t, table, 4);
TVMK_AT(tvmk_winograd_t, values, 8);
TVMK_AT(tvmk_winograd_t, sums, 12);
TVMK_AT(tvmk_winograd_t, pairs, 16);
TVMK_AT(tvmk_winograd_t, blocks, 20);
TVMK_AT(tvmk_winograd_t, zero, 24);
TVMK_AT(tvmk_winograd_t, step, 28);
TVMK_AT(tvmk_winograd_t, row, 32);

/* Products of one pair of values of two tiles with the weights of four channels. 16 multiplications in 11 instructions. */
#define TVMK_WINOGRAD_PAIR     \
    "ldrd r2, r3, [r0], #8\n"  \
    "ldrd r4, r5, [r1], #8\n"  \
    "smlad r6, r2, r4, r6\n"   \
    "smlad r7, r2, r5, r7\n"   \
    "smlad r8, r3, r4, r8\n"   \
    "smlad r9, r3, r5, r9\n"   \
    "ldrd r2, r3, [r0], #8\n"  \
    "smlad r10, r2, r4, r10\n" \
    "smlad r11, r2, r5, r11\n" \
    "smlad r12, r3, r4, r12\n" \
    "smlad lr, r3, r5, lr\n"

/* All pairs of one frequency, onto the sums in r6 to lr: enters the loop where the number of pairs requires, and leaves with the end of the
 * next frequency's values on the stack. */
#define TVMK_WINOGRAD_PAIRS(label, entry) \
    "ldr pc, [sp, #" entry "]\n"          \
    ".balign 4\n"                         \
    label ":\n"                           \
    ".rept 8\n"                           \
    TVMK_WINOGRAD_PAIR                    \
    ".endr\n"                             \
    "ldrd r2, r3, [sp, #64]\n"            \
    "cmp r1, r2\n"                        \
    "bne.w " label "b\n"                  \
    "add r2, r2, r3\n"                    \
    "str r2, [sp, #64]\n"

/* Where to enter the loops from label 2 on: r10 bytes behind the label. */
#define TVMK_WINOGRAD_ENTRIES        \
    ".irp n, 2, 3, 4, 5\n"           \
    "adr.w r11, \\n\\()f\n"          \
    "add r11, r11, r10\n"            \
    "orr r11, r11, #1\n"             \
    "str r11, [sp, #64 + 4 * \\n]\n" \
    ".endr\n"

/* Sums of two tiles, of the first frequency on the stack, of the second in two registers: their difference goes to the stack. */
#define TVMK_WINOGRAD_BOTH(first, second, place) \
    "ldrd r2, r3, [sp, #" place "]\n"            \
    "sub r4, r2, " first "\n"                    \
    "sub r5, r3, " second "\n"                   \
    "strd r4, r5, [sp, #" place "]\n"            \
    "add " first ", r2\n"                        \
    "add " second ", r3\n"

/* One row of outputs of a channel at two tiles: four bytes in r6 r8 r7 r9, from the sums at r4 plus these offsets. */
#define TVMK_WINOGRAD_ROW(first, second, third, fourth) \
    "ldrd r6, r7, [r4, #" first "]\n"                   \
    "ldrd r8, r9, [r4, #" second "]\n"                  \
    "ldrd r10, r11, [r4, #" third "]\n"                 \
    "ldrd r12, lr, [r4, #" fourth "]\n"                 \
    "add r6, r8\n"                                      \
    "add r7, r9\n"                                      \
    "add r6, r10\n"                                     \
    "add r7, r11\n"                                     \
    "sub r8, r10\n"                                     \
    "sub r9, r11\n"                                     \
    "add r8, r12\n"                                     \
    "add r9, lr\n"                                      \
    ".irp y, r6, r8, r7, r9\n"                          \
    TVMK_DSP_OUTPUT("\\y", "asr #1")                    \
    ".endr\n"

/* What starts: arguments to the stack. +0 eight zeros; +32 sums of the first frequency of four, then differences; +64 end of the
 * frequency's values, +68 its bytes, +72 four entries of loops, +88 sums, +92 their end, +96 out, +100 step, +104 row, +108 zero,
 * +112 weights, +116 table, +120 values, +124 blocks. */
#define TVMK_WINOGRAD_BEGIN                            \
    "push {r4-r11, lr}\n"                              \
    "sub sp, sp, #128\n"                               \
    "mov r2, #0\n"                                     \
    "mov r3, #0\n"                                     \
    ".irp z, 0, 8, 16, 24\n"                           \
    "strd r2, r3, [sp, #\\z]\n"                        \
    ".endr\n"                                          \
    "ldm r1, {r2-r9, r12}\n"                           \
    "strd r2, r3, [sp, #112]\n"                        \
    "strd r4, r7, [sp, #120]\n"                        \
    "strd r0, r9, [sp, #96]\n"                         \
    "strd r12, r8, [sp, #104]\n"                       \
    "add r3, r5, #256\n"                               \
    "strd r5, r3, [sp, #88]\n"                         \
    "lsl r3, r6, #3\n"                                 \
    "str r3, [sp, #68]\n"                              \
    "rsb r6, r6, #0\n"                                 \
    "and r6, r6, #7\n"                                 \
    "mov r10, #44\n" /* bytes of TVMK_WINOGRAD_PAIR */ \
    "mul r10, r6, r10\n"                               \
    TVMK_WINOGRAD_ENTRIES                              \
    "mov r0, r2\n"

/* From "7:" on four channels, from "1:" on four frequencies of them, to two rows of sums. */
#define TVMK_WINOGRAD_SUMS                 \
    "7:\n"                                 \
    "ldr r1, [sp, #120]\n"                 \
    "ldr r3, [sp, #68]\n"                  \
    "add r3, r3, r1\n"                     \
    "str r3, [sp, #64]\n"                  \
    "1:\n"                                 \
    "ldm sp, {r6-r12, lr}\n"               \
    TVMK_WINOGRAD_PAIRS("2", "72")         \
    "add r2, sp, #32\n"                    \
    "stm r2, {r6-r12, lr}\n"               \
    "ldm sp, {r6-r12, lr}\n"               \
    TVMK_WINOGRAD_PAIRS("3", "76")         \
    TVMK_WINOGRAD_BOTH("r6", "r7", "32")   \
    TVMK_WINOGRAD_BOTH("r8", "r9", "40")   \
    TVMK_WINOGRAD_BOTH("r10", "r11", "48") \
    TVMK_WINOGRAD_BOTH("r12", "lr", "56")  \
    TVMK_WINOGRAD_PAIRS("4", "80")         \
    "ldr r2, [sp, #88]\n"                  \
    "stm r2!, {r6-r12, lr}\n"              \
    "str r2, [sp, #88]\n"                  \
    "add r3, sp, #32\n"                    \
    "ldm r3, {r6-r12, lr}\n"               \
    TVMK_WINOGRAD_PAIRS("5", "84")         \
    "ldrd r2, r3, [sp, #88]\n"             \
    "stm r2!, {r6-r12, lr}\n"              \
    "str r2, [sp, #88]\n"                  \
    "cmp r2, r3\n"                         \
    "bne.w 1b\n"

/* Sums to bytes, from "6:" on one channel, then on to the next four. */
#define TVMK_WINOGRAD_BYTES                     \
    "str r0, [sp, #112]\n"                      \
    "sub r4, r2, #256\n"                        \
    "add r3, r4, #32\n"                         \
    "str r3, [sp, #92]\n"                       \
    "6:\n"                                      \
    "ldr r3, [sp, #116]\n"                      \
    "ldrd r1, r2, [r3], #8\n"                   \
    "str r3, [sp, #116]\n"                      \
    "ldr r0, [sp, #108]\n"                      \
    "asr r5, r2, #5\n"                          \
    "and r2, r2, #31\n"                         \
    "lsl r0, r0, r2\n"                          \
    TVMK_WINOGRAD_ROW("0", "64", "128", "192")  \
    "ldrd r10, r11, [sp, #96]\n"                \
    "add r12, r11, r11, lsl #1\n"               \
    "strb r6, [r10]\n"                          \
    "strb r8, [r10, r11]\n"                     \
    "strb r7, [r10, r11, lsl #1]\n"             \
    "strb r9, [r10, r12]\n"                     \
    TVMK_WINOGRAD_ROW("32", "96", "160", "224") \
    "ldrd r10, r11, [sp, #96]\n"                \
    "ldr r3, [sp, #104]\n"                      \
    "add r12, r11, r11, lsl #1\n"               \
    "add r3, r3, r10\n"                         \
    "strb r6, [r3]\n"                           \
    "strb r8, [r3, r11]\n"                      \
    "strb r7, [r3, r11, lsl #1]\n"              \
    "strb r9, [r3, r12]\n"                      \
    "add r10, r10, #1\n"                        \
    "str r10, [sp, #96]\n"                      \
    "ldr r3, [sp, #92]\n"                       \
    "add r4, r4, #8\n"                          \
    "cmp r4, r3\n"                              \
    "bne.w 6b\n"                                \
    "sub r2, r4, #32\n"                         \
    "add r3, r2, #256\n"                        \
    "strd r2, r3, [sp, #88]\n"                  \
    "ldr r0, [sp, #112]\n"                      \
    "ldr r2, [sp, #124]\n"                      \
    "subs r2, r2, #1\n"                         \
    "str r2, [sp, #124]\n"                      \
    "bne.w 7b\n"                                \
    "add sp, sp, #128\n"                        \
    "pop {r4-r11, lr}\n"

/* Two rows of four outputs, four channels at a time, clamped to -128 … 127. */
TVMK_SHARED void tvmk_dsp_winograd(int8_t *out, const tvmk_winograd_t *t) {
    register int8_t *r0 __asm__("r0") = out;
    register const tvmk_winograd_t *r1 __asm__("r1") = t;
    __asm__ volatile(
        TVMK_WINOGRAD_BEGIN
        TVMK_WINOGRAD_SUMS
        TVMK_WINOGRAD_BYTES
        : "+r"(r0), "+r"(r1)
        :
        : "r2", "r3", "r12", TVMK_DSP_CLOBBERS);
}

#ifdef __ARM_FEATURE_UNALIGNED

/* A column of four rows, four channels: the differences and sums along it go to the stack, pairs 0 and 1. For `\c` from 0 to 20. */
#define TVMK_WINOGRAD_COLUMN     \
    "ldr r5, [r1]\n"             \
    "ldr r7, [r1, r2]\n"         \
    "ldr r9, [r1, r2, lsl #1]\n" \
    "ldr r11, [r1, r12]\n"       \
    "add r1, r1, r3\n"           \
    "sxtb16 r4, r5\n"            \
    "sxtb16 r6, r7\n"            \
    "sxtb16 r8, r9\n"            \
    "sxtb16 r10, r11\n"          \
    "sxtb16 r5, r5, ror #8\n"    \
    "sxtb16 r7, r7, ror #8\n"    \
    "sxtb16 r9, r9, ror #8\n"    \
    "sxtb16 r11, r11, ror #8\n"  \
    "ssub16 r4, r4, r8\n"        \
    "ssub16 r5, r5, r9\n"        \
    "ssub16 r10, r10, r6\n"      \
    "ssub16 r11, r11, r7\n"      \
    "sadd16 r0, r6, r8\n"        \
    "sadd16 lr, r7, r9\n"        \
    "ssub16 r6, r8, r6\n"        \
    "ssub16 r7, r9, r7\n"        \
    "str r4, [sp, #0 + \\c]\n"   \
    "str r0, [sp, #24 + \\c]\n"  \
    "str r6, [sp, #48 + \\c]\n"  \
    "str r10, [sp, #72 + \\c]\n" \
    "str r5, [sp, #96 + \\c]\n"  \
    "str lr, [sp, #120 + \\c]\n" \
    "str r7, [sp, #144 + \\c]\n" \
    "str r11, [sp, #168 + \\c]\n"

/* Differences and sums along a row of pairs 0 and 1, from the stack to four frequencies of two tiles. */
#define TVMK_WINOGRAD_LINE(place)         \
    ".irp p, 0, 1\n"                      \
    "add lr, sp, #" place " + 96 * \\p\n" \
    "ldm lr, {r4-r9}\n"                   \
    "ssub16 r4, r4, r6\n"                 \
    "ssub16 r10, r6, r8\n"                \
    "strd r4, r10, [r0, #8 * \\p]\n"      \
    "sadd16 r4, r5, r6\n"                 \
    "sadd16 r10, r7, r8\n"                \
    "strd r4, r10, [r1, #8 * \\p]\n"      \
    "ssub16 r6, r6, r5\n"                 \
    "ssub16 r8, r8, r7\n"                 \
    "strd r6, r8, [r2, #8 * \\p]\n"       \
    "ssub16 r5, r7, r5\n"                 \
    "ssub16 r9, r9, r7\n"                 \
    "strd r5, r9, [r3, #8 * \\p]\n"       \
    ".endr\n"

#define TVMK_WINOGRAD_NEXT \
    "add r0, r0, r12\n"    \
    "add r1, r1, r12\n"    \
    "add r2, r2, r12\n"    \
    "add r3, r3, r12\n"

/* The values of two tiles from 4 x 6 elements, whose rows are `distance` bytes apart; channels are a multiple of 4. On the stack: 4 x 6
 * pairs 0, then pairs 1; +192 x, +196 distance, +200 channels, +204 three distances, +208 values, +212 end of x. */
TVMK_SHARED void tvmk_winograd_input(int32_t *values, const int8_t *x, int32_t distance, int32_t channels) {
    register int32_t *r0 __asm__("r0") = values;
    register const int8_t *r1 __asm__("r1") = x;
    register int32_t r2 __asm__("r2") = distance;
    register int32_t r3 __asm__("r3") = channels;
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "sub sp, sp, #216\n"
        "add r12, r2, r2, lsl #1\n"
        "add r4, r1, r3\n"
        "strd r1, r2, [sp, #192]\n"
        "strd r3, r12, [sp, #200]\n"
        "strd r0, r4, [sp, #208]\n"
        "1:\n"
        ".irp c, 0, 4, 8, 12, 16, 20\n"
        TVMK_WINOGRAD_COLUMN
        ".endr\n"
        "lsl r12, r3, #2\n"
        "ldr r0, [sp, #208]\n"
        "add r1, r0, r12, lsl #2\n"
        "add r2, r1, r12, lsl #2\n"
        "add r3, r2, r12, lsl #2\n"
        "add r4, r0, #16\n"
        "str r4, [sp, #208]\n"
        TVMK_WINOGRAD_LINE("24")
        TVMK_WINOGRAD_NEXT
        TVMK_WINOGRAD_LINE("48")
        TVMK_WINOGRAD_NEXT
        TVMK_WINOGRAD_LINE("0")
        TVMK_WINOGRAD_NEXT
        TVMK_WINOGRAD_LINE("72")
        "add lr, sp, #192\n"
        "ldm lr, {r1, r2, r3, r12}\n"
        "ldr r4, [sp, #212]\n"
        "add r1, r1, #4\n"
        "str r1, [sp, #192]\n"
        "cmp r1, r4\n"
        "bne.w 1b\n"
        "add sp, sp, #216\n"
        "pop {r4-r11, lr}\n"
        : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3)
        :
        : "r12", TVMK_DSP_CLOBBERS);
}

#endif

#endif

#endif

/* Inner loops for Arm's DSP extension in assembly: they need all 14 registers, and compilers spill some of them.
 *
 * Each is one asm statement in an ordinary function. Arguments come in the registers of a call, r4 to r11 are saved and restored by
 * the statement itself, so whatever a compiler adds to the function (stack protector, profiling, coverage, a frame pointer)
 * stays around it. See docs/kernels.md, "Assembly".
 */
#ifndef TVMK_DSP_H
#define TVMK_DSP_H

#include "base.h"

#if TVMK_DSP

/* Pairs of inputs after which packed sums are taken apart where nothing is known of the weights: 496 · 128 · 128 is within 24
 * bits. A multiple of 8 keeps the unrolled loop whole. */
enum { TVMK_DSP_BLOCK = 248 };

/* What every statement changes besides its operands. Not lr, which it saves: the function around it needs no stack then. */
#define TVMK_DSP_CLOBBERS "cc", "memory"

/* Where words must be aligned (-mno-unaligned-access), activations are loaded byte by byte: two of them as halfwords of a word. */
#define TVMK_DSP_TWO(to, spare, first, second)   \
    "ldrsb " to ", " first "\n"                  \
    "ldrsb " spare ", " second "\n"              \
    "pkhbt " to ", " to ", " spare ", lsl #16\n"

/* The assembly reads structs word by word. */
#define TVMK_DSP_WORDS(type, words) typedef char type##_words[sizeof(type) == 4 * (words) ? 1 : -1]

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
TVMK_DSP_WORDS(tvmk_dsp_tile_t, 7);

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

/* Four output positions, two channels at a time, clamped to -128 … 127. */
TVMK_SHARED void tvmk_dsp_tile(int8_t *out, const tvmk_dsp_tile_t *t) {
    register int8_t *r0 __asm__("r0") = out;
    register const tvmk_dsp_tile_t *r1 __asm__("r1") = t;
    __asm__ volatile(
        TVMK_DSP_TILE_SUMS
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
#ifdef __ARM_FEATURE_UNALIGNED
        "bfi r6, r8, #8, #8\n"
        "strh r6, [r4]\n"
        "bfi r7, r9, #8, #8\n"
        "strh r7, [r4, r5]\n"
        "bfi r10, r12, #8, #8\n"
        "strh r10, [r4, r5, lsl #1]\n"
        "bfi r11, lr, #8, #8\n"
        "strh r11, [r4, r3]\n"
#else
        "add r2, r4, #1\n"
        "strb r6, [r4]\n"
        "strb r8, [r2]\n"
        "strb r7, [r4, r5]\n"
        "strb r9, [r2, r5]\n"
        "strb r10, [r4, r5, lsl #1]\n"
        "strb r12, [r2, r5, lsl #1]\n"
        "strb r11, [r4, r3]\n"
        "strb lr, [r2, r3]\n"
#endif
        "ldr r2, [sp, #48]\n"
        "add r4, r4, #2\n"
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

/* The sums of two channels at four positions: four of the first channel, then four of the second. Of *t counts what says which
 * products; channel_pairs is 1. */
TVMK_SHARED void tvmk_dsp_tile_sums(int32_t *sums, const tvmk_dsp_tile_t *t) {
    register int32_t *r0 __asm__("r0") = sums;
    register const tvmk_dsp_tile_t *r1 __asm__("r1") = t;
    __asm__ volatile(
        TVMK_DSP_TILE_SUMS
        "ldr r0, [sp, #36]\n"
        "sub r8, r8, r6\n"
        "sub r9, r9, r7\n"
        "sub r12, r12, r10\n"
        "sub lr, lr, r11\n"
        "strd r6, r7, [r0]\n"
        "strd r10, r11, [r0, #8]\n"
        "asr r8, r8, #8\n"
        "asr r9, r9, #8\n"
        "asr r12, r12, #8\n"
        "asr lr, lr, #8\n"
        "strd r8, r9, [r0, #16]\n"
        "strd r12, lr, [r0, #24]\n"
        "add sp, sp, #68\n"
        "pop {r4-r11, lr}\n"
        : "+r"(r0), "+r"(r1)
        :
        : "r2", "r3", "r12", TVMK_DSP_CLOBBERS);
}

/* Widens n (a multiple of 4, at least 4) neighbouring bytes at each of four positions `distance` bytes apart into the four
 * columns; returns the end of what was written. A byte takes one instruction. */
TVMK_SHARED int32_t *tvmk_dsp_widen4(int32_t *columns, const int8_t *x, int32_t distance, int32_t n) {
    register int32_t *r0 __asm__("r0") = columns;
    register const int8_t *r1 __asm__("r1") = x;
    register int32_t r2 __asm__("r2") = distance;
    register int32_t r3 __asm__("r3") = n;
    __asm__ volatile(
        "push {r4-r11, lr}\n"
#ifdef __ARM_FEATURE_UNALIGNED
        "add lr, r1, r3\n"
        "add r12, r2, r2, lsl #1\n"
        "1:\n"
        "ldr r5, [r1, r2]\n"
        "ldr r6, [r1, r2, lsl #1]\n"
        "ldr r7, [r1, r12]\n"
        "ldr r4, [r1], #4\n"
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
#else
        "add lr, r1, r3\n"
        "add r12, r2, r2, lsl #1\n"
        "add r12, r12, r1\n"
        "add r3, r1, r2, lsl #1\n"
        "add r2, r2, r1\n"
        "1:\n"
        TVMK_DSP_TWO("r4", "r8", "[r1]", "[r1, #2]")
        TVMK_DSP_TWO("r5", "r9", "[r2]", "[r2, #2]")
        TVMK_DSP_TWO("r6", "r10", "[r3]", "[r3, #2]")
        TVMK_DSP_TWO("r7", "r11", "[r12]", "[r12, #2]")
        "stm r0!, {r4-r7}\n"
        TVMK_DSP_TWO("r4", "r8", "[r1, #1]", "[r1, #3]")
        TVMK_DSP_TWO("r5", "r9", "[r2, #1]", "[r2, #3]")
        TVMK_DSP_TWO("r6", "r10", "[r3, #1]", "[r3, #3]")
        TVMK_DSP_TWO("r7", "r11", "[r12, #1]", "[r12, #3]")
        "stm r0!, {r4-r7}\n"
        "add r1, r1, #4\n"
        "add r2, r2, #4\n"
        "add r3, r3, #4\n"
        "add r12, r12, #4\n"
#endif
        "cmp r1, lr\n"
        "bne 1b\n"
        "pop {r4-r11, lr}\n"
        : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3)
        :
        : "r12", TVMK_DSP_CLOBBERS);
    return r0;
}

/* Copies `pairs` pairs of neighbouring columns, four channels each, into four planes of halfwords: 8 bytes in 17
 * instructions. `step` is the distance of columns in the image, `plane` that of planes in bytes. */
TVMK_SHARED void tvmk_dsp_planes(int16_t *to, const int8_t *x, int32_t step, int32_t plane, int32_t pairs) {
    register int16_t *r0 __asm__("r0") = to;
    register const int8_t *r1 __asm__("r1") = x;
    register int32_t r2 __asm__("r2") = step;
    register int32_t r3 __asm__("r3") = plane;
    register int32_t r12 __asm__("r12") = pairs;
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "add lr, r3, r3, lsl #1\n"
        "1:\n"
#ifdef __ARM_FEATURE_UNALIGNED
        "ldr r4, [r1]\n"
        "ldr r5, [r1, r2]\n"
        "add r1, r1, r2, lsl #1\n"
        "sxtb16 r6, r4\n"
        "sxtb16 r7, r5\n"
        "pkhbt r8, r6, r7, lsl #16\n"
        "pkhtb r9, r7, r6, asr #16\n"
        "sxtb16 r6, r4, ror #8\n"
        "sxtb16 r7, r5, ror #8\n"
        "pkhbt r10, r6, r7, lsl #16\n"
        "pkhtb r11, r7, r6, asr #16\n"
        "str r9, [r0, r3, lsl #1]\n"
        "str r10, [r0, r3]\n"
        "str r11, [r0, lr]\n"
        "str r8, [r0], #4\n"
#else
        "add r11, r1, r2\n"
        TVMK_DSP_TWO("r4", "r8", "[r1]", "[r11]")
        TVMK_DSP_TWO("r5", "r8", "[r1, #1]", "[r11, #1]")
        TVMK_DSP_TWO("r6", "r8", "[r1, #2]", "[r11, #2]")
        TVMK_DSP_TWO("r7", "r8", "[r1, #3]", "[r11, #3]")
        "add r1, r11, r2\n"
        "str r6, [r0, r3, lsl #1]\n"
        "str r5, [r0, r3]\n"
        "str r7, [r0, lr]\n"
        "str r4, [r0], #4\n"
#endif
        "subs r12, r12, #1\n"
        "bne 1b\n"
        "pop {r4-r11, lr}\n"
        : "+r"(r0), "+r"(r1), "+r"(r12)
        : "r"(r2), "r"(r3)
        : TVMK_DSP_CLOBBERS);
}

/* What the depthwise row kernels work on: one channel. The assembly knows the order. */
typedef struct {
    int32_t weights[6]; /* of each row (0, 1) and (1, 2), times 2 */
    int32_t bias[2];    /* twice, times 2 */
    const int16_t *plane;
    int32_t pitch; /* bytes of a row of the plane */
    int32_t *sums; /* room for one row of outputs, rounded up to even */
    int32_t *sums_end;
    int8_t *out;
    int32_t step_x, step_y; /* of outputs, in bytes */
    int32_t rows;
    int32_t mantissa, rounding, shift; /* shift - 1, or the shift to the left; rounding includes the zero point */
    int32_t entry;                     /* filled in by the assembly */
    int32_t next_row;                  /* bytes of the plane from an output row to the next */
    int32_t width;
} tvmk_dsp_rows_t;
TVMK_DSP_WORDS(tvmk_dsp_rows_t, 22);

/* Copies the arguments to the stack: sp is tvmk_dsp_rows_t from here on. An odd number of pairs of outputs enters the loop of
 * two pairs in its middle, after the first pair's `pair` bytes. */
#define TVMK_DSP_ROWS_ENTER(pair)   \
    "push {r4-r11, lr}\n"           \
    "sub sp, sp, #92\n"             \
    "mov r12, sp\n"                 \
    "ldm r0!, {r1-r11}\n"           \
    "stm r12!, {r1-r11}\n"          \
    "ldm r0!, {r1-r11}\n"           \
    "stm r12!, {r1-r11}\n"          \
    "ldrd r1, r2, [sp, #40]\n"      \
    "sub r2, r2, r1\n"              \
    "adr r3, 2f\n"                  \
    "tst r2, #8\n"                  \
    "it ne\n"                       \
    "addne r3, r3, #" pair "\n"    \
    "orr r3, r3, #1\n"              \
    "str r3, [sp, #76]\n"

/* r0-r5 weights, r8 plane, r9 pitch, r10-r12 the last pairs of three rows, lr sums. */
#define TVMK_DSP_ROW_START          \
    "ldm sp, {r0-r5}\n"             \
    "ldrd r8, r9, [sp, #32]\n"      \
    "ldr lr, [sp, #40]\n"           \
    "ldr r10, [r8]\n"               \
    "ldr r11, [r8, r9]\n"           \
    "ldr r12, [r8, r9, lsl #1]\n"   \
    "ldr pc, [sp, #76]\n"           \
    ".balign 4\n"

/* Outputs x and x + 1 with stride 1: (x, x+1) · (0, 1) + x+2 · 2 and x+1 · 0 + (x+2, x+3) · (1, 2), three rows. */
#define TVMK_DSP_ROW_PAIR           \
    "ldrd r6, r7, [sp, #24]\n"      \
    "smlad r6, r10, r0, r6\n"       \
    "smlatb r7, r10, r0, r7\n"      \
    "ldr r10, [r8, #4]!\n"          \
    "smlabt r6, r10, r1, r6\n"      \
    "smlad r7, r10, r1, r7\n"       \
    "smlad r6, r11, r2, r6\n"       \
    "smlatb r7, r11, r2, r7\n"      \
    "ldr.w r11, [r8, r9]\n"         \
    "smlabt r6, r11, r3, r6\n"      \
    "smlad r7, r11, r3, r7\n"       \
    "smlad r6, r12, r4, r6\n"       \
    "smlatb r7, r12, r4, r7\n"      \
    "ldr.w r12, [r8, r9, lsl #1]\n" \
    "smlabt r6, r12, r5, r6\n"      \
    "smlad r7, r12, r5, r7\n"       \
    "strd r6, r7, [lr], #8\n"

/* The sums of a row, already with bias and doubled, to bytes; then the next row. */
#define TVMK_DSP_ROW_BYTE(sum)          \
    "smmlar r12, " sum ", r4, r5\n"     \
    "add " sum ", r12, " sum ", asr #31\n" \
    "asr " sum ", " sum ", r6\n"        \
    "ssat " sum ", #8, " sum ", asr #1\n"
/* The same where the shift goes to the left: no second rounding. */
#define TVMK_DSP_ROW_BYTE_LEFT(sum)     \
    "lsl " sum ", " sum ", r6\n"        \
    "smmlar " sum ", " sum ", r4, r5\n" \
    "ssat " sum ", #8, " sum "\n"
#define TVMK_DSP_ROW_END(byte)          \
    "ldr r6, [sp, #44]\n"               \
    "cmp lr, r6\n"                      \
    "bne.w 2b\n"                        \
    "ldr r0, [sp, #40]\n"               \
    "ldrd r1, r2, [sp, #48]\n"          \
    "ldrd r4, r5, [sp, #64]\n"          \
    "ldr r6, [sp, #72]\n"               \
    "ldr lr, [sp, #84]\n"               \
    "add r3, r2, r2, lsl #1\n"          \
    "subs lr, lr, #4\n"                 \
    "blt 4f\n"                          \
    "3:\n"                              \
    "ldm r0!, {r7-r10}\n"               \
    byte("r7")                          \
    byte("r8")                          \
    byte("r9")                          \
    byte("r10")                         \
    "strb r7, [r1]\n"                   \
    "strb r8, [r1, r2]\n"               \
    "strb r9, [r1, r2, lsl #1]\n"       \
    "strb r10, [r1, r3]\n"              \
    "add r1, r1, r2, lsl #2\n"          \
    "subs lr, lr, #4\n"                 \
    "bge 3b\n"                          \
    "4:\n"                              \
    "adds lr, lr, #4\n"                 \
    "beq 6f\n"                          \
    "5:\n"                              \
    "ldr r7, [r0], #4\n"                \
    byte("r7")                          \
    "strb r7, [r1]\n"                   \
    "add r1, r1, r2\n"                  \
    "subs lr, lr, #1\n"                 \
    "bne 5b\n"                          \
    "6:\n"                              \
    "ldr r0, [sp, #32]\n"               \
    "ldr r1, [sp, #80]\n"               \
    "add r0, r0, r1\n"                  \
    "str r0, [sp, #32]\n"               \
    "ldr r0, [sp, #48]\n"               \
    "ldrd r1, r2, [sp, #56]\n"          \
    "add r0, r0, r1\n"                  \
    "str r0, [sp, #48]\n"               \
    "subs r2, r2, #1\n"                 \
    "str r2, [sp, #60]\n"               \
    "bne.w 1b\n"                        \
    "add sp, sp, #92\n"                 \
    "pop {r4-r11, lr}\n"

/* All rows of one channel, window 3 × 3, stride 1 along the rows. */
TVMK_SHARED void tvmk_dsp_rows_3x3(const tvmk_dsp_rows_t *r) {
    register const tvmk_dsp_rows_t *r0 __asm__("r0") = r;
    __asm__ volatile(
        TVMK_DSP_ROWS_ENTER("68")
        "1:\n"
        TVMK_DSP_ROW_START
        "2:\n"
        TVMK_DSP_ROW_PAIR
        TVMK_DSP_ROW_PAIR
        TVMK_DSP_ROW_END(TVMK_DSP_ROW_BYTE)
        : "+r"(r0)
        :
        : "r1", "r2", "r3", "r12", TVMK_DSP_CLOBBERS);
}
TVMK_SHARED void tvmk_dsp_rows_3x3_left(const tvmk_dsp_rows_t *r) {
    register const tvmk_dsp_rows_t *r0 __asm__("r0") = r;
    __asm__ volatile(
        TVMK_DSP_ROWS_ENTER("68")
        "1:\n"
        TVMK_DSP_ROW_START
        "2:\n"
        TVMK_DSP_ROW_PAIR
        TVMK_DSP_ROW_PAIR
        TVMK_DSP_ROW_END(TVMK_DSP_ROW_BYTE_LEFT)
        : "+r"(r0)
        :
        : "r1", "r2", "r3", "r12", TVMK_DSP_CLOBBERS);
}

/* One output with stride 2: (x, x+1) · (0, 1) + x+2 · 2, three rows. */
#define TVMK_DSP_ROW_SINGLE(sum)          \
    "smlad " sum ", r10, r0, " sum "\n"   \
    "ldr r10, [r8, #4]!\n"                \
    "smlabt " sum ", r10, r1, " sum "\n"  \
    "smlad " sum ", r11, r2, " sum "\n"   \
    "ldr.w r11, [r8, r9]\n"               \
    "smlabt " sum ", r11, r3, " sum "\n"  \
    "smlad " sum ", r12, r4, " sum "\n"   \
    "ldr.w r12, [r8, r9, lsl #1]\n"       \
    "smlabt " sum ", r12, r5, " sum "\n"
#define TVMK_DSP_ROW_PAIR2     \
    "ldrd r6, r7, [sp, #24]\n" \
    TVMK_DSP_ROW_SINGLE("r6")  \
    TVMK_DSP_ROW_SINGLE("r7")  \
    "strd r6, r7, [lr], #8\n"

/* All rows of one channel, window 3 × 3, stride 2 along the rows. */
TVMK_SHARED void tvmk_dsp_rows_3x3_stride2(const tvmk_dsp_rows_t *r) {
    register const tvmk_dsp_rows_t *r0 __asm__("r0") = r;
    __asm__ volatile(
        TVMK_DSP_ROWS_ENTER("80")
        "1:\n"
        TVMK_DSP_ROW_START
        "2:\n"
        TVMK_DSP_ROW_PAIR2
        TVMK_DSP_ROW_PAIR2
        TVMK_DSP_ROW_END(TVMK_DSP_ROW_BYTE)
        : "+r"(r0)
        :
        : "r1", "r2", "r3", "r12", TVMK_DSP_CLOBBERS);
}
TVMK_SHARED void tvmk_dsp_rows_3x3_stride2_left(const tvmk_dsp_rows_t *r) {
    register const tvmk_dsp_rows_t *r0 __asm__("r0") = r;
    __asm__ volatile(
        TVMK_DSP_ROWS_ENTER("80")
        "1:\n"
        TVMK_DSP_ROW_START
        "2:\n"
        TVMK_DSP_ROW_PAIR2
        TVMK_DSP_ROW_PAIR2
        TVMK_DSP_ROW_END(TVMK_DSP_ROW_BYTE_LEFT)
        : "+r"(r0)
        :
        : "r1", "r2", "r3", "r12", TVMK_DSP_CLOBBERS);
}

/* What tvmk_dsp_units works on: one vector and all units. The assembly knows the order. */
typedef struct {
    const int8_t *x, *x_end;        /* a multiple of four inputs, or none */
    const int32_t *rest, *rest_end; /* pairs of those left over, widened */
    int32_t row;                    /* bytes of the weights of two units */
    int32_t zero;                   /* 2 · zero_point + 1 */
    const int32_t *weights;         /* pairs of halfwords 256 · second + first, as for tvmk_dsp_tile */
    const int32_t *table;           /* short form, two words a unit */
    int32_t units;                  /* at least 1 */
} tvmk_dsp_units_t;
TVMK_DSP_WORDS(tvmk_dsp_units_t, 9);

/* A sum to an output byte, then on to the next unit if there is one. */
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
    "strb " sum ", [r12], #1\n"             \
    "subs lr, lr, #1\n"                     \
    "beq 6f\n"

/* A sum as it is. */
#define TVMK_DSP_UNIT_SUM(sum)              \
    "str " sum ", [r12], #4\n"              \
    "subs lr, lr, #1\n"                     \
    "beq 6f\n"

/* The next four inputs at r0, widened: r8 of even places, r9 of odd ones. */
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

/* All units of one vector; `unit` takes a sum, its place is r12, and constants at r9. On the stack: +0 sums of second units taken
 * apart; from +8 on *t: x, x_end, rest, rest_end, row, zero, weights, table, units; +44 out. */
#define TVMK_DSP_UNITS(unit)     \
    "push {r4-r11, lr}\n"        \
    "sub sp, sp, #52\n"          \
    "ldm r1, {r2-r10}\n"         \
    "add r11, sp, #8\n"          \
    "stm r11!, {r2-r10}\n"       \
    "str r0, [r11]\n"            \
    "mov lr, r10\n"              \
    "1:\n"                       \
    "ldr r1, [sp, #32]\n"        \
    "ldr r9, [sp, #24]\n"        \
    "ldrd r0, r3, [sp, #8]\n"    \
    "cmp lr, #2\n"               \
    "ite hi\n"                   \
    "addhi r2, r1, r9\n"         \
    "movls r2, r1\n"             \
    "mov r4, #0\n"               \
    "mov r5, #0\n"               \
    "mov r6, #0\n"               \
    "mov r7, #0\n"               \
    "strd r4, r5, [sp]\n"        \
    "cmp r0, r3\n"               \
    "beq 4f\n"                   \
    "2:\n"                       \
    "add r12, r0, #508\n"        \
    "cmp r12, r3\n"              \
    "it hi\n"                    \
    "movhi r12, r3\n"            \
    "3:\n"                       \
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
    "smlad r6, r11, r9, r6\n"    \
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
    "b 2b\n"                     \
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
    "ldr r8, [sp, #28]\n"        \
    "ldr r9, [sp, #36]\n"        \
    "ldr r12, [sp, #44]\n"       \
    unit("r4")                   \
    unit("r5")                   \
    unit("r6")                   \
    unit("r7")                   \
    "str r9, [sp, #36]\n"        \
    "str r12, [sp, #44]\n"       \
    "b 1b\n"                     \
    "6:\n"                       \
    "add sp, sp, #52\n"          \
    "pop {r4-r11, lr}\n"

/* A fully connected layer, clamped to -128 … 127: four units at a time, 19 instructions for 16 multiplications. After 508 inputs
 * packed sums are taken apart; 508 and three left over are at most 511 · 128 · 128, within 24 bits whatever the weights. */
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

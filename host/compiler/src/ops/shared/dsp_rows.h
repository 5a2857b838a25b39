/* Rows of a depthwise convolution with the DSP extension: windows of 3 × 3 over planes of halfwords. */
#ifndef TVMK_DSP_ROWS_H
#define TVMK_DSP_ROWS_H

#include "dsp.h"

#if TVMK_DSP

/* The data of the depthwise row kernels: one channel. The assembly relies on the order. */
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
TVMK_AT(tvmk_dsp_rows_t, weights, 0);
TVMK_AT(tvmk_dsp_rows_t, bias, 24);
TVMK_AT(tvmk_dsp_rows_t, plane, 32);
TVMK_AT(tvmk_dsp_rows_t, pitch, 36);
TVMK_AT(tvmk_dsp_rows_t, sums, 40);
TVMK_AT(tvmk_dsp_rows_t, sums_end, 44);
TVMK_AT(tvmk_dsp_rows_t, out, 48);
TVMK_AT(tvmk_dsp_rows_t, step_x, 52);
TVMK_AT(tvmk_dsp_rows_t, step_y, 56);
TVMK_AT(tvmk_dsp_rows_t, rows, 60);
TVMK_AT(tvmk_dsp_rows_t, mantissa, 64);
TVMK_AT(tvmk_dsp_rows_t, rounding, 68);
TVMK_AT(tvmk_dsp_rows_t, shift, 72);
TVMK_AT(tvmk_dsp_rows_t, entry, 76);
TVMK_AT(tvmk_dsp_rows_t, next_row, 80);
TVMK_AT(tvmk_dsp_rows_t, width, 84);
typedef char tvmk_dsp_rows_t_words[sizeof(tvmk_dsp_rows_t) == 88 ? 1 : -1]; /* all of it is copied */

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
/* The same if the shift is to the left: no second rounding. */
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

/* All rows of one channel, window 3 × 3: two times `pair`, of `bytes` bytes, then the sums to bytes. */
#define TVMK_DSP_ROWS_3X3(name, bytes, pair, byte)                     \
    TVMK_SHARED void name(const tvmk_dsp_rows_t *r) {                  \
        register const tvmk_dsp_rows_t *r0 __asm__("r0") = r;          \
        __asm__ volatile(                                              \
            TVMK_DSP_ROWS_ENTER(bytes)                                 \
            "1:\n"                                                     \
            TVMK_DSP_ROW_START                                         \
            "2:\n"                                                     \
            pair                                                       \
            pair                                                       \
            TVMK_DSP_ROW_END(byte)                                     \
            : "+r"(r0)                                                 \
            :                                                          \
            : "r1", "r2", "r3", "r12", TVMK_DSP_CLOBBERS);             \
    }

/* Stride 1 and stride 2 along the rows, shifts to the right and to the left. */
TVMK_DSP_ROWS_3X3(tvmk_dsp_rows_3x3, "68", TVMK_DSP_ROW_PAIR, TVMK_DSP_ROW_BYTE)
TVMK_DSP_ROWS_3X3(tvmk_dsp_rows_3x3_left, "68", TVMK_DSP_ROW_PAIR, TVMK_DSP_ROW_BYTE_LEFT)
TVMK_DSP_ROWS_3X3(tvmk_dsp_rows_3x3_stride2, "80", TVMK_DSP_ROW_PAIR2, TVMK_DSP_ROW_BYTE)
TVMK_DSP_ROWS_3X3(tvmk_dsp_rows_3x3_stride2_left, "80", TVMK_DSP_ROW_PAIR2, TVMK_DSP_ROW_BYTE_LEFT)

#endif

#endif

/* One vector times a matrix with MVE: all outputs of a fully connected layer, or of one position of a convolution. */
#ifndef TVMK_MVE_UNITS_H
#define TVMK_MVE_UNITS_H

#include "mve_requant.h"

#if TVMK_MVE

/* The data of tvmk_mve_position. The assembly relies on the order. */
typedef struct {
    const int8_t *x;
    const int8_t *weights; /* [channel][depth] */
    const tvmk_requant_t *o;
    int32_t channels; /* at least 1 */
    int32_t depth;
} tvmk_mve_position_t;
TVMK_AT(tvmk_mve_position_t, x, 0);
TVMK_AT(tvmk_mve_position_t, weights, 4);
TVMK_AT(tvmk_mve_position_t, o, 8);
TVMK_AT(tvmk_mve_position_t, channels, 12);
TVMK_AT(tvmk_mve_position_t, depth, 16);
TVMK_AT(tvmk_requant_t, table, 0);

/* Registers of tvmk_mve_position: r0 out, r1 x, r2 to r5 rows of weights, r6, r8, r10, r12 sums, r7 channels left, r9 depth, r11
 * from the end of a row to the row after the fourth; q4 to q6 range and zero point, q7 addresses of constants as in mve_requant.h;
 * on the stack: x. */

/* Arguments and what all channels share. */
#define TVMK_MVE_POSITION_START      \
    "push {r4-r11, lr}\n"            \
    "ldm r1, {r1, r2, r3, r7, r9}\n" \
    "str r1, [sp, #-4]!\n"           \
    "ldrsb r4, [r3, #6]\n"           \
    "vdup.32 q4, r4\n"               \
    "ldrsb r4, [r3, #7]\n"           \
    "vdup.32 q5, r4\n"               \
    "ldrsh r4, [r3, #4]\n"           \
    "vdup.32 q6, r4\n"               \
    "ldr r4, [r3]\n"                 \
    "sub r4, r4, #32\n"              \
    "vidup.u32 q7, r4, #8\n"         \
    "add r11, r9, #15\n"             \
    "bic r11, r11, #15\n"            \
    "rsb r11, r11, r9, lsl #2\n"     \
    "mov r4, #4\n"                   \
    "vctp.32 r4\n"                   \
    "subs r7, r7, #4\n"              \
    "blt 4f\n"

/* From "1:" on the next four rows, from "2:" on their constants: q2 mantissas, q3 shifts, and biases as the first sums. */
#define TVMK_MVE_POSITION_CHANNELS \
    "1:\n"                         \
    "add r3, r2, r9\n"             \
    "add r4, r3, r9\n"             \
    "add r5, r4, r9\n"             \
    "2:\n"                         \
    "ldr r1, [sp]\n"               \
    "vpstt\n"                      \
    "vldrwt.u32 q2, [q7, #32]!\n"  \
    "vldrwt.u32 q1, [q7, #4]\n"    \
    "vmvn q3, q1\n"                \
    "vorr.i32 q3, #0xE0\n"         \
    "vshr.s32 q1, q1, #6\n"        \
    "vmov r6, r10, q1[2], q1[0]\n" \
    "vmov r8, r12, q1[3], q1[1]\n"

/* Four sums. */
#define TVMK_MVE_POSITION_SUMS  \
    "dlstp.8 lr, r9\n"          \
    "3:\n"                      \
    "vldrb.8 q0, [r1], #16\n"   \
    "vldrb.8 q1, [r2], #16\n"   \
    "vmladava.s8 r6, q0, q1\n"  \
    "vldrb.8 q1, [r3], #16\n"   \
    "vmladava.s8 r8, q0, q1\n"  \
    "vldrb.8 q1, [r4], #16\n"   \
    "vmladava.s8 r10, q0, q1\n" \
    "vldrb.8 q1, [r5], #16\n"   \
    "vmladava.s8 r12, q0, q1\n" \
    "letp lr, 3b\n"

/* Four sums to bytes, as TVMK_MVE_OUTPUTS, then on to the next four channels. */
#define TVMK_MVE_POSITION_OUTPUTS  \
    "add r2, r2, r11\n"            \
    "vmov q0[2], q0[0], r6, r10\n" \
    "vmov q0[3], q0[1], r8, r12\n" \
    "vshr.s32 q1, q0, #31\n"       \
    "vqrdmulh.s32 q0, q0, q2\n"    \
    "vadd.i32 q0, q0, q1\n"        \
    "vrshl.s32 q0, q0, q3\n"       \
    "vadd.i32 q0, q0, q6\n"        \
    "vmax.s32 q0, q0, q4\n"        \
    "vmin.s32 q0, q0, q5\n"        \
    "vpst\n"                       \
    "vstrbt.32 q0, [r0], #4\n"     \
    "subs r7, r7, #4\n"            \
    "bge 1b\n"

/* The last one to three channels. */
#define TVMK_MVE_POSITION_LAST \
    "4:\n"                     \
    "adds r7, r7, #4\n"        \
    "beq 5f\n"                 \
    "vctp.32 r7\n"             \
    "mov r3, r2\n"             \
    "cmp r7, #2\n"             \
    "it ge\n"                  \
    "addge r3, r3, r9\n"       \
    "mov r4, r3\n"             \
    "it gt\n"                  \
    "addgt r4, r4, r9\n"       \
    "mov r5, r4\n"             \
    "mov r7, #0\n"             \
    "b 2b\n"                   \
    "5:\n"                     \
    "add sp, sp, #4\n"         \
    "pop {r4-r11, lr}\n"

/* One vector of `depth` bytes times the matrix [channels][depth], short form: all outputs of one position. Four channels a pass, 10
 * instructions for 64 multiplications, then 27 for the four. Sums start with the bias and never leave registers. The last one to
 * three channels: weights of the last one stand for those missing, and P0 hides their constants and outputs. */
TVMK_SHARED void tvmk_mve_position(const int8_t *x, const int8_t *weights, int32_t depth, int32_t channels,
                                   const tvmk_requant_t *o, int8_t *out) {
    tvmk_mve_position_t t = {x, weights, o, channels, depth};
    register int8_t *r0 __asm__("r0") = out;
    register const tvmk_mve_position_t *r1 __asm__("r1") = &t;
    __asm__ volatile(
        TVMK_MVE_POSITION_START
        TVMK_MVE_POSITION_CHANNELS
        TVMK_MVE_POSITION_SUMS
        TVMK_MVE_POSITION_OUTPUTS
        TVMK_MVE_POSITION_LAST
        : "+r"(r0), "+r"(r1)
        :
        : "r2", "r3", "r12", "cc", "memory", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7");
}

#endif

#endif
